/**
 * Slack's and Discord's incoming webhooks on this machine, which answer as these do, and can be told to misbehave.
 *
 *     const webhooks = await startWebhooks();
 *     webhooks.answerNext(429, { 'retry-after': '2' });
 *     await channel.send({ …, to: webhooks.address('slack') });
 *     expect(webhooks.requests.at(-1)?.body).toMatchObject({ text: '…' });
 *
 * After docs.slack.dev («Sending messages using incoming webhooks») and docs.discord.com («Execute Webhook», «Rate Limits»).
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export type WebhookKind = 'slack' | 'discord';

export interface WebhookRequest {
  readonly kind: WebhookKind;
  /** As `address` gave it. */
  readonly to: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** What its JSON says. */
  readonly body: Readonly<Record<string, unknown>>;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface WebhookServer {
  /** Host and port, as WEBHOOK_HOSTS takes them. */
  readonly host: string;
  /** Of a new webhook at each call. */
  address(kind: WebhookKind): string;
  /** All that came, refused ones included. */
  readonly requests: WebhookRequest[];
  /** One answer for each of the next requests. `hang`: no answer ever; `reset`: the connection breaks. */
  answerNext(status: number, headers?: Readonly<Record<string, string>>, body?: string): void;
  stop(): Promise<void>;
}

export async function startWebhooks(): Promise<WebhookServer> {
  const requests: WebhookRequest[] = [];
  const answers: Answer[] = [];

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const kind = url.startsWith('/services/') ? 'slack' : 'discord';
    const body = JSON.parse((await text(request)) || '{}') as WebhookRequest['body'];
    requests.push({ kind, to: `http://${host}${url}`, method, headers, body });
    const answer = answers.shift() ?? (kind === 'slack' ? taken(200, 'ok') : taken(204, ''));
    if (answer.body === 'hang') return;
    if (answer.body === 'reset') return void response.destroy();
    response.writeHead(answer.status, answer.headers).end(answer.body);
  }

  const server = createServer((request, response) => void serve(request, response).catch(() => response.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    requests,
    address: (kind) => `http://${host}${kind === 'slack' ? slackPath() : discordPath()}`,
    answerNext: (status, headers = {}, body = '') => void answers.push({ status, headers, body }),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function taken(status: number, body: string): Answer {
  return { status, headers: {}, body };
}

function slackPath(): string {
  const [team, place] = [randomBytes(4), randomBytes(4)].map((bytes) => bytes.toString('hex').toUpperCase());
  return `/services/T${team}/B${place}/${randomBytes(12).toString('hex')}`;
}

function discordPath(): string {
  const id = String(10n ** 17n + BigInt(randomBytes(6).readUIntBE(0, 6)));
  return `/api/webhooks/${id}/${randomBytes(34).toString('hex')}`;
}
