/**
 * Discord's webhooks.
 *
 * From docs.discord.com: «Execute Webhook»: at most 2,000 characters; `allowed_mentions` with nothing in it makes of `@everyone` six letters and a sign. «Rate Limits»:
 * the body of a 429 says `retry_after` in seconds, with a fraction that the header may lack. «Opcodes and Status Codes» has the numbers of errors.
 */
import type { Letter } from '../notifications/channel.ts';
import { LETTER_WORDS, linkOf } from '../notifications/letter-words.ts';
import { oneLine, shortened } from '../notifications/one-line.ts';
import { WebhookChannel, type WebhookChannelOptions, type WebhookService } from './webhook-channel.ts';

const CONTENT_LENGTH_MAX = 2_000;
const TITLE_LENGTH_MAX = 300;
/** The link is left out where it would leave no room for the words. */
const LINK_LENGTH_MAX = 500;
const SUPPRESS_EMBEDS = 1 << 2;

const REASONS: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [10003, 'unknown channel'],
  [10015, 'unknown webhook'],
  [50006, 'an empty message'],
  [50027, 'invalid webhook token'],
  [50035, 'an invalid message'],
  [220001, 'its channel is a forum, and needs a thread_id'],
]);

const DISCORD: WebhookService = {
  kind: 'discord',
  name: 'Discord',
  compose: (letter) => ({ content: contentOf(letter), allowed_mentions: { parse: [] }, flags: SUPPRESS_EMBEDS }),
  readReason(body) {
    const { code } = parse(body);
    return REASONS.get(code) ?? (typeof code === 'number' && code > 0 ? `code ${code}` : '');
  },
  readRetryAfterSeconds(body) {
    const { retry_after: seconds } = parse(body);
    return typeof seconds === 'number' ? seconds : undefined;
  },
};

export function discordChannel(options: WebhookChannelOptions): WebhookChannel {
  return new WebhookChannel(DISCORD, options);
}

function contentOf({ title, text, link, language }: Letter): string {
  const address = linkOf(link);
  const last = address && address.length <= LINK_LENGTH_MAX ? `\n${LETTER_WORDS[language].follow}: <${address}>` : '';
  const first = `**${shortened(oneLine(title), TITLE_LENGTH_MAX, escaped)}**\n`;
  return first + shortened(text.toWellFormed(), CONTENT_LENGTH_MAX - first.length - last.length, escaped) + last;
}

/** Of Markdown: what a title could make a link, a quotation or a heading of. */
function escaped(text: string): string {
  return text.replaceAll(/[\\*_~`|<>[\]()#]/g, '\\$&');
}

function parse(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
