/** What the cluster's processes are told by their environment: what they share, over what this process was told itself. */
import { randomBytes } from 'node:crypto';

export type MemberEnvironment = Readonly<Record<string, string | undefined>>;

export interface SharedParts {
  readonly databaseUrl: string;
  /** Empty where there is none, also below: an empty setting counts as unset. */
  readonly redisUrl: string;
  readonly kafkaBrokers: string;
  /** Whether nginx stands in front of the gateways. */
  readonly proxied: boolean;
  readonly processes: number;
  readonly loadtest: boolean;
  readonly adminPassword: string;
}

/** As by default: 500 for 20. */
const CONNECTIONS_PER_PROCESS = 25;
/** For whoever looks into the database meanwhile, and for PostgreSQL itself. */
const OTHER_CONNECTIONS = 20;

/** They were meant for other servers than ours. */
const NOT_INHERITED = {
  ...{ REDIS_PREFIX: '', KAFKA_TOPIC_PREFIX: '', KAFKA_TLS: '', KAFKA_USERNAME: '', KAFKA_PASSWORD: '' },
  ...{ TLS_CERTIFICATE_FILE: '', TLS_KEY_FILE: '', HTTPS_REQUIRED: '' },
};

/** What PostgreSQL must allow. */
export function databaseConnections(processes: number): number {
  return processes * CONNECTIONS_PER_PROCESS + OTHER_CONNECTIONS;
}

export function memberEnvironment(parts: SharedParts): MemberEnvironment {
  return {
    LOG_LEVEL: 'warn',
    ...process.env,
    ...NOT_INHERITED,
    HOST: '127.0.0.1',
    DATABASE_URL: parts.databaseUrl,
    REDIS_URL: parts.redisUrl,
    KAFKA_BROKERS: parts.kafkaBrokers,
    DATABASE_CONNECTIONS_MAX: String(parts.processes * CONNECTIONS_PER_PROCESS),
    PROCESSES_MAX: String(parts.processes),
    JWT_SECRET: process.env['JWT_SECRET'] || randomBytes(32).toString('hex'),
    ADMIN_PASSWORD: parts.adminPassword,
    TRUST_PROXY: parts.proxied ? '1' : '0',
    LOADTEST_ENABLED: String(parts.loadtest),
    // A crowd that one machine plays has one address.
    ...(parts.loadtest && { SOCKETS_PER_ADDRESS_MAX: '1000000' }),
  };
}
