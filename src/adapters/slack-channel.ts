/**
 * Slack's incoming webhooks, and what understands the same (Mattermost, Rocket.Chat).
 *
 * From docs.slack.dev: «Sending messages using incoming webhooks» has the errors, each a word in plain text; «Formatting message text» says that `& < >` are to be
 * escaped and nothing else, and that mentions are only what is between `<` and `>`, so that no title can call a whole channel.
 */
import type { Letter } from '../notifications/channel.ts';
import { LETTER_WORDS, linkOf } from '../notifications/letter-words.ts';
import { oneLine, shortened } from '../notifications/one-line.ts';
import { WebhookChannel, type WebhookChannelOptions, type WebhookService } from './webhook-channel.ts';

/** Slack advises 4,000 characters for the whole. */
const TITLE_LENGTH_MAX = 300;
const TEXT_LENGTH_MAX = 3_000;

const SLACK: WebhookService = {
  kind: 'slack',
  name: 'Slack',
  compose: (letter) => ({
    text: textOf(letter),
    // A preview would have Slack fetch the page, and say the same again.
    unfurl_links: false,
    unfurl_media: false,
  }),
  /** `no_service`, `channel_is_archived` … */
  readReason: (body) => /^[a-z_]{1,40}$/.exec(body.trim())?.[0] ?? '',
};

export function slackChannel(options: WebhookChannelOptions): WebhookChannel {
  return new WebhookChannel(SLACK, options);
}

function textOf({ title, text, link, language }: Letter): string {
  const address = linkOf(link);
  return [
    `*${shortened(oneLine(title), TITLE_LENGTH_MAX, escaped)}*`,
    shortened(text.toWellFormed(), TEXT_LENGTH_MAX, escaped),
    address && `<${escaped(address)}|${LETTER_WORDS[language].follow}>`,
  ]
    .filter(Boolean)
    .join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
