/** The HTTP server: what every route shares. Routes themselves live in the folders of their domain. */
import { readFileSync } from 'node:fs';
import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import fastifyCookie from '@fastify/cookie';
import fastifySwagger from '@fastify/swagger';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  LogController,
} from 'fastify';
import type { Settings } from '../config/settings.ts';
import {
  invalidField,
  invalidFields,
  PROBLEM_TYPE,
  PROBLEMS,
  Problem,
  type ProblemCode,
  type ProblemDetails,
  problemDocument,
} from './problem.ts';
import { compileValidator, fieldErrors, unstorableTexts } from './validation.ts';

export const BODY_BYTES_MAX = 64 * 1024;

/** Longer than the idle time-out of the usual load balancers (60 s), so that they, not we, close an idle connection. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;
const REQUEST_TIMEOUT_MS = 30_000;

export type Server = FastifyInstance<
  HttpServer,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

type ServerSettings = Pick<Settings, 'trustProxy' | 'httpsRequired' | 'tls'>;

export async function createServer(settings: ServerSettings, logger: FastifyBaseLogger): Promise<Server> {
  const { tls } = settings;
  const server = Fastify({
    loggerInstance: logger,
    // A line per request would be most of the work of a refusal; faults are logged, and the metrics count the rest.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_BYTES_MAX,
    // Counted from the nearest: what stands farther from us in X-Forwarded-For was written by the client.
    trustProxy: settings.trustProxy > 0 && ((_address, index) => index < settings.trustProxy),
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    // Whoever still asks while we close is answered as always: those who need what is gone say `shutting_down`.
    return503OnClosing: false,
    // Of the router: a path that it cannot read, or with a part that is too long for any id.
    frameworkErrors(error, _request, reply) {
      const unreadable = error.code === 'FST_ERR_BAD_URL' && invalidField('url', 'has a path that cannot be read');
      const { code, details } = unreadable || new Problem('not_found');
      void sendProblem(reply as FastifyReply, code, details);
    },
    ...(tls && { https: { cert: readFileSync(tls.certificateFile), key: readFileSync(tls.keyFile) } }),
  }).withTypeProvider<TypeBoxTypeProvider>() as Server;

  server.setValidatorCompiler(compileValidator);
  server.setErrorHandler((error: FastifyError, request, reply) => {
    const { code, details } = explain(error, request.routeOptions.bodyLimit);
    if (code === 'internal') request.log.error({ err: error }, 'request failed');
    const members = code === 'internal' ? { requestId: request.id, ...details.members } : details.members;
    return sendProblem(reply, code, { ...details, ...(members && { members }) });
  });
  parseJson(server);
  server.addContentTypeParser('*', (request, _payload, done) => {
    const isEmpty = request.headers['content-length'] === '0';
    done(isEmpty ? null : new Problem('unsupported_media_type', { detail: 'Send JSON' }));
  });
  if (settings.httpsRequired) requireHttps(server);

  await server.register(fastifyCookie);
  await server.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Doorbuster',
        version: '1',
        description:
          'Exactly N, first come first served. Errors are problem documents (RFC 9457) with a stable `code`.',
      },
      components: { securitySchemes: { accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
    },
  });
  server.get('/openapi.json', { schema: { hide: true } }, () => server.swagger());
  return server;
}

export function sendProblem(reply: FastifyReply, code: ProblemCode, details: ProblemDetails = {}): FastifyReply {
  if (details.retryAfterSeconds !== undefined) void reply.header('retry-after', details.retryAfterSeconds);
  return reply
    .code(PROBLEMS[code].status)
    .header('content-type', PROBLEM_TYPE)
    .send(JSON.stringify(problemDocument(code, details)));
}

/** Answers a request straight on node:http, or returns false and leaves it to the routes. */
export type FastLane = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Lets the lane look at each request before the router does. */
export function openFastLane(server: Server, lane: FastLane): void {
  const [route] = server.server.listeners('request') as [(request: IncomingMessage, response: ServerResponse) => void];
  server.server.removeAllListeners('request');
  server.server.on('request', (request, response) => {
    if (!lane(request, response)) route(request, response);
  });
}

/** JSON bodies. An empty one is none, whatever its type says: many clients name a type also when they send nothing. */
function parseJson(server: Server): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const text = body.toString();
    if (text === '') return done(null, undefined);
    void parse(request, text, (error, value) => {
      // Only an escape can stand for what cannot be stored, and hardly a body has one.
      const errors = error === null && text.includes('\\u') ? unstorableTexts(value) : [];
      if (errors.length > 0) done(invalidFields(errors));
      else done(error, value);
    });
  });
}

/** Fastify's own errors, as ours. */
function explain(
  error: FastifyError | Problem,
  bodyLimit = BODY_BYTES_MAX,
): { code: ProblemCode; details: ProblemDetails } {
  if (error instanceof Problem) return { code: error.code, details: error.details };
  if (error.validation) {
    const errors = fieldErrors(error.validation, error.validationContext ?? 'body');
    return {
      code: 'invalid_request',
      details: { detail: errors.map((each) => `${each.field} ${each.message}`).join('; '), errors },
    };
  }
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return { code: 'body_too_large', details: { detail: `At most ${Math.floor(bodyLimit / 1024)} KiB` } };
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return { code: 'unsupported_media_type', details: {} };
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return { code: 'malformed_json', details: {} };
    default:
      if (error.statusCode === 400) return { code: 'malformed_json', details: { detail: error.message } };
      return { code: 'internal', details: {} };
  }
}

/** Pages move to HTTPS; an API call over plain HTTP has already leaked its token, so it is refused, not redirected. Health checks stay. */
function requireHttps(server: Server): void {
  server.addHook('onRequest', async (request, reply) => {
    if (request.protocol === 'https') {
      void reply.header('strict-transport-security', 'max-age=31536000');
      return;
    }
    if (request.url === '/livez' || request.url === '/readyz') return;
    if (request.method === 'GET' && !request.url.startsWith('/v1/')) {
      return reply.redirect(`https://${request.hostname}${request.url}`, 308);
    }
    throw new Problem('https_required');
  });
}
