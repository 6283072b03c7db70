/**
 * The fast lane: well-formed claims of known callers, answered straight on node:http, before Fastify's router.
 *
 * At ten sharp nearly every request is one of these, and nearly every answer a refusal from memory; routing, hooks and reply objects were half of what it
 * costs beyond `node:http` itself (docs/decisions/0005-fast-lane.md). The lane takes a request only if there is nothing to explain: the right method and
 * path, no body, a valid token, a valid Idempotency-Key. Everything else goes on to the route of the same path in `routes.ts`, which has the words for
 * what is wrong.
 */
import type { ServerResponse } from 'node:http';
import type { AccessTokens } from '../accounts/tokens.ts';
import type { FastLane } from '../http/server.ts';
import { REQUEST_ID_PATTERN } from '../http/shapes.ts';
import type { Admission } from './admission.ts';
import { type HttpAnswer, httpAnswer } from './http-answer.ts';

const PATH_START = '/v1/drops/';
const PATH_END = '/claims';
const BEARER = 'Bearer ';
const REQUEST_ID = new RegExp(REQUEST_ID_PATTERN);

export function claimsFastLane(admission: Admission, tokens: AccessTokens): FastLane {
  return (request, response) => {
    if (request.method !== 'POST') return false;
    const dropId = dropIdIn(request.url ?? '');
    const headers = dropId === undefined ? undefined : readHeaders(request.rawHeaders);
    if (dropId === undefined || headers === undefined) return false;
    const { authorization, requestId } = headers;
    if (!REQUEST_ID.test(requestId) || !authorization.startsWith(BEARER)) return false;
    const identity = tokens.identify(authorization.slice(BEARER.length));
    if (identity === undefined) return false;
    const answer = admission.claim({ dropId, userId: identity.accountId, requestId });
    if (answer instanceof Promise) void answer.then((settled) => send(response, httpAnswer(settled, 201)));
    else send(response, httpAnswer(answer, 201));
    return true;
  };
}

function dropIdIn(url: string): string | undefined {
  if (!url.startsWith(PATH_START) || !url.endsWith(PATH_END)) return undefined;
  return url.slice(PATH_START.length, -PATH_END.length);
}

/**
 * The two headers of a claim, undefined if one is missing or stands there twice, or if there is a body. Read from the raw list: the object of all headers
 * costs a tenth of a refusal, and nothing else of it is needed.
 */
function readHeaders(raw: readonly string[]): { authorization: string; requestId: string } | undefined {
  let authorization = '';
  let requestId = '';
  for (let place = 0; place < raw.length; place += 2) {
    const name = raw[place] ?? '';
    const value = raw[place + 1] ?? '';
    // By length first: it tells nearly all headers apart.
    if (name.length === 13 && isNamed(name, 'authorization')) {
      if (authorization !== '') return undefined;
      authorization = value;
    } else if (name.length === 15 && isNamed(name, 'idempotency-key')) {
      if (requestId !== '') return undefined;
      requestId = value;
    } else if (name.length === 14 && value !== '0' && isNamed(name, 'content-length')) {
      return undefined;
    } else if (name.length === 17 && isNamed(name, 'transfer-encoding')) {
      return undefined;
    }
  }
  return authorization === '' || requestId === '' ? undefined : { authorization, requestId };
}

function isNamed(name: string, lowerCase: string): boolean {
  return name === lowerCase || name.toLowerCase() === lowerCase;
}

function send(response: ServerResponse, { status, contentType, body, retryAfterSeconds }: HttpAnswer): void {
  const headers = ['content-type', contentType, 'content-length', String(body.length)];
  if (retryAfterSeconds !== undefined) headers.push('retry-after', String(retryAfterSeconds));
  // One string with the header, written without transcoding: the body is ASCII.
  response.writeHead(status, headers).end(body, 'latin1');
}
