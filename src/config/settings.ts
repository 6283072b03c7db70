/**
 * From the environment to settings. Every mistake is named at once, with its remedy. docs/settings.md is written from this table (`main.ts settings`).
 */
import { ROLES, type Role } from '../fleet/roles.ts';
import { readMailAddress } from '../notifications/mail-address.ts';

export const PAYMENT_METHODS = ['sandbox', 'points', 'toss'] as const;
export type PaymentMethodName = (typeof PAYMENT_METHODS)[number];

export interface TossSettings {
  readonly secretKey: string;
  readonly clientKey: string;
  readonly webhookKey: string | null;
  readonly url: string;
}

export interface KafkaSettings {
  readonly brokers: readonly string[];
  /** In front of the names of topics and groups. */
  readonly prefix: string;
  /** Of a topic that is made: as many sequencers can share the work. */
  readonly partitions: number;
  readonly tls: boolean;
  readonly credentials: {
    readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
    readonly username: string;
    readonly password: string;
  } | null;
  readonly sessionTimeoutMs: number;
  readonly lagMax: number;
}

export interface Settings {
  readonly roles: readonly Role[];
  readonly port: number;
  readonly host: string;
  readonly dataDirectory: string;
  readonly databaseUrl: string | null;
  /** Of this process. */
  readonly databaseConnectionsMax: number;
  readonly redisUrl: string | null;
  readonly redisPrefix: string;
  readonly kafka: KafkaSettings | null;
  readonly claimAnswerWithinMs: number;
  readonly jwtSecret: string | null;
  readonly admin: { readonly username: string; readonly email: string; readonly password: string | null };
  readonly demoDrops: boolean;
  readonly logLevel: string;
  /** How many proxies in front are trusted. */
  readonly trustProxy: number;
  readonly httpsRequired: boolean;
  readonly tls: { readonly certificateFile: string; readonly keyFile: string } | null;
  readonly claimQueueMax: number;
  readonly claimBatchMax: number;
  readonly claimsPerUserPerSecond: number;
  readonly requestsPerUserPerSecond: number;
  readonly requestsPerAddressPerSecond: number;
  readonly signUpsPerAddressPerHour: number;
  readonly socketsMax: number;
  readonly socketsPerUserMax: number;
  readonly socketsPerAddressMax: number;
  readonly socketMessagesPerSecond: number;
  readonly socketUnsentBytesMax: number;
  readonly socketHeartbeatSeconds: number;
  readonly accessTokenSeconds: number;
  readonly loadtestEnabled: boolean;
  /** In the order in which pages offer them. */
  readonly paymentMethods: readonly PaymentMethodName[];
  readonly paymentGraceSeconds: number;
  readonly toss: TossSettings | null;
  readonly smtpUrl: string | null;
  readonly smtpConnectionsMax: number;
  readonly mailFrom: string;
  /** Without a slash at its end. */
  readonly publicUrl: string | null;
  /** In lower case, some with a port. */
  readonly webhookHosts: readonly string[];
}

type Reader<Value> = (text: string) => Value;

interface Setting<Value> {
  readonly name: string;
  readonly fallback: string | null;
  /** What it does, and what changing it costs or gains. */
  readonly meaning: string;
  readonly read: Reader<Value>;
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

const text: Reader<string> = (value) => value;

const yesNo: Reader<boolean> = (value) => {
  if (['true', '1', 'yes'].includes(value)) return true;
  if (['false', '0', 'no'].includes(value)) return false;
  throw new Error('must be true or false');
};

function wholeNumber(minimum: number, maximum: number): Reader<number> {
  return (value) => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < minimum || number > maximum) {
      throw new Error(`must be a whole number from ${minimum} to ${maximum}`);
    }
    return number;
  };
}

const roles: Reader<readonly Role[]> = (value) => {
  const names = value.split(',').map((name) => name.trim());
  if (names.every((name): name is Role => ROLES.includes(name as Role))) return names;
  throw new Error(`must be a list of ${ROLES.join(', ')}, with commas between them`);
};

const paymentMethods: Reader<readonly PaymentMethodName[]> = (value) => {
  const names = value.split(',').map((name) => name.trim());
  if (names.every((name): name is PaymentMethodName => PAYMENT_METHODS.includes(name as PaymentMethodName)))
    return names;
  throw new Error(`must be a list of ${PAYMENT_METHODS.join(', ')}, with commas between them`);
};

const brokers: Reader<readonly string[]> = (value) => {
  const names = value.split(',').map((name) => name.trim());
  if (names.every((name) => /^[^\s:/]+:\d+$/.test(name))) return names;
  throw new Error('must look like host:9092,other:9092');
};

const mailServer: Reader<string> = (value) => {
  const url = /\s/.test(value) ? null : URL.parse(value);
  const remedy = 'must look like smtp://user:password@host:587 or smtps://user:password@host:465, with %25 for %';
  if (url === null || !/^smtps?:$/.test(url.protocol) || url.hostname === '') throw new Error(remedy);
  try {
    // What cannot be read as it is escaped would be found out by the first letter.
    decodeURIComponent(url.username + url.password);
  } catch {
    throw new Error(remedy);
  }
  return value;
};

const mailAddress: Reader<string> = (value) => {
  if (readMailAddress(value)) return value;
  throw new Error('must look like shop@example.com or Shop <shop@example.com>, in one line');
};

const publicAddress: Reader<string> = (value) => {
  const url = /\s/.test(value) ? null : URL.parse(value);
  const isPlain = url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash;
  if (!isPlain) throw new Error('must look like https://shop.example.com');
  return url.href.replace(/\/+$/, '');
};

const webhookHosts: Reader<readonly string[]> = (value) => {
  if (value === 'none') return [];
  const hosts = value.split(',').map((host) => host.trim().toLowerCase());
  if (hosts.every((host) => /^([a-z0-9.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/.test(host))) return hosts;
  throw new Error('must look like hooks.slack.com,chat.example.com:8443, or be `none`');
};

const mechanism: Reader<'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'> = (value) => {
  if (value === 'PLAIN' || value === 'SCRAM-SHA-256' || value === 'SCRAM-SHA-512') return value;
  throw new Error('must be PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512');
};

const proxies: Reader<number> = (value) => {
  if (!/^\d$/.test(value)) throw new Error('must say how many proxies are in front, from 0 to 9: usually 1');
  return Number(value);
};

function matching(pattern: RegExp, remedy: string): Reader<string> {
  return (value) => {
    if (!pattern.test(value)) throw new Error(remedy);
    return value;
  };
}

/** What is never repeated on a screen or in a log. */
const SECRET = /SECRET|PASSWORD|WEBHOOK_KEY|_URL$/;

function setting<Value>(name: string, fallback: string | null, read: Reader<Value>, meaning: string): Setting<Value> {
  return { name, fallback, read, meaning };
}

export const SETTINGS = {
  roles: setting(
    'ROLES',
    ROLES.join(','),
    roles,
    'What this process does; also `serve --roles`. `sequencer` needs Kafka. A process without `gateway` serves `/livez`, `/readyz` and `/metrics` only.',
  ),
  port: setting('PORT', '8080', wholeNumber(0, 65_535), 'The port to serve on; 0 takes a free one.'),
  host: setting('HOST', '0.0.0.0', text, 'The address to serve on; `127.0.0.1` serves this machine only.'),
  dataDirectory: setting(
    'DATA_DIR',
    'data',
    text,
    'The folder of the embedded database and of generated secrets. Back it up.',
  ),
  databaseUrl: setting(
    'DATABASE_URL',
    null,
    matching(/^postgres(ql)?:\/\//, 'must look like postgres://user:password@host:5432/database'),
    'PostgreSQL 15 or newer. Unset: the embedded database under `DATA_DIR`.',
  ),
  databaseConnectionsMax: setting(
    'DATABASE_CONNECTIONS_MAX',
    '500',
    wholeNumber(3, 10_000),
    'Connections to PostgreSQL that the whole fleet may open. Each process takes its share: this number through `PROCESSES_MAX`. PostgreSQL’s own `max_connections` must be higher.',
  ),
  processesMax: setting(
    'PROCESSES_MAX',
    '20',
    wholeNumber(1, 1_000),
    'Processes that may run at the same time, of all roles, those that a rolling deploy starts beside the old ones included. The same on all of them.',
  ),
  redisUrl: setting(
    'REDIS_URL',
    null,
    matching(/^rediss?:\/\//, 'must look like redis://user:password@host:6379'),
    'Redis 7 or newer: the lock that keeps a user’s second claim out of the queue, shared limits, news between processes, leases. Unset: all that stays in the process, and others are learned of by asking PostgreSQL a few times a second.',
  ),
  redisPrefix: setting(
    'REDIS_PREFIX',
    'doorbuster:',
    matching(/^[\w:.-]{1,64}$/, 'must have 1 to 64 characters of A-Z a-z 0-9 _ : . -'),
    'In front of all keys and channels: several fleets may share one Redis.',
  ),
  kafkaBrokers: setting(
    'KAFKA_BROKERS',
    null,
    brokers,
    'Kafka 3.9 or newer: claims wait in the topic `claims` when PostgreSQL is slow or away, and the ledger’s log is relayed to the topic `ledger`. Unset: each gateway asks the ledger directly.',
  ),
  kafkaTopicPrefix: setting(
    'KAFKA_TOPIC_PREFIX',
    '',
    matching(/^[\w.-]{0,64}$/, 'must have at most 64 characters of A-Z a-z 0-9 _ . -'),
    'In front of the names of topics and of the consumer group.',
  ),
  kafkaPartitions: setting(
    'KAFKA_PARTITIONS',
    '12',
    wholeNumber(1, 1_000),
    'Partitions of topics that are made at the start: as many sequencers can share the work. A drop’s claims stay in one partition.',
  ),
  kafkaTls: setting('KAFKA_TLS', 'false', yesNo, 'Whether to speak TLS to the brokers.'),
  kafkaSaslMechanism: setting('KAFKA_SASL_MECHANISM', 'SCRAM-SHA-512', mechanism, 'How to sign in to the brokers.'),
  kafkaUsername: setting('KAFKA_USERNAME', null, text, 'Who signs in to the brokers. Unset: nobody has to.'),
  kafkaPassword: setting('KAFKA_PASSWORD', null, text, 'The password for that.'),
  kafkaSessionTimeoutMs: setting(
    'KAFKA_SESSION_TIMEOUT_MS',
    '10000',
    wholeNumber(1_000, 300_000),
    'A sequencer that is silent for so long loses its partitions to the others. Shorter takes over sooner, and mistakes a busy machine for a dead one; the broker’s `group.min.session.timeout.ms` (6000) is the least.',
  ),
  kafkaLagMax: setting(
    'KAFKA_LAG_MAX',
    '20000',
    wholeNumber(1, 100_000_000),
    'Records that may wait in the topic `claims`; while there are more, new claims are told 503 with `Retry-After`. A record holds what one gateway gathered for one drop in about 4 ms.',
  ),
  claimAnswerWithinMs: setting(
    'CLAIM_ANSWER_WITHIN_MS',
    '3000',
    wholeNumber(100, 60_000),
    'With Kafka: how long a claim waits for its outcome before it is told 202 and where to look. The outcome then comes over the socket.',
  ),
  jwtSecret: setting(
    'JWT_SECRET',
    null,
    matching(/^.{32,}$/s, 'must have at least 32 characters; make one with `openssl rand -hex 32`'),
    'Signs access tokens; the same on all machines. Unset: generated once under `DATA_DIR`. Changing it signs everybody out.',
  ),
  adminUsername: setting('ADMIN_USERNAME', 'admin', text, 'The first administrator, made when there is none yet.'),
  adminEmail: setting('ADMIN_EMAIL', 'admin@localhost.localdomain', text, 'Its email address.'),
  adminPassword: setting(
    'ADMIN_PASSWORD',
    null,
    matching(/^.{10,200}$/s, 'must have 10 to 200 characters'),
    'Its password. Unset: generated, and printed once.',
  ),
  demoDrops: setting('DEMO_DROPS', 'true', yesNo, 'Whether the first start makes two drops to press at.'),
  logLevel: setting(
    'LOG_LEVEL',
    'info',
    matching(new RegExp(`^(${LOG_LEVELS.join('|')})$`), `must be one of ${LOG_LEVELS.join(', ')}`),
    'How much is logged, as JSON lines on standard output.',
  ),
  trustProxy: setting(
    'TRUST_PROXY',
    '0',
    proxies,
    'How many proxies in front tell the client’s address and protocol (X-Forwarded-*), usually 1: the address is taken that many places from the end, where clients cannot forge it. More than 0 only if nobody can reach the server past them.',
  ),
  httpsRequired: setting(
    'HTTPS_REQUIRED',
    'false',
    yesNo,
    'Refuse plain HTTP, mark cookies as secure and tell browsers to stay on HTTPS. Set it with `TLS_*` or with `TRUST_PROXY`.',
  ),
  tlsCertificateFile: setting(
    'TLS_CERTIFICATE_FILE',
    null,
    text,
    'A PEM certificate chain: the server speaks HTTPS itself.',
  ),
  tlsKeyFile: setting('TLS_KEY_FILE', null, text, 'The certificate’s private key.'),
  claimQueueMax: setting(
    'CLAIM_QUEUE_MAX',
    '50000',
    wholeNumber(1, 10_000_000),
    'Claims that may wait for the ledger. More are told 503 at once; a longer queue means longer waits and more memory.',
  ),
  claimBatchMax: setting(
    'CLAIM_BATCH_MAX',
    '1024',
    wholeNumber(1, 10_000),
    'Claims decided in one transaction. Larger batches cost less each, and make the first in the batch wait for the last.',
  ),
  claimsPerUserPerSecond: setting(
    'CLAIMS_PER_USER_PER_SECOND',
    '20',
    wholeNumber(1, 1_000_000),
    'Claims that one user may send in a second; more are told 429.',
  ),
  requestsPerUserPerSecond: setting(
    'REQUESTS_PER_USER_PER_SECOND',
    '50',
    wholeNumber(1, 1_000_000),
    'Other signed-in requests of one user in a second.',
  ),
  requestsPerAddressPerSecond: setting(
    'REQUESTS_PER_ADDRESS_PER_SECOND',
    '500',
    wholeNumber(1, 1_000_000),
    'Requests without a valid token from one address in a second. Generous, because a mobile carrier puts thousands of people behind one address. In all limits per address an IPv6 address counts by its first 64 bits.',
  ),
  signUpsPerAddressPerHour: setting(
    'SIGN_UPS_PER_ADDRESS_PER_HOUR',
    '100',
    wholeNumber(1, 1_000_000),
    'New accounts from one address in an hour.',
  ),
  socketsMax: setting(
    'SOCKETS_MAX',
    '15000',
    wholeNumber(1, 1_000_000),
    'Open sockets that this process takes; more are turned away. Each takes about 20 KiB, and one of the files the system lets the process open.',
  ),
  socketsPerUserMax: setting(
    'SOCKETS_PER_USER_MAX',
    '20',
    wholeNumber(1, 1_000_000),
    'Sockets and event streams of one account at this process: tabs and devices. When one more comes, the quietest is closed.',
  ),
  socketsPerAddressMax: setting(
    'SOCKETS_PER_ADDRESS_MAX',
    '5000',
    wholeNumber(1, 1_000_000),
    'Sockets and event streams from one address at this process; more are turned away. Generous for the same reason as the limit of requests. Behind a proxy without `TRUST_PROXY` everybody has the proxy’s address.',
  ),
  socketMessagesPerSecond: setting(
    'SOCKET_MESSAGES_PER_SECOND',
    '100',
    wholeNumber(1, 1_000_000),
    'Messages that one socket may send in a second; one that sends more is closed.',
  ),
  socketUnsentBytesMax: setting(
    'SOCKET_UNSENT_BYTES_MAX',
    '1048576',
    wholeNumber(16_384, 1_073_741_824),
    'Bytes that may wait for a client that does not read, before it is closed. Smaller protects the memory of this process, and closes people on bad connections sooner.',
  ),
  socketHeartbeatSeconds: setting(
    'SOCKET_HEARTBEAT_SECONDS',
    '30',
    wholeNumber(1, 300),
    'How often each socket is asked whether it is still there; one that has not answered by the next time is ended. Proxies close what is silent for longer than they allow (often 60 s).',
  ),
  accessTokenSeconds: setting(
    'ACCESS_TOKEN_SECONDS',
    '900',
    wholeNumber(2, 86_400),
    'How long an access token is valid. Shorter makes pages refresh more often; longer lets a stolen one work longer, unless its session is ended.',
  ),
  loadtestEnabled: setting(
    'LOADTEST_ENABLED',
    'false',
    yesNo,
    'Lets administrators make thousands of accounts with tokens at once. Never on a real shop.',
  ),
  paymentMethods: setting(
    'PAYMENT_METHODS',
    'sandbox,points',
    paymentMethods,
    'How slots can be paid, in the order in which pages offer it: `sandbox` takes test cards and no money, `points` takes points that administrators give, `toss` takes cards over Toss Payments. A real shop switches `sandbox` off. One that is switched off while payments by it are on their way leaves them as they are until it is on again.',
  ),
  paymentGraceSeconds: setting(
    'PAYMENT_GRACE_SECONDS',
    '60',
    wholeNumber(1, 600),
    'How long a slot is kept, at most, for a payment that began before its hold ended, and how long a provider may know nothing of a payment before it has failed. Longer confirms more late payments; shorter gives units to those who wait sooner, and gives back more of what is charged late. Less than a provider takes to answer (Toss: 20) makes failures of payments that would have succeeded.',
  ),
  tossSecretKey: setting(
    'TOSS_SECRET_KEY',
    null,
    text,
    'With `toss`: the secret key of Toss Payments’ console, `test_sk_…` or `live_sk_…`. Who has it can take and give back money.',
  ),
  tossClientKey: setting(
    'TOSS_CLIENT_KEY',
    null,
    text,
    'With `toss`: the client key that belongs to the secret key. Pages show it.',
  ),
  tossWebhookKey: setting(
    'TOSS_WEBHOOK_KEY',
    null,
    text,
    'With `toss`: the security key of the console; signed webhooks are verified with it. Unset: none is, which loses nothing, as no webhook is ever believed. Register `/v1/payments/notices/toss` for `PAYMENT_STATUS_CHANGED`.',
  ),
  tossUrl: setting(
    'TOSS_URL',
    'https://api.tosspayments.com',
    matching(/^https?:\/\//, 'must begin with https://'),
    'Where Toss Payments is; for tests.',
  ),
  smtpUrl: setting(
    'SMTP_URL',
    null,
    mailServer,
    'The mail server that takes letters, `smtp://user:password@host:587` or `smtps://…:465`, with `%40` for `@` in user or password. With `smtp:` TLS is used if the server offers it; `?requireTLS=true` sends nothing without. Unset: nobody gets email, so that forgotten passwords cannot be set anew.',
  ),
  smtpConnectionsMax: setting(
    'SMTP_CONNECTIONS_MAX',
    '10',
    wholeNumber(1, 100),
    'Connections of a process to the mail server. Each letter is four questions and answers, one after the other, so fewer connections send fewer letters in a second; a provider that allows less refuses the rest, and their letters come later.',
  ),
  mailFrom: setting(
    'MAIL_FROM',
    'Doorbuster <doorbuster@localhost>',
    mailAddress,
    'Who letters are from, `address` or `Name <address>`. Mail servers refuse addresses that `SMTP_URL`’s user may not send from, and readers’ programs file letters from a domain without SPF and DKIM as junk.',
  ),
  publicUrl: setting(
    'PUBLIC_URL',
    null,
    publicAddress,
    'Where people reach the pages, `https://shop.example.com`: links in letters and messages lead there. Unset: `http://localhost` and `PORT`, which leads nowhere on other machines. It is never taken from a request, where anybody could forge it.',
  ),
  webhookHosts: setting(
    'WEBHOOK_HOSTS',
    'hooks.slack.com,discord.com,discordapp.com',
    webhookHosts,
    'Hosts at which people may name a webhook for us to write to, with commas between them; `none` for none. This list protects what only our servers can reach from people who would have them knock there (SSRF): each host on it can be written to by every member. A host with a port is for your own chat server or tests, and may be plain HTTP; one without is HTTPS at 443 only. What is taken off is not written to any more.',
  ),
} as const;

/** The ledger has lanes of its own, and a transaction must not wait for itself. */
const CONNECTIONS_MIN = 3;

type Unset<Name extends string> = Record<Name, string | null>;

/**
 * Reads all settings. Throws one error that names every mistake.
 * An empty variable counts as unset, as `docker compose` passes them.
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const mistakes: string[] = [];
  function value<Value>({ name, fallback, read }: Setting<Value>): Value | null {
    const given = environment[name] || fallback;
    if (given === null || given === undefined) return null;
    try {
      return read(given);
    } catch (error) {
      mistakes.push(
        `  ${SECRET.test(name) ? `${name} is not shown:` : `${name}=${given}`} ${(error as Error).message}`,
      );
      return null;
    }
  }
  const all = Object.fromEntries(Object.entries(SETTINGS).map(([key, of]) => [key, value(of as Setting<unknown>)])) as {
    [Key in keyof typeof SETTINGS]: ReturnType<(typeof SETTINGS)[Key]['read']>;
  } & Unset<'databaseUrl' | 'jwtSecret' | 'adminPassword' | 'redisUrl' | 'kafkaUsername' | 'kafkaPassword'> &
    Unset<'tossSecretKey' | 'tossClientKey' | 'tossWebhookKey' | 'smtpUrl' | 'publicUrl'> & {
      kafkaBrokers: readonly string[] | null;
    };
  const { adminUsername, adminEmail, adminPassword, tlsCertificateFile, tlsKeyFile, ...plain } = all;
  const { kafkaBrokers, kafkaTopicPrefix, kafkaPartitions, kafkaTls, kafkaSaslMechanism, ...withoutBrokers } = plain;
  const { kafkaUsername, kafkaPassword, kafkaSessionTimeoutMs, kafkaLagMax, ...withoutKafka } = withoutBrokers;
  const { processesMax, databaseConnectionsMax, ...withoutToss } = withoutKafka;
  const { tossSecretKey, tossClientKey, tossWebhookKey, tossUrl, ...rest } = withoutToss;
  const connectionsMax = Math.floor(databaseConnectionsMax / processesMax);
  if (connectionsMax < CONNECTIONS_MIN) {
    mistakes.push(
      `  DATABASE_CONNECTIONS_MAX=${databaseConnectionsMax} leaves each of PROCESSES_MAX=${processesMax} processes fewer than ${CONNECTIONS_MIN} connections`,
    );
  }
  if ((kafkaUsername === null) !== (kafkaPassword === null)) {
    mistakes.push('  KAFKA_USERNAME and KAFKA_PASSWORD belong together: set both or none');
  }
  if (all.databaseUrl === null && (all.redisUrl !== null || kafkaBrokers !== null)) {
    mistakes.push(
      '  REDIS_URL and KAFKA_BROKERS need DATABASE_URL: the embedded database belongs to one process, which needs neither',
    );
  }
  if (kafkaBrokers === null && all.roles?.length === 1 && all.roles[0] === 'sequencer') {
    mistakes.push('  ROLES=sequencer needs KAFKA_BROKERS: without a queue, gateways ask the ledger directly');
  }
  if (all.databaseUrl === null && all.roles !== null && all.roles.length < ROLES.length) {
    mistakes.push('  ROLES needs DATABASE_URL: the embedded database belongs to one process, which does everything');
  }
  const tossIsOn = all.paymentMethods?.includes('toss') ?? false;
  if (tossIsOn && (!tossSecretKey || !tossClientKey)) {
    mistakes.push('  PAYMENT_METHODS with toss needs TOSS_SECRET_KEY and TOSS_CLIENT_KEY');
  }
  if (Boolean(tlsCertificateFile) !== Boolean(tlsKeyFile)) {
    mistakes.push('  TLS_CERTIFICATE_FILE and TLS_KEY_FILE belong together: set both or none');
  }
  if (all.httpsRequired && !all.trustProxy && !tlsKeyFile) {
    mistakes.push(
      '  HTTPS_REQUIRED=true needs TLS_CERTIFICATE_FILE and TLS_KEY_FILE, or TRUST_PROXY=1 behind a proxy that speaks HTTPS',
    );
  }
  if (mistakes.length > 0) throw new Error(`These settings are wrong:\n${mistakes.join('\n')}`);
  return {
    ...rest,
    databaseConnectionsMax: connectionsMax,
    kafka: kafkaBrokers && {
      ...{ brokers: kafkaBrokers, prefix: kafkaTopicPrefix, partitions: kafkaPartitions, tls: kafkaTls },
      ...{ sessionTimeoutMs: kafkaSessionTimeoutMs, lagMax: kafkaLagMax },
      credentials:
        kafkaUsername && kafkaPassword
          ? { mechanism: kafkaSaslMechanism, username: kafkaUsername, password: kafkaPassword }
          : null,
    },
    toss:
      tossIsOn && tossSecretKey && tossClientKey
        ? { secretKey: tossSecretKey, clientKey: tossClientKey, webhookKey: tossWebhookKey, url: tossUrl }
        : null,
    admin: { username: adminUsername, email: adminEmail, password: adminPassword },
    tls: tlsCertificateFile && tlsKeyFile ? { certificateFile: tlsCertificateFile, keyFile: tlsKeyFile } : null,
  };
}

/** The table of docs/settings.md. */
export function settingsTable(): string {
  const rows = Object.values(SETTINGS).map(
    ({ name, fallback, meaning }) => `| \`${name}\` | ${fallback ?? ''} | ${meaning} |`,
  );
  return ['| variable | default | meaning |', '|---|---|---|', ...rows, ''].join('\n');
}
