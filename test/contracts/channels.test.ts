/** Email on a real mail server of this machine; Slack and Discord on servers that answer as they do: see test/servers/smtp.ts and webhooks.ts. */
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { openChannels } from '../../src/adapters/channels.ts';
import { discordChannel } from '../../src/adapters/discord-channel.ts';
import { slackChannel } from '../../src/adapters/slack-channel.ts';
import { SmtpChannel } from '../../src/adapters/smtp-channel.ts';
import { type Channel, type Letter, Postponed, Undeliverable } from '../../src/notifications/channel.ts';
import type { ReceivedLetter } from '../servers/letter.ts';
import { type SmtpFault, type SmtpServer, startSmtp } from '../servers/smtp.ts';
import { startWebhooks, type WebhookKind, type WebhookRequest } from '../servers/webhooks.ts';
import { type ChannelUnderTest, channelContract, type Fate, type Shown } from './channel-contract.ts';

/** On a noisy machine a letter must still arrive before its sender gives up on it. */
const IMPATIENT_MS = 3_000;
const ALICE = 'alice@example.org';
const LETTER: Letter = {
  ...{ id: '41', to: ALICE, language: 'en', title: 'It’s yours: A kettle', text: 'You were the 3rd to arrive.' },
  link: 'https://shop.example.com/coupons/7-3',
};

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

function stopped<Stoppable extends { stop(): Promise<void> }>(server: Stoppable): Stoppable {
  let stopping: Promise<void> | undefined;
  const stop = server.stop.bind(server);
  server.stop = () => (stopping ??= stop());
  stops.push(() => server.stop());
  return server;
}

function closed(channel: Channel): Channel {
  stops.push(() => channel.close());
  return channel;
}

function email({ url }: Pick<SmtpServer, 'url'>, more: { mailFrom?: string; timeoutMs?: number } = {}): Channel {
  const mailFrom = '반짝 상점 <shop@example.com>';
  return closed(new SmtpChannel({ smtpUrl: url, mailFrom, timeoutMs: IMPATIENT_MS, ...more }));
}

const SMTP_FAULTS: Readonly<Record<Fate, SmtpFault>> = {
  refuse_for_good: { code: 550, text: '5.1.1 no such mailbox' },
  refuse_for_now: { code: 451, text: '4.7.1 greylisted, come back later' },
  hang: 'hang',
  break: 'break',
  break_after: 'break_after',
  tell_tales: { code: 550, text: `5.1.1 <${ALICE}>: no such mailbox, shop@example.org with p/ss w:rd` },
};

channelContract('email', IMPATIENT_MS, async (): Promise<ChannelUnderTest> => {
  const smtp = stopped(await startSmtp());
  return {
    channel: email(smtp),
    to: ALICE,
    secrets: [smtp.password, encodeURIComponent(smtp.password), 'shop@example.org'],
    next: (fate) => smtp.refuse(SMTP_FAULTS[fate]),
    shown: () => smtp.letters.map(shownLetter),
    leave: () => smtp.stop(),
  };
});

function shownLetter({ subject, text, headers, to, from }: ReceivedLetter): Shown {
  const names = [...headers.keys()];
  const isPlain = from === 'shop@example.com' && to.join() === ALICE && !names.includes('bcc') && !names.includes('cc');
  return { id: headers.get('message-id')?.join() ?? '', title: subject, whole: `${subject}\n${text}`, isPlain };
}

describe.each<WebhookKind>(['slack', 'discord'])('%s', (kind) => {
  channelContract(kind, IMPATIENT_MS, async (): Promise<ChannelUnderTest> => {
    const webhooks = stopped(await startWebhooks());
    const channel = webhookChannel(kind, [webhooks.host], IMPATIENT_MS);
    const to = webhooks.address(kind);
    /** A webhook has no way to break after it took the letter but this: the request is there, and no answer. */
    let refused = 0;
    return {
      channel,
      to,
      secrets: [new URL(to).pathname, to.split('/').at(-1) ?? ''],
      next(fate) {
        if (fate !== 'break_after') refused += 1;
        if (fate === 'refuse_for_good')
          webhooks.answerNext(404, {}, kind === 'slack' ? 'no_service' : '{"code":10015}');
        if (fate === 'refuse_for_now') webhooks.answerNext(503, {}, 'come back later');
        if (fate === 'hang') webhooks.answerNext(0, {}, 'hang');
        if (fate === 'break' || fate === 'break_after') webhooks.answerNext(0, {}, 'reset');
        if (fate === 'tell_tales') webhooks.answerNext(404, {}, JSON.stringify({ code: to, message: to }));
      },
      shown: () => webhooks.requests.slice(refused).map(shownMessage),
      leave: () => webhooks.stop(),
    };
  });
});

function webhookChannel(kind: WebhookKind, webhookHosts: readonly string[], timeoutMs?: number): Channel {
  const options = { webhookHosts, ...(timeoutMs && { timeoutMs }) };
  return closed(kind === 'slack' ? slackChannel(options) : discordChannel(options));
}

/** As the program shows it: without escapes; what could call people or lead elsewhere must not have come through. */
function shownMessage({ kind, headers, body }: WebhookRequest): Shown {
  const id = String(headers['idempotency-key']);
  if (kind === 'discord') {
    const content = String(body['content']);
    expect(content.length).toBeLessThanOrEqual(2_000);
    const isPlain = JSON.stringify(body['allowed_mentions']) === '{"parse":[]}' && !/(^|[^\\])[[\]()`|]/.test(content);
    const whole = content.replaceAll(/\\([^\w\s])/g, '$1');
    return { id, title: /^\*\*(.*)\*\*$/m.exec(whole)?.[1] ?? '', whole, isPlain };
  }
  const text = String(body['text']);
  const isPlain =
    text.replace(/\n<https:\/\/shop[^<>|]+\|Open>$|\n<https:\/\/shop[^<>|]+\|바로 가기>$/, '').match(/[<>]/) === null;
  const whole = text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  return { id, title: /^\*(.*)\*$/m.exec(whole)?.[1] ?? '', whole, isPlain };
}

describe('email', () => {
  async function opened(more: { mailFrom?: string; timeoutMs?: number } = {}) {
    const smtp = stopped(await startSmtp());
    return { smtp, channel: email(smtp, more) };
  }

  it('is a letter that machines know for one of a machine', async () => {
    const { smtp, channel } = await opened();
    await channel.send({ ...LETTER, language: 'ko', title: '쿠폰을 받았어요' });
    const [letter] = smtp.letters;
    const header = (name: string) => letter?.headers.get(name);
    expect(header('message-id')).toEqual(['<41@example.com>']);
    expect(header('auto-submitted')).toEqual(['auto-generated']);
    expect(header('content-language')).toEqual(['ko']);
    expect(header('to')).toEqual([ALICE]);
    expect(header('from')?.[0]).toMatch(/<shop@example\.com>$/);
    expect(header('content-type')?.[0]).toMatch(/^multipart\/alternative/);
  });

  it('has an HTML part that says the same, and fetches nothing', async () => {
    const { smtp, channel } = await opened();
    await channel.send({ ...LETTER, title: 'A <b>"kettle"</b> & more', text: '<script>alert(1)</script>\none\n\ntwo' });
    const { html = '', text = '' } = smtp.letters[0] ?? {};
    expect(html).toContain('<html lang="en">');
    expect(html).toContain('<title>A &lt;b&gt;&quot;kettle&quot;&lt;/b&gt; &amp; more</title>');
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;<br>\none</p>');
    expect(html).toContain('href="https://shop.example.com/coupons/7-3"');
    expect(html).not.toMatch(/<script|<img|<link|src=|url\(|@import/);
    expect(text).toBe(
      '<script>alert(1)</script>\none\n\ntwo\n\nOpen: https://shop.example.com/coupons/7-3\n\n-- \nSent automatically by 반짝 상점.',
    );
  });

  it('has a link that ends where it should', async () => {
    const { smtp, channel } = await opened();
    await channel.send({ ...LETTER, link: 'https://shop.example.com/"><script>alert(1)</script>' });
    expect(smtp.letters[0]?.html).not.toContain('<script>');
  });

  it('gives up a letter that is refused for what it says', async () => {
    const { smtp, channel } = await opened();
    smtp.refuse({ code: 554, text: '5.7.1 looks like spam', at: 'letter' });
    await expect(channel.send(LETTER)).rejects.toThrow(
      new Undeliverable('the mail server answered 554 5.7.1 looks like spam'),
    );
  });

  it.each<[string, SmtpFault]>([
    ['check SMTP_URL', { code: 535, text: '5.7.8 who are you?', at: 'sign-in' }],
    ['check MAIL_FROM', { code: 553, text: '5.7.1 not your address', at: 'sender' }],
    ['530 5.7.0', { code: 530, text: '5.7.0 sign in first', at: 'recipient' }],
    ['503 5.5.1', { code: 503, text: '5.5.1 out of order', at: 'recipient' }],
  ])('keeps letters while the fault is ours: %s', async (advice, fault) => {
    const { smtp, channel } = await opened();
    smtp.refuse(fault);
    const error = await channel.send(LETTER).catch((reason: unknown) => reason);
    expect(error).not.toBeInstanceOf(Undeliverable);
    expect((error as Error).message).toContain(advice);
    await channel.send(LETTER);
    expect(smtp.letters).toHaveLength(1);
  });

  it('says what the server said on one line, shortened', async () => {
    const { smtp, channel } = await opened();
    smtp.refuse({ code: 550, text: `5.1.1 ${'no '.repeat(200)}` });
    const error = (await channel.send(LETTER).catch((reason: unknown) => reason)) as Error;
    expect(error.message).toMatch(/^the mail server answered 550 5\.1\.1 no [^\n]{1,200}…$/);
  });

  it('goes on after the server was away for a while', async () => {
    const { smtp, channel } = await opened();
    await channel.send(LETTER);
    await smtp.stop();
    await expect(channel.send(LETTER)).rejects.toThrow('could not be reached');
    const back = stopped(await startSmtp({ port: Number(new URL(smtp.url).port) }));
    await channel.send(LETTER);
    expect(back.letters).toHaveLength(1);
  });

  it('sends nothing in clear where TLS is required', async () => {
    const smtp = stopped(await startSmtp());
    const channel = email({ url: `${smtp.url}?requireTLS=true` });
    await expect(channel.send(LETTER)).rejects.toThrow(/^the mail server/);
    expect(smtp.letters).toEqual([]);
  });

  it('trusts no certificate that nobody vouches for', async () => {
    const smtp = stopped(await startSmtp({ secure: true }));
    expect(smtp.url).toMatch(/^smtps:/);
    await expect(email(smtp).send(LETTER)).rejects.toThrow(/^the mail server could not be reached/);
    await email({ url: `${smtp.url}?tls.rejectUnauthorized=false` }).send(LETTER);
    expect(smtp.letters).toHaveLength(1);
  });

  it('does not wait for a server that never greets', async () => {
    const server = createTcpServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const sockets = new Set<Socket>();
    server.on('connection', (socket) => void sockets.add(socket));
    stops.push(async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    });
    const { port } = server.address() as AddressInfo;
    const error = await email({ url: `smtp://127.0.0.1:${port}` })
      .send(LETTER)
      .catch((reason: unknown) => reason);
    expect(error).not.toBeInstanceOf(Undeliverable);
    expect((error as Error).message).toMatch(/^the mail server (did not take|could not be reached)/);
  });

  it('waits for letters on their way before it closes', async () => {
    const { smtp, channel } = await opened();
    await channel.send(LETTER);
    const sending = channel.send({ ...LETTER, id: '42' });
    await Promise.all([channel.close(), sending]);
    expect(smtp.letters).toHaveLength(2);
  });
});

describe('webhooks', () => {
  async function opened(kind: WebhookKind) {
    const webhooks = stopped(await startWebhooks());
    return {
      webhooks,
      channel: webhookChannel(kind, [webhooks.host]),
      letter: { ...LETTER, to: webhooks.address(kind) },
    };
  }

  it('look so in Slack', async () => {
    const { webhooks, channel, letter } = await opened('slack');
    await channel.send({ ...letter, title: 'A & <B>' });
    expect(webhooks.requests[0]?.body).toEqual({
      text: '*A &amp; &lt;B&gt;*\nYou were the 3rd to arrive.\n<https://shop.example.com/coupons/7-3|Open>',
      unfurl_links: false,
      unfurl_media: false,
    });
  });

  it('look so in Discord', async () => {
    const { webhooks, channel, letter } = await opened('discord');
    await channel.send({ ...letter, title: '@everyone [A](https://b)' });
    expect(webhooks.requests[0]?.body).toEqual({
      content:
        '**@everyone \\[A\\]\\(https://b\\)**\nYou were the 3rd to arrive.\nOpen: <https://shop.example.com/coupons/7-3>',
      allowed_mentions: { parse: [] },
      flags: 4,
    });
  });

  it.each<[string, WebhookKind, Record<string, string>, string, number, number]>([
    ['seconds', 'slack', { 'retry-after': '7' }, '', 7_000, 7_000],
    ['a date', 'slack', { 'retry-after': 'in a minute' }, '', 40_000, 60_000],
    ['seconds in the body', 'discord', {}, '{"retry_after":2.345,"global":false}', 2_345, 2_345],
    ['both: the longer', 'discord', { 'retry-after': '3' }, '{"retry_after":2.3}', 3_000, 3_000],
    ['hardly any', 'discord', {}, '{"retry_after":0.001}', 1_000, 1_000],
    ['for ever', 'slack', { 'retry-after': '999999999' }, '', 3_600_000, 3_600_000],
    ['nothing', 'slack', {}, '', 30_000, 30_000],
    ['rubbish', 'discord', { 'retry-after': 'soon' }, '<html>', 30_000, 30_000],
    ['less than nothing', 'discord', { 'retry-after': '-1' }, '{"retry_after":-5}', 30_000, 30_000],
  ])('postpone when they are told to wait: %s', async (_, kind, headers, body, leastMs, mostMs) => {
    const { webhooks, channel, letter } = await opened(kind);
    const inAMinute = { 'retry-after': new Date(Date.now() + 60_000).toUTCString() };
    webhooks.answerNext(429, headers['retry-after'] === 'in a minute' ? inAMinute : headers, body);
    const error = await channel.send(letter).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Postponed);
    expect((error as Postponed).afterMs).toBeGreaterThanOrEqual(leastMs);
    expect((error as Postponed).afterMs).toBeLessThanOrEqual(mostMs);
  });

  it.each<[number, WebhookKind, string, string]>([
    [400, 'slack', 'invalid_payload', 'Slack answered 400 (invalid_payload)'],
    [
      401,
      'discord',
      '{"code":50027,"message":"Invalid Webhook Token"}',
      'Discord answered 401 (invalid webhook token)',
    ],
    [403, 'slack', 'action_prohibited\n', 'Slack answered 403 (action_prohibited)'],
    [404, 'discord', '{"code":10015}', 'Discord answered 404 (unknown webhook)'],
    [404, 'discord', '{"code":99999}', 'Discord answered 404 (code 99999)'],
    [404, 'slack', '<html>Not Found</html>', 'Slack answered 404'],
    [410, 'slack', 'channel_is_archived', 'Slack answered 410 (channel_is_archived)'],
    [413, 'discord', 'x'.repeat(1_000_000), 'Discord answered 413'],
  ])('give up after %d of %s', async (status, kind, body, message) => {
    const { webhooks, channel, letter } = await opened(kind);
    webhooks.answerNext(status, {}, body);
    await expect(channel.send(letter)).rejects.toThrow(new Undeliverable(message));
  });

  it.each([408, 425, 500, 502, 503, 504])('ask to try again after %d', async (status) => {
    const { webhooks, channel, letter } = await opened('slack');
    webhooks.answerNext(status);
    const error = await channel.send(letter).catch((reason: unknown) => reason);
    expect(error).not.toBeInstanceOf(Undeliverable);
    expect((error as Error).message).toBe(`Slack answered ${status}`);
  });

  it.each([301, 302, 307, 308])('follow no %d', async (status) => {
    const { webhooks, channel, letter } = await opened('slack');
    webhooks.answerNext(status, { location: webhooks.address('slack') });
    await expect(channel.send(letter)).rejects.toThrow('Slack answered with a redirect, which is not followed');
    expect(webhooks.requests).toHaveLength(1);
  });

  it('are not written to at a host that is not on the list, or not any more', async () => {
    const { webhooks, letter } = await opened('slack');
    for (const hosts of [[], ['hooks.slack.com'], ['127.0.0.1'], ['localhost:80']]) {
      await expect(webhookChannel('slack', hosts).send(letter)).rejects.toThrow(Undeliverable);
    }
    expect(webhooks.requests).toEqual([]);
  });

  /** A server of which only its own manners matter. Gives an address there. */
  async function startServer(answer: RequestListener): Promise<string> {
    const server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stops.push(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/a`;
  }

  it('are not asked again when they took the letter and then stumbled over their words', async () => {
    const to = await startServer((_, response) => void response.writeHead(200).write('o'));
    await webhookChannel('slack', [new URL(to).host], IMPATIENT_MS).send({ ...LETTER, to });
  });

  it('are not heard out when they talk without end', async () => {
    const to = await startServer((_, response) => {
      response.writeHead(500);
      const talking = setInterval(() => response.write('x'.repeat(64 * 1024)), 1);
      response.on('close', () => clearInterval(talking));
    });
    const sending = webhookChannel('slack', [new URL(to).host]).send({ ...LETTER, to });
    await expect(sending).rejects.toThrow('Slack answered 500');
  });
});

describe('the channels that settings open', () => {
  const settings = {
    smtpUrl: null,
    smtpConnectionsMax: 4,
    mailFrom: 'shop@example.com',
    webhookHosts: ['hooks.slack.com'],
  };

  it('are Slack and Discord, and email with a mail server', async () => {
    const without = await openChannels(settings);
    const all = await openChannels({ ...settings, smtpUrl: 'smtp://127.0.0.1:1' });
    for (const channel of [...without, ...all]) closed(channel);
    expect(without.map(({ name }) => name)).toEqual(['slack', 'discord']);
    expect(all.map(({ name }) => name)).toEqual(['email', 'slack', 'discord']);
  });
});
