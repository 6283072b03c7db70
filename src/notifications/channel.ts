/**
 * A way outside: email, Slack, Discord. The port that the adapters fill in (adapters/*-channel.ts).
 *
 * It leaves out whether a letter was read, and answers to letters. A channel sends each letter that it is given; that nobody gets the same one twice is the
 * caller's care, as far as it can be: who dies between a sending and its record sends again, with the same id.
 */
import type { Language } from './notification.ts';

export interface Letter {
  /** Of the delivery: the same at each try, so that the other side can tell (email: `Message-ID`; webhooks: `Idempotency-Key`). */
  readonly id: string;
  /** An email address, or a webhook's address. Not for logs: who knows a webhook's address can write there. */
  readonly to: string;
  readonly language: Language;
  /** One line. */
  readonly title: string;
  /** Plain text, lines separated by `\n`. */
  readonly text: string;
  /** Whole, with scheme and host; null: nothing to follow. */
  readonly link: string | null;
}

export interface Channel {
  readonly name: 'email' | 'slack' | 'discord';
  /**
   * Resolves when the other side has taken the letter. Throws `Undeliverable` when it never will (no such mailbox, a webhook that is gone), `Postponed` when it
   * says how long to wait, and anything else when trying again may help: also when `signal` ends the sending before its answer.
   */
  send(letter: Letter, signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Its message is the reason that the delivery log shows: never with the address or other secrets in it. */
export class Undeliverable extends Error {}

/** The other side is there, and asks for patience. */
export class Postponed extends Error {
  readonly afterMs: number;

  constructor(message: string, afterMs: number) {
    super(message);
    this.afterMs = afterMs;
  }
}
