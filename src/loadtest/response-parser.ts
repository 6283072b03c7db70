/**
 * Reads HTTP/1.1 responses off a raw socket, as many as are there, however they are cut into chunks.
 *
 *   head      up to the empty line: status, and the three headers that matter here
 *   body      exactly `content-length` bytes; none for 204 and 304
 *   1xx       an interim answer: skipped
 *
 * A response without a length (chunked, or ended by closing) is refused: the calls of a load test are all answered with
 * a length, and a parser that guesses would mistake one answer for another.
 */

export interface HttpResponse {
  readonly status: number;
  readonly retryAfterSeconds: number | null;
  /** The server will close the connection after this response. */
  readonly closes: boolean;
  readonly body: string;
}

const headBytesMax = 65_536;
const emptyLine = Buffer.from('\r\n\r\n');

export class ResponseParser {
  #rest: Buffer | undefined;
  readonly #onResponse: (response: HttpResponse) => void;

  constructor(onResponse: (response: HttpResponse) => void) {
    this.#onResponse = onResponse;
  }

  /** True between responses: nothing half-read is left over. */
  get isIdle(): boolean {
    return this.#rest === undefined;
  }

  /** Takes the next bytes and reports each response that they complete. Throws on what is not a usable response. */
  push(chunk: Buffer): void {
    const data = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = undefined;
    let offset = 0;
    while (offset < data.length) {
      const next = this.#readOne(data, offset);
      if (next === undefined) {
        // A copy, for the chunk may be a small part of a large buffer that it would keep in memory.
        this.#rest = Buffer.from(data.subarray(offset));
        return;
      }
      offset = next;
    }
  }

  /** Where the next response starts, or `undefined` when this one is not complete. */
  #readOne(data: Buffer, offset: number): number | undefined {
    const headEnd = data.indexOf(emptyLine, offset);
    if (headEnd < 0) {
      if (data.length - offset > headBytesMax) throw new Error('the head of a response is longer than 64 KiB');
      return undefined;
    }
    const head = data.toString('latin1', offset, headEnd);
    const status = readStatus(head);
    const bodyStart = headEnd + emptyLine.length;
    if (status < 200) return bodyStart;
    const bodyEnd = bodyStart + readLength(head, status);
    if (data.length < bodyEnd) return undefined;
    this.#onResponse({
      status,
      retryAfterSeconds: readRetryAfter(head),
      closes: /\r\nconnection:[ \t]*close/i.test(head),
      body: data.toString('utf8', bodyStart, bodyEnd),
    });
    return bodyEnd;
  }
}

function readStatus(head: string): number {
  const match = /^HTTP\/1\.[01] ([1-5]\d\d)(?: |\r|$)/.exec(head);
  if (match === null) throw new Error(`not an HTTP response: ${JSON.stringify(head.slice(0, 60))}`);
  return Number(match[1]);
}

function readLength(head: string, status: number): number {
  if (status === 204 || status === 304) return 0;
  const match = /\r\ncontent-length:[ \t]*(\d{1,9})[ \t]*(?:\r|$)/i.exec(head);
  if (match === null) throw new Error(`a response with status ${status} has no content-length`);
  return Number(match[1]);
}

/** Seconds only: the contract gives no dates. */
function readRetryAfter(head: string): number | null {
  const match = /\r\nretry-after:[ \t]*(\d{1,6})/i.exec(head);
  return match === null ? null : Number(match[1]);
}
