/**
 * One person's messages on one connection: each once, in the order of their numbers, however the connection came to be.
 *
 *   idle ──begin without a cursor──────────────────────────> flowing, from the gateway's position on
 *    │ └──begin with a cursor──> catching up ──replayed────> flowing, from what was replayed on
 *    │                              │ (what comes meanwhile is held; too much of it: overrun)
 *    └──────────end─────────────────┴────────────────────────── at any time: somebody else's, or nobody's
 *
 * What is replayed was read from the database, what flows comes from the gateway's own reading, which may be behind or ahead of that. The numbers tell what the two have in common.
 */
import type { Replay, ReplayRequest } from './inbox.ts';
import { Packet } from './packet.ts';

/** Held while catching up. */
const HELD_MAX = 2_000;

export interface StreamSource {
  readonly position: number;
  replay(request: ReplayRequest): Promise<Replay>;
}

export interface StreamSink {
  /** Where the messages begin, before the first of them. */
  began(cursor: string, resumed: boolean): void;
  sendPacket(packet: Packet): void;
  /** More came while catching up than can be held. */
  overrun(): void;
}

export class PersonalStream {
  readonly #source: StreamSource;
  readonly #sink: StreamSink;
  #state: 'idle' | 'catching_up' | 'flowing' = 'idle';
  #upTo = 0;
  #held: (readonly [number, Packet])[] = [];
  /** Goes up with each beginning and end: what was asked for before is not for this stream any more. */
  #turn = 0;

  constructor(source: StreamSource, sink: StreamSink) {
    this.#source = source;
    this.#sink = sink;
  }

  /** All of this person's messages up to this number have been sent; undefined while that cannot be said. */
  get cursor(): string | undefined {
    // What the gateway has read beyond the last message was for others.
    return this.#state === 'flowing' ? String(Math.max(this.#upTo, this.#source.position)) : undefined;
  }

  get isCatchingUp(): boolean {
    return this.#state === 'catching_up';
  }

  begin(userId: string, cursor: number | undefined): void {
    this.end();
    if (cursor === undefined) this.#flow(this.#source.position, false);
    else void this.#catchUp(userId, cursor);
  }

  end(): void {
    this.#turn += 1;
    this.#state = 'idle';
    this.#held = [];
  }

  /** A message for this person, which the gateway has just read. */
  take(number: number, packet: Packet): void {
    if (this.#state === 'flowing') this.#send(number, packet);
    else if (this.#state === 'catching_up' && this.#held.push([number, packet]) > HELD_MAX) {
      this.end();
      this.#sink.overrun();
    }
  }

  async #catchUp(userId: string, cursor: number): Promise<void> {
    this.#state = 'catching_up';
    const turn = this.#turn;
    // Without the database nothing can be replayed, and the client may ask over HTTP for what it shows.
    const nothing: Replay = { complete: false, messages: [], head: this.#source.position };
    const replay = await this.#source.replay({ userId, cursor }).catch(() => nothing);
    if (turn !== this.#turn) return;
    const held = this.#held;
    this.#flow(replay.complete ? cursor : replay.head, replay.complete);
    for (const [number, body] of replay.messages) this.#send(number, personalPacket(number, body));
    this.#upTo = Math.max(this.#upTo, replay.head);
    for (const [number, packet] of held) this.#send(number, packet);
  }

  #flow(from: number, resumed: boolean): void {
    this.#held = [];
    this.#state = 'flowing';
    this.#upTo = from;
    this.#sink.began(String(from), resumed);
  }

  #send(number: number, packet: Packet): void {
    if (number <= this.#upTo || this.#state !== 'flowing') return;
    this.#upTo = number;
    this.#sink.sendPacket(packet);
  }
}

/** As it travels: with its cursor. */
export function personalPacket(number: number, body: string): Packet {
  const cursor = String(number);
  return new Packet(`{"cursor":"${cursor}",${body.slice(1)}`, cursor);
}
