/** The product's HTTP API, called as its administrator. */
import { setTimeout as pause } from 'node:timers/promises';

export interface Api {
  readonly url: string;
  /** The administrator's access token. */
  readonly token: string;
  /** Throws unless it answers with success. */
  call<Answer>(method: string, path: string, body?: object): Promise<Answer>;
}

const READY_TIMEOUT_MS = 60_000;
const ASK_EVERY_MS = 50;

/** Resolves when the process serves; throws when it ends instead, or takes too long. */
export async function untilReady(url: string, hasEnded: () => boolean): Promise<void> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (performance.now() < deadline) {
    if (hasEnded()) throw new Error('the server ended before it was ready');
    const response = await fetch(`${url}/readyz`).catch(() => undefined);
    if (response?.status === 200) return;
    await pause(ASK_EVERY_MS);
  }
  throw new Error('the server was not ready in time');
}

export async function signIn(url: string, password: string): Promise<Api> {
  const body = { login: 'admin', password };
  const { accessToken } = await call<{ accessToken: string }>(url, undefined, 'POST', '/v1/sessions', body);
  return { url, token: accessToken, call: (method, path, body) => call(url, accessToken, method, path, body) };
}

async function call<Answer>(
  url: string,
  token: string | undefined,
  method: string,
  path: string,
  body?: object,
): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Answer;
}
