/** What the page may believe of its connection: of which drops it hears, and for whom it speaks. */
import { batch, signal } from '@preact/signals';
import { beforeEach, expect, test, vi } from 'vitest';
import type { LiveOptions } from './live-client.ts';
import type { ServerMessage } from './messages.ts';

let options: LiveOptions<ServerMessage>;
const client = { connect: vi.fn(), watch: vi.fn(), identityChanged: vi.fn() };
const accessToken = signal<string | null>(null);
const account = signal<{ id: string } | null>(null);
const sessionState = signal('member');
vi.mock('./live-client.ts', () => ({
  createLiveClient: (given: typeof options) => {
    options = given;
    return client;
  },
}));
vi.mock('../accounts/session.ts', () => ({
  accessToken,
  account,
  sessionState,
  isUncertain: signal(false),
  ...{ freshToken: vi.fn(), refresh: vi.fn(), sessionEnded: vi.fn() },
}));

async function open() {
  vi.resetModules();
  const { connection, startConnection } = await import('./connection.ts');
  startConnection();
  options.onState?.('ready', '1', 'socket');
  return connection;
}
const drop = (dropId: string) => options.onMessage({ type: 'drop', dropId } as ServerMessage);

beforeEach(() => {
  vi.clearAllMocks();
  vi.stubGlobal('location', { origin: 'http://shop' });
  vi.stubGlobal('addEventListener', vi.fn());
  vi.stubGlobal('document', { addEventListener: vi.fn() });
  become('1', 't1');
});

function become(id: string, token: string): void {
  batch(() => {
    account.value = { id };
    accessToken.value = token;
  });
}

test('it tells of a drop from its first word of it', async () => {
  const connection = await open();
  connection.watch(['7', '8']);
  expect(connection.tellsOf('7')).toBe(false);
  drop('7');
  expect([connection.tellsOf('7'), connection.tellsOf('8')]).toEqual([true, false]);
});

test('what is no longer watched may change unheard, also when a word of it was still on its way', async () => {
  const connection = await open();
  connection.watch(['7']);
  drop('7');
  connection.watch(['8']);
  drop('7');
  expect(connection.tellsOf('7')).toBe(false);
});

test('after a reconnect nothing is known before it is told again; a fresh token changes nothing', async () => {
  const connection = await open();
  connection.watch(['7']);
  drop('7');
  options.onState?.('ready', '1', 'socket');
  expect(connection.tellsOf('7')).toBe(true);
  options.onState?.('waiting', null, 'socket');
  options.onState?.('ready', '1', 'socket');
  expect(connection.tellsOf('7')).toBe(false);
});

test('it carries the claims of whom the server knows it to be of, and of nobody who has come in their place', async () => {
  const connection = await open();
  expect([connection.takesClaims.value, connection.isHeard.value]).toEqual([true, true]);
  become('2', 't2');
  expect([connection.takesClaims.value, connection.isHeard.value]).toEqual([false, false]);
  options.onState?.('ready', '2', 'socket');
  expect([connection.takesClaims.value, connection.isHeard.value]).toEqual([true, true]);
});

test('a fresh token goes on with it; whoever comes in another one’s place gets a new one', async () => {
  await open();
  become('1', 't2');
  expect(client.identityChanged).toHaveBeenLastCalledWith(true);
  become('2', 't3');
  expect(client.identityChanged).toHaveBeenLastCalledWith(false);
});
