/**
 * A way to pay. The provider keeps books of its own, and may be slow, be away, answer twice, or have taken money of which we never heard: so every call is
 * repeatable, and whoever is in doubt asks `find`, which tells what the provider's books say.
 *
 *   charge   takes the money. The same order asked twice is charged once
 *   find     what has become of an order, whoever asked for it and whenever
 *   refund   gives all of it back. Asked twice, it is given back once
 *
 * What the port leaves out: partial refunds, subscriptions, saved cards, settlement with the shop. None decides who holds a unit.
 */

/** What is to be paid. Its id is ours, unique for ever, and the provider knows the order by it. */
export interface Order {
  readonly id: string;
  readonly userId: string;
  readonly title: string;
  /** A whole number of the currency's smallest unit; above 0. */
  readonly amount: number;
  /** ISO 4217. */
  readonly currency: string;
}

/** What the buyer brings to show that they agree to this payment: a test card, a provider's payment key; nothing for points. */
export type Approval = Readonly<Record<string, string>>;

/** The money was taken. */
export interface Charged {
  readonly state: 'charged';
  /** The provider's own name for it. */
  readonly providerKey: string;
  /** The provider's receipt, if it has a page for it. */
  readonly receiptUrl: string | null;
  /** What was taken, where that is not what the order says: it is given back, all of it, and somebody is told. */
  readonly taken?: { readonly amount: number; readonly currency: string };
}

/** No money was taken, and none will be for this order. */
export interface Declined {
  readonly state: 'declined';
  readonly reason: DeclineReason;
}

/** For people, in their language: the pages have a sentence for each. */
export const DECLINE_REASONS = [
  'card_declined',
  'insufficient_funds',
  'approval_expired',
  'approval_invalid',
  'provider_refused',
] as const;
export type DeclineReason = (typeof DECLINE_REASONS)[number];

/** The provider's books about an order. `unknown`: it never heard of it, or has not decided yet; both may still change. */
export type BookEntry = Charged | Declined | { readonly state: 'refunded' } | { readonly state: 'unknown' };

/** Anything but an answer: a time-out, a broken connection, a fault on the other side. Whether money was taken must be asked. */
export class PaymentInDoubt extends Error {
  /**
   * `order`: the provider is there, and cannot tell of this order alone. What is wrong with one buyer's payment must not close the way for all others, as a provider
   * does that is away (providers.ts).
   */
  readonly about: 'provider' | 'order';

  constructor(
    message: string,
    { about = 'provider', ...options }: ErrorOptions & { about?: 'provider' | 'order' } = {},
  ) {
    super(message, options);
    this.about = about;
  }
}

/** A card of a provider that takes no money, and what it does. */
export interface TestCard {
  readonly card: string;
  readonly effect: string;
}

export interface PaymentMethod {
  readonly name: string;
  /** Only where no money moves: for the page to offer. */
  readonly testCards?: readonly TestCard[];
  /**
   * What the page needs so that the buyer can approve at the provider before anything is charged; null where the approval is given with the call itself.
   * For Toss Payments: the client key, and what its window asks for.
   */
  checkout(order: Order): Readonly<Record<string, string | number>> | null;
  /** The approval in the shape this method needs. Throws `invalid_request` that names what is missing or wrong. */
  readApproval(input: Readonly<Record<string, unknown>>): Approval;
  /** Throws PaymentInDoubt. Bounded in time by the adapter. */
  charge(order: Order, approval: Approval): Promise<Charged | Declined>;
  /** Throws PaymentInDoubt when the books cannot be read. */
  find(order: Order): Promise<BookEntry>;
  /** Resolves when the money is back. Throws PaymentInDoubt; then it may be asked again. */
  refund(order: Order, providerKey: string): Promise<void>;
  /**
   * What the provider says unasked: a webhook's headers and raw body. The order's id, after the signature was verified where the provider signs; undefined for
   * messages that tell of no order of ours. Throws `invalid_request` or `forbidden` for what is malformed or not the provider's. It never says what
   * happened: the books are asked.
   */
  readNotice(headers: Readonly<Record<string, string | undefined>>, body: string): string | undefined;
}
