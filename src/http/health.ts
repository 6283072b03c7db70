/** Is the process alive, can it serve, and how does it fare. */
import type { Database } from '../database/database.ts';
import type { Metrics } from '../reports/metrics.ts';
import type { Server } from './server.ts';

/** A database that has not answered by then would not answer a buyer either. */
const READY_WITHIN_MS = 2_000;
/** The database is asked once for all who look within this time: `/readyz` is open to everybody. */
const FRESH_MS = 1_000;

export interface Health {
  /** From now on the process is alive, but not ready: load balancers send people elsewhere. */
  stopping(): void;
}

export function healthRoutes(server: Server, { database, metrics }: { database: Database; metrics: Metrics }): Health {
  let stopping = false;
  let probe: Promise<boolean> | undefined;

  function databaseAnswers(): Promise<boolean> {
    probe ??= answersInTime(database).finally(() => {
      setTimeout(() => {
        probe = undefined;
      }, FRESH_MS).unref();
    });
    return probe;
  }

  server.get('/livez', { schema: { hide: true } }, () => ({ status: 'alive' }));

  server.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    const ready = !stopping && (await databaseAnswers()) && !stopping;
    return reply
      .code(ready ? 200 : 503)
      .send({ status: ready ? 'ready' : stopping ? 'stopping' : 'database unavailable' });
  });

  server.get('/metrics', { schema: { hide: true } }, async (_request, reply) =>
    reply.header('content-type', metrics.registry.contentType).send(await metrics.registry.metrics()),
  );

  return {
    stopping() {
      stopping = true;
    },
  };
}

async function answersInTime(database: Database): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, READY_WITHIN_MS, false);
  });
  const answered = database.expressLane.query('select 1').then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([answered, late]);
  } finally {
    clearTimeout(timer);
  }
}
