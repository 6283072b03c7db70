/** S18, S19: how a socket ends by others' doing. */
import { randomUUID } from 'node:crypto';
import { type Case, expectThat, pause } from '../case.ts';
import { call } from './api.ts';
import { aRestart, fewPerAddress, fewPerUser } from './needs.ts';
import { runCommand } from './restart.ts';
import type { Stage } from './stage.ts';
import { Wire } from './wire.ts';

const BACK_WITHIN_MS = 60_000;
/** Claims of the last moment may arrive when the server has stopped hearing. */
const LAST_MOMENT_MS = 300;

export const LIMITS: readonly Case<Stage>[] = [
  {
    rule: 'S18',
    name: 'one connection of an account too many: the one that is quiet the longest is closed with 4409',
    needs: fewPerUser,
    async run(stage) {
      const { socketsPerUser } = stage.settings;
      const person = await stage.person();
      const wires: Wire[] = [];
      for (let count = 0; count < socketsPerUser; count += 1) wires.push(await stage.member(person));
      const [first, second, ...others] = wires;
      await pause(50);
      await first?.ping();
      for (const wire of others) await wire.ping();
      expectThat(
        wires.every(({ isOpen }) => isOpen),
        `${socketsPerUser} open sockets`,
        'fewer',
      );
      const newest = await stage.member(person);
      const quiet = socketsPerUser > 1 ? second : first;
      await quiet?.closed([4409], 2_000);
      await newest.ping();
      for (const wire of wires) if (wire !== quiet) await wire.ping();
    },
  },
  {
    rule: 'S18',
    name: 'guests are not counted for an account',
    needs: fewPerUser,
    async run(stage) {
      const guests = await Promise.all(Array.from({ length: stage.settings.socketsPerUser + 1 }, () => stage.guest()));
      await pause(300);
      for (const wire of guests) await wire.ping();
    },
  },
  {
    rule: 'S18',
    name: 'one connection of an address too many is closed with 1013',
    pace: 'alone',
    needs: fewPerAddress,
    async run(stage) {
      const max = stage.settings.socketsPerAddress ?? 0;
      // Those of the cases before may still be in their farewell.
      await pause(500);
      const wires: Wire[] = [];
      for (let count = 0; count <= max; count += 1) wires.push(await stage.socket());
      const ended = await Promise.race([
        ...wires.map((wire) => wire.heard.when(() => wire.heard.end, { withinMs: 3_000 })),
        pause(3_000),
      ]);
      expectThat(ended?.code === 1013, `a close with 1013 when there are ${max + 1} sockets`, ended ?? 'none');
      expectThat((await firstOpen(wires)) !== undefined, 'the others stay', 'none is open');
    },
  },
  {
    rule: 'S23',
    name: 'streams count as connections of an address: one too many ends with 1013 (S18)',
    pace: 'alone',
    needs: fewPerAddress,
    async run(stage) {
      const max = stage.settings.socketsPerAddress ?? 0;
      await pause(500);
      for (let count = 0; count < max; count += 1) await stage.socket();
      const stream = await stage.stream();
      await stream.closed([1013], 3_000);
    },
  },
  ...['S19', 'S23'].map((rule) => ({
    rule,
    name:
      rule === 'S19'
        ? 'a server that stops closes with 1012, after the claims on their way have been answered'
        : 'a server that stops ends streams with 1012',
    pace: 'alone' as const,
    needs: aRestart,
    async run(stage: Stage) {
      const person = await stage.person();
      const dropId = await stage.drop({ stock: 10_000, perUserLimit: 100 });
      const token = await person.token();
      const connection = rule === 'S19' ? await stage.member(person) : await stage.stream(0, { token });
      const sent = new Map<string, number>();
      const claiming = setInterval(() => {
        if (!(connection instanceof Wire) || !connection.isOpen) return;
        const requestId = randomUUID();
        sent.set(requestId, Date.now());
        void connection.send({ type: 'claim', dropId, requestId });
      }, 100);
      const restarted = runCommand(stage.settings.restart ?? '');
      try {
        const end = await connection.closed([1012], BACK_WITHIN_MS);
        const early = [...sent].filter(([, atMs]) => atMs < end.atMs - LAST_MOMENT_MS).map(([requestId]) => requestId);
        const answered = new Set(
          connection.messages
            .filter(({ type }) => type === 'outcome' || type === 'error')
            .map((answer) => answer['requestId']),
        );
        const open = early.filter((requestId) => !answered.has(requestId));
        expectThat(open.length === 0, `answers to all ${early.length} claims`, `${open.length} without`);
      } finally {
        clearInterval(claiming);
        await restarted;
        await isBack(stage.node());
      }
    },
  })),
];

async function firstOpen(wires: readonly Wire[]): Promise<Wire | undefined> {
  for (const wire of wires.slice(0, 3)) {
    if (!wire.isOpen) continue;
    await wire.authenticate();
    return wire;
  }
  return undefined;
}

async function isBack(url: string): Promise<void> {
  const untilMs = performance.now() + BACK_WITHIN_MS;
  while (performance.now() < untilMs) {
    const answer = await call(url, 'GET', '/v1/drops').catch(() => undefined);
    if (answer?.status === 200) return;
    await pause(200);
  }
}
