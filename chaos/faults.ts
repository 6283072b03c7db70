/** What is done to the fleet during a sale, and what it must never cause. The history checker judges all of them by the same rules. */
import { setTimeout as sleep } from 'node:timers/promises';
import { pick, SESSION_TIMEOUT_MS } from './fleet.ts';
import type { FleetProcess } from './fleet-process.ts';
import { emptyRedis, withPositionsHeld } from './interventions.ts';
import type { Target } from './target.ts';

/** Faults on the same part follow each other; those on different parts may come at the same time. */
export type Part = 'gateway' | 'sequencer' | 'worker' | 'postgres' | 'redis' | 'kafka';

export interface Fault {
  readonly name: string;
  readonly part: Part;
  readonly done: string;
  readonly never: string;
  /** Resolves when everything stands again. `choice`, from 0 to 1, decides what is left open. */
  inject(target: Target, choice: number): Promise<void>;
}

const DOWN_MS = 5_000;
const REDIS_DOWN_MS = 3_000;
/** Between the end of a process and its next life. */
const REST_MS = 500;
/** The other one has the partitions after the session's end and a rebalance. */
const FROZEN_MS = SESSION_TIMEOUT_MS + 2_500;
/** A lease lasts ten seconds. */
const WORKER_FROZEN_MS = 12_000;
/** Meanwhile records gather behind the batch that is being decided. */
const GATHER_MS = 150;

async function endAndStartAgain(process: FleetProcess): Promise<void> {
  await process.kill();
  await sleep(REST_MS);
  await process.start();
}

export const FAULTS: readonly Fault[] = [
  {
    name: 'gateway-kill',
    part: 'gateway',
    done: 'kill -9 of a gateway; its clients go to the other one and repeat their requests',
    never: 'a second unit for a repeated request, or another answer',
    inject: (target, choice) => endAndStartAgain(pick(target.of('gateway'), choice)),
  },
  {
    name: 'sequencer-kill',
    part: 'sequencer',
    done: 'kill -9 of the sequencer that is deciding',
    never: 'a claim that the queue took and nobody decides; a batch that is decided twice',
    async inject(target, choice) {
      await endAndStartAgain(await target.working('sequencer', choice));
    },
  },
  {
    name: 'sequencer-kill-after-commit',
    part: 'sequencer',
    done: 'kill -9 of the sequencer after its batch was committed and before it told anybody',
    never: 'a committed answer that its claimant cannot learn; a batch that is decided twice',
    async inject(target, choice) {
      const sequencer = await withPositionsHeld(target, choice, (deciding) => deciding.freeze());
      await endAndStartAgain(sequencer);
    },
  },
  {
    name: 'sequencer-freeze',
    part: 'sequencer',
    done: 'SIGSTOP of the sequencer with records in its hands, until another one has its partitions; then SIGCONT',
    never: 'a batch that is decided twice: the late one is fenced off by the queue’s position in the database',
    async inject(target, choice) {
      const sequencer = await withPositionsHeld(target, choice, async (deciding) => {
        await sleep(GATHER_MS);
        deciding.freeze();
      });
      await sleep(FROZEN_MS);
      sequencer.thaw();
    },
  },
  {
    name: 'worker-kill',
    part: 'worker',
    done: 'kill -9 of the worker that relays the log',
    never: 'an entry that is left out of the topic, or out of its order',
    async inject(target, choice) {
      await endAndStartAgain(await target.working('worker', choice));
    },
  },
  {
    name: 'worker-freeze',
    part: 'worker',
    done: 'SIGSTOP of the worker that relays the log, past its lease; then SIGCONT',
    never: 'an entry that is left out of the topic, or out of its order',
    async inject(target, choice) {
      const worker = await target.working('worker', choice);
      worker.freeze();
      await sleep(WORKER_FROZEN_MS);
      worker.thaw();
    },
  },
  {
    name: 'postgres-stop',
    part: 'postgres',
    done: 'PostgreSQL is shut down (SIGINT) for 5 s',
    never: 'a win told before its commit; a claim that is forgotten when it is back',
    async inject({ servers: { postgres } }) {
      await postgres.kill('SIGINT');
      await sleep(DOWN_MS);
      await postgres.start();
    },
  },
  {
    name: 'postgres-kill',
    part: 'postgres',
    done: 'kill -9 of PostgreSQL, which then recovers from its write-ahead log',
    never: 'the loss of anything that was told',
    async inject({ servers: { postgres } }) {
      await postgres.kill('SIGKILL');
      await postgres.start();
    },
  },
  {
    name: 'redis-stop',
    part: 'redis',
    done: 'Redis is stopped for 3 s, and comes back empty',
    never: 'a sale that stops; a gate that refuses what it must not',
    async inject({ servers: { redis } }) {
      await redis.kill('SIGTERM');
      await sleep(REDIS_DOWN_MS);
      await redis.start();
    },
  },
  {
    name: 'redis-kill',
    part: 'redis',
    done: 'kill -9 of Redis, which comes back at once and empty',
    never: 'a second unit for anybody: locks and leases are gone',
    async inject({ servers: { redis } }) {
      await redis.kill('SIGKILL');
      await redis.start();
    },
  },
  {
    name: 'redis-flush',
    part: 'redis',
    done: 'FLUSHALL',
    never: 'a second unit for anybody: locks and leases are gone',
    inject: ({ servers: { redis } }) => emptyRedis(redis.url),
  },
  {
    name: 'kafka-kill',
    part: 'kafka',
    done: 'kill -9 of Kafka, for 5 s',
    never: 'a sale that stops; a claim that is decided twice, directly and out of the queue',
    async inject({ servers: { kafka } }) {
      await kafka?.kill('SIGKILL');
      await sleep(DOWN_MS);
      await kafka?.start();
    },
  },
  {
    name: 'kafka-freeze',
    part: 'kafka',
    done: 'SIGSTOP of Kafka for 5 s; then SIGCONT',
    never: 'a claim that is decided twice, directly and out of the queue, when the frozen writes arrive after all',
    async inject({ servers: { kafka } }) {
      await kafka?.pause();
      await sleep(DOWN_MS);
      await kafka?.resume();
    },
  },
];

export function faultOf(name: string): Fault {
  const fault = FAULTS.find((each) => each.name === name);
  if (fault === undefined) throw new Error(`there is no fault ${name}`);
  return fault;
}
