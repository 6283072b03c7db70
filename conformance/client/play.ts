/** What one case plays with: scripted servers, and the client's program at each. */
import { Broken, pause } from '../case.ts';
import { ClientProgram } from './program.ts';
import { type Connection, type Script, ScriptedServer } from './scripted-server.ts';

/** Of docs/socket.md; only tests of this suite have shorter ones. */
export interface ClientLimits {
  readonly pingMs: number;
  readonly answerMs: number;
}

export const LIMITS: ClientLimits = { pingMs: 30_000, answerMs: 10_000 };

/** A machine that runs many clients at once is late. */
export const SLACK_MS = 400;

/** A program at its server. */
export class Session {
  readonly server: ScriptedServer;
  readonly program: ClientProgram;

  constructor(server: ScriptedServer, program: ClientProgram) {
    this.server = server;
    this.program = program;
  }

  /** What `look` gives as soon as it gives something; throws that `expected` did not happen. */
  async until<Value>(look: () => Value | undefined, expected: string, withinMs = 10_000): Promise<Value> {
    const found = await this.look(look, withinMs);
    if (found !== undefined) return found;
    throw new Broken(`${expected}, within ${withinMs / 1000} s`, this.describe());
  }

  /** The same, and undefined when it did not happen. */
  async look<Value>(look: () => Value | undefined, withinMs: number): Promise<Value | undefined> {
    const untilMs = performance.now() + withinMs;
    for (;;) {
      if (this.program.fault !== undefined)
        throw new Broken('a program that runs and prints JSON lines', this.program.fault);
      const found = look();
      if (found !== undefined || performance.now() > untilMs) return found;
      await pause(10);
    }
  }

  /** The connection with this number, from 1. */
  socket(number: number, withinMs?: number): Promise<Connection> {
    return this.until(() => this.server.sockets[number - 1], `WebSocket number ${number}`, withinMs);
  }

  async welcomed(number: number, withinMs?: number): Promise<Connection> {
    const connection = await this.socket(number, withinMs);
    return this.until(
      () => (connection.welcomedAtMs === undefined ? undefined : connection),
      `\`authenticate\` on WebSocket number ${number}`,
    );
  }

  async ended(number: number, withinMs?: number): Promise<number> {
    const connection = await this.socket(number, withinMs);
    return this.until(() => connection.endedAtMs, `the end of WebSocket number ${number}`, withinMs);
  }

  async authenticate(number: number, withinMs?: number): Promise<Readonly<Record<string, unknown>>> {
    const connection = await this.socket(number, withinMs);
    const frame = await this.until(() => connection.frames[0], `a frame on WebSocket number ${number}`);
    return frame.message;
  }

  /** Cursors of the messages that were handed on. */
  handedOn(): number[] {
    return this.program.lines.flatMap(({ message }) =>
      ['grant', 'payment', 'notification'].includes(String(message['type'])) ? [Number(message['cursor'])] : [],
    );
  }

  async handsOn(cursor: number): Promise<void> {
    await this.until(() => this.handedOn().find((one) => one === cursor), `message ${cursor} handed on`);
  }

  describe(): string {
    const { sockets, streams, tokens } = this.server;
    const frames = sockets.map(({ frames }) => frames.map(({ message }) => message['type']).join(' ') || 'nothing');
    return `${sockets.length} WebSockets (${frames.slice(-6).join(', ')}), ${streams.length} streams, ${tokens.length} tokens, ${this.program.lines.length} lines`;
  }
}

export class Play {
  readonly limits: ClientLimits;
  readonly #command: string;
  readonly #open: { close(): void }[] = [];

  constructor(command: string, limits: ClientLimits) {
    this.#command = command;
    this.limits = limits;
  }

  async start(script: Script): Promise<Session> {
    const server = await ScriptedServer.start(script);
    this.#open.push(server);
    const program = new ClientProgram(this.#command, server);
    this.#open.push({ close: () => program.stop() });
    return new Session(server, program);
  }

  close(): void {
    for (const one of this.#open.reverse()) one.close();
  }
}
