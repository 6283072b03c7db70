/** The ways outside that the settings open. */
import type { Settings } from '../config/settings.ts';
import type { Channel } from '../notifications/channel.ts';
import { discordChannel } from './discord-channel.ts';
import { slackChannel } from './slack-channel.ts';

/** Email only with a mail server. Slack and Discord always: they are written to only where people have asked for it, and only at WEBHOOK_HOSTS. */
export async function openChannels({
  smtpUrl,
  smtpConnectionsMax: connectionsMax,
  mailFrom,
  webhookHosts,
}: Pick<Settings, 'smtpUrl' | 'smtpConnectionsMax' | 'mailFrom' | 'webhookHosts'>): Promise<readonly Channel[]> {
  const webhooks = [slackChannel({ webhookHosts }), discordChannel({ webhookHosts })];
  if (smtpUrl === null) return webhooks;
  const { SmtpChannel } = await import('./smtp-channel.ts');
  return [new SmtpChannel({ smtpUrl, mailFrom, connectionsMax }), ...webhooks];
}
