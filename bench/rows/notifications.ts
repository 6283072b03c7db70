/**
 * Ten thousand people follow a drop; ten minutes before it opens all are told, in the same second: on their sockets, and by email, over a mail server that answers at
 * once. From the hour until the last letter was taken; one server process with all roles, the mail server and the ten thousand on the same machine.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type SmtpThread, startSmtpThread } from '../../test/servers/smtp-thread.ts';
import { onBothDatabases } from '../both-databases.ts';
import type { Heard, ListenersCommand } from '../clients/listeners-protocol.ts';
import { createAccounts } from '../drops.ts';
import { below, type Figure } from '../figure.ts';
import { ask, startNode, stopProcess } from '../processes.ts';
import { showProgress } from '../progress.ts';
import { startServer } from '../server.ts';
import { percentile } from '../statistics.ts';

const CLIENT = fileURLToPath(new URL('../clients/listeners.ts', import.meta.url));
const MINUTE_MS = 60_000;
/** The design's: so long before the opening. */
const BEFORE_MS = 10 * MINUTE_MS;
/** To follow the drop. */
const FOLLOW_WITHIN_MS = { full: 40_000, quick: 8_000 } as const;
const LEFT_MS_MAX = 10_000;
const TELL_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 20;

export function notificationFigures(quick: boolean): Promise<Figure[]> {
  return onBothDatabases((name, environment) => figuresOn(name, environment, quick));
}

async function figuresOn(name: string, environment: Record<string, string>, quick: boolean): Promise<Figure[]> {
  const people = quick ? 1_000 : 10_000;
  const count = people.toLocaleString('en-US');
  const smtp = await startSmtpThread();
  const server = await startServer(undefined, { ...environment, SMTP_URL: smtp.url, MAIL_FROM: 'shop@example.org' });
  const client = startNode(CLIENT, [server.url], { core: undefined });
  const tell = <Answer>(command: ListenersCommand): Promise<Answer> => ask<Answer>(client, command);
  const progress = (step: number, what: string) => showProgress(step, 3, `notifications on ${name}: ${what}`);
  try {
    progress(0, 'opening sockets');
    await tell({ type: 'connect', tokens: await createAccounts(server, people) });
    progress(1, `${count} follow a drop`);
    const dueAtMs = Math.ceil(Date.now() / 1_000) * 1_000 + FOLLOW_WITHIN_MS[quick ? 'quick' : 'full'];
    const { id: dropId } = await server.call<{ id: string }>('POST', '/v1/drops', {
      ...{ kind: 'coupon', title: 'Benchmark', stock: 10, discount: { percent: 5 }, validForDays: 30 },
      opensAt: new Date(dueAtMs + BEFORE_MS).toISOString(),
    });
    await tell({ type: 'follow', dropId });
    if (Date.now() > dueAtMs) throw new Error('the hour came before everybody followed the drop');
    progress(2, 'all are told');
    const [heard, leftAtMs] = await Promise.all([
      tell<Heard>({
        type: 'hear',
        kind: 'notification',
        count: people,
        withinMs: TELL_WITHIN_MS + dueAtMs - Date.now(),
      }),
      lastLetter(smtp, people, dueAtMs),
    ]);
    if (heard.count !== people) throw new Error(`${heard.count} of ${people} were told on their sockets`);
    if (heard.outOfOrder > 0) throw new Error(`${heard.outOfOrder} messages came twice or out of order`);
    const told = heard.receivedAtMs.map((atMs) => atMs - dueAtMs);
    if (Math.min(...told) < 0) throw new Error('somebody was told too early');
    const leftMs = leftAtMs - dueAtMs;
    const [p50, p99] = [percentile(told, 0.5), percentile(told, 0.99)];
    return [
      {
        what: `notifications on ${name}, ${count} due at once: the last letter has left after`,
        value: leftMs / 1_000,
        unit: 's',
        remark: `${Math.round(people / (leftMs / 1_000)).toLocaleString('en-US')} letters/s, each once`,
        target: below(LEFT_MS_MAX / 1_000, leftMs / 1_000, 's'),
      },
      {
        what: `notifications on ${name}, … on their sockets, p99`,
        value: p99,
        unit: 'ms',
        remark: `p50 ${p50.toFixed(0)} ms, max ${Math.max(...told).toFixed(0)} ms`,
        target: below(LEFT_MS_MAX, p99, 'ms'),
      },
    ];
  } finally {
    await stopProcess(client);
    await server.stop();
    await smtp.stop();
  }
}

/** When the mail server had them all. Throws when some never come, or come twice. */
async function lastLetter(smtp: SmtpThread, people: number, dueAtMs: number): Promise<number> {
  while ((await smtp.taken()).letters < people) {
    if (Date.now() > dueAtMs + TELL_WITHIN_MS)
      throw new Error(`${(await smtp.taken()).letters} of ${people} letters left`);
    await pause(LOOK_EVERY_MS);
  }
  const atMs = Date.now();
  await pause(1_000);
  const { letters, addresses } = await smtp.taken();
  if (letters !== people || addresses !== people) throw new Error(`${letters} letters to ${addresses} of ${people}`);
  return atMs;
}
