/**
 * A client of the live connection (docs/socket.md, rules C1 to C10). This file needs no other: copy it.
 *
 *   idle       nobody needs it yet
 *   opening    the WebSocket connects, or the event stream is asked for
 *   greeting   it is open, `authenticate` is sent, `welcome` awaited
 *   ready      welcomed: watched drops are told, claims may be sent (over a WebSocket)
 *   waiting    it closed; a timer runs until the next attempt
 *   left       the server closed it in favour of other connections of this account (4409)
 *
 *   idle --connect()--> opening --open--> greeting --welcome--> ready
 *   opening | greeting | ready --close, or no life sign--> waiting --timer, network back, page shown--> opening
 *   ready --4409--> left --a person looks--> opening
 *
 * Two ways lead to the server. The WebSocket is the one; after three in a row that were never heard of, the event stream, which
 * only listens: another watched set reopens it, and claims go over HTTP. Beside an open stream a WebSocket is tried again: first
 * after half a minute, since a server that was away for a moment looks like a network that blocks WebSockets, then every few
 * minutes. The stream is left when that one opens, so nobody is without a connection meanwhile.
 *
 * Each message has a cursor, and the last one is kept, per account. Whatever way is opened, and however often, it names that
 * cursor, and the server goes on after it. What comes nevertheless again is dropped, so every message is handed on once, and in
 * order. Where the server cannot go on (`resumed: false`), `onMissed` says so: ask over HTTP for what is shown. Until that has come
 * it stays missed, over reloads too: every welcome says so again.
 */

export type LiveState = 'idle' | 'opening' | 'greeting' | 'ready' | 'waiting' | 'left';

export interface LiveMessage {
  type: string;
  cursor?: string | null;
}

interface Welcome extends LiveMessage {
  serverTime: string;
  account: { id: string } | null;
  resumed: boolean;
}

export interface LiveOptions<Message extends LiveMessage> {
  /** `wss://…/v1/socket` */
  socketUrl: string;
  /** `https://…/v1/events`; without it there is no second way. */
  eventsUrl?: string;
  /**
   * Who to be: an access token and the id of its account, as `welcome` will say it, or null for a guest. May take a refresh. Under a wrong id
   * no cursor is found: everything else works, but nothing is resumed.
   */
  token: () => Promise<{ token: string; account: string } | null>;
  /** The token was refused (4401): get another one if possible. */
  onTokenRefused: () => Promise<unknown>;
  /** The session is over (4403); from now on `token` should give null. */
  onSessionEnded: () => void;
  /** Where the last cursor of each account, in words of this client, outlives this page; without it a reload begins anew. */
  cursors?: { read: (account: string) => string | null; write: (account: string, cursor: string) => void };
  onMessage: (message: Message) => void;
  /** `account`: as the server knows it, null for a guest; `way`: over which claims may be sent, or not. */
  onState?: (state: LiveState, account: string | null, way: 'socket' | 'events') => void;
  /**
   * An account was welcomed, and the messages do not go on where it has heard the last one. So it is for its first welcome, too: what was
   * asked for over HTTP before may be older. A promise resolves when what is shown has been asked for. While it has not, or when it fails,
   * every further welcome of this account says so again.
   */
  onMissed?: () => unknown;
  /** A measurement of the server's clock; the other two by `now`. */
  onTime?: (serverTime: string, sentAt: number, receivedAt: number) => void;
  /** This client sent what it must never send: said to developers. */
  onDefect?: (code: number) => void;
  /** For tests, and for places that have them elsewhere. */
  WebSocket?: typeof globalThis.WebSocket;
  fetch?: typeof globalThis.fetch;
  setTimeout?: (callback: () => void, milliseconds: number) => unknown;
  clearTimeout?: (timer: unknown) => void;
  now?: () => number;
  random?: () => number;
}

/** A way to the server that is open, or being opened. */
interface Way {
  is: 'socket' | 'events';
  send: (message: object) => boolean;
  close: () => void;
}

/** A server that goes away without a word is noticed when it has not answered a `ping` for this long. */
const answerMsMax = 10_000;
const pingEveryMs = 17_000;
/** An event stream has a `pong` every 15 s. */
const streamSilenceMsMax = 25_000;
/** Connecting and greeting together; a network that swallows packets would keep us waiting for minutes otherwise. */
const greetingMsMax = 12_000;
/** On arrival the clock is measured by several quick round trips, the best of which counts. */
const clockProbes = 4;
const unheardSocketsMax = 3;
const socketAgainFirstMs = 30_000;
const socketAgainMs = 4 * 60_000;
const watchedMax = 100;
const missedMark = 'missed';

/** What a close code asks for beyond coming back; any other code is as 1006. */
const leastWaitMs: Record<number, number> = { 1009: 30_000, 1013: 5_000, 4400: 30_000, 4429: 5_000 };
/** What the refusal of an event stream would be as a close code. */
const codeOfStatus: Record<number, number> = { 401: 4401, 429: 4429, 503: 1013 };

/**
 * How long to wait before the next attempt: exponential with full jitter, so that the clients of a server that went
 * away together do not come back together. `leastMilliseconds` is what the server asked for, when it did.
 */
export function backoffMilliseconds(attempt: number, leastMilliseconds = 0, random = Math.random): number {
  const ceiling = Math.min(19_900, 400 * 2 ** Math.min(attempt, 10));
  return leastMilliseconds + 100 + random() * ceiling;
}

export function createLiveClient<Message extends LiveMessage>(options: LiveOptions<Message>) {
  const { WebSocket, fetch, setTimeout, clearTimeout, now, random } = {
    WebSocket: globalThis.WebSocket,
    // The browser's own want to be called as the window's, and tests replace them later.
    fetch: ((...request) => globalThis.fetch(...request)) as typeof globalThis.fetch,
    setTimeout: (callback: () => void, milliseconds: number) =>
      globalThis.setTimeout(callback, milliseconds) as unknown,
    clearTimeout: (timer: unknown) => globalThis.clearTimeout(timer as number),
    now: () => performance.now(),
    random: () => Math.random(),
    ...options,
  };
  /** One timer that is set anew or not at all. */
  const alarm = () => {
    let timer: unknown;
    const clear = () => clearTimeout(timer);
    const set = (callback: () => void, milliseconds: number) => {
      clear();
      timer = setTimeout(callback, milliseconds);
    };
    return { set, clear };
  };

  let state: LiveState = 'idle';
  let way: Way | null = null;
  /** As which the server has welcomed us on this way. */
  let account: string | null = null;
  let watched: string[] = [];
  let attempt = 0;
  let notBefore = 0;
  let isRenewing = false;
  /** WebSockets in a row from which not a word came. */
  let unheardSockets = 0;
  /** When a WebSocket is tried beside the stream; null while there is no reason to. */
  let nextSocketAt: number | null = null;
  const reconnecting = alarm();
  const silence = alarm();
  const pinging = alarm();
  const tryingSocket = alarm();
  let authenticateSentAt = 0;
  /** Whose last cursor the server was told. */
  let cursorNamedOf: string | null = null;
  /** Null while no pong is awaited: two pings under way could not be told apart. */
  let pingSentAt: number | null = null;
  let probesLeft = 0;
  const lastCursors = new Map<string, string>();
  /** By account: missed, and not asked for yet. Each is itself, so that an answer that was asked for before another one does not end that one. */
  const gaps = new Map<string, object>();

  function become(next: LiveState): void {
    state = next;
    options.onState?.(next, account, way?.is ?? 'socket');
  }

  // ── Opening ──

  function connect(): void {
    if ((state !== 'idle' && state !== 'waiting') || isRenewing) return;
    const early = notBefore - now();
    if (early > 0) {
      reconnecting.set(connect, early);
      return;
    }
    reconnecting.clear();
    if (unheardSockets >= unheardSocketsMax && options.eventsUrl !== undefined) openStream(options.eventsUrl);
    else openSocket();
  }

  function openSocket(): void {
    const socket = new WebSocket(options.socketUrl);
    const mine = wayOf(socket);
    way = mine;
    become('opening');
    silence.set(() => closed(mine, 1006), greetingMsMax);
    socket.onopen = () => {
      if (way === mine) greet(mine);
    };
  }

  function wayOf(socket: WebSocket): Way {
    const mine: Way = {
      is: 'socket',
      send(message) {
        if (socket.readyState !== 1) return false;
        socket.send(JSON.stringify(message));
        return true;
      },
      close: () => socket.close(),
    };
    socket.onmessage = (event) => hear(mine, event.data);
    // Every failure of a WebSocket ends with `close`.
    socket.onclose = (event) => closed(mine, event.code);
    return mine;
  }

  function greet(mine: Way): void {
    become('greeting');
    void authenticate(mine);
  }

  async function authenticate(mine: Way): Promise<void> {
    const identity = await options.token().catch(() => undefined);
    if (way !== mine) return;
    if (identity === undefined) {
      // Nobody becomes a guest because their token could not be asked for: another try, as with a server that restarts.
      closed(mine, 1012);
      return;
    }
    const cursor = nameCursor(identity?.account);
    mine.send({ type: 'authenticate', ...(identity && { token: identity.token }), ...(cursor !== null && { cursor }) });
  }

  function nameCursor(ofAccount: string | undefined): string | null {
    authenticateSentAt = now();
    const cursor = ofAccount === undefined ? null : lastCursor(ofAccount);
    cursorNamedOf = cursor === null ? null : (ofAccount ?? null);
    return cursor;
  }

  function openStream(url: string): void {
    const aborter = new AbortController();
    const mine: Way = { is: 'events', send: () => false, close: () => aborter.abort() };
    way = mine;
    become('opening');
    silence.set(() => closed(mine, 1006), greetingMsMax);
    void listen(mine, url, aborter.signal).then((code) => closed(mine, code));
  }

  /** Resolves with what would be the close code of a WebSocket. */
  async function listen(mine: Way, url: string, signal: AbortSignal): Promise<number> {
    try {
      const identity = await options.token();
      if (way !== mine) return 1006;
      const headers: Record<string, string> = { accept: 'text/event-stream' };
      const cursor = nameCursor(identity?.account);
      if (identity) headers['authorization'] = `Bearer ${identity.token}`;
      if (cursor !== null) headers['last-event-id'] = cursor;
      const address = watched.length > 0 ? `${url}?watch=${watched.map(encodeURIComponent).join()}` : url;
      const response = await fetch(address, { headers, signal, cache: 'no-store' });
      if (!response.ok || !response.body) return codeOfStatus[response.status] ?? 1006;
      if (way !== mine) return 1006;
      become('greeting');
      const parse = eventStreamParser((type, data) => {
        if (type === 'close') closed(mine, (JSON.parse(data) as { code: number }).code);
        else hear(mine, data);
      });
      const decoder = new TextDecoder();
      const reader = response.body.getReader();
      for (let part = await reader.read(); !part.done && way === mine; part = await reader.read()) {
        if (state === 'ready') silence.set(() => closed(mine, 1006), streamSilenceMsMax);
        parse(decoder.decode(part.value, { stream: true }));
      }
    } catch {
      // Cut off, or left: as a WebSocket that closes without a word.
    }
    return 1006;
  }

  function planSocketBesideStream(): void {
    nextSocketAt ??= now() + socketAgainFirstMs * (0.7 + 0.6 * random());
    tryingSocket.set(trySocketBesideStream, Math.max(0, nextSocketAt - now()));
  }

  /** The stream is left only when this WebSocket opens. */
  function trySocketBesideStream(): void {
    const socket = new WebSocket(options.socketUrl);
    nextSocketAt = now() + socketAgainMs * (0.7 + 0.6 * random());
    tryingSocket.set(() => socket.close(), greetingMsMax);
    socket.onclose = () => {
      if (way?.is === 'events') planSocketBesideStream();
    };
    socket.onopen = () => {
      socket.onclose = null;
      if (way?.is !== 'events') return socket.close();
      leave();
      const mine = wayOf(socket);
      way = mine;
      silence.set(() => closed(mine, 1006), greetingMsMax);
      greet(mine);
    };
  }

  // ── Listening ──

  function hear(mine: Way, data: unknown): void {
    if (mine !== way) return;
    const message = messageIn(data) as Message | null;
    if (!message) return;
    if (mine.is === 'socket') unheardSockets = 0;
    if (message.type === 'welcome') welcomed(mine, message as LiveMessage as Welcome);
    else if (message.type === 'pong') ponged(message as LiveMessage as Welcome);
    else if (!isNews(message)) return;
    const toldTo = account;
    try {
      options.onMessage(message);
    } catch (error) {
      // A defect of whoever listens is reported as any other, and stops nobody from hearing the next message.
      queueMicrotask(() => {
        throw error;
      });
    }
    // Only now: if this page dies before, the message is told again.
    keepCursor(toldTo, message.cursor);
  }

  function welcomed(mine: Way, { serverTime, account: known, cursor, resumed }: Welcome): void {
    options.onTime?.(serverTime, authenticateSentAt, now());
    account = known?.id ?? null;
    const hasMissed = account !== null && !(resumed && account === cursorNamedOf);
    if (account !== null && hasMissed) gaps.set(account, {});
    keepCursor(account, cursor, hasMissed);
    // A fresh token on the same socket changes nothing else: what was sent before is still on its way.
    const isNew = state !== 'ready';
    become('ready');
    if (isNew) {
      attempt = 0;
      silence.clear();
      if (mine.is === 'events') {
        silence.set(() => closed(mine, 1006), streamSilenceMsMax);
        planSocketBesideStream();
      } else {
        nextSocketAt = null;
        if (watched.length > 0) mine.send({ type: 'watch', dropIds: watched });
        measure();
      }
    }
    if (account !== null && gaps.has(account)) tellMissed(account);
  }

  function tellMissed(ofAccount: string): void {
    const gap = gaps.get(ofAccount);
    const filled = () => {
      if (gaps.get(ofAccount) !== gap) return;
      gaps.delete(ofAccount);
      writeCursor(ofAccount);
    };
    const asked = options.onMissed?.();
    if (asked instanceof Promise) asked.then(filled, () => undefined);
    else filled();
  }

  /** What has no cursor is always news. */
  function isNews({ cursor }: Message): boolean {
    if (typeof cursor !== 'string' || account === null) return true;
    return Number(cursor) > Number(lastCursor(account) ?? -1);
  }

  function lastCursor(ofAccount: string): string | null {
    if (!lastCursors.has(ofAccount)) {
      const [kept, mark] = options.cursors?.read(ofAccount)?.split(' ') ?? [];
      if (kept) lastCursors.set(ofAccount, kept);
      if (mark === missedMark) gaps.set(ofAccount, {});
    }
    return lastCursors.get(ofAccount) ?? null;
  }

  /** `isAnew`: what the server does not know any more says nothing, even if it is greater. */
  function keepCursor(of: string | null, cursor: string | null | undefined, isAnew = false): void {
    if (typeof cursor !== 'string' || of === null) return;
    if (!isAnew && Number(cursor) <= Number(lastCursor(of) ?? -1)) return;
    lastCursors.set(of, cursor);
    writeCursor(of);
  }

  /** A page that dies with something missed leaves that to the next one. */
  function writeCursor(of: string): void {
    const cursor = lastCursors.get(of);
    if (cursor !== undefined) options.cursors?.write(of, gaps.has(of) ? `${cursor} ${missedMark}` : cursor);
  }

  // ── Life signs ──

  function measure(): void {
    probesLeft = clockProbes;
    ping();
  }

  function ping(): void {
    if (state !== 'ready' || way?.is !== 'socket' || pingSentAt !== null) return;
    const mine = way;
    pingSentAt = now();
    mine.send({ type: 'ping' });
    silence.set(() => closed(mine, 1006), answerMsMax);
  }

  function ponged({ serverTime }: Welcome): void {
    if (pingSentAt === null) return;
    options.onTime?.(serverTime, pingSentAt, now());
    pingSentAt = null;
    silence.clear();
    probesLeft = Math.max(0, probesLeft - 1);
    pinging.set(ping, probesLeft > 0 ? 150 : pingEveryMs);
  }

  /** Asks for a life sign now: before an opening a dead connection should be found in time. */
  function probe(): void {
    if (way?.is === 'events') reopenStream();
    else if (state === 'ready') measure();
    else if (state === 'waiting') connect();
  }

  // ── Closing ──

  /** Nothing that this way still says is heard. */
  function leave(): void {
    silence.clear();
    pinging.clear();
    tryingSocket.clear();
    const left = way;
    way = null;
    account = null;
    pingSentAt = null;
    left?.close();
  }

  function closed(mine: Way, code: number): void {
    if (mine !== way) return;
    // Where nothing gets through, WebSockets are not what is blocked; a code of the server's own says that they do get through.
    if (state !== 'ready' && code < 1007) unheardSockets = mine.is === 'events' ? 0 : unheardSockets + 1;
    leave();
    if (leastWaitMs[code] === 30_000) options.onDefect?.(code);
    if (code === 4409) become('left');
    else comeBack(leastWaitMs[code]);
    if (code === 4403) options.onSessionEnded();
    if (code === 4401) renew();
  }

  function comeBack(leastMilliseconds = 0): void {
    notBefore = now() + leastMilliseconds;
    reconnecting.set(connect, backoffMilliseconds(attempt, leastMilliseconds, random));
    attempt += 1;
    become('waiting');
  }

  function renew(): void {
    isRenewing = true;
    const wait = backoffMilliseconds(attempt - 1, 0, random);
    void options
      .onTokenRefused()
      .catch(() => undefined)
      .then(() => {
        isRenewing = false;
        if (state === 'waiting') reconnecting.set(connect, wait);
      });
  }

  /** An event stream cannot be told anything: another one goes on after its last cursor. */
  function reopenStream(): void {
    leave();
    become('waiting');
    connect();
  }

  return {
    connect,
    /** False if it could not be sent: the caller then takes another road. */
    send: (message: object): boolean => state === 'ready' && way?.send(message) === true,
    watch(dropIds: readonly string[]): void {
      const before = watched.join();
      watched = dropIds.slice(0, watchedMax);
      if (state === 'ready' && way?.is === 'socket') way.send({ type: 'watch', dropIds: watched });
      else if (way?.is === 'events' && watched.join() !== before) reopenStream();
      else connect();
    },
    probe,
    networkLost(): void {
      if (state === 'ready' || state === 'greeting') {
        leave();
        comeBack();
      }
    },
    /** The network is back, or the page is shown again. */
    woken(): void {
      // What failed meanwhile says nothing about WebSockets.
      if (state === 'waiting') unheardSockets = 0;
      probe();
    },
    /** A person is at this very page. */
    lookedAt(): void {
      if (state !== 'left') return;
      become('waiting');
      connect();
    },
    /** Signed in or out, or a fresh token: the server is told. Only signing out needs another connection. */
    identityChanged(isMember: boolean): void {
      if (!way) return;
      if (way.is === 'events') reopenStream();
      else if (!isMember) {
        leave();
        attempt = 0;
        comeBack();
      } else if (state !== 'opening') void authenticate(way);
    },
    close(): void {
      reconnecting.clear();
      leave();
      become('idle');
    },
  };
}

/** Null for what is no message; newer servers may say more than this version of the page knows. */
function messageIn(data: unknown): LiveMessage | null {
  try {
    const value: unknown = JSON.parse(String(data));
    const isMessage = typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
    return isMessage ? (value as LiveMessage) : null;
  } catch {
    return null;
  }
}

/**
 * Takes `text/event-stream` in pieces that are cut anywhere, and gives each event when its empty line has come
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html). Ids are not kept: messages carry their cursors themselves.
 */
export function eventStreamParser(onEvent: (type: string, data: string) => void): (piece: string) => void {
  let rest = '';
  let endedWithReturn = false;
  let type = '';
  let lines: string[] = [];

  function take(line: string): void {
    if (line === '') {
      if (lines.length > 0) onEvent(type || 'message', lines.join('\n'));
      type = '';
      lines = [];
      return;
    }
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1));
    if (name === 'data') lines.push(value);
    else if (name === 'event') type = value;
  }

  return (piece) => {
    if (piece === '') return;
    // The second half of a line's end that was cut in two.
    const text = endedWithReturn && piece.startsWith('\n') ? piece.slice(1) : piece;
    endedWithReturn = piece.endsWith('\r');
    const parts = (rest + text).split(/\r\n|\r|\n/);
    rest = parts.pop() ?? '';
    for (const line of parts) take(line);
  };
}
