/** One event stream of a server: its events, and the messages in them. */
import { Broken } from '../case.ts';
import { type End, Heard, type Message } from './heard.ts';

export interface StreamOptions {
  readonly token?: string;
  readonly watch?: readonly string[];
  readonly lastEventId?: string;
}

export interface ServerEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: string;
}

export class EventStream {
  readonly heard = new Heard();
  readonly events: ServerEvent[] = [];
  readonly status: number;
  readonly contentType: string;
  readonly #abort: AbortController;

  static async open(url: string, { token, watch, lastEventId }: StreamOptions = {}): Promise<EventStream> {
    const abort = new AbortController();
    const query = watch === undefined ? '' : `?watch=${watch.join(',')}`;
    const response = await fetch(`${url}/v1/events${query}`, {
      headers: {
        accept: 'text/event-stream',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
      },
      signal: abort.signal,
    });
    const stream = new EventStream(response, abort);
    void stream.#read(response);
    return stream;
  }

  private constructor(response: Response, abort: AbortController) {
    this.status = response.status;
    this.contentType = response.headers.get('content-type') ?? '';
    this.#abort = abort;
  }

  get messages(): Message[] {
    return this.heard.messages;
  }

  get isOpen(): boolean {
    return this.heard.end === undefined;
  }

  closed(codes: readonly number[], withinMs: number): Promise<End> {
    return this.heard.closed(codes, withinMs);
  }

  close(): void {
    this.#abort.abort();
  }

  async #read(response: Response): Promise<void> {
    let rest = '';
    let close: { code: number; reason: string } | undefined;
    try {
      const decoder = new TextDecoder();
      for await (const chunk of response.body ?? []) {
        rest += decoder.decode(chunk, { stream: true });
        const blocks = rest.replaceAll('\r\n', '\n').split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) {
          const event = readEvent(block);
          if (event === undefined) continue;
          this.events.push(event);
          if (event.event === 'close') close = readClose(event.data);
          else if (this.contentType.startsWith('text/event-stream')) this.heard.hear(event.data);
        }
      }
    } catch {
      // Torn, by us or by the server: an end without a code.
    }
    if (close !== undefined && Number.isNaN(close.code))
      this.heard.fail(new Broken('`event: close` with {"code":…,"reason":"…"}', 'another data'));
    this.heard.ended(close?.code ?? 1006, close?.reason ?? '');
  }
}

/** Undefined: a comment, or nothing to dispatch. */
export function readEvent(block: string): ServerEvent | undefined {
  let event = 'message';
  let id: string | undefined;
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const [, name, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (name === 'event') event = value;
    else if (name === 'id') id = value;
    else if (name === 'data') data.push(value);
  }
  return data.length === 0 ? undefined : { event, id, data: data.join('\n') };
}

function readClose(data: string): { code: number; reason: string } {
  try {
    const { code, reason } = JSON.parse(data);
    return { code: Number(code), reason: String(reason) };
  } catch {
    return { code: Number.NaN, reason: '' };
  }
}
