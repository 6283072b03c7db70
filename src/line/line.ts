/**
 * The waiting line of a drop, for those who were told `sold_out` and choose to wait.
 *
 *   refused ──asks to wait──> waiting ──a unit comes back, and it is the head──> offered: a grant like any other, with a hold of its own
 *      ▲                        │ └──at the head, holding as many as one may──> passed
 *      │                        └──leaves──> left
 *      └── waits again: who left, with the same claim at the same place; who was passed over or let an offer go, with a new claim
 *
 * The place is the arrival that the claim got from the ledger: of two who wait the one who pressed first goes first, whenever they asked to wait. Nobody overtakes: while
 * somebody waits, what is left is theirs (claim.sql). And nobody holds up the line: an offer is a grant at once, so that who has walked away loses it with its hold.
 */
import type { ClaimAnswer } from '../claims/admission.ts';
import type { Claim } from '../claims/intake.ts';
import type { Queryable } from '../database/database.ts';
import type { Breaker } from '../fleet/breaker.ts';
import type { Teller } from '../grants/teller.ts';
import { Problem } from '../http/problem.ts';
import { Batcher, Overloaded } from '../ledger/batcher.ts';
import type { GrantLedger, LinePlace } from '../ledger/grant-ledger.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { lineOf, placeOf, waits } from './store.ts';

export interface WaitRequest {
  readonly dropId: string;
  readonly userId: string;
  /** Of the claim that was refused, or a new one. */
  readonly requestId: string;
}

export interface Waited {
  readonly place: LinePlace;
  /** For those who wait. The turn may come between joining and looking: then it is missing. */
  readonly position: number | undefined;
  /** How many wait. */
  readonly waiting: number;
}

export interface WaitingLineParts {
  readonly database: Queryable;
  readonly ledger: Pick<Ledger, 'answerTo'>;
  /** As Admission has it. */
  readonly claimToWait: (claim: Claim) => ClaimAnswer | Promise<ClaimAnswer>;
  readonly grantLedger: GrantLedger;
  readonly breaker: Breaker;
  readonly teller: Teller;
  readonly batchMax: number;
  readonly queueMax: number;
}

export class WaitingLine {
  readonly #parts: WaitingLineParts;
  readonly #waits: Batcher<WaitRequest, Waited | undefined>;

  constructor(parts: WaitingLineParts) {
    this.#parts = parts;
    this.#waits = new Batcher({
      ...{ batchMax: parts.batchMax, queueMax: parts.queueMax },
      keyOf: ({ dropId, userId }) => `${dropId} ${userId}`,
      decide: (requests) => this.#decide(requests),
    });
  }

  /**
   * A place in line; or what the claim was told that it needs, when that was not `sold_out` by the ledger. A claim that the ledger has not taken yet goes the way of
   * all claims first: nobody gets a unit, or an arrival, by asking here that they would not have got by pressing. Throws `overloaded` and `ledger_unavailable`.
   */
  async wait(request: WaitRequest): Promise<Waited | ClaimAnswer> {
    const { database, ledger, claimToWait } = this.#parts;
    const { dropId, userId, requestId } = request;
    try {
      const known = await ledger.answerTo(dropId, userId, requestId);
      if (known === undefined) {
        // Who waits already needs no further claim, however often they ask.
        const place = await placeOf(database, dropId, userId);
        if (place !== undefined) return { place: { place: 'waiting', arrival: place.arrival }, ...place };
      }
      const answer = known ?? (await claimToWait(request));
      if (!('outcome' in answer) || answer.outcome !== 'sold_out' || answer.arrival === undefined) return answer;
      return (await this.#waits.submit(request)) ?? { fault: 'drop_not_found' };
    } catch (error) {
      throw unavailable(error);
    }
  }

  /** Does nothing for who has no place. */
  async leave(dropId: string, userId: string): Promise<void> {
    const { database, grantLedger, breaker, teller } = this.#parts;
    try {
      // Looked at without a lock first: a crowd that leaves what it never joined stands in nobody's way.
      if (!(await waits(database, dropId, userId))) return;
      const commit = await breaker.run(() => grantLedger.leave(dropId, userId));
      if (commit !== undefined) teller.tell([commit]);
    } catch (error) {
      throw unavailable(error);
    }
  }

  async #decide(requests: readonly WaitRequest[]): Promise<(Waited | undefined)[]> {
    const { database, grantLedger, breaker, teller } = this.#parts;
    const answers = new Map<WaitRequest, Waited>();
    for (const [dropId, ofDrop] of Map.groupBy(requests, (request) => request.dropId)) {
      const waited = await breaker.run(() => grantLedger.wait(dropId, ofDrop));
      if (waited === undefined) continue;
      teller.tell(waited.commits);
      // One look for all of them: counting those ahead costs the more the longer the line is.
      const waiting = ofDrop.filter((_request, place) => waited.places[place]?.place === 'waiting');
      const line = await lineOf(
        database,
        dropId,
        waiting.map(({ userId }) => userId),
      );
      for (const [place, request] of ofDrop.entries()) {
        answers.set(request, {
          place: waited.places[place] as LinePlace,
          position: line.places.get(request.userId)?.position,
          waiting: line.waiting,
        });
      }
    }
    return requests.map((request) => answers.get(request));
  }
}

function unavailable(error: unknown): Problem {
  return new Problem(error instanceof Overloaded ? 'overloaded' : 'ledger_unavailable', { retryAfterSeconds: 2 });
}
