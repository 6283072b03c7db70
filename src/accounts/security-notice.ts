/** Who had an account until it changed hears of it: in the transaction of the change, so that none is forgotten, whoever dies after it. */
import { randomUUID } from 'node:crypto';
import type { Queryable } from '../database/database.ts';
import { notify } from '../notifications/notify.ts';
import type { Ways } from '../notifications/preferences.ts';
import { type Numbered, putMessages } from '../realtime/inbox.ts';
import type { LockedAccount } from './store.ts';

/** Last in its transaction. Returns messages for sockets: announce them after the commit. */
export async function tellOfChange(
  transaction: Queryable,
  type: 'email_changed' | 'password_changed',
  { id: userId, username, email: address, lockedAt }: LockedAccount,
  ways: Ways,
): Promise<Numbered[]> {
  const data = { username, address, changedAt: lockedAt.toISOString() };
  // Each change is one of its own. Its hour would not do as its name: clocks are set back.
  const notice = { userId, type, data, dedupeKey: `${type} ${randomUUID()}` } as const;
  return putMessages(transaction, await notify(transaction, [notice], ways));
}
