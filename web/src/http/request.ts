import { problemFrom, Unreachable } from './problem.ts';

export interface RequestOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: unknown;
  token?: string | null;
  headers?: Record<string, string>;
}

const timeoutMilliseconds = 15_000;

/**
 * One call of the API. Resolves with the parsed body (undefined for 204); throws `Problem` for an error answer and
 * `Unreachable` when no answer came.
 */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json', ...options.headers };
  if (options.token) headers['authorization'] = `Bearer ${options.token}`;
  if (options.body !== undefined) headers['content-type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(path, {
      method: options.method ?? 'GET',
      headers,
      body: options.body === undefined ? null : JSON.stringify(options.body),
      signal: AbortSignal.timeout(timeoutMilliseconds),
      cache: 'no-store',
    });
  } catch (cause) {
    throw new Unreachable('no answer', { cause });
  }
  if (!response.ok) throw await problemFrom(response);
  if (response.status === 204) return undefined as T;
  try {
    return (await response.json()) as T;
  } catch (cause) {
    throw new Unreachable('the answer was cut off', { cause });
  }
}

export interface Page<T> {
  items: T[];
  next: string | null;
}
