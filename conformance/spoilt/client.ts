/**
 * A small client that keeps to C1 to C10, with one rule spoilt if the environment's SPOILT says so: the suite's own tests play against it. For a client to use, see
 * web/src/realtime/live-client.ts.
 */
import { createInterface } from 'node:readline';
import type { ClientFault } from './client-faults.ts';

type Message = Record<string, unknown>;

const {
  DOORBUSTER_URL = '',
  DOORBUSTER_WATCH = '',
  DOORBUSTER_TOKEN_URL = '',
  SPOILT,
  PING_MS,
  ANSWER_MS,
} = process.env;
const is = (fault: ClientFault): boolean => SPOILT === fault;
const print = (message: object): void => console.log(JSON.stringify(message));

let token: string | null | undefined;
let cursor: string | undefined = is('a cursor the first time') ? '0' : undefined;
let attempt = 0;
let unopened = is('streams at once') ? 3 : 0;
let isLeft = false;
let notBefore = 0;
let waiting: NodeJS.Timeout | undefined;
let hasWatched = false;
let shown = '';
let socket: WebSocket | undefined;
const claims = new Map<string, Message>();

async function freshToken(): Promise<void> {
  const response = await fetch(DOORBUSTER_TOKEN_URL, { method: 'POST' });
  token = ((await response.json()) as { accessToken: string }).accessToken;
}

async function open(): Promise<void> {
  clearTimeout(waiting);
  waiting = undefined;
  if (token === undefined) await freshToken();
  if (unopened >= 3 && !is('no streams')) await listen();
  else connect();
}

function connect(): void {
  const url = `${DOORBUSTER_URL.replace('http', 'ws')}/v1/socket${is('a token in the URL') ? `?token=${token}` : ''}`;
  const mine = new WebSocket(url);
  socket = mine;
  let isOpen = false;
  let pinging: NodeJS.Timeout | undefined;
  let silence: NodeJS.Timeout | undefined;
  let isOver = false;
  const end = (code: number): void => {
    if (isOver) return;
    isOver = true;
    clearInterval(pinging);
    clearTimeout(silence);
    if (!isOpen) unopened += 1;
    closed(code);
  };
  const say = (message: object): void => {
    if (mine.readyState === WebSocket.OPEN) mine.send(JSON.stringify(message));
  };
  mine.onopen = () => {
    isOpen = true;
    unopened = 0;
    say({ type: 'authenticate', ...(token && { token }), ...(token && cursor && !is('no cursor') && { cursor }) });
  };
  mine.onclose = ({ code }) => end(code);
  mine.onerror = () => end(1006);
  mine.onmessage = ({ data }) => {
    const message = JSON.parse(String(data)) as Message;
    if (message['type'] === 'pong') clearTimeout(silence);
    if (isOver) return;
    hear(message);
    if (message['type'] !== 'welcome') return;
    if (!(hasWatched && is('watches once'))) say({ type: 'watch', dropIds: DOORBUSTER_WATCH.split(',') });
    hasWatched = true;
    if (!is('claims are forgotten')) for (const claim of claims.values()) say(claim);
    if (is('no ping')) return;
    pinging = setInterval(
      () => {
        say({ type: 'ping' });
        clearTimeout(silence);
        if (is('dead connections are kept')) return;
        silence = setTimeout(
          () => {
            mine.close();
            end(1006);
          },
          Number(ANSWER_MS ?? 10_000),
        );
      },
      Number(PING_MS ?? 25_000),
    );
  };
}

async function listen(): Promise<void> {
  let code = 1006;
  try {
    const response = await fetch(`${DOORBUSTER_URL}/v1/events?watch=${DOORBUSTER_WATCH}`, {
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(token && cursor && !is('streams begin anew') && { 'last-event-id': cursor }),
      },
    });
    let rest = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.ok ? (response.body ?? []) : []) {
      rest += decoder.decode(chunk, { stream: true });
      const blocks = rest.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const data = JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? '{}') as Message;
        if (block.startsWith('event: close')) code = Number(data['code']);
        else hear(data);
      }
    }
  } catch {
    // Cut off.
  }
  closed(code);
}

const KNOWN = ['welcome', 'drop', 'line', 'outcome', 'queued', 'grant', 'payment', 'notification', 'pong', 'error'];

function hear(message: Message): void {
  const { type } = message;
  if (!KNOWN.includes(String(type))) {
    if (is('unknown types are fatal')) throw new Error('unknown');
    return;
  }
  if (type === 'welcome') welcomed(message);
  else if (type === 'pong' || type === 'error') keep(message['cursor']);
  else if (isNews(message)) print(message);
  if (type === 'outcome') claims.delete(String(message['requestId']));
}

function welcomed(message: Message): void {
  if (!is('a welcome changes no wait')) attempt = 0;
  if (message['account'] === null) return;
  const { resumed } = message;
  if ((resumed === false || is('always missed')) && !is('nothing is ever missed')) print({ type: 'missed' });
  if (resumed === false && !is('the greatest cursor stays')) cursor = String(message['cursor']);
  else keep(message['cursor']);
}

function keep(next: unknown): void {
  if (is('the cursor of a pong is passed over') && cursor !== undefined) return;
  if (typeof next === 'string' && Number(next) > Number(cursor ?? -1)) cursor = next;
}

function isNews(message: Message): boolean {
  const { cursor: next, serverTime: _, ...view } = message;
  if (typeof next !== 'string') {
    const isSame = shown === JSON.stringify(view);
    const isOld = view['type'] === 'drop' && Number(view['remaining']) === 50 && shown.includes('"remaining":49');
    shown = JSON.stringify(view);
    return !(is('the same view twice is no news') && (isSame || isOld));
  }
  const isGreater = is('cursors are compared as text') ? next > (cursor ?? '') : Number(next) > Number(cursor ?? -1);
  if (isGreater) cursor = next;
  return isGreater || is('repeats are handed on');
}

function closed(code: number): void {
  socket = undefined;
  if (code === 4999 && is('unknown close codes are final')) return;
  if (code === 4409 && !is('back after 4409')) {
    isLeft = true;
    return;
  }
  if (code === 4401 && !is('the old token')) token = undefined;
  if (code === 4403 && !is('the token after the session')) token = null;
  if (is('a new request id'))
    for (const claim of claims.values()) claim['requestId'] = `again-${Math.random().toString(36).slice(2)}`;
  const least = (code === 1013 || code === 4429) && !is('back at once when full') ? 5_000 : 0;
  const jitter = Math.random() * Math.min(19_900, 400 * 2 ** attempt);
  const usual = is('always the same wait') ? 300 : is('a long first wait') ? 2_500 + jitter : 50 + jitter;
  attempt += 1;
  notBefore = Date.now() + least;
  waiting = setTimeout(() => void open(), least + usual);
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const [word, dropId = '', requestId = ''] = line.split(' ');
  if (word === 'claim') {
    const claim = { type: 'claim', dropId, requestId };
    claims.set(requestId, claim);
    socket?.send(JSON.stringify(claim));
    return;
  }
  const isEarly = Date.now() < notBefore && !is('back early when the network is back');
  const isWanted = waiting !== undefined && !isEarly && !is('a network that is back is not noticed');
  if (isLeft && word === 'lookedAt' && !is('never back after 4409')) {
    isLeft = false;
    void open();
  } else if (isWanted) void open();
});

void open();
