/** A WebSocket over a bare connection, that does what `ws` cannot: not read, not answer a close, write what is no frame. */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { pause } from '../case.ts';

export class DeafSocket {
  readonly #socket: Socket;
  #torn = false;
  writtenBytes = 0;

  static async open(url: string): Promise<DeafSocket> {
    const { hostname, port, protocol, host } = new URL(url);
    const socket =
      protocol === 'https:'
        ? connectTls({ host: hostname, port: Number(port || 443), servername: hostname })
        : connect(Number(port || 80), hostname);
    const deaf = new DeafSocket(socket);
    const key = randomBytes(16).toString('base64');
    socket.write(
      `GET /v1/socket HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
    );
    await new Promise<void>((resolve, reject) => {
      socket.once('data', () => {
        socket.pause();
        resolve();
      });
      socket.once('error', reject);
    });
    return deaf;
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', () => {
      this.#torn = true;
    });
    socket.on('close', () => {
      this.#torn = true;
    });
  }

  /** The server has ended it: our writes fail. */
  get isTorn(): boolean {
    return this.#torn;
  }

  send(message: object): void {
    this.write(maskedFrame(JSON.stringify(message)));
  }

  write(bytes: Buffer): void {
    if (!this.#torn) this.#socket.write(bytes);
  }

  /** Reads, and answers nothing: how long the server has left the connection open after its Close frame; undefined while it does. */
  async cutOffAfterMs(withinMs: number): Promise<number | undefined> {
    const reader = new FrameReader();
    let closedAtMs: number | undefined;
    this.#socket.on('data', (chunk: Buffer) => {
      reader.read(chunk);
      if (reader.closeCode !== undefined) closedAtMs ??= performance.now();
    });
    this.#socket.resume();
    const untilMs = performance.now() + withinMs;
    while (performance.now() < untilMs) {
      const isOver = this.#torn || this.#socket.readableEnded;
      if (isOver) return performance.now() - (closedAtMs ?? performance.now());
      await pause(20);
    }
    return undefined;
  }

  /** As if it had heard every ping: what it ends by must not be the heartbeat. Pongs that nobody asked for are allowed (RFC 6455, 5.5.3). */
  pong(): void {
    if (!this.#torn) this.#socket.write(Buffer.from([0x8a, 0x80, 0, 0, 0, 0]));
  }

  /** Reads all that waited; resolves with the close code when the connection has ended, undefined if it is open still. */
  async readToTheEnd(withinMs: number): Promise<number | undefined> {
    const reader = new FrameReader();
    this.#socket.on('data', (chunk: Buffer) => reader.read(chunk));
    this.#socket.resume();
    const untilMs = performance.now() + withinMs;
    while (
      performance.now() < untilMs &&
      reader.closeCode === undefined &&
      !this.#torn &&
      !this.#socket.readableEnded
    ) {
      this.pong();
      await pause(50);
    }
    if (reader.closeCode !== undefined) return reader.closeCode;
    return this.#torn || this.#socket.readableEnded ? 1006 : undefined;
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** A frame as clients send it: masked (RFC 6455, 5.3), here by zeros; a whole text unless its first byte says something else. */
export function maskedFrame(content: string | Buffer, firstByte = 0x81): Buffer {
  const payload = Buffer.from(content);
  const length =
    payload.length < 126
      ? Buffer.from([0x80 | payload.length])
      : Buffer.from([0x80 | 126, payload.length >> 8, payload.length & 0xff]);
  return Buffer.concat([Buffer.from([firstByte]), length, Buffer.alloc(4), payload]);
}

/** Looks for the Close frame among the server's frames. */
class FrameReader {
  closeCode: number | undefined;
  #rest: Buffer = Buffer.alloc(0);
  #skip = 0;

  read(chunk: Buffer): void {
    let data: Buffer = Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const skipped = Math.min(this.#skip, data.length);
      data = data.subarray(skipped);
      this.#skip -= skipped;
      const [first, second] = data;
      if (first === undefined || second === undefined) break;
      const short = second & 0x7f;
      const headerBytes = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (data.length < headerBytes) break;
      const length = short === 126 ? data.readUInt16BE(2) : short === 127 ? Number(data.readBigUInt64BE(2)) : short;
      if ((first & 0x0f) === 8) {
        if (data.length < headerBytes + Math.min(2, length)) break;
        this.closeCode = length >= 2 ? data.readUInt16BE(headerBytes) : 1005;
        break;
      }
      this.#skip = headerBytes + length;
    }
    this.#rest = data;
  }
}
