/**
 * One live connection to the server, kept for as long as the page lives.
 *
 *   idle       nobody needs it yet
 *   opening    the WebSocket connects
 *   greeting   it is open, `authenticate` is sent, `welcome` awaited
 *   ready      welcomed: watched drops are told, claims may be sent
 *   waiting    it closed; a timer runs until the next attempt
 *
 *   idle --connect()--> opening --open--> greeting --welcome--> ready
 *   opening | greeting | ready --close, or no life sign--> waiting --timer, network back, page shown--> opening
 *
 * What each close code leads to is in close-codes.ts. On every `welcome` the watched set is sent again; others see
 * `takesClaims` turn true and repeat what was unanswered. Signing in or out, or a fresh token, authenticates again on the same socket;
 * only signing out reconnects, because a socket cannot become a guest's again.
 *
 * The module knows nothing of drops or claims: it carries messages and measures the clock (clock.ts).
 */
import { computed, signal } from '@preact/signals';
import { backoffMilliseconds } from './backoff.ts';
import { forgetTime, learnTime } from './clock.ts';
import { closeMoves } from './close-codes.ts';
import { type ClientMessage, parseServerMessage, type ServerMessage } from './messages.ts';

type State = 'idle' | 'opening' | 'greeting' | 'ready' | 'waiting';

export interface SocketPorts {
  url: () => string;
  /** The access token to authenticate with, or null for a guest; may take a refresh. */
  token: () => Promise<string | null>;
  /** The token was refused (4401): get another one if possible. */
  onTokenRefused: () => Promise<unknown>;
  /** The session is over (4403). */
  onSessionEnded: () => void;
}

/** A server that goes away without a word is noticed after this long without any message. */
const silenceMsMax = 10_000;
const pingEveryMs = 17_000;
/** Connecting and greeting together; a network that swallows packets would keep us waiting for minutes otherwise. */
const greetingMsMax = 12_000;
/** On arrival the clock is measured by several quick round trips, the best of which counts. */
const clockProbes = 4;

export function createSocket(ports: SocketPorts) {
  const state = signal<State>('idle');
  const isMember = signal(false);
  const listeners = new Set<(message: ServerMessage) => void>();
  let socket: WebSocket | null = null;
  let attempt = 0;
  let watched: string[] = [];
  let reconnectTimer: ReturnType<typeof setTimeout> | undefined;
  let silenceTimer: ReturnType<typeof setTimeout> | undefined;
  let pingTimer: ReturnType<typeof setTimeout> | undefined;
  let authenticateSentAt = 0;
  /** Null while no pong is awaited: two pings under way could not be told apart. */
  let pingSentAt: number | null = null;
  let probesLeft = 0;

  function connect(): void {
    if (state.value !== 'idle' && state.value !== 'waiting') return;
    clearTimeout(reconnectTimer);
    state.value = 'opening';
    const opened = new WebSocket(ports.url());
    socket = opened;
    expectLife(greetingMsMax);
    opened.onopen = () => {
      state.value = 'greeting';
      void authenticate(opened);
    };
    opened.onmessage = (event) => opened === socket && hear(event.data);
    opened.onclose = (event) => opened === socket && afterClose(event.code);
  }

  async function authenticate(opened: WebSocket): Promise<void> {
    const token = await ports.token();
    if (opened !== socket || opened.readyState !== WebSocket.OPEN) return;
    authenticateSentAt = performance.now();
    send(token === null ? { type: 'authenticate' } : { type: 'authenticate', token });
  }

  function hear(data: unknown): void {
    const message = parseServerMessage(data);
    clearTimeout(silenceTimer);
    if (state.value === 'greeting') expectLife(greetingMsMax);
    if (!message) return;
    if (message.type === 'welcome') welcomed(message.serverTime, message.account !== null);
    else if (message.type === 'pong') ponged(message.serverTime);
    for (const listener of listeners) listener(message);
  }

  function welcomed(serverTime: string, asMember: boolean): void {
    learnTime(serverTime, authenticateSentAt, performance.now());
    isMember.value = asMember;
    // A fresh token on the same socket changes nothing else: what was sent before is still on its way.
    if (state.value === 'ready') return;
    attempt = 0;
    state.value = 'ready';
    if (watched.length > 0) send({ type: 'watch', dropIds: watched });
    measure();
  }

  function measure(): void {
    probesLeft = clockProbes;
    ping();
  }

  function ping(): void {
    if (state.value !== 'ready' || pingSentAt !== null) return;
    clearTimeout(pingTimer);
    pingSentAt = performance.now();
    send({ type: 'ping' });
    expectLife(silenceMsMax);
  }

  function ponged(serverTime: string): void {
    if (pingSentAt !== null) learnTime(serverTime, pingSentAt, performance.now());
    pingSentAt = null;
    probesLeft = Math.max(0, probesLeft - 1);
    clearTimeout(pingTimer);
    pingTimer = setTimeout(ping, probesLeft > 0 ? 150 : pingEveryMs);
  }

  function expectLife(milliseconds: number): void {
    clearTimeout(silenceTimer);
    silenceTimer = setTimeout(() => afterClose(1006), milliseconds);
  }

  function afterClose(code: number): void {
    clearTimeout(silenceTimer);
    clearTimeout(pingTimer);
    const closed = socket;
    socket = null;
    closed?.close();
    pingSentAt = null;
    isMember.value = false;
    state.value = 'waiting';
    const move = closeMoves(code);
    if (move.isDefect) console.error(`The server closed the socket with ${code}: a defect of this page.`);
    if (move.sessionEnded) ports.onSessionEnded();
    const wait = backoffMilliseconds(attempt, move.leastMilliseconds);
    attempt += 1;
    clearTimeout(reconnectTimer);
    if (move.tokenRefused) void ports.onTokenRefused().finally(() => connectAfter(wait));
    else connectAfter(wait);
  }

  function connectAfter(milliseconds: number): void {
    clearTimeout(reconnectTimer);
    reconnectTimer = setTimeout(connect, milliseconds);
  }

  function send(message: ClientMessage): boolean {
    if (socket?.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(message));
    return true;
  }

  return {
    connect,
    /** True while what is shown is live. */
    isLive: computed(() => state.value === 'ready'),
    /** True while claims can travel here: live, and known to the server as somebody. */
    takesClaims: computed(() => state.value === 'ready' && isMember.value),
    /** False until the first connection was asked for: then there is nothing to be told about its absence. */
    isWanted: computed(() => state.value !== 'idle'),
    /** False if it could not be sent: the caller then takes another road. */
    send: (message: ClientMessage): boolean => state.value === 'ready' && send(message),
    watch(dropIds: string[]): void {
      watched = dropIds.slice(0, 100);
      connect();
      if (state.value === 'ready') send({ type: 'watch', dropIds: watched });
    },
    onMessage: (listener: (message: ServerMessage) => void) => listeners.add(listener),
    /** Asks for a life sign now: before an opening a dead connection should be found in time. */
    probe(): void {
      if (state.value === 'waiting') connect();
      else measure();
    },
    networkLost(): void {
      if (state.value === 'ready' || state.value === 'greeting') afterClose(1006);
    },
    woken(): void {
      forgetTime();
      this.probe();
    },
    identityChanged(isMember: boolean): void {
      if (!socket || state.value === 'opening') return;
      if (isMember) void authenticate(socket);
      else {
        attempt = 0;
        afterClose(1000);
      }
    },
  };
}
