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
 * The steps up to the gate are synchronous: a refusal costs no promise. What is refused here is counted here, by drop and second (reports/tally.ts); what the ledger decides, by who commits it.
 */
import { isId } from '../database/id.ts';
import type { Catalogue } from '../drops/catalogue.ts';
import type { Drop } from '../drops/drop.ts';
import { RateTable } from '../http/rate-table.ts';
import { notOpen } from '../ledger/ledger.ts';
import type { Outcome } from '../ledger/outcome.ts';
import type { Tally } from '../reports/tally.ts';
import type { FaultName } from './faults.ts';
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
  /** What is not the ledger's decision is counted here, by drop and second; and how long the ledger took. */
  readonly tally: Pick<Tally, 'atGate' | 'fault' | 'took'>;
  /** A claim was told `queued`. */
  readonly onQueued: (claim: Claim) => void;
  readonly claimsPerUserPerSecond: number;
}

type Wish = 'for_a_unit' | 'for_a_place';

export class Admission {
  readonly #parts: AdmissionParts;
  /** Claims per user and second, for those who share the limit with other processes. */
  readonly rates: RateTable;
  readonly #onTheirWay = new Map<string, Promise<ClaimAnswer>>();
  /** Told `queued`, and not answered yet; with when they were taken. */
  readonly #queued = new Map<string, number>();
  #closed = false;
  /** Answers given, by outcome or fault; for the metrics. */
  readonly counts = new Map<string, number>();

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
    this.rates = new RateTable(parts.claimsPerUserPerSecond);
  }

  claim(claim: Claim): ClaimAnswer | Promise<ClaimAnswer> {
    return this.#admit(claim, 'for_a_unit');
  }

  /**
   * A claim of somebody who wants to wait, should all be sold: it needs an arrival, which only the ledger gives. It travels as every claim does, behind those that
   * came before it; only the gate's `sold_out` does not stop it.
   */
  claimToWait(claim: Claim): ClaimAnswer | Promise<ClaimAnswer> {
    return this.#admit(claim, 'for_a_place');
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
    if (this.#closed) return this.#fault(claim, 'shutting_down');
    const nowMs = this.#parts.nowMs();
    if (!this.rates.admit(claim.userId)) return this.#fault(claim, 'rate_limited');
    const drop = this.#parts.catalogue.known(claim.dropId);
    const gate = this.#parts.gates.get(claim.dropId);
    if (drop === undefined || gate === undefined) return this.#openGateAndAdmit(claim, wish);
    return this.#pass(claim, wish, drop, gate, nowMs, undefined);
  }

  /** `sinceMs`: when the claim came, if that was not just now. */
  #pass(
    claim: Claim,
    wish: Wish,
    drop: Drop,
    gate: Gate,
    nowMs: number,
    sinceMs: number | undefined,
  ): ClaimAnswer | Promise<ClaimAnswer> {
    const { dropId, requestId } = claim;
    gate.lastUsedMs = nowMs;
    if (this.#onTheirWay.size > 0) {
      const same = this.#onTheirWay.get(claimKey(claim));
      if (same !== undefined) return this.#joined(same);
    }
    const refusal = gate.refuse(drop, claim, nowMs);
    const mayWait = wish === 'for_a_place' && refusal === 'sold_out';
    if (refusal !== undefined && !mayWait) {
      this.#add(refusal);
      this.#parts.tally.atGate(dropId, refusal, nowMs);
      return refusal === 'not_open'
        ? notOpen(dropId, requestId, drop.opensAtMs, nowMs)
        : { outcome: refusal, dropId, requestId };
    }
    if (gate.needsSeal(drop, nowMs)) this.#parts.gates.unsure(dropId);
    const acquired = this.#parts.lock.acquire(dropId, claim.userId, requestId);
    if (acquired === false) return this.#fault(claim, 'claim_in_flight');
    const startedMs = sinceMs ?? performance.now();
    const answer = this.#decide(claim, gate, acquired, startedMs);
    this.#onTheirWay.set(claimKey(claim), answer);
    return this.#counted(claim, answer, startedMs);
  }

  /** In one process the lock has answered at once, and then the claim enters the queue in this very turn: first come, first served. */
  async #decide(claim: Claim, gate: Gate, acquired: true | Promise<boolean>, startedMs: number): Promise<ClaimAnswer> {
    gate.claimsOnTheirWay += 1;
    try {
      if (acquired !== true && !(await acquired)) return { fault: 'claim_in_flight' };
      const answer = await this.#parts.intake.submit(claim);
      // What is queued keeps its lock until its outcome comes, or the lock runs out.
      if (answer !== 'queued') {
        this.#settle(claim, gate, answer);
        return answer;
      }
      this.#queued.set(claimKey(claim), startedMs);
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
    const startedMs = this.#queued.get(claimKey(claim));
    this.#queued.delete(claimKey(claim));
    this.#settle(claim, this.#parts.gates.get(claim.dropId), answer);
    this.#count(claim, answer, startedMs === undefined ? null : performance.now() - startedMs);
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
    const startedMs = performance.now();
    let gate: Gate | undefined;
    let drop: Drop | undefined;
    try {
      gate = isId(claim.dropId) ? await this.#parts.gates.open(claim.dropId) : undefined;
      drop = gate && (await this.#parts.catalogue.load(claim.dropId));
    } catch {
      return this.#fault(claim, 'ledger_unavailable');
    }
    if (gate === undefined || drop === undefined) return this.#fault(claim, 'drop_not_found');
    return this.#pass(claim, wish, drop, gate, this.#parts.nowMs(), startedMs);
  }

  #counted(claim: Claim, answer: Promise<ClaimAnswer>, startedMs: number): Promise<ClaimAnswer> {
    return answer.then((settled) => {
      this.#count(claim, settled, performance.now() - startedMs);
      return settled;
    });
  }

  /** One claim, two who ask. */
  #joined(answer: Promise<ClaimAnswer>): Promise<ClaimAnswer> {
    return answer.then((settled) => {
      this.#add(nameOf(settled));
      return settled;
    });
  }

  #fault(claim: Claim, fault: FaultName): ClaimAnswer {
    const answer = { fault };
    this.#count(claim, answer, null);
    return answer;
  }

  #count(claim: Claim, answer: ClaimAnswer, tookMs: number | null): void {
    this.#add(nameOf(answer));
    const { catalogue, tally, nowMs } = this.#parts;
    // Names of drops that there are not are anybody's to make up.
    if ('queued' in answer || catalogue.known(claim.dropId) === undefined) return;
    if (!('fault' in answer)) {
      if (tookMs !== null) tally.took(claim.dropId, tookMs, nowMs());
    } else if (answer.fault !== 'drop_not_found') tally.fault(claim.dropId, nowMs());
  }

  #add(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }
}

function nameOf(answer: ClaimAnswer): string {
  if ('fault' in answer) return answer.fault;
  return 'queued' in answer ? 'queued' : answer.outcome;
}

/** The answer that tells where to look. */
export function queued({ dropId, requestId }: Pick<Claim, 'dropId' | 'requestId'>): Queued {
  return { queued: `/v1/drops/${dropId}/claims/${requestId}`, dropId, requestId };
}
