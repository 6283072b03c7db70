/** S1 to S6: who is there. */
import { randomUUID } from 'node:crypto';
import { type Case, expectThat, pause } from '../case.ts';
import type { Session } from './api.ts';
import { matches } from './heard.ts';
import { severalNodes, shortTokens } from './needs.ts';
import type { Stage } from './stage.ts';
import { aboutGrant, grantsHeard, hearsGrant, hearsNotification, personal } from './talk.ts';
import { expectGrowing } from './told.ts';
import type { Wire } from './wire.ts';

const SLACK_MS = 1_500;
const WITHIN_A_SECOND_MS = 1_000;

export const WHO: readonly Case<Stage>[] = [
  {
    rule: 'S1',
    name: 'a socket that says nothing is closed with 4401 after 10 s',
    pace: 'slow',
    async run(stage) {
      const { authenticateMs } = stage.settings.times;
      const wire = await stage.socket();
      const end = await wire.closed([4401], authenticateMs + SLACK_MS);
      const afterMs = end.atMs - wire.openedAtMs;
      expectThat(afterMs > authenticateMs * 0.8, `not before ${authenticateMs} ms have passed`, `${afterMs} ms`);
    },
  },
  ...[
    ['that is none', async () => 'no-token'],
    ['that is empty', async () => ''],
    ['with another signature', async (stage: Stage) => spoilt(await (await stage.bystander()).token())],
  ].map(([what, make]) => ({
    rule: 'S1',
    name: `a token ${what} closes with 4401`,
    async run(stage: Stage) {
      const token = await (make as (stage: Stage) => Promise<string>)(stage);
      const wire = await stage.socket();
      await wire.send({ type: 'authenticate', token });
      await wire.closed([4401], 5_000);
      expectThat(wire.messages.length === 0, 'no welcome', wire.heard.describe());
    },
  })),
  {
    rule: 'S1',
    name: 'the token of a session that has ended closes with 4401, or with 4403 (S5)',
    async run(stage) {
      const session = await (await stage.bystander()).signIn(stage.node());
      const token = await session.token();
      await session.signOut();
      const wire = await stage.socket();
      await wire.send({ type: 'authenticate', token });
      await wire.closed([4401, 4403], 5_000);
    },
  },
  {
    rule: 'S2',
    name: 'a member is welcomed with account, time, heartbeat and cursor',
    async run(stage) {
      const person = await stage.bystander();
      const wire = await stage.socket();
      const welcome = await wire.authenticate(await person.token());
      const { account, heartbeatSeconds, serverTime, cursor, resumed } = welcome as Record<string, unknown>;
      const { id, role } = (account ?? {}) as Record<string, unknown>;
      expectThat(id === person.id && role === 'buyer', 'account {id, role} of the token', { account: { id, role } });
      expectThat(typeof heartbeatSeconds === 'number' && heartbeatSeconds > 0, 'heartbeatSeconds', heartbeatSeconds);
      expectThat(!Number.isNaN(Date.parse(String(serverTime))), 'serverTime in ISO 8601', serverTime);
      expectThat(typeof cursor === 'string' && /^\d+$/.test(cursor), 'a cursor: digits in text', cursor);
      expectThat(typeof resumed === 'boolean', '`resumed`: true or false', resumed);
    },
  },
  {
    rule: 'S2',
    name: 'a guest is welcomed with account null and cursor null',
    async run(stage) {
      const wire = await stage.socket();
      const { account, cursor } = await wire.authenticate();
      expectThat(account === null && cursor === null, 'account null, cursor null', { account, cursor });
    },
  },
  {
    rule: 'S3',
    name: 'a fresh token changes nothing else, whatever cursor comes with it: messages go on after the last one, what is watched stays watched',
    async run(stage) {
      const [person, dropId] = await Promise.all([stage.person(), stage.drop()]);
      const wire = await stage.member(person);
      await wire.ask({ type: 'watch', dropIds: [dropId] }, { type: 'drop', dropId });
      const first = await person.win(stage.node(), dropId);
      await hearsGrant(wire, first, 'granted');
      await hearsNotification(wire, first);
      const { account } = await wire.authenticate(await person.session.refresh(), '0');
      expectThat((account as { id?: string } | null)?.id === person.id, 'the same account', account);
      const from = wire.heard.all.length;
      const second = await person.win(stage.node(), dropId);
      await hearsGrant(wire, second, 'granted');
      await wire.heard.next({ type: 'drop', dropId }, { from });
      await wire.ping();
      expectGrowing(personal(wire));
    },
  },
  {
    rule: 'S3',
    name: 'another account’s token makes it that account’s socket',
    async run(stage) {
      const [one, other, dropId] = await Promise.all([stage.person(), stage.person(), stage.drop()]);
      const wire = await stage.member(one);
      const { account } = await wire.authenticate(await other.token());
      expectThat((account as { id?: string } | null)?.id === other.id, 'the other account', account);
      const ofOne = await one.win(stage.node(), dropId);
      const ofOther = await other.win(stage.node(), dropId);
      await hearsGrant(wire, ofOther, 'granted');
      await pause(300);
      await wire.ping();
      expectThat(!grantsHeard(wire).has(ofOne), 'nothing of the account before', wire.heard.describe());
      await wire.send({ type: 'claim', dropId, requestId: randomUUID() });
      const { grantId } = await wire.heard.next({ type: 'outcome', outcome: 'granted' });
      await hearsGrant(wire, String(grantId), 'granted');
    },
  },
  {
    rule: 'S3',
    name: 'a guest becomes a member, and a member who authenticates without a token a guest',
    async run(stage) {
      const [person, dropId] = await Promise.all([stage.person(), stage.drop()]);
      const wire = await stage.guest();
      const { account } = await wire.authenticate(await person.token());
      expectThat((account as { id?: string } | null)?.id === person.id, 'the account', account);
      await hearsGrant(wire, await person.win(stage.node(), dropId), 'granted');
      const again = await wire.authenticate();
      expectThat(again['account'] === null, 'account null', again['account']);
      const from = wire.heard.all.length;
      const later = await person.win(stage.node(), dropId);
      const witness = await stage.member(person);
      await pause(500);
      await Promise.all([wire.ping(), witness.ping()]);
      const told = wire.messages.slice(from).some((message) => aboutGrant(message, later));
      expectThat(!told, 'no message of a person on a guest’s socket', wire.heard.describe(from));
    },
  },
  {
    rule: 'S4',
    name: 'closes with 4401 within 2 s of the token’s end, not before; tells that person nothing after it',
    pace: 'slow',
    needs: shortTokens,
    async run(stage) {
      const [person, dropId] = await Promise.all([stage.person(), stage.drop()]);
      const session = await person.signIn(stage.node());
      const wire = await stage.socket();
      await wire.authenticate(session.lastToken);
      const { earliestMs, latestMs } = endOf(session);
      const until = latestMs + 2_000;
      const telling = (async () => {
        await pause(earliestMs - 1_000 - Date.now());
        while (wire.isOpen && Date.now() < until) {
          await person.win(stage.node(), dropId);
          await pause(100);
        }
      })();
      const end = await wire.closed([4401], until - Date.now() + 300);
      await telling;
      expectThat(end.atMs > earliestMs - 200, 'not before the token ends', `${earliestMs - end.atMs} ms before`);
      const late = wire.heard.all.find(({ message, atMs }) => 'cursor' in message && atMs > latestMs + 300);
      expectThat(late === undefined, 'no message of that person after the expiry', late?.message);
    },
  },
  {
    rule: 'S4',
    name: 'stays open when a fresh token comes in time',
    pace: 'slow',
    needs: shortTokens,
    async run(stage) {
      const session = await (await stage.bystander()).signIn(stage.node());
      const wire = await stage.socket();
      await wire.authenticate(session.lastToken);
      const { latestMs } = endOf(session);
      await pause((session.expiresInSeconds * 1000) / 2);
      await wire.authenticate(await session.refresh());
      await pause(latestMs + 500 - Date.now());
      await wire.ping();
    },
  },
  ...[
    { where: 'at its node', socketAt: 0, signedOutAt: 0 },
    { where: 'at another node', socketAt: 0, signedOutAt: 1, needs: severalNodes },
    { where: 'at its node, for a socket at another one', socketAt: 1, signedOutAt: 0, needs: severalNodes },
  ].map(({ where, socketAt, signedOutAt, needs }) => ({
    rule: 'S5',
    name: `a sign-out ${where} closes all sockets of the session with 4403 within a second, and no others`,
    ...(needs && { needs }),
    async run(stage: Stage) {
      const person = await stage.bystander();
      const [ended, other] = await Promise.all([person.signIn(stage.node()), person.signIn(stage.node())]);
      const wires = await Promise.all([0, 1].map(() => connect(stage, socketAt, ended)));
      const bystander = await connect(stage, socketAt, other);
      await ended.signOut(stage.node(signedOutAt));
      const answeredAtMs = Date.now();
      for (const wire of wires) {
        const end = await wire.closed([4403], 5_000);
        const afterMs = end.atMs - answeredAtMs;
        expectThat(afterMs <= WITHIN_A_SECOND_MS, 'within a second of the sign-out', `${afterMs} ms`);
      }
      await bystander.ping();
    },
  })),
  {
    rule: 'S6',
    name: 'before `authenticate`, `watch` and `claim` get the error unauthenticated, and the socket may still authenticate',
    async run(stage) {
      const dropId = await stage.drop();
      const wire = await stage.socket();
      await wire.ask({ type: 'watch', dropIds: [dropId] }, { type: 'error', code: 'unauthenticated' });
      const requestId = randomUUID();
      await wire.ask({ type: 'claim', dropId, requestId }, { type: 'error', code: 'unauthenticated', requestId });
      await wire.authenticate();
      expectThat(
        !wire.messages.some((message) => matches(message, { type: 'drop' })),
        'no drop',
        wire.heard.describe(),
      );
    },
  },
  {
    rule: 'S6',
    name: 'a guest’s claim gets the error unauthenticated, with its request id',
    async run(stage) {
      const [wire, dropId] = await Promise.all([stage.guest(), stage.drop()]);
      const requestId = randomUUID();
      await wire.ask({ type: 'claim', dropId, requestId }, { type: 'error', code: 'unauthenticated', requestId });
      await wire.ask({ type: 'watch', dropIds: [dropId] }, { type: 'drop', dropId });
    },
  },
];

async function connect(stage: Stage, node: number, session: Session): Promise<Wire> {
  const wire = await stage.socket(node);
  await wire.authenticate(await session.token());
  return wire;
}

/** When its last token ends, by our clock. A token may keep whole seconds only. */
export function endOf(session: Session): { earliestMs: number; latestMs: number } {
  const lifetimeMs = session.expiresInSeconds * 1000;
  return { earliestMs: session.askedAtMs + lifetimeMs - 1_000, latestMs: session.answeredAtMs + lifetimeMs };
}

/** The same with one character of its signature changed, one that no padding hides. */
function spoilt(token: string): string {
  const place = token.length - 10;
  return `${token.slice(0, place)}${token[place] === 'A' ? 'B' : 'A'}${token.slice(place + 1)}`;
}
