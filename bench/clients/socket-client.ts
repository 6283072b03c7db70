/**
 * The WebSocket client: bare TCP connections and frames built before the clock starts, as in http-client.ts. Each socket claims again when its last claim is answered.
 * With no claims to send it only holds its sockets open: for the memory benchmark.
 */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { type ConnectSocket, failClient, type Result, type Run } from './protocol.ts';

const HEAD_END = '\r\n\r\n';
const READ_BUFFER_BYTES = 64 * 1024;
const OPEN_AT_ONCE = 100;
const OPCODE = { text: 1, close: 8, ping: 9 };

interface Peer {
  readonly socket: Socket;
  rest: Buffer | undefined;
  onHead: ((head: string) => void) | undefined;
  onText: (text: Buffer) => void;
}

let peers: Peer[] = [];
let claims: Buffer[] = [];
let next = 0;
let answered = 0;
let startedAt = 0;
let cpuAtStart = process.cpuUsage();
let answers: Record<string, number> = {};
const readBuffer = Buffer.alloc(READ_BUFFER_BYTES);

process.on('message', async (message: ConnectSocket | Run) => {
  if (message.type === 'connect') {
    await prepare(message);
    process.send?.({ type: 'ready' });
  } else run();
});
process.on('disconnect', () => process.exit());

async function prepare({ port, dropId, tokens, round, claims: count, watch }: ConnectSocket): Promise<void> {
  for (const { socket } of peers) socket.destroy();
  peers = [];
  claims = Array.from({ length: count }, (_, number) =>
    frame({ type: 'claim', requestId: `${round}-${String(number).padStart(9, '0')}`, dropId }),
  );
  next = 0;
  answered = 0;
  answers = {};
  for (let first = 0; first < tokens.length; first += OPEN_AT_ONCE) {
    const opening = tokens
      .slice(first, first + OPEN_AT_ONCE)
      .map((token) => enter(port, token, watch ? dropId : undefined));
    peers.push(...(await Promise.all(opening)));
  }
  for (const peer of peers) peer.onText = (text) => receive(peer, text);
}

/** Connects, authenticates, and watches. */
async function enter(port: number, token: string, watchedDropId: string | undefined): Promise<Peer> {
  const peer = open(port);
  const key = randomBytes(16).toString('base64');
  const head = await new Promise<string>((resolve) => {
    peer.onHead = resolve;
    peer.socket.write(
      `GET /v1/socket HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
    );
  });
  if (!head.startsWith('HTTP/1.1 101')) failClient(`no socket: ${head.split('\r\n')[0]}`);
  await exchange(peer, { type: 'authenticate', token }, 'welcome');
  if (watchedDropId !== undefined) await exchange(peer, { type: 'watch', dropIds: [watchedDropId] }, 'drop');
  return peer;
}

function exchange(peer: Peer, message: object, answerType: string): Promise<void> {
  return new Promise((resolve) => {
    peer.onText = (text) => {
      const { type } = JSON.parse(text.toString()) as { type: string };
      if (type === answerType) resolve();
      else if (type === 'error') failClient(text.toString());
    };
    peer.socket.write(frame(message));
  });
}

function open(port: number): Peer {
  const socket = connect({
    port,
    host: '127.0.0.1',
    noDelay: true,
    onread: {
      buffer: readBuffer,
      callback: (size) => {
        read(peer, readBuffer.subarray(0, size));
        return true;
      },
    },
  });
  const peer: Peer = { socket, rest: undefined, onHead: undefined, onText: () => {} };
  socket.once('error', (error) => failClient(error.message));
  socket.once('end', () => failClient('the server closed a connection'));
  return peer;
}

function read(peer: Peer, chunk: Buffer): void {
  let received = peer.rest ? Buffer.concat([peer.rest, chunk]) : chunk;
  peer.rest = undefined;
  if (peer.onHead) {
    const end = received.indexOf(HEAD_END);
    if (end >= 0) {
      peer.onHead(received.toString('latin1', 0, end));
      peer.onHead = undefined;
      received = received.subarray(end + HEAD_END.length);
    }
  }
  let start = 0;
  while (!peer.onHead && start < received.length) {
    const end = readFrame(peer, received, start);
    if (end === undefined) break;
    start = end;
  }
  if (start < received.length) peer.rest = Buffer.from(received.subarray(start));
}

/** Takes one frame and returns where the next begins; undefined while it is not complete. The server sends short, unmasked, whole frames. */
function readFrame(peer: Peer, received: Buffer, start: number): number | undefined {
  if (start + 2 > received.length) return undefined;
  let length = (received[start + 1] ?? 0) & 0x7f;
  let bodyStart = start + 2;
  if (length === 126) {
    if (start + 4 > received.length) return undefined;
    length = received.readUInt16BE(start + 2);
    bodyStart = start + 4;
  } else if (length === 127) failClient('a frame of more than 64 KiB');
  const end = bodyStart + length;
  if (end > received.length) return undefined;
  const opcode = (received[start] ?? 0) & 0x0f;
  if (opcode === OPCODE.text) peer.onText(received.subarray(bodyStart, end));
  else if (opcode === OPCODE.ping) peer.socket.write(mask(0x8a, received.subarray(bodyStart, end)));
  else if (opcode === OPCODE.close) failClient(`the server closed a socket with ${received.readUInt16BE(bodyStart)}`);
  return end;
}

const TYPE_OFFSET = '{"type":"'.length;
const FIRST_LETTERS = new Map([
  ['o'.charCodeAt(0), 'outcome'],
  ['e'.charCodeAt(0), 'error'],
]);

function receive(peer: Peer, text: Buffer): void {
  const type = FIRST_LETTERS.get(text[TYPE_OFFSET] ?? 0);
  if (type === undefined) return; // the live view
  answers[type] = (answers[type] ?? 0) + 1;
  answered += 1;
  const claim = claims[next];
  if (claim) {
    next += 1;
    peer.socket.write(claim);
  } else if (answered === claims.length) finish();
}

function frame(message: object): Buffer {
  return mask(0x81, Buffer.from(JSON.stringify(message)));
}

/** A whole frame, masked as a client must. */
function mask(firstByte: number, body: Buffer): Buffer {
  const key = randomBytes(4);
  const head =
    body.length < 126
      ? Buffer.from([firstByte, 0x80 | body.length])
      : Buffer.from([firstByte, 0x80 | 126, body.length >> 8, body.length & 0xff]);
  return Buffer.concat([head, key, body.map((byte, place) => byte ^ (key[place & 3] ?? 0))]);
}

function run(): void {
  cpuAtStart = process.cpuUsage();
  startedAt = performance.now();
  for (const { socket } of peers) {
    const claim = claims[next];
    next += 1;
    if (claim) socket.write(claim);
  }
}

function finish(): void {
  const durationMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuAtStart);
  const result: Result = { type: 'result', answered, durationMs, clientCpuMs: (user + system) / 1000, answers };
  process.send?.(result);
}
