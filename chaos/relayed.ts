/** What the workers have put into the topic `ledger`, read as any consumer would read it. */

import { randomBytes } from 'node:crypto';
import { Consumer } from '@platformatic/kafka';
import type { RelayedEntry } from '../src/ledger/relay.ts';
import { TOPIC_PREFIX } from './fleet.ts';

const READ_WITHIN_MS = 15_000;

/** The entries of a drop in the order of the topic, repeats included, until number `last` has been seen or the time is over. */
export async function readRelayed(brokers: string, dropId: string, last: number): Promise<RelayedEntry[]> {
  const consumer = new Consumer({
    clientId: 'chaos',
    groupId: `${TOPIC_PREFIX}reader-${randomBytes(6).toString('hex')}`,
    bootstrapBrokers: [brokers],
    autocommit: false,
    minBytes: 1,
    maxWaitTime: 200,
  });
  consumer.on('error', () => {});
  const found: RelayedEntry[] = [];
  try {
    const stream = await consumer.consume({ topics: [`${TOPIC_PREFIX}ledger`], mode: 'earliest' });
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(resolve, READ_WITHIN_MS);
      stream.on('error', (error) => {
        clearTimeout(late);
        reject(error);
      });
      stream.on('data', ({ key, value }) => {
        if (String(key) !== dropId) return;
        const entry = JSON.parse(String(value)) as RelayedEntry;
        found.push(entry);
        if (entry.number < last) return;
        clearTimeout(late);
        resolve();
      });
    });
    stream.on('error', () => {});
  } finally {
    await consumer.close(true).catch(() => {});
  }
  return found;
}

/** What is wrong with a topic that should hold the entries 1 to `last` in order, each at least once; undefined when nothing is. */
export function relayProblem(entries: readonly Pick<RelayedEntry, 'number'>[], last: number): string | undefined {
  let seen = 0;
  for (const { number } of entries) {
    if (number <= seen) continue;
    if (number !== seen + 1) return `the topic goes on with entry ${number} after entry ${seen}`;
    seen = number;
  }
  return seen === last ? undefined : `the topic ends with entry ${seen}, the log with ${last}`;
}
