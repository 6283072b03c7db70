/**
 * Units that came to me from a waiting line, until I have seen to them: kept for as long as the tab lives, since each is told to it once.
 */
import { effect, signal } from '@preact/signals';
import { account } from '../accounts/session.ts';
import { type Grant, isInHandAt } from '../grants/grant.ts';
import { serverNow } from '../realtime/clock.ts';
import { connection } from '../realtime/connection.ts';
import { parseStored, readSession, writeSession } from '../storage/storage.ts';

interface Offer {
  grant: Grant;
  accountId: string;
  /** Told on this page just now, so it is celebrated; not stored, so a reload shows it calmly. */
  isFresh?: boolean;
}

const storageKey = 'doorbuster.offers';
/** More at once than anyone waits for. */
const offersMax = 3;

/** Newest first. */
export const offers = signal<readonly Offer[]>([]);

export function startOffers(): void {
  connection.onMessage((message) => {
    const accountId = account.value?.id;
    if (message.type !== 'grant' || accountId === undefined) return;
    const { grant, because } = message;
    if (!isOpen(grant)) closeOffer(grant.id);
    else if (because === 'offered')
      keep([{ grant, accountId, isFresh: true }, ...without(grant.id)].slice(0, offersMax));
  });
  let shownTo: string | undefined;
  effect(() => {
    const accountId = account.value?.id;
    if (accountId === shownTo) return;
    shownTo = accountId;
    const kept = parseStored(readSession(storageKey), isOffers) ?? [];
    offers.value = kept.filter((offer) => offer.accountId === accountId && isOpen(offer.grant));
  });
}

export function closeOffer(grantId: string): void {
  if (offers.value.some(({ grant }) => grant.id === grantId)) keep(without(grantId));
}

/** Nobody has seen to it, and it is not too late for that. */
function isOpen(grant: Grant): boolean {
  return grant.settledAt === null && isInHandAt(grant, serverNow());
}

function keep(open: readonly Offer[]): void {
  offers.value = open;
  writeSession(storageKey, JSON.stringify(open.map(({ grant, accountId }) => ({ grant, accountId }))));
}

function without(grantId: string): Offer[] {
  return offers.value.filter(({ grant }) => grant.id !== grantId);
}

function isOffers(value: unknown): value is Offer[] {
  return Array.isArray(value) && value.every((offer) => offer?.grant?.id && offer.accountId);
}
