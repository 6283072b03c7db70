/**
 * Which addresses a person may have us write to. Whoever could name any would make our servers knock at doors inside their network that are shut from outside
 * (server-side request forgery), so only hosts that the operator has listed are written to, and those of Slack and Discord only where their webhooks are.
 * Which machine such a name leads to is the operator's trust in it: redirects are not followed (adapters/webhook-channel.ts).
 */

export type WebhookKind = 'slack' | 'discord';

const LENGTH_MAX = 500;

interface Service {
  readonly hosts: readonly string[];
  readonly path: RegExp;
  readonly example: string;
}

const SERVICES: Readonly<Record<WebhookKind, Service>> = {
  slack: {
    hosts: ['hooks.slack.com', 'hooks.slack-gov.com'],
    path: /^\/services\/\w+\/\w+\/\w+$/,
    example: 'https://hooks.slack.com/services/T…/B…/…',
  },
  discord: {
    hosts: ['discord.com', 'discordapp.com', 'canary.discord.com', 'ptb.discord.com'],
    path: /^\/api\/(v\d+\/)?webhooks\/\d+\/[\w-]+$/,
    example: 'https://discord.com/api/webhooks/…/…',
  },
};

/** Undefined: it may be taken. Else why not, in words that go behind the field's name, and never with the address in them. `webhookHosts` as in the settings. */
export function webhookAddress(text: string, kind: WebhookKind, webhookHosts: readonly string[]): string | undefined {
  const { hosts, path, example } = SERVICES[kind];
  const url = text.length <= LENGTH_MAX && !/\s/.test(text) ? URL.parse(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) return `must be an address like ${example}`;
  if (url.username || url.password || url.hash) return 'must have no user, no password and no # in it';
  const place = placeOf(url);
  if (!webhookHosts.includes(place) && url.protocol !== 'https:') return 'must begin with https://';
  if (!isListed(url, webhookHosts)) return `must be at one of these hosts: ${webhookHosts.join(', ') || 'none'}`;
  if (!Object.values(SERVICES).some((service) => service.hosts.includes(url.hostname))) return undefined;
  return hosts.includes(url.hostname) && path.test(url.pathname) ? undefined : `must be an address like ${example}`;
}

/** A host without a port is listed for HTTPS at its own port only; one with a port, for whatever is spoken there. */
function isListed(url: URL, webhookHosts: readonly string[]): boolean {
  if (webhookHosts.includes(placeOf(url))) return true;
  return url.protocol === 'https:' && url.port === '' && webhookHosts.includes(url.hostname);
}

function placeOf({ hostname, port, protocol }: URL): string {
  return `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;
}
