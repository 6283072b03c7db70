/** One message for many connections: put into the bytes of each kind of connection once, and then written to each as it is. */
import { textFrame } from './text-frame.ts';

export class Packet {
  readonly text: string;
  /** With which a client resumes; of messages for one person. */
  readonly cursor: string | undefined;
  #webSocketFrame: Buffer | undefined;
  #event: Buffer | undefined;

  constructor(text: string, cursor?: string) {
    this.text = text;
    this.cursor = cursor;
  }

  get webSocketFrame(): Buffer {
    this.#webSocketFrame ??= textFrame(this.text);
    return this.#webSocketFrame;
  }

  /** Of an event stream (WHATWG HTML, 9.2): JSON has no line breaks of its own, so one `data` line holds it. */
  get event(): Buffer {
    this.#event ??= Buffer.from(`${this.cursor === undefined ? '' : `id: ${this.cursor}\n`}data: ${this.text}\n\n`);
    return this.#event;
  }
}
