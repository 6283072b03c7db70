/**
 * What people do with their grants: use, give back. Requests of this process travel to the ledger in batches; whoever asks is answered after the commit, and all
 * others who must know are told before that.
 */
import type { Breaker } from '../fleet/breaker.ts';
import { Problem, type ProblemCode } from '../http/problem.ts';
import { Batcher, Overloaded } from '../ledger/batcher.ts';
import type { Change, Changes, GivenBack, GrantLedger, GrantPlace, LedgerGrant, Use } from '../ledger/grant-ledger.ts';
import { grantIdOf } from '../ledger/outcome.ts';
import type { Grant } from './grant.ts';
import type { Teller } from './teller.ts';

export interface GrantChangesParts {
  readonly grantLedger: GrantLedger;
  readonly breaker: Breaker;
  readonly teller: Teller;
  readonly batchMax: number;
  readonly queueMax: number;
}

const RETRY_AFTER_SECONDS = 2;

export class GrantChanges {
  readonly #parts: GrantChangesParts;
  readonly #uses: Batcher<Use, Change>;
  readonly #givenBack: Batcher<GivenBack, Change>;

  constructor(parts: GrantChangesParts) {
    this.#parts = parts;
    const { grantLedger, batchMax, queueMax } = parts;
    const keyOf = ({ dropId, serial }: GrantPlace) => grantIdOf(dropId, serial);
    const limits = { batchMax, queueMax, keyOf };
    this.#uses = new Batcher<Use, Change>({
      ...limits,
      decide: (uses) => this.#decide(() => grantLedger.settle(uses)),
    });
    this.#givenBack = new Batcher<GivenBack, Change>({
      ...limits,
      decide: (grants) => this.#decide(() => grantLedger.release(grants)),
    });
  }

  /** Throws the problems of `refusalOf`, and those of a ledger that cannot answer. */
  use(use: Use): Promise<Grant> {
    return this.#answer(this.#uses.submit(use), 'use');
  }

  /** A coupon is cancelled, a slot returned. Throws as `use` does. */
  giveBack(grant: GivenBack): Promise<Grant> {
    return this.#answer(this.#givenBack.submit(grant), 'give_back');
  }

  async #decide(ask: () => Promise<Changes>): Promise<readonly Change[]> {
    const { answers, commits } = await this.#parts.breaker.run(ask);
    this.#parts.teller.tell(commits);
    return answers;
  }

  async #answer(submitted: Promise<Change>, wish: Wish): Promise<Grant> {
    const { answer, grant } = await submitted.catch(unavailable);
    const view = grant === null ? undefined : await this.#parts.teller.view(grant).catch(unavailable);
    if (grant === null || view === undefined) throw new Problem('grant_not_found');
    if (answer === 'done' || answer === 'again') return view;
    throw refusalOf(grant, answer === 'paying', wish);
  }
}

function unavailable(error: unknown): never {
  throw new Problem(error instanceof Overloaded ? 'overloaded' : 'ledger_unavailable', {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}

type Wish = 'use' | 'give_back';

/** Why a grant in this state cannot be what was wished. */
function refusalOf(grant: LedgerGrant, paying: boolean, wish: Wish): Problem {
  if (paying) return new Problem('payment_in_flight');
  const isSlot = grant.code === null;
  if (isSlot && wish === 'use') return new Problem('wrong_kind', { detail: 'A purchase slot is paid, not used' });
  // What time has ended and the worker has not yet is still `issued` or `held`.
  const state = grant.state === 'issued' || grant.state === 'held' ? 'expired' : grant.state;
  const code = `${isSlot ? 'slot' : 'coupon'}_${state}` as ProblemCode;
  return new Problem(code, { members: grant.settledAt === null ? {} : { settledAt: grant.settledAt } });
}
