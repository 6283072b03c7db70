/**
 * Tells of what has become of grants, after the commit: gates and live views where the drops stand, and the people concerned, on all their sockets, what they hold
 * now and why. The one who asked is answered as well; this is for their other tabs, and for those who did not ask: whose time was over, whose turn came.
 */
import type { Catalogue } from '../drops/catalogue.ts';
import type { News } from '../fleet/news.ts';
import type { Commit, LedgerGrant } from '../ledger/grant-ledger.ts';
import { grantMessage } from '../realtime/messages.ts';
import { type Grant, grantView } from './grant.ts';

/** Why somebody is told of a grant. `unpaid`: a payment for it failed, and it may be paid again while its hold lasts. */
export type Because = 'offered' | 'used' | 'cancelled' | 'returned' | 'expired' | 'confirmed' | 'paying' | 'unpaid';

export interface Told {
  readonly grant: LedgerGrant;
  readonly because: Because;
}

export interface TellerParts {
  readonly news: News;
  readonly catalogue: Catalogue;
  readonly nowMs: () => number;
}

/** Of one message to the other processes. */
const MESSAGES_MAX = 500;

export class Teller {
  readonly #parts: TellerParts;

  constructor(parts: TellerParts) {
    this.#parts = parts;
  }

  /** Everybody hears where the drops stand; who was given a unit hears that, and `told` says who else is concerned. */
  tell(commits: readonly Commit[], told: readonly Told[]): void {
    for (const { dropId, standing, firstEntry, claims } of commits) {
      this.#parts.news.announce('ledger', { dropId, standing, firstEntry, claims });
    }
    const offered = commits.flatMap((commit) =>
      commit.offered.map((grant) => ({ grant, because: 'offered' as const })),
    );
    // People are told in their own time: nobody who waits for an answer waits for this. A message that cannot be made is not worth more than that.
    if (told.length + offered.length > 0) void this.#tellPeople([...told, ...offered]).catch(() => {});
  }

  /** As its holder sees it at this moment; undefined if the drop is gone. */
  async view(grant: LedgerGrant): Promise<Grant | undefined> {
    const drop = await this.#parts.catalogue.load(grant.dropId);
    return drop && grantView(grant, drop, this.#parts.nowMs());
  }

  async #tellPeople(told: readonly Told[]): Promise<void> {
    for (let from = 0; from < told.length; from += MESSAGES_MAX) {
      const messages: (readonly [string, string])[] = [];
      for (const { grant, because } of told.slice(from, from + MESSAGES_MAX)) {
        const view = await this.view(grant);
        if (view !== undefined) messages.push([grant.userId, grantMessage(because, view)]);
      }
      this.#parts.news.announce('users', { messages });
    }
  }
}
