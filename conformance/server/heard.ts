/** What a connection has heard, in order, and waiting for what it has not heard yet. */
import { Broken } from '../case.ts';

export type Message = { readonly type: string } & Readonly<Record<string, unknown>>;

export interface Said {
  readonly atMs: number;
  readonly message: Message;
}

export interface End {
  readonly code: number;
  readonly reason: string;
  readonly atMs: number;
}

/** Members that a message must have, with these values. */
export type Wanted = Readonly<Record<string, unknown>>;

const SHOWN_MAX = 5;

export class Heard {
  readonly all: Said[] = [];
  end: End | undefined;
  #listeners: (() => void)[] = [];
  #fault: Error | undefined;

  get messages(): Message[] {
    return this.all.map(({ message }) => message);
  }

  hear(text: string): void {
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      message = undefined;
    }
    if (typeof (message as Message | undefined)?.type === 'string') {
      this.all.push({ atMs: Date.now(), message: message as Message });
    } else this.fail(new Broken('one JSON object with a `type` per frame', text.slice(0, 60)));
    this.wake();
  }

  /** Whoever waits is told. */
  fail(error: Error): void {
    this.#fault ??= error;
    this.wake();
  }

  ended(code: number, reason: string): void {
    this.end ??= { code, reason, atMs: Date.now() };
    this.wake();
  }

  /** The first message from `from` on with these members. */
  async next(wanted: Wanted, { from = 0, withinMs = 5_000 } = {}): Promise<Message> {
    const found = await this.when(() => this.messages.slice(from).find((message) => matches(message, wanted)), {
      withinMs,
      whileOpen: true,
    });
    if (found !== undefined) return found;
    throw new Broken(`${JSON.stringify(wanted)} within ${withinMs / 1000} s`, this.describe(from));
  }

  /** The end, with one of these codes. */
  async closed(codes: readonly number[], withinMs: number): Promise<End> {
    const expected = `a close with ${codes.join(' or ')} within ${withinMs / 1000} s`;
    const end = await this.when(() => this.end, { withinMs });
    if (end === undefined)
      throw new Broken(expected, `none; ${this.describe(Math.max(0, this.all.length - SHOWN_MAX))}`);
    if (!codes.includes(end.code)) throw new Broken(expected, `${end.code} ${end.reason}`);
    return end;
  }

  /** What `look` gives as soon as it gives something, undefined when that takes too long. */
  async when<Value>(
    look: () => Value | undefined,
    { withinMs = 5_000, whileOpen = false } = {},
  ): Promise<Value | undefined> {
    const untilMs = performance.now() + withinMs;
    for (;;) {
      if (this.#fault) throw this.#fault;
      const found = look();
      const leftMs = untilMs - performance.now();
      if (found !== undefined || leftMs <= 0 || (whileOpen && this.end)) return found;
      await this.#change(leftMs);
    }
  }

  describe(from = 0): string {
    const recent = this.all.slice(from);
    const shown = recent.slice(0, SHOWN_MAX).map(({ message }) => short(message));
    const more = recent.length > SHOWN_MAX ? ` and ${recent.length - SHOWN_MAX} more` : '';
    const end = this.end ? `, then the end with ${this.end.code} ${this.end.reason}` : '';
    return `${shown.join(' ') || 'nothing'}${more}${end}`;
  }

  #change(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      this.#listeners.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** Whoever waits looks again. */
  wake(): void {
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of listeners) listener();
  }
}

export function matches(message: Message, wanted: Wanted): boolean {
  return Object.entries(wanted).every(([name, value]) => message[name] === value);
}

function short(message: Message): string {
  const { type, code, dropId, cursor, because, outcome, requestId, remaining, resumed, detail } = message;
  return JSON.stringify({ type, code, dropId, cursor, because, outcome, requestId, remaining, resumed, detail });
}
