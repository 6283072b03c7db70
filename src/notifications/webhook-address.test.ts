import { describe, expect, it } from 'vitest';
import { type WebhookKind, webhookAddress } from './webhook-address.ts';

const DEFAULT = ['hooks.slack.com', 'discord.com', 'discordapp.com'];
const OWN = [
  ...DEFAULT,
  '127.0.0.1:4000',
  '[::1]:4001',
  'chat.example.com',
  'chat.example.com:8443',
  'plain.example.com:80',
];

describe('a webhook’s address', () => {
  it.each<[WebhookKind, string]>([
    ['slack', 'https://hooks.slack.com/services/T0A/B0B/abcDEF123'],
    ['slack', 'https://HOOKS.slack.com:443/services/T0A/B0B/abcDEF123'],
    ['discord', 'https://discord.com/api/webhooks/123456789012345678/a-b_C'],
    ['discord', 'https://discord.com/api/v10/webhooks/1/a?thread_id=2'],
    ['discord', 'https://discordapp.com/api/webhooks/1/a'],
    ['slack', 'http://127.0.0.1:4000/services/a'],
    ['discord', 'https://[::1]:4001/anything'],
    ['slack', 'https://chat.example.com/hooks/xyz'],
    ['slack', 'https://chat.example.com:8443/hooks/xyz'],
    ['slack', 'http://plain.example.com/hooks/xyz'],
  ])('may be, for %s, %s', (kind, address) => {
    expect(webhookAddress(address, kind, OWN)).toBeUndefined();
  });

  it.each<[WebhookKind, string, string]>([
    ['slack', 'hooks.slack.com/services/T/B/x', 'must be an address like https://hooks.slack.com/'],
    ['slack', '', 'must be an address'],
    ['slack', 'ftp://hooks.slack.com/services/T/B/x', 'must be an address'],
    ['slack', ' https://hooks.slack.com/services/T/B/x', 'must be an address'],
    ['slack', `https://hooks.slack.com/services/T/B/${'x'.repeat(500)}`, 'must be an address'],
    ['slack', 'http://hooks.slack.com/services/T/B/x', 'must begin with https://'],
    ['slack', 'http://169.254.169.254/latest/meta-data', 'must begin with https://'],
    [
      'slack',
      'https://169.254.169.254/latest/meta-data',
      'must be at one of these hosts: hooks.slack.com, discord.com',
    ],
    ['slack', 'https://localhost:6379/', 'must be at one of these hosts'],
    ['slack', 'https://127.0.0.1:4002/', 'must be at one of these hosts'],
    ['slack', 'https://hooks.slack.com:8443/services/T/B/x', 'must be at one of these hosts'],
    ['slack', 'https://hooks.slack.com.example.org/services/T/B/x', 'must be at one of these hosts'],
    ['slack', 'https://evil-hooks.slack.com/services/T/B/x', 'must be at one of these hosts'],
    ['slack', 'https://hooks.slack.com./services/T/B/x', 'must be at one of these hosts'],
    ['slack', 'https://hooks.slack.com@169.254.169.254/services/T/B/x', 'must have no user'],
    ['slack', 'https://hooks.slack.com/services/T/B/x#y', 'must have no user'],
    ['slack', 'https://hooks.slack.com/api/chat.postMessage', 'must be an address like'],
    ['slack', 'https://hooks.slack.com/services/T/B/../../x', 'must be an address like'],
    ['slack', 'https://discord.com/api/webhooks/1/a', 'must be an address like https://hooks.slack.com/'],
    ['discord', 'https://hooks.slack.com/services/T/B/x', 'must be an address like https://discord.com/'],
    ['discord', 'https://discord.com/api/webhooks/1/a/slack', 'must be an address like'],
    ['discord', 'https://discord.com/api/v10/users/@me', 'must be an address like'],
    ['discord', 'http://chat.example.com:8080/hooks', 'must begin with https://'],
  ])('may not be, for %s, %s', (kind, address, reason) => {
    const hosts = address.includes(':400') || address.includes('8080') ? OWN : DEFAULT;
    expect(webhookAddress(address, kind, hosts)).toMatch(reason);
    expect(webhookAddress(address, kind, [])).toBeDefined();
  });

  it('may be nowhere when no host is listed', () => {
    const address = 'https://hooks.slack.com/services/T/B/x';
    expect(webhookAddress(address, 'slack', [])).toBe('must be at one of these hosts: none');
  });
});
