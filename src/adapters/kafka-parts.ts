/** All that Kafka plays in a process. Imported only where there is a Kafka: its library takes memory and time. */
import { KafkaClaimQueue, type KafkaClaimQueueOptions } from './kafka-claim-queue.ts';
import { KafkaLogTopic } from './kafka-log-topic.ts';

export interface KafkaParts {
  readonly queue: KafkaClaimQueue | null;
  readonly logTopic: KafkaLogTopic | null;
  close(): Promise<void>;
}

/** Connects in the background: brokers that are away keep nobody from starting. */
export function openKafka(
  options: KafkaClaimQueueOptions,
  needs: { readonly queue: boolean; readonly logTopic: boolean },
): KafkaParts {
  const queue = needs.queue ? new KafkaClaimQueue(options) : null;
  const logTopic = needs.logTopic ? new KafkaLogTopic(options) : null;
  return {
    queue,
    logTopic,
    async close() {
      await Promise.all([queue?.close(), logTopic?.close()]);
    },
  };
}
