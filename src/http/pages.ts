/**
 * The web pages: what `npm run build` has made of web/. Files under /assets have their content's hash in their name and are kept by browsers and CDNs
 * for ever; every other path is a page of the application and gets index.html, which is asked for each time and sent when it has changed.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import { hasAlready } from './entity-tag.ts';
import { type Server, sendProblem } from './server.ts';

const FOLDER = fileURLToPath(new URL('../../web/dist', import.meta.url));

/** Whose window a buyer pays in: where its script comes from, and what it opens and talks to. */
export interface PaymentWindow {
  readonly scripts: string;
  readonly pages: string;
}

/** Everything from here, but for pictures, and for the window in which people pay where there is one. */
export function securityHeaders(paymentWindow: PaymentWindow | null): Record<string, string> {
  const scripts = paymentWindow ? ` ${paymentWindow.scripts}` : '';
  const pages = paymentWindow ? ` ${paymentWindow.pages}` : '';
  return {
    'content-security-policy': [
      ...["default-src 'self'", `script-src 'self'${scripts}`, "style-src 'self'", "img-src 'self' https: data:"],
      ...[
        `connect-src 'self' ws: wss:${pages}`,
        `frame-src 'self'${pages}`,
        "frame-ancestors 'none'",
        "base-uri 'none'",
      ],
      `form-action 'self'${pages}`,
    ].join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
  };
}

/** Paths of programs, not of people: a mistake there is answered as a problem, not with a page. */
const API_PATH = /^\/(v1|livez|readyz|metrics|openapi\.json|assets|pictures)(\/|\?|$)/;

export async function servePages(server: Server, paymentWindow: PaymentWindow | null): Promise<void> {
  const headers = securityHeaders(paymentWindow);
  const index = join(FOLDER, 'index.html');
  if (!existsSync(index)) {
    server.log.warn('the pages are not built: run `npm run build`; only the API is served');
    server.setNotFoundHandler((_request, reply) => sendProblem(reply, 'not_found'));
    return;
  }
  const page = readFileSync(index);
  const tag = `"${createHash('sha256').update(page).digest('base64url')}"`;
  await server.register(fastifyStatic, {
    root: FOLDER,
    wildcard: false,
    index: false,
    preCompressed: true,
    setHeaders(response, path) {
      for (const [name, value] of Object.entries(headers)) response.header(name, value);
      const immutable = path.includes('/assets/');
      response.header('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  server.setNotFoundHandler((request, reply) => {
    const isPage = (request.method === 'GET' || request.method === 'HEAD') && !API_PATH.test(request.url);
    if (!isPage) return sendProblem(reply, 'not_found');
    reply.headers({ ...headers, 'cache-control': 'no-cache', etag: tag });
    if (hasAlready(request.headers['if-none-match'], tag)) return reply.code(304).send();
    return reply.type('text/html; charset=utf-8').send(page);
  });
}
