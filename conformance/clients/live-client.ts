/**
 * The pages' client as a program of the conformance suite: web/src/realtime/live-client.ts, with what a page adds to it: tokens, and claims that are repeated until
 * they are answered. What it reads and writes is told in docs/socket.md, Conformance.
 */
import { createInterface } from 'node:readline';
import { createLiveClient, type LiveMessage } from '../../web/src/realtime/live-client.ts';

interface Told extends LiveMessage {
  readonly requestId?: string;
}

const environment = (name: string): string => process.env[name] ?? '';
const url = environment('DOORBUSTER_URL');
const print = (message: object): void => console.log(JSON.stringify(message));

/** Null: a guest, from the end of the session on. */
let identity: { token: string; account: string } | null | undefined;
const unanswered = new Map<string, { type: 'claim'; dropId: string; requestId: string }>();

async function fetchIdentity(): Promise<void> {
  const response = await fetch(environment('DOORBUSTER_TOKEN_URL'), { method: 'POST' });
  const { accessToken, account } = (await response.json()) as { accessToken: string; account: { id: string } };
  identity = { token: accessToken, account: account.id };
}

const live = createLiveClient<Told>({
  socketUrl: `${url.replace(/^http/, 'ws')}/v1/socket`,
  eventsUrl: `${url}/v1/events`,
  async token() {
    if (identity === undefined) await fetchIdentity();
    return identity ?? null;
  },
  onTokenRefused: fetchIdentity,
  onSessionEnded() {
    identity = null;
  },
  onMessage(message) {
    if (message.type === 'outcome') unanswered.delete(message.requestId ?? '');
    print(message);
  },
  onMissed: () => print({ type: 'missed' }),
  onState(state, _account, way) {
    if (state === 'ready' && way === 'socket') for (const claim of unanswered.values()) live.send(claim);
    if (state === 'ready' && way === 'events') for (const claim of unanswered.values()) void claimOverHttp(claim);
  },
});

async function claimOverHttp({ dropId, requestId }: { dropId: string; requestId: string }): Promise<void> {
  const response = await fetch(`${url}/v1/drops/${dropId}/claims`, {
    method: 'POST',
    headers: { authorization: `Bearer ${identity?.token}`, 'idempotency-key': requestId },
  }).catch(() => null);
  if (response === null || response.status === 202 || response.status >= 429) return;
  unanswered.delete(requestId);
  print({ type: 'outcome', ...((await response.json()) as object) });
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const [word, dropId = '', requestId = ''] = line.split(' ');
  if (word === 'networkBack') live.woken();
  if (word === 'lookedAt') {
    live.woken();
    live.lookedAt();
  }
  if (word === 'claim') {
    const claim = { type: 'claim', dropId, requestId } as const;
    unanswered.set(requestId, claim);
    if (!live.send(claim)) void claimOverHttp(claim);
  }
});

live.watch(environment('DOORBUSTER_WATCH').split(','));
