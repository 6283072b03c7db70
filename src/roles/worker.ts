/** The worker: the jobs that one process of a fleet does at a time, and those that all workers share: telling people, and sending their letters. */
import type { Fleet } from '../fleet/fleet.ts';
import { expiryJob } from '../grants/expiry.ts';
import { Herald } from '../herald/herald.ts';
import { reconcileJob } from '../ledger/reconcile.ts';
import { relayJob } from '../ledger/relay.ts';
import { offersJob } from '../line/offers.ts';
import { notificationJobs } from '../notifications/parts.ts';
import { paymentsJob } from '../payments/reconciliation.ts';
import { PICTURES_RETENTION } from '../pictures/store.ts';
import { reportJobs } from '../reports/jobs.ts';
import { type Job, Jobs, type SharedJob } from '../worker/jobs.ts';
import { retentionJob } from '../worker/retention.ts';

export interface Worker {
  /** Resolves when the rounds under way are done. */
  stop(): Promise<void>;
}

export async function startWorker(fleet: Fleet): Promise<Worker> {
  const { settings, database, grantLedger, teller, catalogue, news, leases, logger, metrics, logTopic } = fleet;
  // A gateway in this process keeps the drops current; without one, what has changed is read anew.
  if (!settings.roles.includes('gateway')) {
    await news.hear('ledger', ({ dropId, amended }) => amended && catalogue.forget(dropId));
    await news.hear('deleted', ({ dropId }) => catalogue.forget(dropId));
  }
  const herald = new Herald({
    ...{ database, news, nowMs: () => fleet.clock.nowMs(), ways: fleet.notifications.ways },
    onUntold(untold, error) {
      fleet.notifications.figures.untold('dropId' in untold ? 'entry' : 'payment');
      logger.error({ err: error, ...untold }, 'people cannot be told of this; it is tried again in ten seconds');
    },
  });
  await news.hear('ledger', (committed) => herald.hear(committed));
  const jobs: (Job | SharedJob)[] = [
    herald.job,
    ...notificationJobs(fleet.notifications, { database, news }),
    expiryJob({ database, grantLedger, teller, onExpired: (grants) => metrics.expired(grants) }),
    ...reportJobs(database),
    retentionJob(database, PICTURES_RETENTION),
    offersJob({ database, grantLedger, teller }),
    paymentsJob({ database, log: logger, graceMs: settings.paymentGraceSeconds * 1000, ...fleet.payments }),
    reconcileJob(database, {
      onLooked(mismatches) {
        metrics.mismatches(mismatches.length);
        for (const mismatch of mismatches) logger.error(mismatch, 'the ledger does not agree with itself');
      },
    }),
  ];
  if (logTopic !== null) jobs.push(relayJob(database, logTopic, (entries) => metrics.relayed(entries)));
  const worker = new Jobs({
    leases,
    jobs,
    onFailed: (job, error) => logger.error({ err: error, job }, 'a job failed; it is tried again at its next hour'),
    onFencedOff(job) {
      metrics.fencedOff(job);
      logger.warn({ job }, 'fenced off: another worker does this job by now');
    },
  });
  worker.start();
  return worker;
}
