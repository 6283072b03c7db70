/** node-redis for the baseline that decides in Redis: connected for ever again, and without a queue of claims that nobody waits for any more. */
import { readFileSync } from 'node:fs';
import { createClient, defineScript } from 'redis';

/** A script of this folder. All have the drop's keys, in one order, and tell one word or number. */
function script(file: string) {
  return defineScript({
    SCRIPT: readFileSync(new URL(file, import.meta.url), 'utf8'),
    NUMBER_OF_KEYS: 5,
    parseCommand: (parser, keys: readonly string[], parameters: readonly string[]) => {
      for (const key of keys) parser.pushKey(key);
      parser.push(...parameters);
    },
    transformReply: (reply: unknown) => String(reply),
  });
}

export function newRedisClient(url: string) {
  const client = createClient({
    url,
    scripts: { claim: script('redis-script-claim.lua'), openDrop: script('redis-script-open.lua') },
    disableOfflineQueue: true,
  });
  // It connects again by itself; claims fail meanwhile.
  client.on('error', () => {});
  return client;
}

export type RedisClient = ReturnType<typeof newRedisClient>;
