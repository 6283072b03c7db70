/** C9, C10: another way, and claims over any. */
import { type Case, expectThat, NotTried, pause } from '../case.ts';
import type { Play, Session } from './play.ts';
import { WATCHED } from './program.ts';
import { type Connection, news, type Turn, watchedIn } from './scripted-server.ts';

const REFUSED: Turn = { refuses: 403 };
const BLOCKED_AFTER = 3;
const STREAM_WITHIN_MS = 25_000;
const REQUEST_ID = 'conformance-1';

export const WAYS: readonly Case<Play>[] = [
  {
    rule: 'C9',
    name: 'uses the event stream after three WebSockets that could not be opened, with its token and drops',
    pace: 'slow',
    async run(play) {
      const session = await play.start({ sockets: [REFUSED], streams: [{ says: [news(41), news(42)] }] });
      const stream = await streamOf(session, 1);
      const before = session.server.sockets.filter(({ atMs }) => atMs <= stream.atMs).length;
      expectThat(before >= BLOCKED_AFTER, 'three WebSockets before it', `${before}`);
      const { authorization = '' } = stream.headers;
      const isGiven = session.server.tokens.some(({ token }) => authorization === `Bearer ${token}`);
      expectThat(
        isGiven,
        'Authorization: Bearer and a token that it was given',
        authorization === '' ? 'none' : 'another',
      );
      expectThat(!stream.url.includes('token'), 'a URL without token', 'one with');
      const watched = watchedIn(stream.url);
      expectThat(watched.toSorted().join() === WATCHED.join(), `watch=${WATCHED.join()}`, stream.url);
      expectThat(stream.headers['last-event-id'] === undefined, 'no Last-Event-ID the first time', 'one');
      await session.handsOn(42);
      expectThat(session.handedOn().join() === '41,42', '41, 42 handed on', session.handedOn().join());
    },
  },
  {
    rule: 'C9',
    name: 'goes on with the last cursor, from WebSocket to stream and from stream to stream',
    pace: 'slow',
    async run(play) {
      const session = await play.start({
        sockets: [{ says: [news(41), news(42)], closes: 'cut', closesAfterMs: 300 }, REFUSED],
        streams: [{ says: [news(42), news(43)], closes: 1012, closesAfterMs: 300 }, { says: [news(44)] }],
      });
      for (const [number, cursor] of [
        [1, '42'],
        [2, '43'],
      ] as const) {
        const { headers } = await streamOf(session, number);
        expectThat(headers['last-event-id'] === cursor, `Last-Event-ID: ${cursor}`, headers['last-event-id'] ?? 'none');
      }
      await session.handsOn(44);
      expectThat(session.handedOn().join() === '41,42,43,44', '41, 42, 43, 44 handed on', session.handedOn().join());
    },
  },
  {
    rule: 'C9',
    name: 'after `event: close` with 4401 it gets a fresh token first (C5)',
    pace: 'slow',
    async run(play) {
      const session = await play.start({ sockets: [REFUSED], streams: [{ closes: 4401, closesAfterMs: 300 }, {}] });
      const { endedAtMs } = await session.until(
        () => {
          const [stream] = session.server.streams;
          return stream?.endedAtMs === undefined ? undefined : stream;
        },
        'an event stream',
        STREAM_WITHIN_MS,
      );
      const { headers } = await streamOf(session, 2);
      const fresh = session.server.tokens.filter(({ atMs }) => atMs >= (endedAtMs ?? 0));
      const isFresh = fresh.some(({ token }) => headers.authorization === `Bearer ${token}`);
      expectThat(isFresh, 'a token that was asked for after the close', 'an old one, or none');
    },
  },
  {
    rule: 'C9',
    name: 'fewer than three in a row are no reason',
    pace: 'slow',
    async run(play) {
      const session = await play.start({
        sockets: [REFUSED, REFUSED, { closes: 'cut', closesAfterMs: 300 }, REFUSED, REFUSED, {}],
        streams: [{}],
      });
      await session.welcomed(6, STREAM_WITHIN_MS);
      const { length } = session.server.streams;
      expectThat(length === 0, 'no event stream', `${length}`);
    },
  },
  {
    rule: 'C10',
    name: 'repeats a claim that was not answered, with the same request id, and not after its answer',
    async run(play) {
      const session = await play.start({
        sockets: [
          { ignoresClaims: true, closes: 'cut', closesOn: 'claim', closesAfterMs: 100 },
          { closes: 'cut', closesAfterMs: 2_500 },
          {},
        ],
      });
      await session.welcomed(1);
      session.program.tell(`claim 7 ${REQUEST_ID}`);
      const { claims } = session.server;
      const first = await session.until(
        () => claims[0] ?? session.program.lines.find(({ message }) => message['type'] === 'cannot'),
        'a claim',
        5_000,
      );
      if ('message' in first) throw new NotTried('the program says that it does not claim');
      if (first.way === 'http') throw new NotTried('the first claim came over HTTP, and was answered there');
      const second = await session.until(() => claims[1], 'the same claim again', 5_000);
      expectThat(second.requestId === REQUEST_ID && second.dropId === '7', `request id ${REQUEST_ID}, drop 7`, second);
      await session.until(
        () => session.program.lines.find(({ message }) => message['type'] === 'outcome'),
        'the outcome, handed on',
        2_000,
      );
      await session.welcomed(3);
      await pause(1_000);
      expectThat(claims.length === 2, 'no claim after its answer', `${claims.length} claims`);
    },
  },
];

function streamOf(session: Session, number: number): Promise<Connection> {
  return session.until(() => session.server.streams[number - 1], `event stream number ${number}`, STREAM_WITHIN_MS);
}
