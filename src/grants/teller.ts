/**
 * Tells of where drops stand after a commit: gates and live views, here and elsewhere, and the heralds, who tell the people concerned; and counts what it granted. Shows who asked what they
 * hold.
 */
import type { Catalogue } from '../drops/catalogue.ts';
import type { News } from '../fleet/news.ts';
import type { Commit, LedgerGrant } from '../ledger/grant-ledger.ts';
import type { Tally } from '../reports/tally.ts';
import { type Grant, grantView } from './grant.ts';

export interface TellerParts {
  readonly news: News;
  readonly catalogue: Catalogue;
  readonly nowMs: () => number;
  readonly tally: Pick<Tally, 'decided'>;
}

export class Teller {
  readonly #parts: TellerParts;

  constructor(parts: TellerParts) {
    this.#parts = parts;
  }

  /** Each commit once. */
  tell(commits: readonly Commit[]): void {
    const { news, tally, nowMs } = this.#parts;
    for (const { dropId, standing, firstEntry, claims, decided } of commits) {
      tally.decided(dropId, decided, nowMs());
      news.announce('ledger', { dropId, standing, firstEntry, claims });
    }
  }

  /** As its holder sees it at this moment; undefined if the drop is gone. */
  async view(grant: LedgerGrant): Promise<Grant | undefined> {
    const drop = await this.#parts.catalogue.load(grant.dropId);
    return drop && grantView(grant, drop, this.#parts.nowMs());
  }
}
