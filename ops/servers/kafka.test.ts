import {
  Admin,
  Consumer,
  MessagesStreamModes,
  ProduceAcks,
  Producer,
  stringDeserializers,
  stringSerializers,
} from '@platformatic/kafka';
import { afterEach, describe, expect, it } from 'vitest';
import { findKafka, startKafka } from './kafka.ts';
import type { LocalServer } from './local-server.ts';

const TOPIC = 'letters';
/** Java takes its time on a busy machine, and here it starts twice. */
const TIMEOUT_MS = 60_000;

describe.skipIf(!(await findKafka()))('a Kafka of our own', () => {
  let server: LocalServer | undefined;
  afterEach(() => server?.stop());

  it('keeps what it acknowledged through a SIGKILL, and makes no topics by itself', {
    timeout: TIMEOUT_MS,
  }, async () => {
    server = await startKafka({ durable: true, isShortLived: true, settings: { 'message.max.bytes': '2000000' } });
    if (!server) throw new Error('there is no Kafka');
    const { url } = server;
    await createTopic(url);
    await send(url, TOPIC, 'a', 'b');
    await expect(send(url, 'unknown', 'c')).rejects.toThrow();

    await server.kill('SIGKILL');
    expect(server.processIds()).toEqual([]);
    await server.start();
    expect(server.processIds()).toHaveLength(1);
    await send(url, TOPIC, 'c');
    expect(await receive(url, 3)).toEqual(['a', 'b', 'c']);
  });
});

function client(url: string): { clientId: string; bootstrapBrokers: string[]; retries: number } {
  return { clientId: 'test', bootstrapBrokers: [url], retries: 1 };
}

async function createTopic(url: string): Promise<void> {
  const admin = new Admin(client(url));
  await admin.createTopics({ topics: [TOPIC], partitions: 1, replicas: 1 });
  await admin.close();
}

async function send(url: string, topic: string, ...values: readonly string[]): Promise<void> {
  const producer = new Producer({ ...client(url), serializers: stringSerializers });
  try {
    await producer.send({ messages: values.map((value) => ({ topic, value })), acks: ProduceAcks.ALL });
  } finally {
    await producer.close();
  }
}

async function receive(url: string, count: number): Promise<string[]> {
  const consumer = new Consumer({ ...client(url), groupId: 'test', deserializers: stringDeserializers });
  const stream = await consumer.consume({ topics: [TOPIC], mode: MessagesStreamModes.EARLIEST });
  const values: string[] = [];
  for await (const { value } of stream) {
    values.push(value);
    if (values.length === count) break;
  }
  await consumer.close(true);
  return values;
}
