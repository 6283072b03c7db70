/** Drops and people for the benchmarks, made over the API. */
import type { Api } from './api.ts';

const ACCOUNTS_PER_CALL = 5_000;

export async function createDrop(server: Api, stock: number): Promise<string> {
  const { id } = await server.call<{ id: string }>('POST', '/v1/drops', {
    kind: 'coupon',
    title: 'Benchmark',
    stock,
    perUserLimit: 1,
    opensAt: new Date().toISOString(),
    discount: { percent: 20 },
    validForDays: 30,
  });
  return id;
}

/** A drop whose only unit is gone. */
export async function createSoldOutDrop(server: Api): Promise<string> {
  const id = await createDrop(server, 1);
  const [token] = await createAccounts(server, 1);
  const response = await fetch(`${server.url}/v1/drops/${id}/claims`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'idempotency-key': 'the-only-unit' },
  });
  if (response.status !== 201)
    throw new Error(`the first claim was answered ${response.status}: ${await response.text()}`);
  return id;
}

/** Their access tokens. */
export async function createAccounts(server: Api, count: number): Promise<string[]> {
  const tokens: string[] = [];
  while (tokens.length < count) {
    const { items } = await server.call<{ items: { accessToken: string }[] }>('POST', '/v1/loadtest/accounts', {
      count: Math.min(ACCOUNTS_PER_CALL, count - tokens.length),
      prefix: 'bench',
    });
    tokens.push(...items.map(({ accessToken }) => accessToken));
  }
  return tokens;
}
