/**
 * The HTTP client of the gateway benchmark. It must cost less per request than the server, or it would be measured instead: bare TCP connections, requests built before
 * the clock starts, one reading buffer for all, and of an answer only its status and its length are looked at.
 */
import { connect, type Socket } from 'node:net';
import { percentile } from '../statistics.ts';
import { type ConnectHttp, failClient, type Result, type Run } from './protocol.ts';

const HEAD_END = Buffer.from('\r\n\r\n');
const LENGTH = [Buffer.from('\r\ncontent-length: '), Buffer.from('\r\nContent-Length: ')];
const READ_BUFFER_BYTES = 64 * 1024;
const STATUS_OFFSET = 'HTTP/1.1 '.length;
const ZERO = 48;

let sockets: Socket[] = [];
let requests: Buffer[] = [];
let next = 0;
let answered = 0;
let latenciesMs = new Float64Array();
const sentAt = new WeakMap<Socket, number>();
let startedAt = 0;
let cpuAtStart = process.cpuUsage();
const answers = new Map<number, number>();
const readBuffer = Buffer.alloc(READ_BUFFER_BYTES);

process.on('message', async (message: ConnectHttp | Run) => {
  if (message.type === 'connect') {
    await prepare(message);
    process.send?.({ type: 'ready' });
  } else run();
});

async function prepare({ port, dropId, tokens, round, connections }: ConnectHttp): Promise<void> {
  for (const socket of sockets) socket.destroy();
  requests = tokens.map((token, number) =>
    Buffer.from(
      `POST /v1/drops/${dropId}/claims HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\n` +
        `Idempotency-Key: ${round}-${String(number).padStart(9, '0')}\r\nContent-Length: 0\r\n\r\n`,
      'latin1',
    ),
  );
  next = 0;
  answered = 0;
  latenciesMs = new Float64Array(requests.length);
  answers.clear();
  sockets = await Promise.all(Array.from({ length: connections }, () => open(port)));
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: readBuffer,
        callback: (size) => {
          receive(socket, size);
          return true;
        },
      },
    });
    socket.once('connect', () => resolve(socket));
    socket.once('error', (error) => failClient(error.message));
    socket.once('end', () => failClient('the server closed a connection'));
  });
}

/** What has come of an answer that did not come in one piece. Rare: one request is on its way per connection, and answers are short. */
const pieces = new WeakMap<Socket, Buffer>();

function receive(socket: Socket, size: number): void {
  const piece = pieces.get(socket);
  const received = piece ? Buffer.concat([piece, readBuffer.subarray(0, size)]) : readBuffer.subarray(0, size);
  const headEnd = received.indexOf(HEAD_END);
  if (headEnd < 0 || received.length < headEnd + HEAD_END.length + bodyLength(received)) {
    pieces.set(socket, Buffer.from(received));
    return;
  }
  if (piece) pieces.delete(socket);

  const status = (digit(received, 0) * 10 + digit(received, 1)) * 10 + digit(received, 2);
  answers.set(status, (answers.get(status) ?? 0) + 1);
  const now = performance.now();
  latenciesMs[answered] = now - (sentAt.get(socket) ?? now);
  answered += 1;
  const request = requests[next];
  if (request) {
    next += 1;
    sentAt.set(socket, now);
    socket.write(request);
  } else if (answered === requests.length) finish();
}

function digit(received: Buffer, place: number): number {
  return (received[STATUS_OFFSET + place] ?? ZERO) - ZERO;
}

function bodyLength(received: Buffer): number {
  for (const name of LENGTH) {
    const found = received.indexOf(name);
    if (found < 0) continue;
    let length = 0;
    for (let place = found + name.length; ; place += 1) {
      const value = (received[place] ?? 0) - ZERO;
      if (value < 0 || value > 9) return length;
      length = length * 10 + value;
    }
  }
  return failClient('an answer without a length');
}

function run(): void {
  cpuAtStart = process.cpuUsage();
  startedAt = performance.now();
  for (const socket of sockets) {
    const request = requests[next];
    next += 1;
    if (!request) continue;
    sentAt.set(socket, performance.now());
    socket.write(request);
  }
}

function finish(): void {
  const durationMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuAtStart);
  const result: Result = {
    type: 'result',
    answered,
    durationMs,
    clientCpuMs: (user + system) / 1000,
    answers: Object.fromEntries(answers),
    latency: {
      p50Ms: percentile(latenciesMs, 0.5),
      p99Ms: percentile(latenciesMs, 0.99),
      maxMs: percentile(latenciesMs, 1),
    },
  };
  for (const socket of sockets) socket.destroy();
  sockets = [];
  process.send?.(result);
}
