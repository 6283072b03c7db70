/**
 * One person's sale, from the answer to the claim on. What they mean to do was drawn before (conduct.ts).
 *
 *   claim ──refused──> at home                              did not want to wait
 *     │          └───> waiting ──had enough──> at home      an offer that crosses the leaving is taken
 *     │                   │
 *     └──granted──────────┴──an offer──> holding ──> paid         with one card, or after a declined or late one with another
 *                                               ├──> gave back
 *                                               └──> walked away  until told that the hold has ended
 *
 * The socket tells of offers, payments and ended holds. After it was lost, what was said meanwhile is asked for.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../answer.ts';
import type { PersonCalls } from './calls.ts';
import type { TestCards } from './cards.ts';
import { deedOf, type FirstCard, type Intentions } from './conduct.ts';
import type { Inbox, News } from './inbox.ts';
import type { WholeSaleOptions } from './options.ts';
import type { End, SaleRecord } from './sale-record.ts';
import { type GrantTold, isDecided, type PaymentTold } from './told.ts';

/** What everybody in a sale shares. */
export interface Sale {
  readonly options: WholeSaleOptions;
  readonly stock: number;
  readonly cards: TestCards;
  /** How far the server's clock is ahead of the monotonic one. */
  readonly clockOffsetMs: number;
  readonly record: SaleRecord;
  /** Counts something that a correct server never answers. */
  readonly countError: (kind: string) => void;
  /** Aborts when the sale is over. */
  readonly over: AbortSignal;
}

/** `waiting`: nothing happens to this person unless a unit comes. */
export type Standing = 'pressing' | 'busy' | 'waiting' | 'gone';

/** How long things are thought over at most, as shares of a hold. */
const joinWithin = 1 / 4;
const payWithin = 1 / 8;
const giveBackWithin = 1 / 2;
const leaveWithin = 2;
/** An offer that was made before the leaving was heard of is told within this time. */
const crossedWithin = 1 / 4;
/** A hold's end is noticed a moment later, on a busy server seconds later, and told then. */
const expiryToldWithinMs = 15_000;
/** The clocks are known to a few milliseconds. */
const clockSlackMs = 100;
const askAgainAfterMs = 2000;
const inFlightAgainAfterMs = 500;
const triesToPayMax = 10;
/** Of a timer. */
const longestMs = 2 ** 31 - 1;

export class Person {
  #standing: Standing = 'pressing';
  readonly #id: string;
  readonly #sale: Sale;
  readonly #intentions: Intentions;
  readonly #calls: PersonCalls;
  readonly #inbox: Inbox;

  constructor(id: string, sale: Sale, intentions: Intentions, calls: PersonCalls, inbox: Inbox) {
    this.#id = id;
    this.#sale = sale;
    this.#intentions = intentions;
    this.#calls = calls;
    this.#inbox = inbox;
  }

  get standing(): Standing {
    return this.#standing;
  }

  /** `answer`: the claim's, `null` when none came. Resolves when the sale has ended for this person. */
  async live(requestId: string, answer: Answer | null): Promise<void> {
    this.#standing = 'busy';
    try {
      this.#sale.record.countEnd(await this.#live(requestId, answer));
    } catch (error) {
      if (!this.#sale.over.aborted) throw error;
      this.#sale.record.countEnd(this.standing === 'waiting' ? 'waited in vain' : 'cut short');
    } finally {
      this.#standing = 'gone';
      this.#calls.close();
    }
  }

  async #live(requestId: string, answer: Answer | null): Promise<End> {
    if (answer?.outcome === 'granted' && answer.grantId !== null) {
      const holdUntilMs = Date.parse(answer.holdUntil ?? '');
      return this.#decide({ id: answer.grantId, state: 'held', holdUntilMs });
    }
    if (answer?.outcome !== 'sold_out') return 'without answer';
    return this.#intentions.joins ? this.#wait(requestId) : 'went home';
  }

  async #wait(requestId: string): Promise<End> {
    await this.#think(joinWithin);
    const joined = await this.#calls.join(requestId);
    if ('refused' in joined) {
      this.#complain(`line: ${joined.refused}`, `request ${requestId}`);
      return 'went home';
    }
    if (joined.place === 'granted') return this.#decide(joined.grant);
    const patienceMs = (this.#intentions.leavesAfter ?? Number.POSITIVE_INFINITY) * leaveWithin * this.#holdMs;
    this.#standing = 'waiting';
    const offer = await this.#offer(patienceMs);
    this.#standing = 'busy';
    if (offer !== null) return this.#decide(offer);
    await this.#calls.leave();
    // The socket may have been lost just now.
    const crossed = (await this.#offer(crossedWithin * this.#holdMs)) ?? (await this.#findOffer());
    return crossed === undefined ? 'left the line' : this.#decide(crossed);
  }

  async #offer(withinMs: number): Promise<GrantTold | null> {
    const isIt = (news: News) => (news.type === 'grant' && news.because === 'offered' ? news.grant : undefined);
    const heard = await this.#hear(isIt, withinMs, () => this.#findOffer());
    return heard?.told ?? null;
  }

  /** Who was away for too long finds a slot whose hold has ended. */
  async #findOffer(): Promise<GrantTold | undefined> {
    const [newest] = await this.#calls.grants();
    if (newest !== undefined) this.#sale.record.offersFound.add(newest.id);
    return newest;
  }

  async #decide(slot: GrantTold): Promise<End> {
    if (slot.state !== 'held') return 'missed the turn';
    const { options, stock, record } = this.#sale;
    const offered = record.offers.has(slot.id) ? record.offers.size : 0;
    switch (deedOf(this.#intentions, options, offered, stock)) {
      case 'pay':
        return this.#pay(slot);
      case 'give back':
        return this.#giveBack(slot);
      case 'walk away':
        return this.#walkAway(slot);
    }
  }

  async #giveBack(slot: GrantTold): Promise<End> {
    await this.#think(giveBackWithin);
    const sentAt = performance.now();
    const told = await this.#calls.giveBack(slot.id);
    if ('refused' in told) return this.#refused(slot, 'cancel', told.refused, `grant ${slot.id}`);
    if (told.state !== 'returned') this.#complain(`cancel: ${told.state}`, `grant ${slot.id}`);
    this.#sale.record.givenBack.set(slot.id, { sentAt, answeredAt: performance.now() });
    return 'gave back';
  }

  async #walkAway(slot: GrantTold): Promise<End> {
    const endsAt = this.#clientTime(slot.holdUntilMs);
    const isIt = (news: News) =>
      news.type === 'grant' && news.because === 'expired' && news.grant.id === slot.id ? news.grant : undefined;
    const heard = await this.#hear(isIt, endsAt + expiryToldWithinMs - performance.now(), async () => {
      const grant = await this.#calls.grant(slot.id);
      return grant?.state === 'expired' ? grant : undefined;
    });
    if (heard === null) this.#sale.record.endsNotHeard.set(slot.id, performance.now());
    else if (heard.over === 'ws') this.#sale.record.expiriesToldAfterMs.push(performance.now() - endsAt);
    return 'walked away';
  }

  async #pay(slot: GrantTold): Promise<End> {
    for (let tried = 1; tried <= triesToPayMax; tried += 1) {
      await this.#think(payWithin);
      const wanted = tried === 1 ? this.#intentions.firstCard : 'good';
      const end = await this.#payWith(wanted, slot, `pay-${slot.id}-${tried}`);
      if (end !== undefined) return end;
    }
    return this.#walkAway(slot);
  }

  /** `undefined`: no money was taken, and the slot is still there. */
  async #payWith(wanted: FirstCard, slot: GrantTold, key: string): Promise<End | undefined> {
    const { cards, record, over } = this.#sale;
    const card = cards[wanted][Math.floor(this.#intentions.inclination * cards[wanted].length)] ?? '';
    const paid = await this.#calls.pay(slot.id, key, card);
    if ('refused' in paid) {
      if (paid.refused !== 'payment_in_flight') return this.#refused(slot, 'payment', paid.refused, key);
      await sleep(inFlightAgainAfterMs, undefined, { signal: over });
      return this.#payWith(wanted, slot, key);
    }
    const payment = isDecided(paid.payment) ? paid.payment : await this.#untilDecided(slot, key, paid);
    const { state, failure } = payment;
    const end = state === 'failed' ? `failed: ${failure}` : state;
    record.payments.push({ end, afterMs: performance.now() - paid.sentAt });
    if (state === 'succeeded') return 'bought';
    if (state === 'refunded' || failure?.startsWith('slot_')) return this.#tooLate;
    // A provider that was found away by others is asked again.
    if (wanted === 'good' && failure !== 'no_answer') this.#complain(`a good card ${end}`, `payment ${payment.id}`);
    return undefined;
  }

  async #untilDecided(
    slot: GrantTold,
    key: string,
    { payment: { id }, sentAt }: { readonly payment: PaymentTold; readonly sentAt: number },
  ): Promise<PaymentTold> {
    const isIt = (news: News) =>
      news.type === 'payment' && news.payment.id === id && isDecided(news.payment) ? news.payment : undefined;
    const look = () => this.#calls.payment(id);
    for (;;) {
      const heard = await this.#hear(isIt, askAgainAfterMs, look);
      const payment = heard?.told ?? (await look());
      if (payment === undefined || !isDecided(payment)) continue;
      this.#calls.keepPaymentEnd(slot.id, key, payment, sentAt, heard?.over ?? 'http');
      return payment;
    }
  }

  /** Too late is nobody's fault, too early is the server's. */
  #refused(slot: GrantTold, what: string, code: string, about: string): End {
    const isOver = performance.now() > this.#clientTime(slot.holdUntilMs) - clockSlackMs;
    if (code !== 'slot_expired' || !isOver) this.#complain(`${what}: ${code}`, about);
    return this.#tooLate;
  }

  get #tooLate(): End {
    return this.#intentions.firstCard === 'late' ? 'paid too late' : 'lost while paying';
  }

  /** What `read` makes of the news, or what `look` finds after the socket was lost; `null` when nothing comes in time. */
  async #hear<Told extends object>(
    read: (news: News) => Told | undefined,
    withinMs: number,
    look: () => Promise<Told | undefined>,
  ): Promise<{ readonly told: Told; readonly over: 'ws' | 'http' } | null> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const leftMs = Math.min(longestMs, Math.max(0, deadline - performance.now()));
      const readOrLook = (news: News) => (news.type === 'reopened' ? 'look' : read(news));
      const told = await this.#inbox.next<Told | 'look'>(readOrLook, leftMs, this.#sale.over);
      if (told === null) return null;
      if (told !== 'look') return { told, over: 'ws' };
      const found = await look();
      if (found !== undefined) return { told: found, over: 'http' };
    }
  }

  #complain(kind: string, about: string): void {
    this.#sale.countError(kind);
    this.#sale.record.noteOddity(`user ${this.#id}, ${about}: ${kind}`);
  }

  /** Everybody takes their own time. */
  async #think(holds: number): Promise<void> {
    await sleep(this.#intentions.slowness * holds * this.#holdMs, undefined, { signal: this.#sale.over });
  }

  #clientTime(serverMs: number): number {
    return serverMs - this.#sale.clockOffsetMs;
  }

  get #holdMs(): number {
    return this.#sale.options.holdSeconds * 1000;
  }
}
