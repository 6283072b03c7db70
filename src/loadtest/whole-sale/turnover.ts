/**
 * From the ledger's log: which unit that came back went to whom, and how long after it was free the next person heard of it.
 *
 * Units are alike, so the first that came back is the first that is given again. Free it is
 *   given back    when its holder had the answer to that. The next person may hear of it before: that took no time
 *   hold's end    by the server's clock; later, when a payment kept the slot and then failed
 * but never before the next person stood in line.
 */
import type { Ledger, LedgerGrant } from '../../history/ledger.ts';
import { readEvent } from '../../ledger/log-event.ts';
import type { SaleRecord } from './sale-record.ts';

export interface Turnover {
  /** How often the line moved: units offered. */
  readonly offered: number;
  readonly afterGiveBackMs: readonly number[];
  /** The same, since the give-back was sent: how long one person's goodbye takes to be another's luck. */
  readonly sinceGiveBackSentMs: readonly number[];
  readonly afterHoldMs: readonly number[];
  /** Offers that nobody heard of, by grant. Those that were made when people went home already are nobody's fault. */
  readonly untold: readonly string[];
  /** Grants of people who waited to be told that the hold has ended, and were not, though the ledger had ended it. */
  readonly untoldEnds: readonly string[];
}

/** Even on a busy machine. */
const toldWithinMs = 1000;

interface Freed {
  readonly grant: LedgerGrant;
  /** Of the release, by the server's clock. */
  readonly at: string;
}

/** `clockOffsetMs`: how far the server's clock is ahead of the record's. */
export function measureTurnover(ledger: Ledger, record: SaleRecord, clockOffsetMs: number): Turnover {
  const turnover = {
    afterGiveBackMs: [] as number[],
    sinceGiveBackSentMs: [] as number[],
    afterHoldMs: [] as number[],
  };
  const offers = pairOffers(ledger);
  const isTold = (id: string) => record.offers.has(id) || record.offersFound.has(id);
  for (const { id, joinedAt, freed } of offers) {
    const toldAt = record.offers.get(id);
    if (toldAt === undefined || freed === undefined) continue;
    const tookMs = (freeAt: number) => Math.max(0, toldAt - Math.max(freeAt, Date.parse(joinedAt) - clockOffsetMs));
    const { grant } = freed;
    const givenBack = record.givenBack.get(`${ledger.drop.id}-${grant.serial}`);
    if (grant.state === 'expired') turnover.afterHoldMs.push(tookMs(keptUntilMs(ledger, freed) - clockOffsetMs));
    else if (givenBack !== undefined) {
      turnover.afterGiveBackMs.push(tookMs(givenBack.answeredAt));
      turnover.sinceGiveBackSentMs.push(tookMs(givenBack.sentAt));
    }
  }
  const latestMs = record.overAt + clockOffsetMs - toldWithinMs;
  const untold = offers.filter(({ id, at }) => !isTold(id) && !(Date.parse(at) > latestMs)).map(({ id }) => id);
  return { offered: offers.length, untold, untoldEnds: untoldEnds(ledger, record, clockOffsetMs), ...turnover };
}

/** A hold that the ledger ended late was told late: that is no fault of the telling. */
function untoldEnds({ drop, grants }: Ledger, { endsNotHeard }: SaleRecord, clockOffsetMs: number): string[] {
  return grants
    .map(({ serial, releasedAt }) => ({ id: `${drop.id}-${serial}`, releasedAt }))
    .filter(({ id, releasedAt }) => {
      const heardUntil = endsNotHeard.get(id);
      return heardUntil !== undefined && Date.parse(releasedAt ?? '') - clockOffsetMs + toldWithinMs < heardUntil;
    })
    .map(({ id }) => id);
}

interface Offer {
  /** The grant's. */
  readonly id: string;
  /** When it was made, and since when its person stood in line, by the server's clock. */
  readonly at: string;
  readonly joinedAt: string;
  /** The unit as it came back; `undefined` for one that nobody had before. */
  readonly freed: Freed | undefined;
}

function pairOffers({ drop, grants, entries }: Ledger): Offer[] {
  const grantBySerial = new Map(grants.map((grant) => [grant.serial, grant]));
  const units: (Freed | undefined)[] = Array.from({ length: drop.stock });
  const joinedAt = new Map<number, string>();
  const offers: Offer[] = [];
  for (const entry of entries) {
    const event = readEvent(entry);
    switch (event?.kind) {
      case 'claims':
        units.splice(0, event.outcomes.filter((outcome) => outcome === 'granted').length);
        break;
      case 'joined':
        for (const arrival of event.arrivals) joinedAt.set(arrival, entry.at);
        break;
      case 'released':
        for (const grant of event.serials.map((serial) => grantBySerial.get(serial)))
          units.push(grant && { grant, at: entry.at });
        break;
      case 'offered':
        for (const [index, arrival] of event.arrivals.entries()) {
          const id = `${drop.id}-${event.firstSerial + index}`;
          const times = { at: entry.at, joinedAt: joinedAt.get(arrival) ?? drop.opensAt };
          offers.push({ id, ...times, freed: units.shift() });
        }
    }
  }
  return offers;
}

/** By the server's clock. A payment that began in time keeps a slot longer than its hold, until it is decided. */
function keptUntilMs({ payments }: Ledger, { grant, at }: Freed): number {
  const decided = payments.filter(({ serial }) => serial === grant.serial).map(({ decidedAt }) => decidedAt);
  const latest = Math.max(...[grant.holdUntil, ...decided].map((time) => Date.parse(time ?? '') || 0));
  return Math.min(latest, Date.parse(at));
}
