/** Words that many cases use. */
import { isDeepStrictEqual } from 'node:util';
import { Broken, expectThat } from '../case.ts';
import type { Person } from './api.ts';
import type { Heard, Message } from './heard.ts';
import type { Stage } from './stage.ts';

interface Connection {
  readonly heard: Heard;
  readonly messages: Message[];
}

export function aboutGrant(message: Message, grantId: string, because?: string): boolean {
  const { type, grant } = message;
  if (type !== 'grant' || (because !== undefined && message['because'] !== because)) return false;
  return (grant as { id?: string } | undefined)?.id === grantId;
}

/** Ids of the coupons that were told of. */
export function grantsHeard({ messages }: Connection): Set<string> {
  return new Set(messages.flatMap(({ type, grant }) => (type === 'grant' ? String((grant as Message)['id']) : [])));
}

export async function hearsGrant(
  connection: Connection,
  grantId: string,
  because: string,
  withinMs = 5_000,
): Promise<Message> {
  const look = () => connection.messages.find((message) => aboutGrant(message, grantId, because));
  const found = await connection.heard.when(look, { withinMs, whileOpen: true });
  if (found !== undefined) return found;
  throw new Broken(
    `the message that coupon ${grantId} was ${because}, within ${withinMs / 1000} s`,
    connection.heard.describe(),
  );
}

export async function hearsNotification(connection: Connection, grantId: string, withinMs = 8_000): Promise<void> {
  const look = () => connection.messages.find((message) => notificationGrant(message) === grantId);
  if ((await connection.heard.when(look, { withinMs, whileOpen: true })) !== undefined) return;
  throw new Broken(`the notification of coupon ${grantId}, within ${withinMs / 1000} s`, connection.heard.describe());
}

/** The coupon that a notification `granted` tells of. */
function notificationGrant({ type, notification }: Message): string | undefined {
  const { type: sort, data } = (notification ?? {}) as { type?: string; data?: { grantId?: string } };
  return type === 'notification' && sort === 'granted' ? data?.grantId : undefined;
}

/** What happens to a person, with a cursor each: not `welcome`, not `pong`. */
export function personal(connection: Connection): Message[] {
  return connection.messages.filter(({ type }) => ['grant', 'payment', 'notification'].includes(type));
}

export function cursorsOf(messages: readonly Message[]): number[] {
  return messages.map(({ cursor }) => Number(cursor));
}

/** Both, message by message, and with the same contents. */
export function expectSame(expected: readonly Message[], came: readonly Message[], what: string): void {
  const difference = expected.findIndex((message, place) => !isDeepStrictEqual(message, came[place]));
  const isSame = difference === -1 && expected.length === came.length;
  const list = (messages: readonly Message[]) =>
    `${messages.length} messages with the cursors ${messages.map(({ cursor }) => cursor).join(', ')}`;
  expectThat(
    isSame,
    `${what}: ${list(expected)}`,
    difference === -1 ? list(came) : differs(expected, came, difference, list),
  );
}

function differs(
  expected: readonly Message[],
  came: readonly Message[],
  place: number,
  list: (messages: readonly Message[]) => string,
): string {
  const [wanted, other] = [expected[place], came[place]];
  const isBody = wanted?.['cursor'] === other?.['cursor'];
  return isBody
    ? `another text for cursor ${wanted?.['cursor']}: ${JSON.stringify(other)} instead of ${JSON.stringify(wanted)}`
    : list(came);
}

/** A few things happen to a person, at all nodes; resolves when `witness` has heard of all. The ids of the coupons. */
export async function live(
  stage: Stage,
  person: Person,
  dropId: string,
  witness: Connection,
  coupons = 3,
): Promise<string[]> {
  // One after the other: a second claim of the same person on the same drop may be told to wait for the first.
  const ids: string[] = [];
  for (let place = 0; place < coupons; place += 1) ids.push(await person.win(stage.node(place), dropId));
  const [used, cancelled] = ids;
  if (used !== undefined) await person.use(stage.node(1), used);
  if (cancelled !== undefined) await person.cancel(stage.node(0), cancelled);
  if (used !== undefined) await hearsGrant(witness, used, 'used');
  if (cancelled !== undefined) await hearsGrant(witness, cancelled, 'cancelled');
  for (const id of ids) {
    await hearsGrant(witness, id, 'granted');
    await hearsNotification(witness, id);
  }
  return ids;
}
