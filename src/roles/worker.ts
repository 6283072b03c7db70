/** The worker: the jobs that one process of a fleet does at a time. */
import type { Fleet } from '../fleet/fleet.ts';
import { reconcileJob } from '../ledger/reconcile.ts';
import { relayJob } from '../ledger/relay.ts';
import { type Job, Jobs } from '../worker/jobs.ts';

export function startWorker({ database, leases, logger, metrics, logTopic }: Fleet): Jobs {
  const jobs: Job[] = [
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
