/** What becomes of a whole sale, as the people in it see it. All instants are monotonic milliseconds. */

/** How the sale ends for a person. */
export type End =
  | 'bought'
  | 'gave back'
  | 'walked away'
  /** With a card that answers late: the slot was gone by then. */
  | 'paid too late'
  /** With cards that answer at once, well within the hold: the server took too long. */
  | 'lost while paying'
  /** The socket was lost when the offer came, and the hold had ended when it was there again. */
  | 'missed the turn'
  | 'went home'
  | 'left the line'
  | 'waited in vain'
  | 'without answer'
  /** Something was still to come when the time was over. */
  | 'cut short';

/** A payment that has come to its end, and how long after it was sent its buyer knew. */
export interface PaymentEnd {
  /** `succeeded`, `refunded`, or `failed: ` and why. */
  readonly end: string;
  readonly afterMs: number;
}

const odditiesMax = 20;

export class SaleRecord {
  /** By grant: when its offer came over the socket. */
  readonly offers = new Map<string, number>();
  /** Offers that were found by asking, by people whose socket was lost for a while. */
  readonly offersFound = new Set<string>();
  /** By grant: when its holder gave it back, and was told that it is. */
  readonly givenBack = new Map<string, { readonly sentAt: number; readonly answeredAt: number }>();
  /** Of those who walked away: from the end of the hold until they were told. */
  readonly expiriesToldAfterMs: number[] = [];
  /** By grant: until when its holder waited to be told that the hold has ended, in vain. */
  readonly endsNotHeard = new Map<string, number>();
  readonly payments: PaymentEnd[] = [];
  readonly ends = new Map<End, number>();
  /** What a correct server never answers, in words: the first of them. */
  readonly oddities: string[] = [];
  /** When people went home. */
  overAt = Number.POSITIVE_INFINITY;

  noteOddity(words: string): void {
    if (this.oddities.length < odditiesMax) this.oddities.push(words);
  }

  countEnd(end: End): void {
    this.ends.set(end, (this.ends.get(end) ?? 0) + 1);
  }

  count(end: End): number {
    return this.ends.get(end) ?? 0;
  }
}
