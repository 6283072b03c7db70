/**
 * One person's messages on one connection: each once, in the order of their numbers, however the connection came to be.
 *
 *   idle ──begin without a cursor──────────────────────────────────────────> flowing, from the gateway's position on
 *    │ └──begin with a cursor──> asking ──read──> catching up ──all sent───> flowing
 *    │                             │                  │ (a slice at a time: the next one when the last has left this process)
 *    │                             └──────────────────┴ (what comes meanwhile is held behind it; too much of it: overrun)
 *    └──────────end────────────────────────────────────────────── at any time: somebody else's, or nobody's
 *
 * What is replayed was read from the database, what flows comes from the gateway's own reading, which may be behind or ahead of that. The numbers tell what the two have in common.
 *
 * The database is asked one thing at a time. Who begins anew meanwhile waits for that answer, and then only the last beginning is asked for.
 */
import type { Replay, ReplayRequest } from './inbox.ts';
import { Packet } from './packet.ts';

/** What waits while catching up, replayed messages included. */
const HELD_MAX = 2_000;
/** Of one slice; in UTF-8 at most three times as many bytes. Small beside what may wait for a client. */
const SLICE_CHARACTERS = 4_096;
const BYTES_PER_CHARACTER_MAX = 2;

export interface StreamSource {
  readonly position: number;
  replay(request: ReplayRequest): Promise<Replay>;
}

export interface StreamSink {
  /** Where the messages begin, before the first of them. */
  began(cursor: string, resumed: boolean): void;
  /** `whenSent` is called when the packet has left this process, and never if that can't be. */
  tell(packet: Packet, whenSent?: () => void): void;
  /** More came while catching up than can be held. */
  overrun(): void;
}

export class PersonalStream {
  readonly #source: StreamSource;
  readonly #sink: StreamSink;
  #state: 'idle' | 'asking' | 'catching_up' | 'flowing' = 'idle';
  /** All of this person's messages up to this number have been sent. */
  #upTo = 0;
  #held: (readonly [number, Packet])[] = [];
  #heldCharacters = 0;
  /** Goes up with each beginning and end: what was asked for before is not for this stream any more. */
  #turn = 0;
  #wanted: { readonly userId: string; readonly cursor: number } | undefined;
  #isAsking = false;

  constructor(source: StreamSource, sink: StreamSink) {
    this.#source = source;
    this.#sink = sink;
  }

  /** All of this person's messages up to this number have been sent; undefined while that cannot be said. */
  get cursor(): string | undefined {
    if (this.#state === 'catching_up') return String(this.#upTo);
    // What the gateway has read beyond the last message was for others.
    return this.#state === 'flowing' ? String(Math.max(this.#upTo, this.#source.position)) : undefined;
  }

  /** About so much memory waits here. */
  get heldBytes(): number {
    return this.#heldCharacters * BYTES_PER_CHARACTER_MAX;
  }

  begin(userId: string, cursor: number | undefined): void {
    this.end();
    if (cursor === undefined) {
      this.#upTo = this.#source.position;
      this.#state = 'flowing';
      this.#sink.began(String(this.#upTo), false);
      return;
    }
    this.#state = 'asking';
    this.#wanted = { userId, cursor };
    if (!this.#isAsking) void this.#ask();
  }

  end(): void {
    this.#turn += 1;
    this.#state = 'idle';
    this.#wanted = undefined;
    this.#held = [];
    this.#heldCharacters = 0;
  }

  /** A message for this person, which the gateway has just read. */
  take(number: number, packet: Packet): void {
    if (this.#state === 'idle') return;
    if (this.#state !== 'flowing') {
      this.#hold(number, packet);
      return;
    }
    if (number <= this.#upTo) return;
    this.#upTo = number;
    this.#sink.tell(packet);
  }

  #hold(number: number, packet: Packet): void {
    this.#heldCharacters += packet.text.length;
    if (this.#held.push([number, packet]) <= HELD_MAX) return;
    this.end();
    this.#sink.overrun();
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    for (let wanted = this.#wanted; wanted !== undefined; wanted = this.#wanted) {
      this.#wanted = undefined;
      const turn = this.#turn;
      // Without the database nothing can be replayed, and the client may ask over HTTP for what it shows.
      const nothing: Replay = { complete: false, messages: [], head: this.#source.position };
      const isWanted = () => turn === this.#turn;
      const replay = await this.#source.replay({ ...wanted, isWanted }).catch(() => nothing);
      if (isWanted()) this.#catchUp(wanted.cursor, replay);
    }
    this.#isAsking = false;
  }

  #catchUp(cursor: number, { complete, messages, head }: Replay): void {
    const cameMeanwhile = this.#held;
    this.#held = messages.map(([number, body]) => [number, personalPacket(number, body)] as const);
    for (const [, { text }] of this.#held) this.#heldCharacters += text.length;
    this.#held.push(...cameMeanwhile);
    this.#state = 'catching_up';
    this.#upTo = complete ? cursor : head;
    const turn = this.#turn;
    this.#sink.began(String(this.#upTo), complete);
    this.#sendSlice(turn, head);
  }

  #sendSlice(turn: number, head: number): void {
    let characters = 0;
    while (turn === this.#turn) {
      const next = this.#held.shift();
      if (next === undefined) {
        this.#upTo = Math.max(this.#upTo, head);
        this.#state = 'flowing';
        return;
      }
      const [number, packet] = next;
      this.#heldCharacters -= packet.text.length;
      if (number <= this.#upTo) continue;
      this.#upTo = number;
      characters += packet.text.length;
      if (characters >= SLICE_CHARACTERS) {
        this.#sink.tell(packet, () => this.#sendSlice(turn, head));
        return;
      }
      this.#sink.tell(packet);
    }
  }
}

/** As it travels: with its cursor. */
export function personalPacket(number: number, body: string): Packet {
  const cursor = String(number);
  return new Packet(`{"cursor":"${cursor}",${body.slice(1)}`, cursor);
}
