/**
 * A claim's way through this process, the same over HTTP and over the socket. The caller has been identified; then, cheapest first:
 *
 *   rate        more claims in a second than a person can press                      -> rate_limited
 *   repeat      the very same request is on its way already (double click, two tabs) -> its answer, when it comes
 *   gate        not open, closed or sold out, as far as this process knows           -> that outcome, from memory
 *   lock        another request of this user for this drop is on its way             -> claim_in_flight
 *   intake      the queue is full                                                    -> overloaded
 *               the queue holds it, and the ledger is late                           -> queued; the outcome comes later
 *   ledger      decides; what it says is committed
 *
 * The steps up to the gate are synchronous: a refusal costs no promise.
 */
import type { Catalogue } from '../drops/catalogue.ts';
import { type Drop, isDropId } from '../drops/drop.ts';
import { RateTable } from '../http/rate-table.ts';
import { notOpen } from '../ledger/ledger.ts';
import type { Outcome } from '../ledger/outcome.ts';
import type { Gate } from './gate.ts';
import type { Gates } from './gates.ts';
import type { InFlightLock } from './in-flight-lock.ts';
import { type Claim, claimKey, type Fault, type Faulted, type Intake } from './intake.ts';

/** Taken, and not decided in time: the outcome comes to the user's sockets, and stands at `queued`, a path of the API, until and after then. */
export interface Queued {
  readonly queued: string;
  readonly dropId: string;
  readonly requestId: string;
}

/** A claim's answer: an outcome, or why there is none yet. A fault may be repeated with the same request id. */
export type ClaimAnswer =
  | Outcome
  | Queued
  | { readonly fault: Fault | 'rate_limited' | 'claim_in_flight' | 'shutting_down' };

export interface AdmissionParts {
  readonly catalogue: Catalogue;
  readonly gates: Gates;
  readonly intake: Intake;
  readonly lock: InFlightLock;
  readonly nowMs: () => number;
  /** A claim was told `queued`. */
  readonly onQueued: (claim: Claim) => void;
  readonly claimsPerUserPerSecond: number;
}

type Wish = 'for_a_unit' | 'for_a_place';

export const REQUEST_ID_PATTERN = '^[A-Za-z0-9_-]{8,64}$';

export class Admission {
  readonly #parts: AdmissionParts;
  /** Claims per user and second, for those who share the limit with other processes. */
  readonly rates: RateTable;
  readonly #onTheirWay = new Map<string, Promise<ClaimAnswer>>();
  /** Told `queued`, and not answered yet. */
  readonly #queued = new Set<string>();
  #closed = false;
  /** Answers given, by outcome or fault; for the metrics. */
  readonly counts = new Map<string, number>();

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
    this.rates = new RateTable(parts.claimsPerUserPerSecond);
  }

  claim(claim: Claim): ClaimAnswer | Promise<ClaimAnswer> {
    return this.#counted(this.#admit(claim, 'for_a_unit'));
  }

  /**
   * A claim of somebody who wants to wait, should all be sold: it needs an arrival, which only the ledger gives. It travels as every claim does, behind those that
   * came before it; only the gate's `sold_out` does not stop it.
   */
  claimToWait(claim: Claim): ClaimAnswer | Promise<ClaimAnswer> {
    return this.#counted(this.#admit(claim, 'for_a_place'));
  }

  #counted(answer: ClaimAnswer | Promise<ClaimAnswer>): ClaimAnswer | Promise<ClaimAnswer> {
    if (answer instanceof Promise) {
      return answer.then((settled) => {
        this.#count(settled);
        return settled;
      });
    }
    this.#count(answer);
    return answer;
  }

  /** From now on every claim is told to go elsewhere; those on their way are answered. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#parts.intake.drained();
    await Promise.allSettled(this.#onTheirWay.values());
    // Whoever waited for those answers writes them in this turn.
    await new Promise((resolve) => setImmediate(resolve));
  }

  #admit(claim: Claim, wish: Wish): ClaimAnswer | Promise<ClaimAnswer> {
    if (this.#closed) return { fault: 'shutting_down' };
    const nowMs = this.#parts.nowMs();
    if (!this.rates.admit(claim.userId)) return { fault: 'rate_limited' };
    const drop = this.#parts.catalogue.known(claim.dropId);
    const gate = this.#parts.gates.get(claim.dropId);
    if (drop === undefined || gate === undefined) return this.#openGateAndAdmit(claim, wish);
    return this.#pass(claim, wish, drop, gate, nowMs);
  }

  #pass(claim: Claim, wish: Wish, drop: Drop, gate: Gate, nowMs: number): ClaimAnswer | Promise<ClaimAnswer> {
    const { dropId, requestId } = claim;
    gate.lastUsedMs = nowMs;
    if (this.#onTheirWay.size > 0) {
      const same = this.#onTheirWay.get(claimKey(claim));
      if (same !== undefined) return same;
    }
    const refusal = gate.refuse(drop, claim, nowMs);
    if (refusal === 'not_open') return notOpen(dropId, requestId, drop.opensAtMs, nowMs);
    const mayWait = wish === 'for_a_place' && refusal === 'sold_out';
    if (refusal !== undefined && !mayWait) return { outcome: refusal, dropId, requestId };
    if (gate.needsSeal(drop, nowMs)) this.#parts.gates.unsure(dropId);
    const acquired = this.#parts.lock.acquire(dropId, claim.userId, requestId);
    if (acquired === false) return { fault: 'claim_in_flight' };
    const answer = this.#decide(claim, gate, acquired);
    this.#onTheirWay.set(claimKey(claim), answer);
    return answer;
  }

  /** In one process the lock has answered at once, and then the claim enters the queue in this very turn: first come, first served. */
  async #decide(claim: Claim, gate: Gate, acquired: true | Promise<boolean>): Promise<ClaimAnswer> {
    gate.claimsOnTheirWay += 1;
    try {
      if (acquired !== true && !(await acquired)) return { fault: 'claim_in_flight' };
      const answer = await this.#parts.intake.submit(claim);
      // What is queued keeps its lock until its outcome comes, or the lock runs out.
      if (answer !== 'queued') {
        this.#settle(claim, gate, answer);
        return answer;
      }
      this.#queued.add(claimKey(claim));
      // Its repeat must wait for the same outcome, at whichever gateway, also when all is sold out meanwhile.
      gate.remember(claim);
      this.#parts.onQueued(claim);
      return queued(claim);
    } finally {
      gate.claimsOnTheirWay -= 1;
      this.#onTheirWay.delete(claimKey(claim));
    }
  }

  /** The answer to a claim that was told `queued`. */
  settleLate(claim: Claim, answer: Outcome | Faulted): void {
    this.#queued.delete(claimKey(claim));
    this.#settle(claim, this.#parts.gates.get(claim.dropId), answer);
    this.#count(answer);
  }

  /** Whether this claim has been taken and not been answered yet, here or, as far as the lock tells, at another gateway. */
  async isOnItsWay(claim: Claim): Promise<boolean> {
    const key = claimKey(claim);
    if (this.#onTheirWay.has(key) || this.#queued.has(key)) return true;
    return (await this.#parts.lock.holds(claim.dropId, claim.userId)) === claim.requestId;
  }

  #settle(claim: Claim, gate: Gate | undefined, answer: Outcome | Faulted): void {
    // Until now its repeats joined it. What the queue had no room for never reached the ledger; what is in doubt may have.
    if (!('fault' in answer) || answer.fault === 'ledger_unavailable') gate?.remember(claim);
    this.#parts.lock.release(claim.dropId, claim.userId, claim.requestId);
  }

  async #openGateAndAdmit(claim: Claim, wish: Wish): Promise<ClaimAnswer> {
    try {
      const gate = isDropId(claim.dropId) ? await this.#parts.gates.open(claim.dropId) : undefined;
      const drop = gate && (await this.#parts.catalogue.load(claim.dropId));
      if (gate === undefined || drop === undefined) return { fault: 'drop_not_found' };
      return await this.#pass(claim, wish, drop, gate, this.#parts.nowMs());
    } catch {
      return { fault: 'ledger_unavailable' };
    }
  }

  #count(answer: ClaimAnswer): void {
    const name = 'fault' in answer ? answer.fault : 'queued' in answer ? 'queued' : answer.outcome;
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }
}

/** The answer that tells where to look. */
export function queued({ dropId, requestId }: Pick<Claim, 'dropId' | 'requestId'>): Queued {
  return { queued: `/v1/drops/${dropId}/claims/${requestId}`, dropId, requestId };
}
