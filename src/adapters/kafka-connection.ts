/** What all Kafka clients of a process share: where the brokers are, how long they may take, and the topics, which are made at the start. */
import { Admin, type BaseOptions } from '@platformatic/kafka';
import type { KafkaSettings } from '../config/settings.ts';

export type KafkaOptions = Pick<KafkaSettings, 'brokers' | 'prefix' | 'partitions' | 'tls' | 'credentials'>;

/** A broker that takes longer is treated as one that is down; a person waits. */
export const REQUEST_TIMEOUT_MS = 2_000;
const CREATE_AGAIN_AFTER_MS = 1_000;

export function clientOptions({ brokers, tls, credentials }: KafkaOptions): BaseOptions {
  return {
    clientId: 'doorbuster',
    bootstrapBrokers: [...brokers],
    timeout: REQUEST_TIMEOUT_MS,
    connectTimeout: REQUEST_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // Whoever calls has a better answer to a failure than to wait for the library's attempts.
    retries: 0,
    autocreateTopics: false,
    ...(tls && { tls: {} }),
    ...(credentials && { sasl: credentials }),
  };
}

export interface TopicSettings {
  readonly name: string;
  /** As Kafka calls them. */
  readonly configs: Readonly<Record<string, string>>;
}

/** Makes the topic if it is not there, and tries until the brokers answer. Resolves with false when told to stop first. */
export async function createTopic(
  options: KafkaOptions,
  { name, configs }: TopicSettings,
  signal: AbortSignal,
): Promise<boolean> {
  while (!signal.aborted) {
    const admin = new Admin(clientOptions(options));
    try {
      const topics = await admin.listTopics();
      if (!topics.includes(name)) {
        const entries = Object.entries(configs).map(([key, value]) => ({ name: key, value }));
        await admin.createTopics({ topics: [name], partitions: options.partitions, configs: entries });
      }
      return true;
    } catch {
      // Either the brokers are away, or another process has made it in this moment: the next look tells.
      await new Promise((resolve) => setTimeout(resolve, CREATE_AGAIN_AFTER_MS).unref());
    } finally {
      await admin.close().catch(() => {});
    }
  }
  return false;
}
