/** People who hold units and people who wait for them: the client of the benchmark of grants. */
import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import WebSocket from 'ws';
import type { Changed, Claimed, GrantsCommand, Holder, Offers } from './grants-protocol.ts';
import { failClient } from './protocol.ts';

const CONNECTIONS = 64;
const OPEN_AT_ONCE = 50;
const url = process.argv[2] ?? failClient('the server’s address is missing');
const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
const receivedAtMs: number[] = [];
const grantedAtMs: number[] = [];

process.on('message', (command: GrantsCommand) => {
  run(command).then(
    (answer) => process.send?.(answer),
    (error: Error) => failClient(error.message),
  );
});
process.on('disconnect', () => process.exit());

async function run(command: GrantsCommand): Promise<object> {
  switch (command.type) {
    case 'connect':
      for (let first = 0; first < command.tokens.length; first += OPEN_AT_ONCE)
        await Promise.all(command.tokens.slice(first, first + OPEN_AT_ONCE).map(connect));
      return { type: 'ready' };
    case 'claim':
      return claim(command.dropIds, command.tokens);
    case 'wait':
      await each(command.tokens, async (token) => {
        const { status, body } = await call('PUT', `/v1/drops/${command.dropId}/line`, token);
        if (status !== 200) throw new Error(`a place in the line was refused: ${status} ${body}`);
      });
      return { type: 'ready' };
    case 'offers':
      return offers(command.count, command.withinMs);
    default:
      return change(command.holders);
  }
}

function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

function connect(token: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/socket`, { perMessageDeflate: false });
    socket.on('open', () => socket.send(JSON.stringify({ type: 'authenticate', token })));
    socket.on('error', (error) => failClient(error.message));
    socket.on('message', (data: Buffer) => {
      const atMs = nowMs();
      const message = JSON.parse(data.toString()) as { type: string; because?: string; grant: { grantedAt: string } };
      if (message.type === 'welcome') resolve();
      if (message.type !== 'grant' || message.because !== 'offered') return;
      receivedAtMs.push(atMs);
      grantedAtMs.push(Date.parse(message.grant.grantedAt));
    });
  });
}

async function claim(dropIds: readonly string[], tokens: readonly string[]): Promise<Claimed> {
  const holders: Holder[] = [];
  await each(tokens, async (token, place) => {
    const { status, body } = await call('POST', `/v1/drops/${dropIds[place % dropIds.length]}/claims`, token);
    if (status !== 201) throw new Error(`a claim was refused: ${status} ${body}`);
    const { grantId, holdUntil } = JSON.parse(body) as { grantId: string; holdUntil?: string };
    holders[place] = { token, grantId, holdUntilMs: Date.parse(holdUntil ?? '') };
  });
  return { holders };
}

async function offers(count: number, withinMs: number): Promise<Offers> {
  const deadlineMs = nowMs() + withinMs;
  while (receivedAtMs.length < count && nowMs() < deadlineMs) await new Promise((resolve) => setTimeout(resolve, 20));
  return { receivedAtMs, grantedAtMs };
}

async function change(holders: readonly Holder[]): Promise<Changed> {
  const latenciesMs: number[] = [];
  const statuses: Record<string, number> = {};
  const startedAtMs = nowMs();
  await each(holders, async ({ token, grantId }, place) => {
    const sentAtMs = nowMs();
    const { status } = await call('POST', `/v1/me/grants/${grantId}/${place % 2 === 0 ? 'use' : 'cancel'}`, token);
    latenciesMs.push(nowMs() - sentAtMs);
    statuses[status] = (statuses[status] ?? 0) + 1;
  });
  return { durationMs: nowMs() - startedAtMs, latenciesMs, statuses };
}

/** As many at a time as there are connections. */
async function each<Item>(items: readonly Item[], work: (item: Item, place: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const place = next++;
      await work(items[place] as Item, place);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
}

function call(method: string, path: string, token: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'idempotency-key': randomUUID(), 'content-length': '0' };
    const sent = request(`${url}${path}`, { method, agent, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    sent.on('error', reject);
    sent.end();
  });
}
