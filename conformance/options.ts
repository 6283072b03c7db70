import { parseArgs } from 'node:util';
import { type ServerSettings, TIMES } from './server/settings.ts';

export type Options =
  | { readonly side: 'server'; readonly settings: ServerSettings; readonly only: readonly string[] | null }
  | { readonly side: 'client'; readonly command: string; readonly only: readonly string[] | null };

export const help = `npm run conformance -- --server URL [--server URL] --admin USERNAME:PASSWORD [options]
npm run conformance -- --client COMMAND

  Tries every rule of docs/socket.md: S1 to S23 on a server, C1 to C10 on a client. Ends with 1 when a rule does not hold.

  --server URL              a node; several are the nodes of one shop. It signs up about 40 buyers and makes drops: not on a real shop
  --admin NAME:PASSWORD     who makes the drops (or CONFORMANCE_ADMIN in the environment)
  --client COMMAND          a program around the client; docs/socket.md, Conformance, says what it reads and writes
  --only LIST               these rules, with commas between them

What the server was set to, because nobody can ask it
  --token-seconds N         ACCESS_TOKEN_SECONDS; S4 is tried up to 60
  --messages-per-second N   SOCKET_MESSAGES_PER_SECOND (100)
  --unsent-bytes N          SOCKET_UNSENT_BYTES_MAX (1048576); S17 is tried up to 2 MiB
  --sockets-per-user N      SOCKETS_PER_USER_MAX (20); S18 is tried up to 50
  --sockets-per-address N   SOCKETS_PER_ADDRESS_MAX; its part of S18 is tried up to 500
  --restart COMMAND         restarts the first node in an orderly way; without it S19 is not tried

  S14 is tried when \`welcome\` tells of a heartbeat of 5 s or less: SOCKET_HEARTBEAT_SECONDS=2.
`;

/** Throws, with what is wrong, for people. */
export function readOptions(
  commandLine: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = {},
): Options | 'help' {
  const { values } = parseArgs({
    args: [...commandLine],
    options: {
      server: { type: 'string', multiple: true },
      client: { type: 'string' },
      admin: { type: 'string' },
      only: { type: 'string' },
      'token-seconds': { type: 'string' },
      'messages-per-second': { type: 'string', default: '100' },
      'unsent-bytes': { type: 'string', default: String(1024 * 1024) },
      'sockets-per-user': { type: 'string', default: '20' },
      'sockets-per-address': { type: 'string' },
      restart: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return 'help';
  const only = values.only === undefined ? null : values.only.split(',').map((rule) => rule.trim());
  const unknown = only?.find((rule) => !/^[SC]\d+$/.test(rule));
  if (unknown !== undefined) throw new Error(`--only does not know ${unknown}`);
  if ((values.server === undefined) === (values.client === undefined))
    throw new Error('--server or --client, and not both; --help tells more');
  if (values.client !== undefined) return { side: 'client', command: values.client, only };
  const number = (name: 'token-seconds' | 'sockets-per-address'): number | null =>
    values[name] === undefined ? null : wholeNumber(`--${name}`, values[name]);
  return {
    side: 'server',
    only,
    settings: {
      servers: (values.server ?? []).map(address),
      admin: administrator(values.admin ?? environment['CONFORMANCE_ADMIN']),
      tokenSeconds: number('token-seconds'),
      messagesPerSecond: wholeNumber('--messages-per-second', values['messages-per-second']),
      unsentBytes: wholeNumber('--unsent-bytes', values['unsent-bytes']),
      socketsPerUser: wholeNumber('--sockets-per-user', values['sockets-per-user']),
      socketsPerAddress: number('sockets-per-address'),
      restart: values.restart ?? null,
      times: TIMES,
    },
  };
}

function administrator(text: string | undefined): { login: string; password: string } {
  const [, login, password] = /^([^:]+):(.+)$/s.exec(text ?? '') ?? [];
  if (login === undefined || password === undefined)
    throw new Error('--admin USERNAME:PASSWORD is needed, or CONFORMANCE_ADMIN in the environment');
  return { login, password };
}

function address(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw new Error('--server must look like http://host:port');
  return url.href.replace(/\/$/, '');
}

function wholeNumber(name: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`${name} must be a whole number from 1`);
  return Number(text);
}
