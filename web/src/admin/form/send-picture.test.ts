/** A picture on its way: what stops it, and what a token that is no longer taken does to it. */
import { beforeEach, expect, test, vi } from 'vitest';
import { Problem, Unreachable } from '../../http/problem.ts';

let call: (token: string | null) => Promise<string>;
vi.mock('../../accounts/session.ts', () => ({
  asMember: (made: typeof call) => {
    call = made;
    return made('t1');
  },
}));
const { sendPicture } = await import('./send-picture.ts');

class Call {
  upload: { onprogress?: (event: { loaded: number; total: number }) => void } = {};
  headers: Record<string, string> = {};
  status = 0;
  response: unknown = null;
  isSent = false;
  onload = () => {};
  onabort = () => {};
  onerror = () => {};
  onloadend = () => {};
  constructor() {
    calls.push(this);
  }
  open() {}
  setRequestHeader(name: string, value: string) {
    this.headers[name] = value;
  }
  send() {
    this.isSent = true;
  }
  abort() {
    this.onabort();
    this.onloadend();
  }
  answer(status: number, response: unknown) {
    Object.assign(this, { status, response });
    this.onload();
    this.onloadend();
  }
}
let calls: Call[] = [];
const picture = new Blob(['picture'], { type: 'image/webp' });
const sending = () => {
  const stop = new AbortController();
  const shares: number[] = [];
  return { stop, shares, sending: { signal: stop.signal, onProgress: (share: number) => shares.push(share) } };
};

beforeEach(() => {
  calls = [];
  vi.stubGlobal('XMLHttpRequest', Call);
});

test('sent with the token, and told how far it is', async () => {
  const { shares, sending: how } = sending();
  const sent = sendPicture(picture, how);
  calls[0]?.upload.onprogress?.({ loaded: 3, total: 6 });
  calls[0]?.answer(201, { imageUrl: '/pictures/1.webp' });
  expect(await sent).toBe('/pictures/1.webp');
  expect(calls[0]?.headers).toMatchObject({ authorization: 'Bearer t1', 'content-type': 'image/webp' });
  expect(shares).toEqual([0.5]);
});

test('stopped on its way: the call ends', async () => {
  const { stop, sending: how } = sending();
  const sent = sendPicture(picture, how);
  stop.abort();
  await expect(sent).rejects.toThrow(Unreachable);
});

test('stopped before: nothing is sent, with a fresh token neither', async () => {
  const { stop, sending: how } = sending();
  stop.abort();
  await expect(sendPicture(picture, how)).rejects.toThrow('aborted');
  await expect(call('t2')).rejects.toThrow('aborted');
  expect(calls).toEqual([]);
});

test('a refusal is told as any other call’s', async () => {
  const sent = sendPicture(picture, sending().sending);
  calls[0]?.answer(401, { code: 'unauthenticated' });
  await expect(sent).rejects.toEqual(new Problem(401, { code: 'unauthenticated' }, null));
  const again = call('t2');
  calls[1]?.answer(201, { imageUrl: '/pictures/2.webp' });
  expect(await again).toBe('/pictures/2.webp');
});
