import { useEffect } from 'preact/hooks';
import { account } from '../accounts/session.ts';
import type { Drop } from '../drops/drop.ts';
import { loadGrantsOf } from '../grants/grant.ts';
import { serverNow } from '../realtime/clock.ts';
import { rememberGrants } from './claim-views.ts';

/** Around the opening nobody asks what they already hold: the press itself is answered with it. */
const quietMilliseconds = 2 * 60_000;

/**
 * Shows someone who comes back later the unit they already have. Skipped around the opening, when a hundred thousand
 * pages would ask at once.
 */
export function useKnownGrants(drop: Drop): void {
  const accountId = account.value?.id;
  useEffect(() => {
    const sinceOpening = serverNow() - Date.parse(drop.opensAt);
    if (accountId === undefined || sinceOpening < quietMilliseconds) return;
    loadGrantsOf(drop.id).then(
      (page) => rememberGrants(page.items),
      // Only a convenience: without it the press tells.
      () => undefined,
    );
  }, [accountId, drop.id]);
}
