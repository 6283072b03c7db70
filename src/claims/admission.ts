/**
 * A claim's way through this process, the same over HTTP and over the socket. The caller has been identified; then, cheapest first:
 *
 *   rate        more claims in a second than a person can press                      -> rate_limited
 *   repeat      the very same request is on its way already (double click, two tabs) -> its answer, when it comes
 *   gate        not open, closed or sold out, as far as this process knows           -> that outcome, from memory
 *   lock        another request of this user for this drop is on its way             -> claim_in_flight
 *   intake      the queue is full                                                    -> overloaded
 *   ledger      decides; what it says is committed
 *
 * The steps up to the gate are synchronous: a refusal costs no promise.
 */
import type { Catalogue } from '../drops/catalogue.ts';
import { type Drop, isDropId } from '../drops/drop.ts';
import { RateTable } from '../http/rate-table.ts';
import { type Ledger, notOpen } from '../ledger/ledger.ts';
import type { Outcome } from '../ledger/outcome.ts';
import { Gate } from './gate.ts';
import type { InFlightLock } from './in-flight-lock.ts';
import type { Claim, Fault, Intake } from './intake.ts';

/** A claim's answer: an outcome, or why there is none yet. A fault may be repeated with the same request id. */
export type ClaimAnswer = Outcome | { readonly fault: Fault | 'rate_limited' | 'claim_in_flight' | 'shutting_down' };

export interface AdmissionParts {
  readonly catalogue: Catalogue;
  readonly ledger: Pick<Ledger, 'taken'>;
  readonly intake: Intake;
  readonly lock: InFlightLock;
  readonly nowMs: () => number;
  readonly claimsPerUserPerSecond: number;
}

export const REQUEST_ID_PATTERN = '^[A-Za-z0-9_-]{8,64}$';

/** Beyond this the gate that was left alone the longest goes; it is made again from the ledger when somebody claims. */
const GATES_MAX = 1_000;

export class Admission {
  readonly #parts: AdmissionParts;
  readonly #rates: RateTable;
  readonly #gates = new Map<string, Gate>();
  readonly #opening = new Map<string, Promise<Gate | undefined>>();
  readonly #onTheirWay = new Map<string, Promise<ClaimAnswer>>();
  #closed = false;
  /** Answers given, by outcome or fault; for the metrics. */
  readonly counts = new Map<string, number>();

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
    this.#rates = new RateTable(parts.claimsPerUserPerSecond);
  }

  claim(claim: Claim): ClaimAnswer | Promise<ClaimAnswer> {
    const answer = this.#admit(claim);
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

  #admit(claim: Claim): ClaimAnswer | Promise<ClaimAnswer> {
    if (this.#closed) return { fault: 'shutting_down' };
    const nowMs = this.#parts.nowMs();
    if (!this.#rates.admit(claim.userId)) return { fault: 'rate_limited' };
    const drop = this.#parts.catalogue.known(claim.dropId);
    const gate = this.#gates.get(claim.dropId);
    if (drop === undefined || gate === undefined) return this.#openGateAndAdmit(claim);
    return this.#pass(claim, drop, gate, nowMs);
  }

  #pass(claim: Claim, drop: Drop, gate: Gate, nowMs: number): ClaimAnswer | Promise<ClaimAnswer> {
    const { dropId, requestId } = claim;
    gate.lastUsedMs = nowMs;
    if (this.#onTheirWay.size > 0) {
      const same = this.#onTheirWay.get(keyOf(claim));
      if (same !== undefined) return same;
    }
    const refusal = gate.refuse(drop, claim, nowMs);
    if (refusal === 'not_open') return notOpen(dropId, requestId, drop.opensAtMs, nowMs);
    if (refusal !== undefined) return { outcome: refusal, dropId, requestId };
    const acquired = this.#parts.lock.acquire(dropId, claim.userId, requestId);
    if (acquired === false) return { fault: 'claim_in_flight' };
    const answer = this.#decide(claim, gate, acquired);
    this.#onTheirWay.set(keyOf(claim), answer);
    return answer;
  }

  /** In one process the lock has answered at once, and then the claim enters the queue in this very turn: first come, first served. */
  async #decide(claim: Claim, gate: Gate, acquired: true | Promise<boolean>): Promise<ClaimAnswer> {
    const { lock, intake } = this.#parts;
    gate.claimsOnTheirWay += 1;
    try {
      if (acquired !== true && !(await acquired)) return { fault: 'claim_in_flight' };
      try {
        const answer = await intake.submit(claim);
        // Until now its repeats joined it. What the queue had no room for never reached the ledger; what is in doubt may have.
        if (!('fault' in answer) || answer.fault === 'ledger_unavailable') gate.remember(claim);
        return answer;
      } finally {
        lock.release(claim.dropId, claim.userId, claim.requestId);
      }
    } finally {
      gate.claimsOnTheirWay -= 1;
      this.#onTheirWay.delete(keyOf(claim));
    }
  }

  async #openGateAndAdmit(claim: Claim): Promise<ClaimAnswer> {
    try {
      const gate = isDropId(claim.dropId) ? await this.#openGate(claim.dropId) : undefined;
      const drop = gate && (await this.#parts.catalogue.load(claim.dropId));
      if (gate === undefined || drop === undefined) return { fault: 'drop_not_found' };
      return await this.#pass(claim, drop, gate, this.#parts.nowMs());
    } catch {
      return { fault: 'ledger_unavailable' };
    }
  }

  /** The drop's gate, which knows the claims that the ledger has already. Many who come at once wait for the same one. */
  #openGate(dropId: string): Promise<Gate | undefined> {
    const known = this.#gates.get(dropId);
    if (known !== undefined) return Promise.resolve(known);
    let opening = this.#opening.get(dropId);
    if (opening === undefined) {
      opening = this.#makeGate(dropId).finally(() => this.#opening.delete(dropId));
      this.#opening.set(dropId, opening);
    }
    return opening;
  }

  async #makeGate(dropId: string): Promise<Gate | undefined> {
    if ((await this.#parts.catalogue.load(dropId)) === undefined) return undefined;
    const gate = new Gate(await this.#parts.ledger.taken(dropId), this.#parts.nowMs());
    // Before the new one is there: those who wait for it do not count yet.
    if (this.#gates.size >= GATES_MAX) this.#forgetOneGate();
    this.#gates.set(dropId, gate);
    return gate;
  }

  /** The one left alone the longest, and never one that somebody waits at: a gate made anew would not know the claims that are being decided. */
  #forgetOneGate(): void {
    let victim: string | undefined;
    let victimUsedMs = Number.POSITIVE_INFINITY;
    for (const [dropId, { claimsOnTheirWay, lastUsedMs }] of this.#gates) {
      if (claimsOnTheirWay > 0 || lastUsedMs >= victimUsedMs) continue;
      victim = dropId;
      victimUsedMs = lastUsedMs;
    }
    if (victim !== undefined) this.#gates.delete(victim);
  }

  #count(answer: ClaimAnswer): void {
    const name = 'fault' in answer ? answer.fault : answer.outcome;
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }
}

function keyOf({ dropId, userId, requestId }: Claim): string {
  return `${dropId} ${userId} ${requestId}`;
}
