import { effect, signal } from '@preact/signals';
import { account } from '../accounts/session.ts';
import { type Grant, isInHand } from '../grants/grant.ts';
import { connection } from '../realtime/connection.ts';

/** Units that came to me from a waiting line in this visit, until I have seen to them; newest first. */
export const offers = signal<readonly Grant[]>([]);
/** More at once than anyone waits for. */
const offersMax = 3;

export function startOffers(): void {
  connection.onMessage((message) => {
    if (message.type !== 'grant') return;
    const { grant, because } = message;
    if (because === 'offered') offers.value = [grant, ...without(grant.id)].slice(0, offersMax);
    else if (!isInHand(grant) || grant.settledAt !== null) closeOffer(grant.id);
  });
  effect(() => {
    if (account.value === null) offers.value = [];
  });
}

export function closeOffer(grantId: string): void {
  if (offers.value.some(({ id }) => id === grantId)) offers.value = without(grantId);
}

function without(grantId: string): Grant[] {
  return offers.value.filter(({ id }) => id !== grantId);
}
