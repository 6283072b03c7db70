/**
 * A Kafka server of our own, one node that is broker and controller, in Docker or as a Java process of this machine. Its `url` is `127.0.0.1:port`.
 *
 *   durable       every message is on the disk before it is acknowledged, for there is no replica to rely on
 *   not durable   as Kafka does by default: the system writes when it likes to. A SIGKILL of Kafka loses nothing in either case
 *
 * It starts fast, also after a crash: a controller lets a broker come back only when the session of its predecessor has ended, and here that takes two seconds instead of nine.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Container, startInDocker } from './docker.ts';
import { freePort } from './free-port.ts';
import { kafkaClassPath } from './kafka/class-path.ts';
import { findJava } from './kafka/java.ts';
import type { LocalServer, ServerOptions } from './local-server.ts';
import { answersOn } from './probe.ts';
import { startServerProcess } from './server-process.ts';

export interface KafkaOptions extends ServerOptions {
  readonly heapMinMegabytes?: number;
  readonly heapMaxMegabytes?: number;
  /** Compiles quickly instead of well: starts at half the cost and never comes to full speed. For tests; not for measuring. */
  readonly isShortLived?: boolean;
}

const IMAGE = 'apache/kafka:4.4.0';
const QUICK_COMPILER = '-XX:TieredStopAtLevel=1';
const CONTAINER_PORT = 9092;
const CONTAINER_CONTROLLER_PORT = 9093;

/** Undefined where there is no Kafka and none can be fetched; throws when it is there and doesn't start. */
export async function startKafka(options: KafkaOptions): Promise<LocalServer | undefined> {
  return (await startInDocker((hostPort) => kafkaContainer(hostPort, options))) ?? (await startProcess(options));
}

export function kafkaContainer(hostPort: number, options: KafkaOptions): Container {
  const listeners: Listeners = {
    host: '',
    port: CONTAINER_PORT,
    controllerPort: CONTAINER_CONTROLLER_PORT,
    advertised: `127.0.0.1:${hostPort}`,
  };
  const properties = { 'log.dirs': '/tmp/kraft-combined-logs', ...propertiesOf(listeners, options) };
  return {
    name: 'kafka',
    image: IMAGE,
    port: CONTAINER_PORT,
    environment: {
      ...Object.fromEntries(Object.entries(properties).map(([name, value]) => [variableOf(name), value])),
      CLUSTER_ID: newClusterId(),
      KAFKA_HEAP_OPTS: javaOptions(options).join(' '),
      KAFKA_LOG4J_ROOT_LOGLEVEL: 'WARN',
    },
    commandArguments: [],
    url: listeners.advertised,
    answers: () => answers(hostPort),
  };
}

/** How the image wants a property to be named: `.` is `_`, `_` is `__`, `-` is `___`. */
function variableOf(property: string): string {
  const name = property.replaceAll('_', '__').replaceAll('-', '___').replaceAll('.', '_');
  return `KAFKA_${name.toUpperCase()}`;
}

export interface KafkaProgram {
  readonly java: string;
  readonly classPath: string;
}

/** A Java that is new enough, and the jars; installed where that is allowed (see packages.ts). */
export async function findKafka(): Promise<KafkaProgram | undefined> {
  const java = findJava();
  const classPath = java && (await kafkaClassPath());
  return java && classPath ? { java, classPath } : undefined;
}

async function startProcess(options: KafkaOptions): Promise<LocalServer | undefined> {
  const program = await findKafka();
  if (!program) return undefined;
  const { java, classPath } = program;
  const controllerPort = await freePort();
  return startServerProcess({
    name: 'kafka',
    stopSignals: ['TERM'],
    url: ({ port }) => `127.0.0.1:${port}`,
    async prepare({ folder, port }) {
      const listeners = { host: '127.0.0.1', port, controllerPort, advertised: `127.0.0.1:${port}` };
      const properties = { 'log.dirs': join(folder, 'data'), ...propertiesOf(listeners, options) };
      const file = join(folder, 'server.properties');
      const lines = Object.entries(properties).map(([name, value]) => `${name}=${value}\n`);
      writeFileSync(file, lines.join(''));
      const format = ['kafka.tools.StorageTool', 'format', '--cluster-id', newClusterId(), '--config', file];
      await promisify(execFile)(java, [QUICK_COMPILER, '-cp', classPath, ...format]);
    },
    command: ({ folder }) => [
      ...[java, ...javaOptions(options), '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-cp', classPath],
      ...['kafka.Kafka', join(folder, 'server.properties')],
    ],
    answers: ({ port }) => answers(port),
  });
}

interface Listeners {
  readonly host: string;
  readonly port: number;
  readonly controllerPort: number;
  /** Where clients find it. */
  readonly advertised: string;
}

function propertiesOf(listeners: Listeners, { durable, settings }: KafkaOptions): Record<string, string> {
  const { host, port, controllerPort, advertised } = listeners;
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `BROKER://${host}:${port},CONTROLLER://${host}:${controllerPort}`,
    'advertised.listeners': `BROKER://${advertised}`,
    'listener.security.protocol.map': 'BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'BROKER',
    'controller.listener.names': 'CONTROLLER',
    'broker.session.timeout.ms': '2000',
    'broker.heartbeat.interval.ms': '400',
    'auto.create.topics.enable': 'false',
    'group.initial.rebalance.delay.ms': '0',
    // Topics of Kafka's own, for one node and few clients.
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '4',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'share.coordinator.state.topic.num.partitions': '4',
    ...(durable && { 'log.flush.interval.messages': '1' }),
    ...settings,
  };
}

function javaOptions({ heapMinMegabytes = 256, heapMaxMegabytes = 768, isShortLived }: KafkaOptions): string[] {
  return [`-Xms${heapMinMegabytes}m`, `-Xmx${heapMaxMegabytes}m`, ...(isShortLived ? [QUICK_COMPILER] : [])];
}

/** Sixteen bytes. They must not look like the name of an option. */
function newClusterId(): string {
  const id = randomBytes(16).toString('base64url');
  return id.startsWith('-') ? newClusterId() : id;
}

/** Asks for the versions that it speaks. It takes requests when it has started for good. */
function answers(port: number): Promise<boolean> {
  // Length, API key 18, version 0, correlation id, no client id.
  const request = Buffer.from(['0000000a', '0012', '0000', '00000007', 'ffff'].join(''), 'hex');
  return answersOn(port, request, (received) => received.length >= 8 && received.readInt32BE(4) === 7);
}
