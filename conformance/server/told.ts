/** S7, S8, S10: the messages of a person. */
import { isDeepStrictEqual } from 'node:util';
import { type Case, expectThat, NotTried, pause } from '../case.ts';
import { call } from './api.ts';
import type { Message } from './heard.ts';
import type { Stage } from './stage.ts';
import { cursorsOf, expectSame, grantsHeard, hearsGrant, hearsNotification, live, personal } from './talk.ts';

export const TOLD: readonly Case<Stage>[] = [
  {
    rule: 'S7',
    name: 'cursors are digits, below 2^53, and grow along a connection',
    async run(stage) {
      const [person, dropId] = await Promise.all([stage.person(), stage.drop()]);
      const wire = await stage.member(person);
      const pinging = setInterval(() => void wire.send({ type: 'ping' }), 50);
      await live(stage, person, dropId, wire).finally(() => clearInterval(pinging));
      await wire.ping();
      const withCursor = wire.messages.filter(({ type }) => type !== 'error' && type !== 'drop' && type !== 'line');
      for (const message of withCursor) {
        const { cursor } = message;
        const isCursor = typeof cursor === 'string' && /^\d+$/.test(cursor) && Number.isSafeInteger(Number(cursor));
        expectThat(isCursor, 'a whole number in text, below 2^53', message);
      }
      const [welcome, ...messages] = withCursor.filter(({ type }) => type !== 'pong');
      expectGrowing([...(welcome ? [welcome] : []), ...messages]);
    },
  },
  {
    rule: 'S8',
    name: 'every message comes once on each connection, sockets and streams at all nodes, in the same order',
    async run(stage) {
      const [person, dropId] = await Promise.all([stage.person(), stage.drop()]);
      const wires = [await stage.member(person), await stage.member(person, { node: 1 })];
      const stream = await stage.stream(1, { token: await person.token() });
      await stream.heard.next({ type: 'welcome' });
      const [first] = wires;
      if (first === undefined) return;
      const [last] = (await live(stage, person, dropId, first, 6)).slice(-1);
      // One more thing, so that "all" has an end that everybody can wait for.
      await person.use(stage.node(), String(last));
      for (const connection of [...wires, stream]) await hearsGrant(connection, String(last), 'used');
      await pause(300);
      const lasting = since(personal(first), wires, stream);
      expectGrowing(lasting);
      for (const wire of wires) expectSame(lasting, since(personal(wire), wires, stream), 'the same on all sockets');
      expectSame(lasting, since(personal(stream), wires, stream), 'the same on a stream as on a socket');
    },
  },
  {
    rule: 'S8',
    name: 'nobody else is told, neither another person nor a guest',
    async run(stage) {
      const [person, other, dropId] = await Promise.all([stage.person(), stage.person(), stage.drop()]);
      const [own, foreign, guest] = [await stage.member(person), await stage.member(other), await stage.guest()];
      const ids = await live(stage, person, dropId, own, 2);
      await Promise.all([foreign.ping(), guest.ping()]);
      expectThat(
        !ids.some((id) => grantsHeard(foreign).has(id)),
        'nothing of another person',
        foreign.heard.describe(),
      );
      expectThat(personal(guest).length === 0, 'no messages for a guest', guest.heard.describe());
    },
  },
  {
    rule: 'S8',
    name: 'a coupon and its notification are told as HTTP has them',
    async run(stage) {
      const [person, dropId] = await Promise.all([stage.person(), stage.drop()]);
      const wire = await stage.member(person);
      const won = await person.win(stage.node(), dropId);
      const { grant } = await hearsGrant(wire, won, 'granted');
      await hearsNotification(wire, won);
      const told = wire.messages.findLast(({ type }) => type === 'notification')?.['notification'] as Message;
      expectEqual(await person.own(stage.node(), `grants/${won}`), grant);
      const { items } = await person.own(stage.node(), 'notifications');
      expectEqual(
        items.find(({ id }: Message) => id === told['id']),
        told,
      );
    },
  },
  {
    rule: 'S8',
    name: 'a payment, and what becomes of its slot, are told as HTTP has them',
    async run(stage) {
      const { body } = await call(stage.node(), 'GET', '/v1/payment-methods');
      const method = body.items.find(({ name }: { name: string }) => name === 'sandbox');
      if (method === undefined) throw new NotTried('the shop takes no pretended money (the method `sandbox`)');
      const sale = { kind: 'product', price: 1_000, currency: 'KRW' };
      const [person, dropId] = await Promise.all([stage.person(), stage.drop(sale)]);
      const wire = await stage.member(person);
      const slot = await person.win(stage.node(), dropId);
      const { card } = method.testCards.find(({ effect }: { effect: string }) => effect === 'succeeds');
      const paymentId = await person.pay(stage.node(1), slot, { method: 'sandbox', card });
      const about = () =>
        wire.messages.find(({ type, payment }) => type === 'payment' && (payment as Message)['id'] === paymentId);
      const told = await wire.heard.when(about, { withinMs: 8_000, whileOpen: true });
      expectThat(told !== undefined, `a message with payment ${paymentId}`, wire.heard.describe());
      expectEqual(await person.own(stage.node(), `payments/${paymentId}`), told['payment']);
      const { grant } = await hearsGrant(wire, slot, 'confirmed');
      expectEqual(await person.own(stage.node(), `grants/${slot}`), grant);
      expectGrowing(personal(wire));
    },
  },
  {
    rule: 'S10',
    name: 'without a cursor: `resumed: false`, and messages from now on',
    async run(stage) {
      const [person, dropId] = await Promise.all([stage.person(), stage.drop()]);
      const witness = await stage.member(person);
      const [before] = await live(stage, person, dropId, witness, 1);
      const known = Math.max(...cursorsOf(personal(witness)));
      const wire = await stage.socket();
      const { resumed, cursor } = await wire.authenticate(await person.token());
      expectThat(resumed === false, '`resumed: false`', { resumed });
      expectThat(Number(cursor) >= known, `a cursor from ${known}, which was told already, on`, cursor);
      const now = await person.win(stage.node(), dropId);
      await hearsGrant(wire, now, 'granted');
      expectThat(!grantsHeard(wire).has(String(before)), 'nothing from before', wire.heard.describe());
      expectThat(
        cursorsOf(personal(wire)).every((each) => each > Number(cursor)),
        'messages with greater cursors than that of `welcome`',
        wire.heard.describe(),
      );
    },
  },
];

function expectEqual(wanted: unknown, told: unknown): void {
  expectThat(isDeepStrictEqual(wanted, told), `as over HTTP: ${JSON.stringify(wanted)}`, told);
}

export function expectGrowing(messages: readonly Message[]): void {
  const cursors = cursorsOf(messages);
  const place = cursors.findIndex((cursor, index) => index > 0 && cursor <= (cursors[index - 1] ?? 0));
  expectThat(place === -1, 'cursors that grow, each message once', cursors.join(', '));
}

/** Those that all of these connections were there for: a message of the sign-up may come while they are opened. */
function since(
  messages: readonly Message[],
  wires: readonly { messages: Message[] }[],
  stream: { messages: Message[] },
): Message[] {
  const beginnings = [...wires, stream].map((connection) =>
    Number(connection.messages.find(({ type }) => type === 'welcome')?.['cursor']),
  );
  const last = Math.max(...beginnings);
  return messages.filter(({ cursor }) => Number(cursor) > last);
}
