/** C4 to C6: when one comes back, and when one leaves. */
import { Broken, type Case, expectThat, pause } from '../case.ts';
import { type Play, type Session, SLACK_MS } from './play.ts';
import type { Connection, Turn } from './scripted-server.ts';

const BACKOFF_MAX_MS = 20_000;
const FULL_WAIT_MS = 5_000;
const MEANWHILE_MS = 1_000;
const LONG_WAIT_WITHIN_MS = 25_000;
/** Six waits in a row, the last of up to 13 s. */
const WAITS_WITHIN_MS = 60_000;
const CLIENTS_COMPARED = 4;
const GAPS = 6;
/** Taken, and thrown out before `welcome`: nothing that a client might call a success. */
const THROWN_OUT: Turn = { welcome: false, closes: 1012 };

export const RETURNING: readonly Case<Play>[] = [
  ...(['cut', 1001, 1012, 4408] as const).map((closes) => ({
    rule: 'C4',
    name: `comes back within a second after ${closes === 'cut' ? '1006' : closes}`,
    async run(play: Play) {
      const session = await play.start({ sockets: [{ closes, closesAfterMs: 200 }, {}] });
      const afterMs = await returnsAfter(session, 1, 5_000);
      expectThat(afterMs <= 1_000 + SLACK_MS, 'within a second', `${afterMs} ms`);
    },
  })),
  {
    rule: 'C4',
    name: 'waits longer and longer, at most 20 s, and not in step with others',
    pace: 'slow',
    async run(play) {
      const sessions = await Promise.all(
        Array.from({ length: CLIENTS_COMPARED }, () => play.start({ sockets: [THROWN_OUT] })),
      );
      const gaps = await Promise.all(sessions.map((session) => gapsOf(session)));
      const shown = gaps.map((each) => each.join(', ')).join(' | ');
      const early = gaps.flatMap((each) => each.slice(0, 2));
      const late = gaps.flatMap((each) => each.slice(-2));
      expectThat(
        gaps.every(([first = 0]) => first <= 1_000 + SLACK_MS),
        'first within a second',
        `${shown} ms`,
      );
      expectThat(mean(late) > 1.5 * mean(early), 'longer and longer waits', `${shown} ms`);
      expectThat(Math.max(...gaps.flat()) <= BACKOFF_MAX_MS + SLACK_MS, 'at most 20 s', `${shown} ms`);
      const spread = Array.from({ length: GAPS }, (_, place) => gaps.map((each) => each[place] ?? 0)).map(
        (each) => (Math.max(...each) - Math.min(...each)) / mean(each),
      );
      expectThat(mean(spread) > 0.25, 'different waits of clients that left together', `${shown} ms`);
    },
  },
  ...[1013, 4429].map((closes) => ({
    rule: 'C4',
    name: `comes back after ${closes}, and not before 5 s have passed, whatever happens`,
    pace: 'slow' as const,
    async run(play: Play) {
      const session = await play.start({ sockets: [{ closes, closesAfterMs: 200 }, {}] });
      await session.ended(1);
      await pause(MEANWHILE_MS);
      for (const line of ['networkBack', 'lookedAt']) session.program.tell(line);
      const afterMs = await returnsAfter(session, 1, BACKOFF_MAX_MS + FULL_WAIT_MS);
      expectThat(afterMs >= FULL_WAIT_MS - 50, 'not before 5 s have passed', `${afterMs} ms`);
    },
  })),
  {
    rule: 'C4',
    name: 'a `welcome` starts the backoff anew',
    pace: 'slow',
    async run(play) {
      const refused = Array.from({ length: 5 }, () => THROWN_OUT);
      const last: Turn = { closes: 'cut', closesAfterMs: 200 };
      const session = await play.start({ sockets: [THROWN_OUT, ...refused, last, {}] });
      const number = refused.length + 2;
      await session.welcomed(number, WAITS_WITHIN_MS);
      const afterMs = await returnsAfter(session, number, 5_000);
      expectThat(afterMs <= 1_000 + SLACK_MS, 'within a second', `${afterMs} ms`);
    },
  },
  ...['networkBack', 'lookedAt'].map((line) => ({
    rule: 'C4',
    name: `comes back at once when ${line === 'lookedAt' ? 'the page is shown again' : 'the network is back'}`,
    pace: 'slow' as const,
    async run(play: Play) {
      const session = await play.start({ sockets: [THROWN_OUT] });
      for (let time = 0; time < 2; time += 1) {
        const count = await aLongWait(session);
        session.program.tell(line);
        const toldAtMs = Date.now();
        await session.until(() => session.server.sockets[count], `a WebSocket at once after ${line}`, 5_000);
        const afterMs = (session.server.sockets[count]?.atMs ?? 0) - toldAtMs;
        expectThat(afterMs <= SLACK_MS, `a WebSocket at once after ${line}`, `${afterMs} ms`);
      }
    },
  })),
  {
    rule: 'C5',
    name: 'after 4401 it gets a fresh token first',
    async run(play) {
      const session = await play.start({ sockets: [{ closes: 4401, closesAfterMs: 200 }, {}] });
      const endedAtMs = await session.ended(1);
      const { token } = await session.authenticate(2, 25_000);
      const fresh = session.server.tokens.find((given) => given.token === token);
      expectThat(
        fresh !== undefined && fresh.atMs >= endedAtMs,
        'a token that was asked for after the close',
        'an old one',
      );
    },
  },
  {
    rule: 'C5',
    name: 'a token that is refused at once, too: a fresh one each time',
    async run(play) {
      const refused: Turn = { welcome: false, closes: 4401, closesAfterMs: 200 };
      const session = await play.start({ sockets: [refused, refused, {}] });
      const given = [1, 2, 3].map(async (number) => (await session.authenticate(number, 25_000))['token']);
      const tokens = await Promise.all(given);
      expectThat(new Set(tokens).size === 3, 'three tokens', `${new Set(tokens).size}`);
    },
  },
  {
    rule: 'C5',
    name: 'after 4403 it comes back as a guest, if at all',
    async run(play) {
      const session = await play.start({ sockets: [{ closes: 4403, closesAfterMs: 200 }, {}] });
      await session.ended(1);
      const second = await session.look(() => session.server.sockets[1], 4_000);
      if (second === undefined) return;
      const { token } = await session.authenticate(2);
      expectThat(token === undefined, 'no token', 'one');
    },
  },
  {
    rule: 'C5',
    name: 'after 4409 it comes back only when a person looks at the page again',
    pace: 'slow',
    async run(play) {
      const session = await play.start({ sockets: [{ closes: 4409, closesAfterMs: 200 }, {}] });
      await session.ended(1);
      const early = await session.look(() => session.server.connections[1], 6_000);
      expectThat(early === undefined, 'no connection', 'one');
      session.program.tell('lookedAt');
      await session.socket(2, 1_000 + SLACK_MS);
    },
  },
  {
    rule: 'C6',
    name: 'sends `ping` at least every 30 s',
    pace: 'slow',
    async run(play) {
      const { pingMs } = play.limits;
      const session = await play.start({ sockets: [{}] });
      const connection = await session.welcomed(1);
      const untilMs = (connection.welcomedAtMs ?? 0) + pingMs * 1.5;
      for (let times = 1; Date.now() < untilMs; times += 1) {
        const at = await session.until(() => pings(connection)[times - 1], '`ping`', pingMs + SLACK_MS);
        const before = pings(connection)[times - 2] ?? connection.welcomedAtMs ?? 0;
        expectThat(at - before <= pingMs + SLACK_MS, `${pingMs} ms between pings at most`, `${at - before} ms`);
        await session.look(() => pings(connection)[times], Math.max(0, untilMs - Date.now()));
        if (pings(connection)[times] === undefined) break;
      }
    },
  },
  {
    rule: 'C6',
    name: 'leaves a connection that does not answer its `ping` within 10 s, and comes back',
    pace: 'slow',
    async run(play) {
      const { pingMs, answerMs } = play.limits;
      const session = await play.start({ sockets: [{ isSilent: true }, {}] });
      const connection = await session.welcomed(1);
      const pingAtMs = await session.until(() => pings(connection)[0], '`ping`', pingMs + SLACK_MS);
      const expected = `another connection after ${answerMs} ms without an answer`;
      const second = await session.until(() => session.server.connections[1], expected, answerMs + 2_000 + SLACK_MS);
      const afterMs = second.atMs - pingAtMs;
      expectThat(afterMs >= answerMs * 0.2, 'time to answer', `${afterMs} ms`);
    },
  },
];

/** From the end of this connection to the next one. */
async function returnsAfter(session: Session, number: number, withinMs: number): Promise<number> {
  const endedAtMs = await session.ended(number);
  const next = await session.until(() => session.server.connections[number], 'another connection', withinMs);
  return next.atMs - endedAtMs;
}

async function gapsOf(session: Session): Promise<number[]> {
  await session.until(() => session.server.sockets[GAPS], `${GAPS + 1} attempts`, WAITS_WITHIN_MS);
  const attempts = session.server.sockets.slice(0, GAPS + 1);
  return attempts.slice(1).map(({ atMs }, place) => atMs - (attempts[place]?.endedAtMs ?? 0));
}

/** Until it waits for long, by then it has failed often; the count of its attempts. */
async function aLongWait(session: Session): Promise<number> {
  const untilMs = Date.now() + LONG_WAIT_WITHIN_MS;
  while (Date.now() < untilMs) {
    const { sockets } = session.server;
    const last = sockets.at(-1);
    const quietMs = last?.endedAtMs === undefined ? 0 : Date.now() - last.endedAtMs;
    if (sockets.length >= 3 && quietMs > 900) return sockets.length;
    await session.look(() => undefined, 50);
  }
  throw new Broken('longer waits after several attempts', `${session.server.sockets.length} attempts`);
}

function pings({ frames }: Connection): number[] {
  return frames.filter(({ message }) => message['type'] === 'ping').map(({ atMs }) => atMs);
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / Math.max(1, numbers.length);
}
