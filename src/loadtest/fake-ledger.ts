/** For tests: the ledger of the fake server. It decides one claim at a time, and can be told to lie. What becomes of grants: fake-lives.ts. */
import type { LedgerGrant } from '../history/ledger.ts';
import { codeOf } from '../history/reference-table.ts';

/**
 *   oversells     grants one unit too many
 *   forgets       the last unit told is in no table
 *   stalls        units that come back are offered to nobody
 *   whispers      offers are made, but not told over the socket
 *   unsells       a payment is told to have succeeded, and its slot is not confirmed
 *   takes back    a give-back is told to be done, and is not
 */
export type Lie = 'none' | 'oversells' | 'forgets' | 'stalls' | 'whispers' | 'unsells' | 'takes back';

export interface FakeDrop {
  readonly kind: 'coupon' | 'product';
  readonly stock: number;
  readonly perUserLimit: number;
  readonly opensAt: string;
  readonly holdMinutes?: number;
  readonly waitingLine?: boolean;
  readonly price?: number;
}

export type FakeGrant = { -readonly [Key in keyof LedgerGrant]: LedgerGrant[Key] };

export interface FakeClaim {
  readonly userId: string;
  readonly requestId: string;
  readonly arrival: number;
  readonly outcome: string;
  serial: number | null;
}

const COUPON_DAYS_MS = 30 * 86_400_000;

export class FakeLedger {
  readonly lie: Lie;
  readonly claims: FakeClaim[] = [];
  readonly grants: FakeGrant[] = [];
  readonly #answers = new Map<string, Record<string, unknown>>();
  readonly #entries: object[] = [];
  drop: FakeDrop = { kind: 'coupon', stock: 0, perUserLimit: 0, opensAt: '' };
  /** Units that belong to those who wait. */
  waiting: () => number = () => 0;
  /** What the tables hold beside claims and grants. */
  more: () => readonly object[] = () => [];

  constructor(lie: Lie) {
    this.lie = lie;
  }

  open(drop: FakeDrop): object {
    this.drop = drop;
    const { stock, perUserLimit, waitingLine = false } = drop;
    this.append('created', { stock, perUserLimit, waitingLine });
    return { id: '7', ...drop };
  }

  append(kind: string, body: object): void {
    this.#entries.push({ type: 'entry', number: this.#entries.length + 1, kind, at: now(), body });
  }

  find(userId: string, requestId: string): Record<string, unknown> | undefined {
    return this.#answers.get(`${userId} ${requestId}`);
  }

  claim(userId: string, requestId: string): Record<string, unknown> {
    const known = this.find(userId, requestId);
    if (known !== undefined) return known;
    const { opensAt } = this.drop;
    const serverTime = now();
    if (serverTime < opensAt) return { outcome: 'not_open', requestId, opensAt, serverTime };
    const outcome = this.#decide(userId);
    const arrival = this.claims.length + 1;
    const [userIds, requestIds] = [[userId], [requestId]];
    const firstSerial = this.grants.length + 1;
    this.append('claims', { firstArrival: arrival, firstSerial, outcomes: outcome[0], userIds, requestIds });
    const grant = outcome === 'granted' ? this.grant(userId, arrival) : undefined;
    this.claims.push({ userId, requestId, arrival, outcome, serial: grant?.serial ?? null });
    const told = grant && { serial: grant.serial, grantId: grant.id, code: grant.code, holdUntil: grant.holdUntil };
    const answer = { outcome, dropId: '7', requestId, arrival, ...told };
    this.#answers.set(`${userId} ${requestId}`, answer);
    return answer;
  }

  /** A unit in this user's hands; the entry that tells of it is the caller's. */
  grant(userId: string, arrival: number): FakeGrant {
    const serial = this.grants.length + 1;
    const isCoupon = this.drop.kind === 'coupon';
    const holdUntil = isCoupon ? null : now((this.drop.holdMinutes ?? 30) * 60_000);
    const validUntil = isCoupon ? now(COUPON_DAYS_MS) : null;
    const grant: FakeGrant = {
      ...{ type: 'grant', id: `7-${serial}`, serial, userId, arrival, grantedAt: now(), holdUntil, validUntil },
      ...{ code: isCoupon ? codeOf(serial) : null, state: isCoupon ? 'issued' : 'held' },
      ...{ expiresAt: holdUntil ?? validUntil, settledAt: null, releasedAt: null, paymentId: null },
    };
    this.grants.push(grant);
    return grant;
  }

  /** Units in people's hands. */
  out(): readonly FakeGrant[] {
    return this.grants.filter(({ releasedAt }) => releasedAt === null);
  }

  #decide(userId: string): string {
    const out = this.out();
    const { perUserLimit, stock } = this.drop;
    if (out.filter((grant) => grant.userId === userId).length >= perUserLimit) return 'limit_reached';
    const units = stock + (this.lie === 'oversells' ? 1 : 0);
    return out.length + this.waiting() >= units ? 'sold_out' : 'granted';
  }

  export(): string {
    const grants = this.lie === 'forgets' ? this.grants.slice(0, -1) : this.grants;
    const drop = {
      ...{ type: 'drop', id: '7', ...this.drop, closesAt: null, cancelledAt: null, serverTime: now() },
      ...{ granted: grants.filter(({ releasedAt }) => releasedAt === null).length, serials: grants.length },
      ...{ arrivals: this.claims.length, entries: this.#entries.length, waiting: this.waiting() },
    };
    const claims = this.claims.map((claim) => ({ type: 'claim', ...claim, claimedAt: this.drop.opensAt }));
    const rows = [drop, ...claims, ...grants, ...this.more(), ...this.#entries];
    return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  }
}

/** The time, some milliseconds from now. */
export function now(inMs = 0): string {
  return new Date(Date.now() + inMs).toISOString();
}
