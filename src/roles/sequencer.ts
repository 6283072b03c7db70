/** The sequencer: drains the queue of claims into the ledger, and tells the outcomes. */
import type { ClaimQueue } from '../claims/claim-queue.ts';
import { Sequencer } from '../claims/sequencer.ts';
import { announceDecision, type Fleet } from '../fleet/fleet.ts';

export async function startSequencer(fleet: Fleet, queue: ClaimQueue): Promise<Sequencer> {
  const { settings, ledger, logger, metrics, news } = fleet;
  const sequencer = new Sequencer({
    queue,
    ledger,
    batchMax: settings.claimBatchMax,
    onDecided: (dropId, answer, tookMs) => announceDecision(fleet, dropId, answer, tookMs),
    onFailed(partition, error, claims) {
      metrics.failed();
      logger.error({ err: error, partition, claims }, 'the ledger did not answer a delivery; trying again');
    },
    onFencedOff(partition, expected, position) {
      metrics.fencedOff('queue');
      logger.warn({ partition, expected: String(expected), position: String(position) }, 'fenced off: too late');
    },
    tell({ from, dropId, claims }, outcomes) {
      const answers = claims.map((claim, place) => [claim, outcomes[place] ?? null] as const);
      news.tellOutcomes(from, { dropId, answers });
    },
  });
  await queue.read(sequencer);
  return sequencer;
}
