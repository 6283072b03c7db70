/**
 * What an entry of the drop's log tells, read from its body: for the herald, who tells people, and for the history checker. An exported log is evidence, not
 * trusted, and a log may be younger than its reader: an entry of an unknown kind, or with a body of another shape, reads as `undefined`.
 *
 *   created, amended    the drop's terms, by their names in the API: all of them, or those that have changed
 *   cancelled           no more claims, no more offers
 *   claims              one batch: a letter, a user and a request per claim, in arrival order
 *   released            these grants ended, and their units went back
 *   settled             these grants came to their final state, and keep their units
 *   joined, left        people took places in the waiting line, or gave them up; a place is the arrival of a refused claim
 *   offered             units went to the head of the line, in order; `passed` had all they may have, and lost their places
 */
import type { Outcome } from './outcome.ts';

/** What of an entry says what it tells. */
export interface EntryBody {
  readonly kind: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Of the answers to claims those that stand in the log. */
export type LoggedOutcome = Exclude<Outcome['outcome'], 'not_open'>;

const outcomeOfLetter: Readonly<Record<string, LoggedOutcome>> = {
  g: 'granted',
  s: 'sold_out',
  l: 'limit_reached',
  c: 'closed',
};
export const LOGGED_OUTCOMES = Object.values(outcomeOfLetter);

export interface ClaimsEvent {
  readonly kind: 'claims';
  readonly firstArrival: number;
  /** Of the batch's granted claims. 0 when there is none, and the log does not say. */
  readonly firstSerial: number;
  readonly outcomes: readonly LoggedOutcome[];
  readonly userIds: readonly string[];
  readonly requestIds: readonly string[];
}

export interface EndingEvent {
  readonly kind: 'released' | 'settled';
  readonly state: string;
  readonly serials: readonly number[];
}

export interface PlacesEvent {
  readonly kind: 'joined' | 'left';
  readonly arrivals: readonly number[];
  readonly userIds: readonly string[];
}

export interface OfferedEvent {
  readonly kind: 'offered';
  readonly firstSerial: number;
  readonly arrivals: readonly number[];
  readonly userIds: readonly string[];
  readonly passed: readonly number[];
}

export interface TermsEvent {
  readonly kind: 'created' | 'amended';
  readonly terms: Readonly<Record<string, unknown>>;
}

export type LogEvent = TermsEvent | ClaimsEvent | EndingEvent | PlacesEvent | OfferedEvent | { kind: 'cancelled' };

export function readEvent({ kind, body }: EntryBody): LogEvent | undefined {
  switch (kind) {
    case 'created':
      return { kind, terms: body };
    case 'amended':
      return isRecord(body['changes']) ? { kind, terms: body['changes'] } : undefined;
    case 'cancelled':
      return { kind };
    case 'claims':
      return readClaims(body);
    case 'released':
    case 'settled':
      return typeof body['state'] === 'string' && isNumbers(body['serials'])
        ? { kind, state: body['state'], serials: body['serials'] }
        : undefined;
    case 'joined':
    case 'left': {
      const places = readPlaces(body);
      return places && { kind, ...places };
    }
    case 'offered': {
      const places = readPlaces(body);
      const { firstSerial, passed } = body;
      if (places === undefined || typeof firstSerial !== 'number' || !isNumbers(passed)) return undefined;
      return { kind, firstSerial, passed, ...places };
    }
    default:
      return undefined;
  }
}

function readClaims(body: EntryBody['body']): ClaimsEvent | undefined {
  const { firstArrival, firstSerial, outcomes: letters, userIds, requestIds } = body;
  if (typeof firstArrival !== 'number' || typeof letters !== 'string' || !/^[gslc]*$/.test(letters)) return undefined;
  if (!isTexts(userIds, letters.length) || !isTexts(requestIds, letters.length)) return undefined;
  if (typeof firstSerial !== 'number' && letters.includes('g')) return undefined;
  return {
    kind: 'claims',
    firstArrival,
    firstSerial: typeof firstSerial === 'number' ? firstSerial : 0,
    outcomes: Array.from(letters, (letter) => outcomeOfLetter[letter] ?? 'closed'),
    userIds,
    requestIds,
  };
}

function readPlaces({ arrivals, userIds }: EntryBody['body']): Pick<PlacesEvent, 'arrivals' | 'userIds'> | undefined {
  return isNumbers(arrivals) && isTexts(userIds, arrivals.length) ? { arrivals, userIds } : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'number');
}

function isTexts(value: unknown, length: number): value is string[] {
  return Array.isArray(value) && value.length === length && value.every((item) => typeof item === 'string');
}
