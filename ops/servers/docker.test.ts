import { describe, expect, it } from 'vitest';
import { parseProcessIds, runCommand } from './docker.ts';
import { kafkaContainer } from './kafka.ts';
import { postgresContainer } from './postgres.ts';
import { redisContainer } from './redis.ts';

describe('the command that runs a container', () => {
  it('publishes PostgreSQL on this machine alone, and keeps the password out of the command line', () => {
    const container = postgresContainer(12_345, 'secret', { durable: false, settings: { max_connections: '300' } });
    expect(runCommand('doorbuster-postgres-1', 12_345, container).join(' ')).toBe(
      'run --detach --name doorbuster-postgres-1 --label doorbuster=server --publish 127.0.0.1:12345:5432' +
        ' --env POSTGRES_USER --env POSTGRES_PASSWORD --env POSTGRES_DB --env POSTGRES_INITDB_ARGS postgres:17' +
        ' -c max_connections=300 -c logging_collector=off -c fsync=off -c synchronous_commit=off -c full_page_writes=off',
    );
    expect(container.environment['POSTGRES_PASSWORD']).toBe('secret');
    expect(container.url).toBe('postgres://doorbuster:secret@127.0.0.1:12345/postgres');
  });

  it('gives Redis its settings as arguments', () => {
    const container = redisContainer(12_346, 'secret', { durable: true });
    expect(runCommand('doorbuster-redis-1', 12_346, container)).toEqual([
      ...['run', '--detach', '--name', 'doorbuster-redis-1', '--label', 'doorbuster=server'],
      ...['--publish', '127.0.0.1:12346:6379', 'redis:8'],
      ...['--requirepass', 'secret', '--loglevel', 'warning', '--save', '', '--appendonly', 'yes'],
    ]);
  });

  it("gives Kafka its settings as the image's variables, and tells clients the port outside", () => {
    const settings = { 'message.max.bytes': '2000000' };
    const { environment, ...container } = kafkaContainer(12_347, { durable: true, settings, heapMaxMegabytes: 512 });
    expect(container).toMatchObject({ image: 'apache/kafka:4.4.0', port: 9092, url: '127.0.0.1:12347' });
    expect(environment).toMatchObject({
      CLUSTER_ID: expect.stringMatching(/^[\w-]{22}$/),
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_LISTENERS: 'BROKER://:9092,CONTROLLER://:9093',
      KAFKA_ADVERTISED_LISTENERS: 'BROKER://127.0.0.1:12347',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@127.0.0.1:9093',
      KAFKA_LOG_FLUSH_INTERVAL_MESSAGES: '1',
      KAFKA_MESSAGE_MAX_BYTES: '2000000',
      KAFKA_HEAP_OPTS: '-Xms256m -Xmx512m',
    });
  });
});

it('reads the ids of processes from a table', () => {
  expect(parseProcessIds('PID\n4711\n 4712\n')).toEqual([4711, 4712]);
});
