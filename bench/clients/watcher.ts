/**
 * Sockets that follow a drop, and a few people who press at it: for the fan-out benchmark. Keeps of each live view what it tells and when it came, by the wall clock,
 * which the database shares.
 */
import { setTimeout as pause } from 'node:timers/promises';
import WebSocket from 'ws';
import type { ConnectWatchers, Frame, Probe, Watched } from './protocol.ts';
import { failClient } from './protocol.ts';

const OPEN_AT_ONCE = 50;
const DROP_START = Buffer.from('{"type":"drop",');
const LATE_ANSWERS_WITHIN_MS = 10_000;

interface Message {
  readonly type: string;
  readonly code?: string;
  readonly requestId?: string;
  readonly arrival?: number;
}

let watchers: WebSocket[] = [];
let probers: WebSocket[] = [];
const frames: Frame[] = [];
const probes = new Map<string, Probe>();
/** All watchers get the same bytes: they are read once. */
let lastText = '';
let lastGranted = 0;

type Command =
  | ConnectWatchers
  | { readonly type: 'watch'; readonly dropId: string }
  | { readonly type: 'press'; readonly dropId: string; readonly perSecond: number; readonly presses: number }
  | { readonly type: 'finish' };

process.on('message', async (command: Command) => {
  if (command.type === 'connect-watchers') await connect(command);
  else if (command.type === 'watch') watch(command.dropId);
  else if (command.type === 'press') void press(command.dropId, command.perSecond, command.presses);
  else await answersOfProbes();
  process.send?.(command.type === 'finish' ? result() : { type: 'ready' });
});
process.on('disconnect', () => process.exit());

function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

async function connect({ url, watcherTokens, proberTokens }: ConnectWatchers): Promise<void> {
  watchers = await openAll(url, watcherTokens, (socket, data) => keepFrame(socket, data));
  probers = await openAll(url, proberTokens, (_socket, data) => keepAnswer(data));
}

async function openAll(
  url: string,
  tokens: readonly string[],
  onMessage: (socket: number, data: Buffer) => void,
): Promise<WebSocket[]> {
  const sockets: WebSocket[] = [];
  for (let first = 0; first < tokens.length; first += OPEN_AT_ONCE) {
    const some = tokens
      .slice(first, first + OPEN_AT_ONCE)
      .map((token, place) => open(url, token, first + place, onMessage));
    sockets.push(...(await Promise.all(some)));
  }
  return sockets;
}

function open(
  url: string,
  token: string,
  number: number,
  onMessage: (socket: number, data: Buffer) => void,
): Promise<WebSocket> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/socket`, { perMessageDeflate: false });
    socket.on('open', () => socket.send(JSON.stringify({ type: 'authenticate', token })));
    socket.on('message', (data: Buffer) => {
      if (data.includes('"welcome"')) resolve(socket);
      else onMessage(number, data);
    });
    socket.on('error', (error) => failClient(error.message));
  });
}

function watch(dropId: string): void {
  for (const socket of watchers) socket.send(JSON.stringify({ type: 'watch', dropIds: [dropId] }));
}

function keepFrame(socket: number, data: Buffer): void {
  const receivedAtMs = nowMs();
  if (!data.subarray(0, DROP_START.length).equals(DROP_START)) return;
  const text = data.toString('latin1');
  if (text !== lastText) {
    const { stock, remaining } = JSON.parse(data.toString()) as { stock: number; remaining: number };
    lastText = text;
    lastGranted = stock - remaining;
  }
  frames.push({ socket, receivedAtMs, granted: lastGranted });
}

/** An even open loop; each prober in turn. */
async function press(dropId: string, perSecond: number, presses: number): Promise<void> {
  for (let number = 0; number < presses; number += 1) {
    const requestId = `probe-${String(number).padStart(6, '0')}`;
    probes.set(requestId, { sentAtMs: nowMs(), answeredAtMs: 0, arrival: 0 });
    probers[number % probers.length]?.send(JSON.stringify({ type: 'claim', requestId, dropId }));
    await pause(1000 / perSecond);
  }
}

function keepAnswer(data: Buffer): void {
  const answeredAtMs = nowMs();
  const { type, code, requestId = '', arrival = 0 } = JSON.parse(data.toString()) as Message;
  const probe = probes.get(requestId);
  if (probe === undefined) return;
  if (type === 'outcome') probes.set(requestId, { ...probe, answeredAtMs, arrival });
  else if (type === 'error') probes.set(requestId, { ...probe, fault: code ?? 'unknown' });
}

async function answersOfProbes(): Promise<void> {
  const deadline = performance.now() + LATE_ANSWERS_WITHIN_MS;
  while (
    performance.now() < deadline &&
    [...probes.values()].some(({ answeredAtMs, fault }) => answeredAtMs === 0 && fault === undefined)
  )
    await pause(20);
}

function result(): Watched {
  for (const socket of [...watchers, ...probers]) socket.terminate();
  return { type: 'watched', frames: frames.splice(0), probes: [...probes.values()] };
}
