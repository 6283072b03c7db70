/** The HTTP of the baselines: our contract for claims (docs/api.md), and two calls of their own to make a drop and to see what the database holds of it. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type pg from 'pg';
import { invalidField, PROBLEM_TYPE, PROBLEMS, Problem, problemDocument } from '../../src/http/problem.ts';
import type { Decision, Design, Press } from './design.ts';
import { insertDrop, readHoldings } from './tables.ts';

interface Answer {
  readonly status: number;
  readonly body: object;
}

const RETRY_AFTER_SECONDS = 1;
/** Longer than a client waits between its presses: who closes first races with a request that is on its way. */
const KEEP_ALIVE_MS = 72_000;
const REQUEST_ID = /^[A-Za-z0-9_-]{8,64}$/;
/** Nobody's identity is at stake here: the token is the user's number. */
const BEARER = /^Bearer (\d{1,18})$/;
const DROP_ID = /^\d{1,18}$/;

export function createBaselineServer(pool: pg.Pool, design: Design): Server {
  const server = createServer((request, response) => {
    answer(pool, design, request)
      .catch(failure)
      .then((found) => send(response, found))
      .catch(() => response.destroy());
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  return server;
}

async function answer(pool: pg.Pool, design: Design, request: IncomingMessage): Promise<Answer> {
  const [, version, collection, dropId = '', claims, requestId] = (request.url ?? '').split('/');
  if (version === 'readyz') {
    await design.check();
    return { status: 200, body: { status: 'ready' } };
  }
  if (version === 'v1' && collection === 'drops' && claims === 'claims' && DROP_ID.test(dropId)) {
    const userId = BEARER.exec(request.headers.authorization ?? '')?.[1];
    if (userId === undefined) throw new Problem('unauthenticated');
    if (request.method === 'POST' && requestId === undefined)
      return claim(design, { dropId, userId, requestId: idempotencyKey(request) });
    if (request.method === 'GET' && requestId !== undefined) return lookUp(design, { dropId, userId, requestId });
  }
  if (version === 'v1' && collection === 'baseline' && dropId === 'drops') {
    if (request.method === 'POST' && claims === undefined) return createDrop(pool, design, request);
    if (request.method === 'GET' && claims !== undefined) return showDrop(pool, design, claims);
  }
  throw new Problem('not_found');
}

async function claim(design: Design, press: Press): Promise<Answer> {
  const decision = await design.claim(press);
  if (!decision) throw new Problem('drop_not_found');
  return decided(press, decision, 201);
}

async function lookUp(design: Design, press: Press): Promise<Answer> {
  const grant = await design.find(press);
  if (!grant) throw new Problem('claim_not_found');
  return decided(press, grant, 200);
}

function decided({ dropId, requestId }: Press, decision: Decision, grantedStatus: 200 | 201): Answer {
  const { outcome } = decision;
  if (outcome === 'granted') {
    const { grantId, serial } = decision;
    return { status: grantedStatus, body: { outcome, dropId, requestId, grantId, serial } };
  }
  return {
    status: PROBLEMS[outcome].status,
    body: problemDocument(outcome, { members: { outcome, dropId, requestId } }),
  };
}

function idempotencyKey(request: IncomingMessage): string {
  const key = request.headers['idempotency-key'];
  if (typeof key === 'string' && REQUEST_ID.test(key)) return key;
  throw invalidField('idempotency-key', 'must have 8 to 64 characters of A-Z a-z 0-9 _ -');
}

/** What the database holds of a drop, and how many grants are still on their way to it. */
async function showDrop(pool: pg.Pool, design: Design, dropId: string): Promise<Answer> {
  // Asked before the database: a grant that arrives in between is counted twice, not never.
  const unwritten = await design.countUnwritten();
  const holdings = DROP_ID.test(dropId) ? await readHoldings(pool, dropId) : undefined;
  if (!holdings) throw new Problem('drop_not_found');
  return { status: 200, body: { ...holdings, unwritten } };
}

async function createDrop(pool: pg.Pool, design: Design, request: IncomingMessage): Promise<Answer> {
  const { stock, perUserLimit } = parseObject(await text(request));
  if (!isCount(stock)) throw invalidField('stock', 'must be a whole number from 1 on');
  if (!isCount(perUserLimit)) throw invalidField('perUserLimit', 'must be a whole number from 1 on');
  const id = await insertDrop(pool, stock, perUserLimit);
  await design.open({ id, stock, perUserLimit });
  return { status: 201, body: { id } };
}

function parseObject(json: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(json));
  } catch {
    throw new Problem('malformed_json');
  }
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1;
}

let lastFailure = '';

/** A database or a Redis that is away. The press may be repeated with the same key, and tells then. */
function failure(error: unknown): Answer {
  if (error instanceof Problem)
    return { status: PROBLEMS[error.code].status, body: problemDocument(error.code, error.details) };
  const message = error instanceof Error ? error.message : String(error);
  // Thousands may fail for the same reason.
  if (message !== lastFailure) console.error(message);
  lastFailure = message;
  return { status: PROBLEMS.ledger_unavailable.status, body: problemDocument('ledger_unavailable') };
}

function send(response: ServerResponse, { status, body }: Answer): void {
  const json = JSON.stringify(body);
  if (status === 503) response.setHeader('retry-after', RETRY_AFTER_SECONDS);
  response.writeHead(status, {
    'content-type': status < 400 ? 'application/json; charset=utf-8' : PROBLEM_TYPE,
    'content-length': Buffer.byteLength(json),
  });
  response.end(json);
}
