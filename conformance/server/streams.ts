/** S20 to S23: server-sent events. */
import { type Case, expectThat, pause } from '../case.ts';
import { fewPerUser, shortTokens } from './needs.ts';
import { NEVER_GIVEN_OUT } from './resume.ts';
import type { Stage } from './stage.ts';
import { expectSame, grantsHeard, hearsGrant, live, personal } from './talk.ts';
import { UNKNOWN_DROP } from './views.ts';
import { endOf } from './who.ts';

const WITHIN_A_SECOND_MS = 1_000;
const WATCHED_DROPS_MAX = 100;

export const STREAMS: readonly Case<Stage>[] = [
  {
    rule: 'S20',
    name: 'a guest’s stream: `welcome` first, then the watched drops and their changes',
    async run(stage) {
      const [person, dropId, other] = await Promise.all([stage.bystander(), stage.drop(), stage.drop()]);
      const unknown = String(UNKNOWN_DROP);
      const stream = await stage.stream(0, { watch: [dropId, other, unknown] });
      expectThat(stream.status === 200, '200', stream.status);
      expectThat(stream.contentType.startsWith('text/event-stream'), 'text/event-stream', stream.contentType);
      for (const id of [dropId, other]) await stream.heard.next({ type: 'drop', dropId: id, remaining: 100 });
      await stream.heard.next({ type: 'error', code: 'drop_not_found', dropId: unknown });
      const [welcome] = stream.messages;
      expectThat(welcome?.type === 'welcome' && welcome['account'] === null, 'a guest’s welcome first', welcome);
      await person.win(stage.node(), dropId);
      await stream.heard.next({ type: 'drop', dropId, remaining: 99 });
    },
  },
  {
    rule: 'S20',
    name: 'a member’s stream: the same messages as on a socket, their cursors as ids, those of `welcome`, too',
    async run(stage) {
      const [person, dropId] = await Promise.all([stage.person(), stage.drop()]);
      const wire = await stage.member(person);
      const stream = await stage.stream(1, { token: await person.token(), watch: [dropId] });
      const welcome = await stream.heard.next({ type: 'welcome' });
      const { id } = (welcome['account'] ?? {}) as { id?: string };
      expectThat(
        id === person.id && stream.messages[0] === welcome,
        'the member’s welcome first',
        stream.heard.describe(),
      );
      const ids = await live(stage, person, dropId, wire);
      const last = await person.win(stage.node(), dropId);
      for (const connection of [wire, stream]) await hearsGrant(connection, last, 'granted');
      const until = Number(wire.messages.find(({ grant }) => (grant as { id?: string })?.id === last)?.['cursor']);
      const from = Number(welcome['cursor']);
      const own = (connection: typeof wire | typeof stream) =>
        personal(connection).filter(({ cursor }) => Number(cursor) > from && Number(cursor) <= until);
      expectSame(own(wire), own(stream), 'the same as on the socket');
      expectThat(
        ids.every((grantId) => grantsHeard(stream).has(grantId)),
        'all coupons',
        stream.heard.describe(),
      );
      for (const { event, id: eventId, data } of stream.events) {
        const { type, cursor } = JSON.parse(data);
        expectThat(event === 'message', 'events without a name of their own', event);
        if (typeof cursor === 'string') expectThat(eventId === cursor, `id: ${cursor} for ${type}`, eventId);
        else expectThat(eventId === undefined, `no id for ${type}`, eventId);
      }
    },
  },
  {
    rule: 'S20',
    name: 'a bad token, or one of a session that has ended, gets 401 and no stream',
    async run(stage) {
      const session = await (await stage.bystander()).signIn(stage.node());
      const ended = await session.token();
      await session.signOut();
      for (const token of ['no-token', ended]) {
        const stream = await stage.stream(0, { token });
        expectThat(stream.status === 401, '401', stream.status);
        expectThat(!stream.contentType.startsWith('text/event-stream'), 'no event stream', stream.contentType);
      }
    },
  },
  {
    rule: 'S20',
    name: 'a hundred drops are watched, one more gets 400 and no stream',
    async run(stage) {
      // The same one, however often it is named.
      const dropId = await stage.drop();
      const watch = Array.from({ length: WATCHED_DROPS_MAX }, () => dropId);
      const stream = await stage.stream(0, { watch });
      await stream.heard.next({ type: 'drop', dropId });
      const { status, contentType } = await stage.stream(0, { watch: [...watch, dropId] });
      expectThat(status === 400, '400', status);
      expectThat(!contentType.startsWith('text/event-stream'), 'no event stream', contentType);
    },
  },
  ...[
    { from: 'a stream', to: 'a stream' },
    { from: 'a socket', to: 'a stream' },
    { from: 'a stream', to: 'a socket' },
  ].map(({ from, to }) => ({
    rule: 'S21',
    name: `${to} goes on where ${from} ended`,
    async run(stage: Stage) {
      const [person, dropId] = await Promise.all([stage.person(), stage.drop()]);
      const witness = await stage.member(person);
      const left =
        from === 'a stream'
          ? await stage.stream(1, { token: await person.token() })
          : await stage.member(person, { node: 1 });
      await left.heard.next({ type: 'welcome' });
      const seen = await person.win(stage.node(), dropId);
      const { cursor } = await hearsGrant(left, seen, 'granted');
      left.close();
      await live(stage, person, dropId, witness);
      const token = await person.token();
      const back =
        to === 'a stream' ? await stage.stream(0, { token, lastEventId: String(cursor) }) : await stage.socket();
      if (!('events' in back)) await back.send({ type: 'authenticate', token, cursor });
      const welcome = await back.heard.next({ type: 'welcome' });
      expectThat(welcome['resumed'] === true, '`resumed: true`', welcome);
      const last = await person.win(stage.node(), dropId);
      for (const connection of [witness, back]) await hearsGrant(connection, last, 'granted');
      const until = Number(back.messages.find(({ grant }) => (grant as { id?: string })?.id === last)?.['cursor']);
      const missed = (connection: { messages: typeof back.messages; heard: typeof back.heard }) =>
        personal(connection).filter(
          (message) => Number(message['cursor']) > Number(cursor) && Number(message['cursor']) <= until,
        );
      expectSame(missed(witness), missed(back), 'all that came after the cursor');
      const repeated = personal(back).filter((message) => Number(message['cursor']) <= Number(cursor));
      expectThat(repeated.length === 0, 'nothing twice', repeated);
    },
  })),
  {
    rule: 'S21',
    name: 'a Last-Event-ID that was never given out, or is none: `resumed: false`',
    async run(stage) {
      const person = await stage.bystander();
      for (const lastEventId of NEVER_GIVEN_OUT) {
        const stream = await stage.stream(0, { token: await person.token(), lastEventId });
        const { resumed } = await stream.heard.next({ type: 'welcome' });
        expectThat(resumed === false, `\`resumed: false\` for ${lastEventId}`, { resumed });
        stream.close();
      }
    },
  },
  {
    rule: 'S22',
    name: 'a `pong` every 15 s, which nobody asks for',
    pace: 'slow',
    async run(stage) {
      const { streamPongMs } = stage.settings.times;
      const stream = await stage.stream();
      const pongs = () => stream.heard.all.filter(({ message }) => message.type === 'pong');
      await stream.heard.when(() => pongs()[1], { withinMs: streamPongMs * 2.3, whileOpen: true });
      const [first, second] = pongs();
      expectThat(second !== undefined, `two pongs in ${streamPongMs * 2} ms`, `${pongs().length}`);
      const apartMs = second.atMs - (first?.atMs ?? 0);
      expectThat(
        Math.abs(apartMs - streamPongMs) < streamPongMs * 0.2 + 400,
        `${streamPongMs} ms apart`,
        `${apartMs} ms`,
      );
    },
  },
  {
    rule: 'S23',
    name: 'a sign-out ends the session’s streams with 4403 within a second, at every node (S5)',
    async run(stage) {
      const session = await (await stage.bystander()).signIn(stage.node());
      const token = await session.token();
      const streams = [await stage.stream(0, { token }), await stage.stream(1, { token })];
      for (const stream of streams) await stream.heard.next({ type: 'welcome' });
      await session.signOut();
      const answeredAtMs = Date.now();
      for (const stream of streams) {
        const end = await stream.closed([4403], 5_000);
        const afterMs = end.atMs - answeredAtMs;
        expectThat(afterMs <= WITHIN_A_SECOND_MS, 'within a second of the sign-out', `${afterMs} ms`);
        expectThat(stream.events.at(-1)?.event === 'close', '`event: close` last', stream.events.at(-1)?.event);
      }
    },
  },
  {
    rule: 'S23',
    name: 'the end of the token ends a stream with 4401 within 2 s (S4)',
    pace: 'slow',
    needs: shortTokens,
    async run(stage) {
      const session = await (await stage.bystander()).signIn(stage.node());
      const stream = await stage.stream(0, { token: session.lastToken });
      const { earliestMs, latestMs } = endOf(session);
      const end = await stream.closed([4401], latestMs + 2_300 - Date.now());
      expectThat(end.atMs > earliestMs - 200, 'not before the token ends', `${earliestMs - end.atMs} ms before`);
    },
  },
  {
    rule: 'S23',
    name: 'streams count as connections of an account: the quiet one is closed with 4409 (S18)',
    needs: fewPerUser,
    async run(stage) {
      const person = await stage.person();
      const first = await stage.stream(0, { token: await person.token() });
      await first.heard.next({ type: 'welcome' });
      await pause(50);
      const others = [];
      for (let count = 0; count < stage.settings.socketsPerUser; count += 1) {
        const wire = await stage.member(person);
        await wire.ping();
        others.push(wire);
      }
      await first.closed([4409], 2_000);
      for (const wire of others) await wire.ping();
    },
  },
];
