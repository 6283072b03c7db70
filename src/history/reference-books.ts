/** For tests: the tables of the reference model, its log, and what can be counted in them. */
import type { LedgerGrant, LedgerWaiter } from './ledger.ts';
import type { Draft, Mutable, Plan } from './reference-plan.ts';
import { checkCharacter } from './rules/codes.ts';

const opensAt = Date.parse('2026-11-21T10:00:00.000Z');
const HOLD_MS = 1_800_000;
const VALIDITY_MS = 86_400_000;
/** How long after the last that has happened the ledger is exported. */
const QUIET_MS = 600_000;

export const PRICE = 1_000;

export function iso(atMs: number): string {
  return new Date(opensAt + atMs).toISOString();
}

/** The moment that `iso` told, in milliseconds after the opening. */
export function msOf(time: string): number {
  return Date.parse(time) - opensAt;
}

/** The nth code: well-formed, and another for each number. */
export function codeOf(number: number): string {
  const characters = String(number).padStart(11, '0');
  return `${characters}${checkCharacter(characters)}`.replace(/.{4}(?=.)/g, '$&-');
}

export class Books {
  readonly plan: Plan;
  stock: number;
  perUserLimit: number;
  lineIsOn: boolean;
  cancelledAt: string | null = null;
  readonly claims: Draft['ledger']['claims'] = [];
  readonly grants: Draft['ledger']['grants'] = [];
  readonly waiters: Draft['ledger']['waiters'] = [];
  readonly payments: Draft['ledger']['payments'] = [];
  readonly charges: Draft['ledger']['charges'] = [];
  readonly #entries: Draft['ledger']['entries'] = [];

  constructor(plan: Plan) {
    this.plan = plan;
    this.stock = plan.stock;
    this.perUserLimit = plan.perUserLimit;
    this.lineIsOn = plan.waitingLine;
    const { stock, perUserLimit, waitingLine } = plan;
    this.append('created', -1000, { stock, perUserLimit, closesAt: null, waitingLine });
  }

  append(kind: string, at: number, body: Record<string, unknown>): void {
    this.#entries.push({ type: 'entry', number: this.#entries.length + 1, kind, at: iso(at), body });
  }

  /** Units in people's hands. */
  out(): readonly Mutable<LedgerGrant>[] {
    return this.grants.filter((grant) => grant.releasedAt === null);
  }

  heldBy(userId: string): number {
    return this.out().filter((grant) => grant.userId === userId).length;
  }

  /** The first unit that this user may still do something with. */
  livingOf(userId: string, at: number): Mutable<LedgerGrant> | undefined {
    return this.grants.find((grant) => grant.userId === userId && isLiving(grant) && msOf(grant.expiresAt ?? '') > at);
  }

  /** In the order of their places. */
  line(): readonly Mutable<LedgerWaiter>[] {
    const waiting = this.waiters.filter(({ state }) => state === 'waiting');
    return waiting.sort((a, b) => a.arrival - b.arrival);
  }

  /** Units for newcomers. */
  left(): number {
    return this.stock - this.out().length - (this.lineIsOn ? this.line().length : 0);
  }

  give(userId: string, arrival: number, at: number): number {
    const coupon = this.plan.kind === 'coupon';
    const serial = this.grants.length + 1;
    const holdUntil = coupon ? null : iso(at + HOLD_MS);
    const validUntil = coupon ? iso(at + VALIDITY_MS) : null;
    this.grants.push({
      ...{ type: 'grant', id: `7-${serial}`, serial, userId, arrival, grantedAt: iso(at), holdUntil, validUntil },
      ...{
        code: coupon ? codeOf(serial) : null,
        state: coupon ? 'issued' : 'held',
        expiresAt: holdUntil ?? validUntil,
      },
      ...{ settledAt: null, releasedAt: null, paymentId: null },
    });
    return serial;
  }

  /** `at`: when the last thing happened. */
  export(at: number): Draft['ledger'] {
    const { perUserLimit } = this;
    const { kind } = this.plan;
    const counters = { arrivals: this.claims.length, entries: this.#entries.length, serials: this.grants.length };
    return {
      drop: {
        ...{ type: 'drop', id: '7', kind, perUserLimit, stock: this.stock, waitingLine: this.lineIsOn, ...counters },
        ...{ granted: this.out().length, waiting: this.line().length, price: kind === 'product' ? PRICE : null },
        ...{ opensAt: iso(0), closesAt: null, validUntil: null, cancelledAt: this.cancelledAt },
        serverTime: iso(at + QUIET_MS),
      },
      claims: this.claims,
      grants: this.grants,
      waiters: this.waiters,
      payments: this.payments,
      charges: this.charges,
      entries: this.#entries,
    };
  }
}

export function isLiving({ state }: LedgerGrant): boolean {
  return state === 'issued' || state === 'held';
}
