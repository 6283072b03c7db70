/** The ledger's log as a Kafka topic: `ledger`, keyed by drop, so that a drop's entries stand in one partition in their order. */
import { ProduceAcks, Producer } from '@platformatic/kafka';
import type { LogTopic, RelayedEntry } from '../ledger/relay.ts';
import { clientOptions, createTopic, type KafkaOptions } from './kafka-connection.ts';

/** Kept for as long as the brokers are told to keep what says nothing else: whoever reads it decides. */
const TOPIC_CONFIGS = { 'cleanup.policy': 'delete', 'retention.ms': String(7 * 24 * 60 * 60 * 1000) };

export class KafkaLogTopic implements LogTopic {
  readonly #topic: string;
  readonly #producer: Producer;
  readonly #stopping = new AbortController();
  readonly #ready: Promise<boolean>;

  constructor(options: KafkaOptions) {
    this.#topic = `${options.prefix}ledger`;
    this.#producer = new Producer({ ...clientOptions(options), acks: ProduceAcks.ALL });
    this.#producer.on('error', () => {});
    this.#ready = createTopic(options, { name: this.#topic, configs: TOPIC_CONFIGS }, this.#stopping.signal);
  }

  async put(entries: readonly RelayedEntry[]): Promise<void> {
    if (!(await this.#ready)) throw new Error('the relay stops');
    const messages = entries.map((entry) => ({
      topic: this.#topic,
      key: Buffer.from(entry.dropId),
      value: Buffer.from(JSON.stringify(entry)),
    }));
    await this.#producer.send({ messages });
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#producer.close(true).catch(() => {});
  }
}
