/** For tests: the ledger of the reference model, its tables and its one decision. */
import type { Attempt, Outcome } from './attempt.ts';
import type { LedgerClaim, LedgerEntry, LedgerGrant, LedgerOutcome } from './ledger.ts';
import type { Draft, Fate, Mutable, Plan } from './reference-plan.ts';
import { checkCharacter } from './rules/codes.ts';

const opensAt = Date.parse('2026-11-21T10:00:00.000Z');

function iso(atMs: number): string {
  return new Date(opensAt + atMs).toISOString();
}

/** The nth code: well-formed, and another for each number. */
export function codeOf(number: number): string {
  const characters = String(number).padStart(11, '0');
  return `${characters}${checkCharacter(characters)}`.replace(/.{4}(?=.)/g, '$&-');
}

export interface Press {
  readonly userId: string;
  readonly requestId: string;
  readonly sentAt: number;
  readonly fate: Fate;
  readonly place: number;
}

export function refusal(outcome: Outcome, arrival: number | null): Partial<Attempt> {
  return { outcome, arrival, status: outcome === 'not_open' ? 425 : 409 };
}

export class Table {
  #stock: number;
  #cancelledAt: string | null = null;
  readonly #plan: Plan;
  readonly #claims: Mutable<LedgerClaim>[] = [];
  readonly #grants: Mutable<LedgerGrant>[] = [];
  readonly #entries: Mutable<LedgerEntry>[] = [];

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#stock = plan.stock;
    this.#append('created', -1000, { stock: plan.stock });
  }

  get isFull(): boolean {
    return this.#grants.length >= this.#stock;
  }

  /** What a gate that knows the ledger as it stands would refuse this user with; `null`: it lets the claim through. */
  gate(userId: string): LedgerOutcome | null {
    const outcome = this.#outcomeFor(userId);
    return outcome === 'granted' ? null : outcome;
  }

  decide(presses: readonly Press[], at: number): LedgerClaim[] {
    if (presses.length === 0) return [];
    const firstArrival = this.#claims.length + 1;
    const firstSerial = this.#grants.length + 1;
    const decided = presses.map((press) => this.#decideOne(press, at));
    this.#append('claims', at, {
      firstArrival,
      firstSerial,
      outcomes: decided.map((claim) => claim.outcome[0]).join(''),
      userIds: decided.map((claim) => claim.userId),
      requestIds: decided.map((claim) => claim.requestId),
    });
    return decided;
  }

  #decideOne({ userId, requestId }: Press, at: number): LedgerClaim {
    const arrival = this.#claims.length + 1;
    const outcome = this.#outcomeFor(userId);
    const serial = outcome === 'granted' ? this.#grants.length + 1 : null;
    const claim = { type: 'claim' as const, userId, requestId, arrival, outcome, serial, claimedAt: iso(at) };
    this.#claims.push(claim);
    if (serial !== null) this.#grants.push(this.#grant(serial, userId, arrival, at));
    return claim;
  }

  #outcomeFor(userId: string): LedgerOutcome {
    if (this.#cancelledAt !== null) return 'closed';
    const held = this.#grants.filter((grant) => grant.userId === userId).length;
    if (held >= this.#plan.perUserLimit) return 'limit_reached';
    return this.isFull ? 'sold_out' : 'granted';
  }

  #grant(serial: number, userId: string, arrival: number, at: number): LedgerGrant {
    const coupon = this.#plan.kind === 'coupon';
    return {
      type: 'grant',
      serial,
      userId,
      arrival,
      code: coupon ? codeOf(serial) : null,
      state: coupon ? 'issued' : 'held',
      grantedAt: iso(at),
      releasedAt: null,
      holdUntil: coupon ? null : iso(at + 1_800_000),
      validUntil: coupon ? iso(at + 86_400_000) : null,
    };
  }

  /** What clients are told of a claim. */
  told(claim: LedgerClaim): Partial<Attempt> {
    if (claim.serial === null) return refusal(claim.outcome, claim.arrival);
    const code = this.#grants[claim.serial - 1]?.code ?? null;
    return {
      outcome: 'granted',
      arrival: claim.arrival,
      serial: claim.serial,
      grantId: `7-${claim.serial}`,
      code,
      status: 201,
    };
  }

  raise(by: number, at: number): void {
    this.#stock += by;
    this.#append('amended', at, { changes: { stock: this.#stock } });
  }

  cancel(at: number): void {
    this.#cancelledAt = iso(at);
    this.#append('cancelled', at, {});
  }

  #append(kind: string, at: number, body: Record<string, unknown>): void {
    this.#entries.push({ type: 'entry', number: this.#entries.length + 1, kind, at: iso(at), body });
  }

  export(): Draft['ledger'] {
    return {
      drop: {
        type: 'drop',
        id: '7',
        kind: this.#plan.kind,
        stock: this.#stock,
        granted: this.#grants.length,
        arrivals: this.#claims.length,
        entries: this.#entries.length,
        serials: this.#grants.length,
        perUserLimit: this.#plan.perUserLimit,
        opensAt: iso(0),
        closesAt: null,
        cancelledAt: this.#cancelledAt,
        serverTime: iso(3_600_000),
      },
      claims: this.#claims,
      grants: this.#grants,
      entries: this.#entries,
    };
  }
}
