/** From what happens to what people read, through a whole server: its ledger, its herald, its notifications, its mail. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPostgres, useFreshDatabase } from '../servers/database.ts';
import { type SmtpServer, startSmtp } from '../servers/smtp.ts';
import { couponDrop, RunningApp } from './running-app.ts';

describe('on the embedded database', () => wholeWay(() => ({})));

describe.skipIf(!hasPostgres)('on PostgreSQL', () => {
  const database = useFreshDatabase();
  wholeWay(() => ({ DATABASE_URL: database.url, DATABASE_CONNECTIONS_MAX: '60', PROCESSES_MAX: '1' }));
});

function wholeWay(settings: () => Record<string, string>): void {
  let smtp: SmtpServer;
  let running: RunningApp;
  beforeAll(async () => {
    smtp = await startSmtp();
    running = await RunningApp.start({ ...settings(), SMTP_URL: smtp.url, PUBLIC_URL: 'https://shop.example.org' });
  });
  afterAll(async () => {
    await running.app.close();
    await smtp.stop();
  });

  const lettersTo = (email: string) => smtp.letters.filter(({ to }) => to.includes(email));

  it('who signs up is welcomed, forgets the password, and gets in again', async () => {
    const account = { username: 'ada', email: 'ada@example.com', password: 'the old password', language: 'en' };
    expect((await running.call('POST', '/v1/accounts', { body: account })).status).toBe(201);
    await expect.poll(() => lettersTo(account.email).length).toBe(1);
    const { email } = account;
    expect((await running.call('POST', '/v1/password-resets', { body: { email } })).status).toBe(202);
    await expect.poll(() => lettersTo(email).length).toBe(2);
    const [, token] =
      /https:\/\/shop\.example\.org\/reset-password\/([\w.-]+)/.exec(lettersTo(email)[1]?.text ?? '') ?? [];
    const password = 'the new password';
    expect((await running.call('PUT', `/v1/password-resets/${token}`, { body: { password } })).status).toBe(204);
    expect((await running.call('POST', '/v1/sessions', { body: { login: 'ada', password } })).status).toBe(201);
  });

  it('who gets a coupon reads so in the centre, and hears of it on the socket', async () => {
    const [person] = await running.people(1);
    const token = person?.token ?? '';
    const dropId = await running.drop();
    const socket = running.socket();
    await socket.authenticate(token);
    expect((await running.claim(dropId, token)).status).toBe(201);
    expect(await socket.next({ type: 'notification' })).toMatchObject({
      notification: { type: 'granted', data: { dropId, serial: 1 }, readAt: null },
    });
    const { body } = await running.call('GET', '/v1/me/notifications?language=en', { token });
    expect(body).toMatchObject({ unread: 1, items: [{ type: 'granted', path: `/coupons/${dropId}-1` }] });
    socket.close();
  });

  it('who follows a drop is told when it is sold out, once', async () => {
    const [follower, buyer] = await running.people(2);
    const dropId = await running.drop({ ...couponDrop(), stock: 1 });
    const body = { tell: ['sold_out'] };
    const { token = '' } = follower ?? {};
    expect((await running.call('PUT', `/v1/drops/${dropId}/interest`, { token, body })).status).toBe(200);
    expect((await running.claim(dropId, buyer?.token ?? '')).status).toBe(201);
    const centre = async () => (await running.call('GET', '/v1/me/notifications', { token })).body.items;
    await expect.poll(async () => (await centre()).length).toBe(1);
    expect(await centre()).toMatchObject([{ type: 'sold_out', data: { dropId } }]);
  });
}
