/** S11 to S13: drops, claims, ping and pong. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Case, expectThat, pause } from '../case.ts';
import type { Answer } from './api.ts';
import type { Message } from './heard.ts';
import type { Stage } from './stage.ts';
import { live, personal } from './talk.ts';
import type { Wire } from './wire.ts';

/** Nobody's: drops are counted from 1. */
export const UNKNOWN_DROP = 900_000_000;
const CHANGED_WITHIN_MS = 3_000;

export const VIEWS: readonly Case<Stage>[] = [
  {
    rule: 'S11',
    name: 'one `drop` per known drop, one `drop_not_found` with the dropId per unknown one',
    async run(stage) {
      const [one, other] = await Promise.all([stage.drop({ stock: 7 }), stage.drop({ stock: 8 })]);
      const unknown = [String(UNKNOWN_DROP), String(UNKNOWN_DROP + 1)];
      const wire = await stage.guest();
      await wire.send({ type: 'watch', dropIds: [one, unknown[0], other, unknown[1], one] });
      for (const dropId of [one, other]) await wire.heard.next({ type: 'drop', dropId });
      for (const dropId of unknown) await wire.heard.next({ type: 'error', code: 'drop_not_found', dropId });
      await pause(300);
      await wire.ping();
      const answers = wire.messages.filter(({ type }) => type === 'drop' || type === 'error');
      expectThat(answers.length === 4, 'four answers, one per drop', wire.heard.describe());
    },
  },
  {
    rule: 'S11',
    name: 'a `drop` says where the drop stands',
    async run(stage) {
      const dropId = await stage.drop({ stock: 7 });
      const wire = await stage.guest();
      const { serverTime, opensAt, ...drop } = await wire.ask(
        { type: 'watch', dropIds: [dropId] },
        { type: 'drop', dropId },
      );
      const standing = { state: 'open', remaining: 7, stock: 7, waitingLine: false, waiting: 0 };
      for (const [member, value] of Object.entries(standing))
        expectThat(drop[member as keyof typeof drop] === value, `${member}: ${value}`, drop);
      expectThat('closesAt' in drop && 'lastGrantedArrival' in drop, 'closesAt and lastGrantedArrival', drop);
      expectThat(typeof drop['version'] === 'string', 'version: text', drop);
      for (const time of [serverTime, opensAt])
        expectThat(!Number.isNaN(Date.parse(String(time))), 'opensAt and serverTime in ISO 8601', time);
    },
  },
  {
    rule: 'S11',
    name: 'changes of watched drops follow, at every node; of others none; the next `watch` replaces the set',
    async run(stage) {
      const [person, one, other] = await Promise.all([stage.bystander(), stage.drop(), stage.drop()]);
      const wires = [await stage.guest(0), await stage.guest(1)];
      for (const wire of wires) await wire.ask({ type: 'watch', dropIds: [one] }, { type: 'drop', dropId: one });
      await Promise.all([person.win(stage.node(), one), person.win(stage.node(1), other)]);
      for (const wire of wires)
        await wire.heard.next({ type: 'drop', dropId: one, remaining: 99 }, { withinMs: CHANGED_WITHIN_MS });
      const [replaced, kept] = wires as [Wire, Wire];
      await replaced.ask({ type: 'watch', dropIds: [other] }, { type: 'drop', dropId: other, remaining: 99 });
      const from = replaced.heard.all.length;
      await person.win(stage.node(), one);
      await person.win(stage.node(), other);
      await replaced.heard.next({ type: 'drop', dropId: other, remaining: 98 }, { withinMs: CHANGED_WITHIN_MS });
      await kept.heard.next({ type: 'drop', dropId: one, remaining: 98 }, { withinMs: CHANGED_WITHIN_MS });
      await pause(500);
      const strays = [
        ...replaced.messages.slice(from).filter(({ dropId }) => dropId === one),
        ...kept.messages.filter(({ dropId }) => dropId === other),
      ];
      expectThat(strays.length === 0, 'nothing of drops that are not watched', strays);
    },
  },
  {
    rule: 'S11',
    name: 'an empty `watch` watches nothing',
    async run(stage) {
      const [person, dropId] = await Promise.all([stage.bystander(), stage.drop()]);
      const [wire, witness] = [await stage.guest(), await stage.guest()];
      for (const one of [wire, witness]) await one.ask({ type: 'watch', dropIds: [dropId] }, { type: 'drop', dropId });
      await wire.send({ type: 'watch', dropIds: [] });
      await wire.ping();
      const from = wire.heard.all.length;
      await person.win(stage.node(), dropId);
      await witness.heard.next({ type: 'drop', dropId, remaining: 99 }, { withinMs: CHANGED_WITHIN_MS });
      await pause(300);
      const strays = wire.messages.slice(from).filter(({ type }) => type === 'drop');
      expectThat(strays.length === 0, 'no drop', strays);
    },
  },
  {
    rule: 'S11',
    name: 'a watched drop that is deleted is told as an unknown one, at every node',
    async run(stage) {
      const dropId = await stage.drop();
      const wires = [await stage.guest(0), await stage.guest(1)];
      for (const wire of wires) await wire.ask({ type: 'watch', dropIds: [dropId] }, { type: 'drop', dropId });
      await stage.shop.deleteDrop(dropId);
      for (const wire of wires) await wire.heard.next({ type: 'error', code: 'drop_not_found', dropId });
    },
  },
  {
    rule: 'S11',
    name: 'who waits in the line of a watched drop is told their place, and that they are out of it; nobody else is',
    async run(stage) {
      const [winner, first, second] = await Promise.all([stage.bystander(), stage.person(), stage.person()]);
      const dropId = await stage.drop({ stock: 1, waitingLine: true });
      await winner.win(stage.node(), dropId);
      for (const person of [first, second]) await person.waitInLine(stage.node(), dropId);
      const [one, other, guest] = [
        await stage.member(first),
        await stage.member(second, { node: 1 }),
        await stage.guest(),
      ];
      for (const wire of [one, other, guest])
        await wire.ask({ type: 'watch', dropIds: [dropId] }, { type: 'drop', dropId, remaining: 0 });
      await one.heard.next({ type: 'line', dropId, position: 1, waiting: 2 });
      await other.heard.next({ type: 'line', dropId, position: 2 });
      await first.leaveLine(stage.node(), dropId);
      await one.heard.next({ type: 'line', dropId, position: null });
      await other.heard.next({ type: 'line', dropId, position: 1, waiting: 1 });
      const strays = guest.messages.filter(({ type }) => type === 'line');
      expectThat(strays.length === 0, 'no place for who does not wait', strays);
    },
  },
  {
    rule: 'S11',
    name: 'in a rush at most five changes a second, and the last one surely',
    async run(stage) {
      const [person, dropId] = await Promise.all([stage.bystander(), stage.drop({ stock: 30 })]);
      const wire = await stage.guest();
      await wire.ask({ type: 'watch', dropIds: [dropId] }, { type: 'drop', dropId });
      for (let count = 0; count < 30; count += 1) await person.win(stage.node(count), dropId);
      await wire.heard.next({ type: 'drop', dropId, remaining: 0 }, { withinMs: CHANGED_WITHIN_MS });
      // By the server's clock: what is late on its way may come all at once.
      const times = wire.messages.flatMap(({ type, serverTime }) =>
        type === 'drop' ? [Date.parse(String(serverTime))] : [],
      );
      // The first is the answer to `watch`; the next may come at once.
      const changes = times.slice(1);
      const crowded = changes.find((atMs) => changes.filter((time) => time >= atMs && time < atMs + 900).length > 6);
      expectThat(crowded === undefined, 'at most 5 a second', changes.map((atMs) => atMs - (times[0] ?? 0)).join(', '));
    },
  },
  {
    rule: 'S12',
    name: 'a claim over HTTP, repeated over the socket: the same answer',
    async run(stage) {
      const [person, dropId] = await Promise.all([stage.bystander(), stage.drop()]);
      const requestId = randomUUID();
      const answer = await person.claim(stage.node(1), dropId, requestId);
      expectThat(answer.body?.outcome === 'granted', 'a grant over HTTP', answer.body);
      const wire = await stage.member(person);
      expectSameAnswer(answer, await claimOver(wire, dropId, requestId));
    },
  },
  {
    rule: 'S12',
    name: 'a claim over the socket, repeated over HTTP and over another socket: the same answer, one unit',
    async run(stage) {
      const [person, dropId] = await Promise.all([stage.bystander(), stage.drop({ stock: 5 })]);
      const requestId = randomUUID();
      const outcome = await claimOver(await stage.member(person), dropId, requestId);
      expectThat(outcome['outcome'] === 'granted', 'a grant', outcome);
      expectSameAnswer(await person.claim(stage.node(1), dropId, requestId), outcome);
      const again = await stage.member(person, { node: 1 });
      const same = await claimOver(again, dropId, requestId);
      expectThat(isDeepStrictEqual(same, outcome), JSON.stringify(outcome), same);
      await again.ask({ type: 'watch', dropIds: [dropId] }, { type: 'drop', dropId, remaining: 4 });
    },
  },
  {
    rule: 'S12',
    name: 'refusals, too: limit_reached, sold_out, not_open',
    async run(stage) {
      const [person, rich] = await Promise.all([stage.person(), stage.bystander()]);
      const [limited, sold, later] = await Promise.all([
        stage.drop({ perUserLimit: 1 }),
        stage.drop({ stock: 1 }),
        stage.drop({ opensAt: new Date(Date.now() + 3_600_000).toISOString() }),
      ]);
      await person.win(stage.node(), limited);
      await rich.win(stage.node(), sold);
      const wire = await stage.member(person);
      const cases = [
        [limited, 'limit_reached'],
        [sold, 'sold_out'],
        [later, 'not_open'],
      ] as const;
      for (const [dropId, outcome] of cases) {
        const requestId = randomUUID();
        const said = await claimOver(wire, dropId, requestId);
        expectThat(said['outcome'] === outcome, outcome, said);
        expectSameAnswer(await person.claim(stage.node(), dropId, requestId), said);
      }
    },
  },
  {
    rule: 'S12',
    name: 'a claim for an unknown drop gets the error drop_not_found with its request id',
    async run(stage) {
      const wire = await stage.member(await stage.bystander());
      const requestId = randomUUID();
      const claim = { type: 'claim', requestId, dropId: String(UNKNOWN_DROP) };
      await wire.ask(claim, { type: 'error', code: 'drop_not_found', requestId });
    },
  },
  {
    rule: 'S13',
    name: 'each `ping` gets one `pong`, within a second, with the server’s time; a guest’s without a cursor',
    async run(stage) {
      for (const wire of [await stage.guest(), await stage.member(await stage.bystander())]) {
        const sentAtMs = Date.now();
        for (let count = 0; count < 5; count += 1) await wire.send({ type: 'ping' });
        const pongs = () => wire.heard.all.filter(({ message }) => message.type === 'pong');
        await wire.heard.when(() => pongs()[4], { withinMs: 2_000 });
        await pause(100);
        expectThat(pongs().length === 5, 'five pongs', wire.heard.describe());
        const afterMs = (pongs()[4]?.atMs ?? 0) - sentAtMs;
        expectThat(afterMs <= 1_000, 'within a second', `${afterMs} ms`);
        const { serverTime, cursor }: Record<string, unknown> = pongs()[0]?.message ?? {};
        expectThat(!Number.isNaN(Date.parse(String(serverTime))), 'serverTime', serverTime);
        const isGuest = wire.messages[0]?.['account'] === null;
        expectThat(isGuest === (cursor === undefined || cursor === null), 'a cursor for members only', { cursor });
      }
    },
  },
  {
    rule: 'S13',
    name: 'a `pong` comes in order: its cursor is not below what was told before it, and not above what comes after',
    async run(stage) {
      const [person, dropId] = await Promise.all([stage.person(), stage.drop()]);
      const wire = await stage.member(person);
      const pinging = setInterval(() => void wire.send({ type: 'ping' }), 20);
      try {
        for (let count = 0; count < 4; count += 1) {
          await person.win(stage.node(count), dropId);
          await wire.ping();
        }
        await live(stage, person, dropId, wire, 2);
      } finally {
        clearInterval(pinging);
      }
      await wire.ping();
      let told = 0;
      for (const message of wire.messages) {
        const cursor = Number(message['cursor']);
        if (message.type === 'pong') {
          expectThat(cursor >= told, `a pong with a cursor from ${told} on`, cursor);
          told = cursor;
        } else if (personal({ messages: [message], heard: wire.heard }).length > 0) {
          expectThat(cursor > told, `a message above ${told}, the cursor of the pong before it`, cursor);
          told = cursor;
        }
      }
    },
  },
];

/** Its `outcome`, however long it was `queued`. */
async function claimOver(wire: Wire, dropId: string, requestId: string): Promise<Message> {
  return wire.ask({ type: 'claim', dropId, requestId }, { type: 'outcome', requestId }, 10_000);
}

/** Members of a problem document that the socket does not have, and that may differ from one moment to the next. */
const NOT_COMPARED = ['type', 'title', 'status', 'code', 'detail', 'serverTime'];

function expectSameAnswer({ body }: Answer, outcome: Message): void {
  const isGranted = outcome['outcome'] === 'granted';
  const members = (document: Record<string, unknown>) =>
    Object.fromEntries(
      Object.entries(document).filter(([name]) => name !== 'type' && (isGranted || !NOT_COMPARED.includes(name))),
    );
  const [over, of] = [members(body ?? {}), members(outcome)];
  expectThat(isDeepStrictEqual(over, of), `as over HTTP: ${JSON.stringify(over)}`, of);
}
