import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readSettings, SETTINGS, settingsTable } from './settings.ts';

describe('settings', () => {
  it('need nothing', () => {
    expect(readSettings({})).toMatchObject({
      port: 8080,
      databaseUrl: null,
      tls: null,
      admin: { username: 'admin', password: null },
    });
  });

  it('take an empty variable as none', () => {
    expect(readSettings({ PORT: '', DATABASE_URL: '' })).toMatchObject({ port: 8080, databaseUrl: null });
  });

  it('name every mistake at once, each with its remedy', () => {
    const environment = {
      PORT: 'http',
      JWT_SECRET: 'short',
      DATABASE_URL: 'mysql://x',
      LOG_LEVEL: 'loud',
      TRUST_PROXY: 'true',
      TLS_KEY_FILE: 'k',
    };
    expect(() => readSettings(environment)).toThrow(
      [
        'These settings are wrong:',
        '  PORT=http must be a whole number from 0 to 65535',
        '  DATABASE_URL is not shown: must look like postgres://user:password@host:5432/database',
        '  JWT_SECRET is not shown: must have at least 32 characters; make one with `openssl rand -hex 32`',
        '  LOG_LEVEL=loud must be one of fatal, error, warn, info, debug, trace, silent',
        '  TRUST_PROXY=true must say how many proxies are in front, from 0 to 9: usually 1',
        '  TLS_CERTIFICATE_FILE and TLS_KEY_FILE belong together: set both or none',
      ].join('\n'),
    );
  });

  it('demand HTTPS only where it can be had', () => {
    expect(() => readSettings({ HTTPS_REQUIRED: 'true' })).toThrow('HTTPS_REQUIRED=true needs');
    expect(readSettings({ HTTPS_REQUIRED: 'true', TRUST_PROXY: '1' })).toMatchObject({
      httpsRequired: true,
      trustProxy: 1,
    });
  });

  it('name ways to pay that there are, with the keys that they need', () => {
    expect(readSettings({})).toMatchObject({
      paymentMethods: ['sandbox', 'points'],
      paymentGraceSeconds: 60,
      toss: null,
    });
    expect(() => readSettings({ PAYMENT_METHODS: 'sandbox,cash' })).toThrow('must be a list of sandbox, points, toss');
    expect(() => readSettings({ PAYMENT_METHODS: 'toss', TOSS_SECRET_KEY: 'test_sk' })).toThrow('TOSS_CLIENT_KEY');
    const keys = { TOSS_SECRET_KEY: 'test_sk', TOSS_CLIENT_KEY: 'test_ck' };
    expect(readSettings({ PAYMENT_METHODS: 'toss, points', ...keys })).toMatchObject({
      paymentMethods: ['toss', 'points'],
      toss: { secretKey: 'test_sk', clientKey: 'test_ck', webhookKey: null, url: 'https://api.tosspayments.com' },
    });
  });

  it('name who letters are from, and where people reach us', () => {
    expect(readSettings({})).toMatchObject({
      smtpUrl: null,
      mailFrom: 'Doorbuster <doorbuster@localhost>',
      publicUrl: null,
      webhookHosts: ['hooks.slack.com', 'discord.com', 'discordapp.com'],
    });
    const given = {
      SMTP_URL: 'smtps://shop%40example.com:s3cret@mail.example.com:465',
      MAIL_FROM: '반짝 상점 <shop@example.com>',
      PUBLIC_URL: 'https://Shop.example.com/sale//',
      WEBHOOK_HOSTS: 'Hooks.Slack.com, 127.0.0.1:4000,[::1]:4001',
    };
    expect(readSettings(given)).toMatchObject({
      smtpUrl: given.SMTP_URL,
      mailFrom: given.MAIL_FROM,
      publicUrl: 'https://shop.example.com/sale',
      webhookHosts: ['hooks.slack.com', '127.0.0.1:4000', '[::1]:4001'],
    });
    expect(readSettings({ WEBHOOK_HOSTS: 'none' })).toMatchObject({ webhookHosts: [] });
  });

  it.each([
    ['SMTP_URL', 'mail.example.com'],
    ['SMTP_URL', 'https://user:hunter2@mail.example.com'],
    ['SMTP_URL', 'smtp://user:hunter2@'],
    ['SMTP_URL', 'smtp://user:hunter2100%@mail.example.com'],
    ['MAIL_FROM', 'Shop'],
    ['MAIL_FROM', 'Shop <shop@example.com>\r\nBcc: all@example.com'],
    ['MAIL_FROM', 'Shop <shop@example.com>, other@example.com'],
    ['MAIL_FROM', 'shop@example.com\n'],
    ['PUBLIC_URL', 'shop.example.com'],
    ['PUBLIC_URL', 'javascript:alert(1)'],
    ['PUBLIC_URL', 'https://shop.example.com?from=mail'],
    ['WEBHOOK_HOSTS', 'https://hooks.slack.com'],
    ['WEBHOOK_HOSTS', 'hooks.slack.com,'],
    ['WEBHOOK_HOSTS', '*.slack.com'],
  ])('refuse %s=%j', (name, value) => {
    const reading = () => readSettings({ [name]: value });
    expect(reading).toThrow(name);
    expect(reading).not.toThrow('hunter2');
  });

  it('are all documented, as they are', () => {
    const documented = readFileSync(new URL('../../docs/settings.md', import.meta.url), 'utf8');
    expect(documented, 'run `node src/main.ts settings` and put its table into docs/settings.md').toContain(
      settingsTable(),
    );
    expect(new Set(Object.values(SETTINGS).map((setting) => setting.name)).size).toBe(Object.keys(SETTINGS).length);
  });
});
