/** For tests: what becomes of the fake ledger's slots: the waiting line, give-backs, payments, ended holds. */
import type { LedgerCharge, LedgerPayment, LedgerWaiter } from '../../history/ledger.ts';
import { type FakeGrant, type FakeLedger, now } from '../fake-ledger.ts';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
type Body = Record<string, unknown>;
type Answer = readonly [status: number, body: object];

const CARDS = [
  { card: '4242 4242 4242 4242', effect: 'succeeds' },
  { card: '4000 0000 0000 0002', effect: 'declined' },
  { card: '4000 0000 0000 0408', effect: 'times_out_charged' },
  { card: '4000 0000 0000 0202', effect: 'answers_late' },
];
const DECIDED_AFTER_MS = 60;
const REFUNDED_AFTER_MS = 90;
/** So long a slot is kept for a payment that began in time. */
const GRACE_MS = 60_000;
const EXPIRY_EVERY_MS = 10;

export class FakeLives {
  readonly #ledger: FakeLedger;
  readonly #waiters: Mutable<LedgerWaiter>[] = [];
  readonly #payments = new Map<string, Mutable<LedgerPayment>>();
  readonly #charges: Mutable<LedgerCharge>[] = [];
  readonly #expiry: NodeJS.Timeout;
  /** How a user's sockets are told something. */
  tell: (userId: string, message: object) => void = () => {};

  constructor(ledger: FakeLedger) {
    this.#ledger = ledger;
    this.#expiry = setInterval(() => this.#expire(), EXPIRY_EVERY_MS);
    ledger.waiting = () => this.#line().length;
    ledger.more = () => [...this.#waiters, ...this.#payments.values(), ...this.#charges];
  }

  close(): void {
    clearInterval(this.#expiry);
  }

  /** `undefined` for calls that are about something else. */
  answer(user: string, call: string, key: string, body: Body): Answer | undefined {
    const ofGrant = /^(\w+) \/v1\/me\/grants\/(7-\d+)(\/\w+)?$/.exec(call);
    const payment = /^GET \/v1\/me\/payments\/(.+)$/.exec(call);
    if (call === 'PUT /v1/drops/7/line') return this.#join(user, key);
    if (call === 'DELETE /v1/drops/7/line') return this.#leave(user);
    if (call === 'GET /v1/payment-methods') return [200, { items: [{ name: 'sandbox', testCards: CARDS }] }];
    if (payment) return this.#paymentAnswer(200, payment[1] ?? '');
    if (call === 'GET /v1/me/grants?dropId=7') return [200, { items: this.#grantsOf(user) }];
    if (ofGrant) return this.#askOfGrant(user, `${ofGrant[1]} ${ofGrant[3] ?? ''}`, ofGrant[2] ?? '', key, body);
    return undefined;
  }

  #join(userId: string, requestId: string): Answer {
    const { outcome, ...claim } = this.#ledger.claim(userId, requestId);
    if (outcome === 'granted') return [201, { outcome, ...claim }];
    const arrival = Number(claim['arrival']);
    const known = this.#waiters.find((waiter) => waiter.userId === userId);
    if (known?.state === 'offered') return [200, { place: 'offered', arrival, grantId: `7-${known.serial}` }];
    if (known === undefined) {
      const joinedAt = now();
      this.#waiters.push({ type: 'waiter', userId, arrival, state: 'waiting', serial: null, joinedAt });
      this.#ledger.append('joined', { arrivals: [arrival], userIds: [userId] });
      this.#offer();
    }
    return [200, { place: 'waiting', arrival, position: 1, waiting: this.#line().length }];
  }

  #leave(userId: string): Answer {
    const waiter = this.#line().find((one) => one.userId === userId);
    if (waiter !== undefined) {
      waiter.state = 'left';
      this.#ledger.append('left', { arrivals: [waiter.arrival], userIds: [userId] });
    }
    return [204, {}];
  }

  #askOfGrant(userId: string, what: string, id: string, key: string, body: Body): Answer {
    const grant = this.#ledger.grants.find((one) => one.id === id && one.userId === userId);
    if (grant === undefined) return [404, { code: 'grant_not_found' }];
    if (what === 'GET ') return [200, viewOf(grant)];
    const isRepeated = grant.state === 'returned' || this.#payments.has(key);
    if (!isRepeated && !isLiving(grant))
      return [409, { code: `slot_${grant.state === 'held' ? 'expired' : grant.state}` }];
    if (what === 'POST /payments') return this.#pay(grant, key, body);
    if (this.#ledger.lie === 'takes back') return [200, { ...viewOf(grant), state: 'returned' }];
    if (grant.state === 'held') this.#release(grant, 'returned');
    return [200, viewOf(grant)];
  }

  #pay(grant: FakeGrant, id: string, { card }: Body): Answer {
    if (this.#payments.has(id)) return this.#paymentAnswer(201, id);
    if (grant.paymentId !== null) return [409, { code: 'payment_in_flight' }];
    const { serial, userId } = grant;
    const at = now();
    this.#payments.set(id, {
      ...{
        type: 'payment',
        id,
        serial,
        userId,
        method: 'sandbox',
        state: 'pending',
        amount: this.#ledger.drop.price ?? 0,
      },
      ...{ createdAt: at, askedAt: at, decidedAt: null, refundedAt: null, failure: null },
    });
    grant.expiresAt = now(GRACE_MS);
    const effect = CARDS.find((one) => one.card === card)?.effect;
    if (effect === 'succeeds') this.#succeed(grant, id);
    else if (effect === 'declined') this.#fail(grant, id, 'card_declined');
    else this.#keepWaiting(grant, id, effect ?? '');
    return this.#paymentAnswer(effect === 'succeeds' || effect === 'declined' ? 201 : 202, id);
  }

  #keepWaiting(grant: FakeGrant, id: string, effect: string): void {
    grant.paymentId = id;
    setTimeout(() => {
      if (effect === 'times_out_charged') this.#succeed(grant, id);
      else this.#fail(grant, id, 'no_answer');
      this.tell(grant.userId, { type: 'payment', payment: this.#payments.get(id) });
      if (effect === 'answers_late') this.#chargeLate(grant, id);
    }, DECIDED_AFTER_MS);
  }

  #succeed(grant: FakeGrant, id: string): void {
    this.#decide(id, 'succeeded', null);
    this.#charges.push({ type: 'charge', orderId: id, amount: this.#ledger.drop.price ?? 0, refunded: false });
    if (this.#ledger.lie === 'unsells') return;
    Object.assign(grant, { state: 'confirmed', settledAt: now(), paymentId: id });
    this.#ledger.append('settled', { state: 'confirmed', serials: [grant.serial] });
  }

  #fail(grant: FakeGrant, id: string, failure: string): void {
    this.#decide(id, 'failed', failure);
    Object.assign(grant, { paymentId: null, expiresAt: grant.holdUntil });
  }

  /** The buyer was told that it has failed. */
  #chargeLate(grant: FakeGrant, id: string): void {
    const charge = { type: 'charge' as const, orderId: id, amount: this.#ledger.drop.price ?? 0, refunded: false };
    this.#charges.push(charge);
    this.#decide(id, 'refunding', 'no_answer');
    setTimeout(() => {
      charge.refunded = true;
      this.#decide(id, 'refunded', 'no_answer');
      this.tell(grant.userId, { type: 'payment', payment: this.#payments.get(id) });
    }, REFUNDED_AFTER_MS);
  }

  #decide(id: string, state: string, failure: string | null): void {
    Object.assign(this.#payments.get(id) ?? {}, { state, failure, decidedAt: now() });
    if (state === 'refunded') Object.assign(this.#payments.get(id) ?? {}, { refundedAt: now() });
  }

  #paymentAnswer(status: number, id: string): Answer {
    const payment = this.#payments.get(id);
    return payment === undefined ? [404, { code: 'payment_not_found' }] : [status, payment];
  }

  #expire(): void {
    for (const grant of this.#ledger.grants) {
      if (grant.state !== 'held' || grant.paymentId !== null || isLiving(grant)) continue;
      this.#release(grant, 'expired');
      this.tell(grant.userId, { type: 'grant', because: 'expired', grant: viewOf(grant) });
    }
  }

  #release(grant: FakeGrant, state: 'returned' | 'expired'): void {
    Object.assign(grant, { state, releasedAt: now() });
    this.#ledger.append('released', { state, serials: [grant.serial] });
    this.#offer();
  }

  #offer(): void {
    const ledger = this.#ledger;
    const [head] = this.#line();
    if (head === undefined || ledger.out().length >= ledger.drop.stock || ledger.lie === 'stalls') return;
    const { userId, arrival } = head;
    const grant = ledger.grant(userId, arrival);
    Object.assign(head, { state: 'offered', serial: grant.serial });
    Object.assign(ledger.claims[arrival - 1] ?? {}, { serial: grant.serial });
    ledger.append('offered', { firstSerial: grant.serial, arrivals: [arrival], userIds: [userId], passed: [] });
    if (ledger.lie !== 'whispers') this.tell(userId, { type: 'grant', because: 'offered', grant: viewOf(grant) });
  }

  #line(): readonly Mutable<LedgerWaiter>[] {
    return this.#waiters.filter(({ state }) => state === 'waiting').sort((a, b) => a.arrival - b.arrival);
  }

  #grantsOf(user: string): readonly object[] {
    return this.#ledger.grants
      .filter(({ userId }) => userId === user)
      .map(viewOf)
      .reverse();
  }
}

/** A payment that began in time keeps its slot. */
function isLiving({ state, holdUntil, paymentId }: FakeGrant): boolean {
  return state === 'held' && (paymentId !== null || now() < (holdUntil ?? ''));
}

function viewOf({ id, serial, arrival, state, holdUntil }: FakeGrant): object {
  return { id, dropId: '7', serial, arrival, state, holdUntil };
}
