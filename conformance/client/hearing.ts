/** C1 to C3, C7, C8: who one is, and what one hands on. */
import { type Case, expectThat, pause } from '../case.ts';
import { type Play, type Session, SLACK_MS } from './play.ts';
import { WATCHED } from './program.ts';
import { drop, FIRST_CURSOR, news } from './scripted-server.ts';

export const HEARING: readonly Case<Play>[] = [
  {
    rule: 'C1',
    name: 'sends `authenticate` first, with its token and, the first time, without a cursor; no token in the URL',
    async run(play) {
      const session = await play.start({ sockets: [{}] });
      const { type, token, cursor } = await session.authenticate(1);
      expectThat(type === 'authenticate', '`authenticate` first', type);
      const isGiven = session.server.tokens.some((given) => given.token === token);
      expectThat(isGiven, 'a token that it was given', 'another');
      expectThat(cursor === undefined, 'no cursor', cursor);
      const url = session.server.connections[0]?.url ?? '';
      expectThat(!url.includes('token'), 'a URL without token', url.replaceAll(/token[^&]*/g, 'token…'));
    },
  },
  ...[
    { what: 'a message', says: [news(41), news(42)], cursor: '42' },
    { what: '`welcome`', says: [], cursor: FIRST_CURSOR },
    { what: 'its last message, whatever views follow', says: [news(43), drop('7', 99)], cursor: '43' },
  ].map(({ what, says, cursor: wanted }) => ({
    rule: 'C1',
    name: `comes back with the cursor of ${what}`,
    async run(play: Play) {
      const session = await play.start({ sockets: [{ says, closes: 'cut', closesAfterMs: 200 }, {}] });
      const { cursor, token } = await session.authenticate(2);
      expectThat(cursor === wanted, `cursor ${wanted}`, { cursor });
      expectThat(typeof token === 'string', 'its token', 'none');
    },
  })),
  {
    rule: 'C1',
    name: 'comes back with the cursor of a `pong`',
    pace: 'slow',
    async run(play) {
      const first = { pong: { cursor: '55' }, closes: 'cut', closesOn: 'first-ping', closesAfterMs: 200 } as const;
      const session = await play.start({ sockets: [first, {}] });
      await session.ended(1, play.limits.pingMs + 5_000);
      const { cursor } = await session.authenticate(2);
      expectThat(cursor === '55', 'cursor 55', { cursor });
    },
  },
  {
    rule: 'C2',
    name: 'hands each message on once and in order',
    async run(play) {
      const says = [news(41), news(42, 'payment'), news(42, 'payment'), news(41), news(43, 'notification'), news(99)];
      const session = await play.start({ sockets: [{ says }] });
      await session.handsOn(99);
      expectSame(session, [41, 42, 43, 99]);
    },
  },
  {
    rule: 'C2',
    name: 'hands on nothing again that it handed on before it came back',
    async run(play) {
      const before = { says: [news(41), news(42)], closes: 'cut', closesAfterMs: 200 } as const;
      const after = { welcome: { cursor: '40', resumed: true }, says: [news(41), news(42), news(43)] };
      const session = await play.start({ sockets: [before, after] });
      await session.handsOn(43);
      expectSame(session, [41, 42, 43]);
    },
  },
  {
    rule: 'C2',
    name: 'compares cursors as numbers: 100 comes after 99',
    async run(play) {
      const session = await play.start({ sockets: [{ says: [news(99), news(100), news(1_000_000_007)] }] });
      await session.handsOn(1_000_000_007);
      expectSame(session, [99, 100, 1_000_000_007]);
    },
  },
  {
    rule: 'C2',
    name: 'what has no cursor is always news',
    async run(play) {
      const session = await play.start({
        sockets: [{ says: [drop('7', 50), drop('7', 49), drop('7', 50), news(41)] }],
      });
      await session.handsOn(41);
      const left = session.program.lines.flatMap(({ message }) =>
        message['type'] === 'drop' && Number(message['remaining']) <= 50 ? [message['remaining']] : [],
      );
      expectThat(left.join() === '50,49,50', 'the views 50, 49, 50', left.join());
    },
  },
  {
    rule: 'C3',
    name: 'after `resumed: false` it says that something was missed, and goes on from that cursor, even a lower one',
    async run(play) {
      const session = await play.start({
        sockets: [
          { says: [news(41)], closes: 'cut', closesAfterMs: 200 },
          { welcome: { cursor: '10', resumed: false }, says: [news(11)], closes: 'cut', closesAfterMs: 300 },
          {},
        ],
      });
      const second = await session.welcomed(2);
      await session.until(() => missedSince(session, second.welcomedAtMs ?? 0), 'a line {"type":"missed"}');
      await session.handsOn(11);
      const { cursor } = await session.authenticate(3);
      expectThat(cursor === '11', 'cursor 11', { cursor });
    },
  },
  {
    rule: 'C3',
    name: 'after `resumed: true` nothing was missed',
    async run(play) {
      const session = await play.start({
        sockets: [{ says: [news(41)], closes: 'cut', closesAfterMs: 200 }, { says: [news(42)] }],
      });
      const second = await session.welcomed(2);
      await session.handsOn(42);
      await pause(300);
      const missed = missedSince(session, second.welcomedAtMs ?? 0);
      expectThat(missed === undefined, 'no line {"type":"missed"}', 'one');
    },
  },
  {
    rule: 'C7',
    name: 'sends `watch` after the `welcome` of each new connection',
    async run(play) {
      const session = await play.start({
        sockets: [{ closes: 1012, closesAfterMs: 500 }, { closes: 'cut', closesAfterMs: 500 }, {}],
      });
      for (const number of [1, 2, 3]) {
        const connection = await session.welcomed(number);
        const watch = await session.until(
          () => connection.frames.find(({ message }) => message['type'] === 'watch'),
          `\`watch\` on WebSocket number ${number}`,
          2_000,
        );
        const dropIds = watch.message['dropIds'];
        expectThat(isWatched(dropIds), `the drops ${WATCHED.join(', ')}`, dropIds);
        const isFirst = connection.frames[0]?.message['type'] === 'authenticate';
        expectThat(isFirst, '`authenticate` before it', connection.frames[0]?.message['type']);
      }
    },
  },
  {
    rule: 'C8',
    name: 'ignores types and members that it does not know',
    async run(play) {
      const unknown = { type: 'weather', sky: 'blue', inner: { type: 'grant' } };
      const says = [
        unknown,
        { ...news(41), future: [1, 2] },
        { ...drop('7', 3), future: null },
        { ...news(42), because: 'gifted' },
        news(43),
      ];
      const session = await play.start({ sockets: [{ welcome: { future: true }, says }] });
      await session.handsOn(43);
      expectSame(session, [41, 42, 43]);
      await pause(300);
      const [first] = session.server.sockets;
      expectThat(
        session.server.sockets.length === 1 && first?.endedAtMs === undefined,
        'the same connection',
        session.describe(),
      );
    },
  },
  {
    rule: 'C8',
    name: 'takes a close code that it does not know for 1006: comes back within a second, with its cursor',
    async run(play) {
      const session = await play.start({ sockets: [{ says: [news(41)], closes: 4999, closesAfterMs: 200 }, {}] });
      const endedAtMs = await session.ended(1);
      const { cursor, token } = await session.authenticate(2);
      const afterMs = (session.server.sockets[1]?.atMs ?? 0) - endedAtMs;
      expectThat(afterMs <= 1_000 + SLACK_MS, 'within a second', `${afterMs} ms`);
      expectThat(cursor === '41' && typeof token === 'string', 'cursor 41 and a token', { cursor });
    },
  },
];

function expectSame(session: Session, wanted: readonly number[]): void {
  const came = session.handedOn();
  expectThat(came.join() === wanted.join(), `the messages ${wanted.join(', ')} handed on`, came.join(', '));
}

function missedSince({ program }: Session, atMs: number): object | undefined {
  return program.lines.find((line) => line.atMs >= atMs && line.message['type'] === 'missed');
}

function isWatched(dropIds: unknown): boolean {
  return Array.isArray(dropIds) && dropIds.toSorted().join() === WATCHED.toSorted().join();
}
