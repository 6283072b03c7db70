/** Whose account it was hears of it when its email address or its password changes, over a real mail server: where the letters went until then, whatever they have chosen. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { hasPostgres, useFreshDatabase } from '../servers/database.ts';
import { type SmtpServer, startSmtp } from '../servers/smtp.ts';
import { RunningApp } from './running-app.ts';

const OLD = 'the old password';
const NEW = 'a new password!';
/** A letter waits for nothing but the machine. */
const patient = { timeout: 15_000 };

describe('on the embedded database', () => securityNotices(() => ({})));

describe.skipIf(!hasPostgres)('on PostgreSQL', () => {
  const database = useFreshDatabase();
  securityNotices(() => ({ DATABASE_URL: database.url, DATABASE_CONNECTIONS_MAX: '60', PROCESSES_MAX: '1' }));
});

function securityNotices(settings: () => Record<string, string>): void {
  let smtp: SmtpServer;
  let app: RunningApp;
  beforeAll(async () => {
    smtp = await startSmtp();
    app = await RunningApp.start({ ...settings(), SMTP_URL: smtp.url, PUBLIC_URL: 'https://shop.example.org' });
  });
  afterAll(async () => {
    await app.app.close();
    await smtp.stop();
  });

  let members = 0;
  /** A new account, signed in; its letter of welcome has come. */
  async function member(language = 'en') {
    members += 1;
    const account = { username: `member-${members}`, email: `Member-${members}@example.com`, password: OLD, language };
    await app.call('POST', '/v1/accounts', { body: account });
    await expect.poll(() => lettersTo(account.email).length, patient).toBe(1);
    const { body } = await app.call('POST', '/v1/sessions', { body: { login: account.username, password: OLD } });
    return { ...account, token: String(body.accessToken) };
  }

  const lettersTo = (email: string) => smtp.letters.filter(({ to }) => to.includes(email));
  const changeEmail = (token: string, email: string, currentPassword = OLD) =>
    app.call('PATCH', '/v1/me', { token, body: { email, currentPassword } });
  const changePassword = (token: string, currentPassword = OLD) =>
    app.call('PUT', '/v1/me/password', { token, body: { currentPassword, password: NEW } });
  async function logOf(username: string): Promise<string[]> {
    const token = await app.administrator();
    const { body } = await app.call('GET', `/v1/deliveries?username=${username}`, { token });
    return body.items.map(({ type, channel, state }: Record<string, string>) => `${type} ${channel} ${state}`);
  }

  it('a new email address: the letter goes to the old one, and the account hears of it in the app', async () => {
    const { username, email, token } = await member();
    const socket = app.socket();
    await socket.authenticate(token);
    expect((await changeEmail(token, `new-${email}`)).status).toBe(200);
    await expect.poll(() => lettersTo(email).length, patient).toBe(2);
    const { subject, text, html } = lettersTo(email)[1] ?? { subject: '', text: '', html: '' };
    expect(subject).toBe('Your email address has changed');
    expect(text).toContain(`The email address of the account ${username} was changed on `);
    expect(text).toContain('If it was not you');
    expect(text).toContain('https://shop.example.org/profile');
    for (const secret of [OLD, `new-${email}`, token]) expect(text + html).not.toContain(secret);
    expect(lettersTo(`new-${email}`)).toEqual([]);
    const { notification } = await socket.next({ type: 'notification' });
    expect(notification).toMatchObject({ type: 'email_changed', path: '/profile', data: { username, address: email } });
    socket.close();
    await expect
      .poll(() => logOf(username), patient)
      .toEqual(['email_changed email sent', 'email_changed in_app sent', 'signed_up email sent']);
  });

  it('a new password: a letter to the account’s address, in its language', async () => {
    const { username, email, token } = await member('ko');
    expect((await changePassword(token)).status).toBe(204);
    await expect.poll(() => lettersTo(email).length, patient).toBe(2);
    const letter = lettersTo(email)[1];
    expect(letter?.subject).toBe('비밀번호가 변경되었어요');
    expect(letter?.text).toContain(`${username} 계정의 비밀번호가`);
    expect(letter?.text).toContain('https://shop.example.org/forgotten-password');
    for (const secret of [OLD, NEW]) expect(letter?.text).not.toContain(secret);
    expect(await logOf(username)).toContain('password_changed in_app sent');
  });

  it('a password that was set by a link, too', async () => {
    const { email } = await member();
    await app.call('POST', '/v1/password-resets', { body: { email } });
    await expect.poll(() => lettersTo(email).length, patient).toBe(2);
    const [, link] = /\/reset-password\/([\w.-]+)/.exec(lettersTo(email)[1]?.text ?? '') ?? [];
    expect((await app.call('PUT', `/v1/password-resets/${link}`, { body: { password: NEW } })).status).toBe(204);
    await expect.poll(() => lettersTo(email).at(-1)?.subject, patient).toBe('Your password has changed');
    expect(lettersTo(email).at(-1)?.text).not.toContain(link);
  });

  it('nobody can choose not to be told, nor be taken along: who changes both at once gets no letter', async () => {
    const { username, email, token } = await member();
    const settings = (body: object) => app.call('PUT', '/v1/me/notification-settings', { token, body });
    for (const type of ['email_changed', 'password_changed']) {
      expect(await settings({ choices: { [type]: [] } })).toMatchObject({
        status: 400,
        body: { errors: [{ field: `choices.${type}` }] },
      });
    }
    const { body } = await settings({ email: false });
    expect(body.types.filter(({ fixed }: { fixed: boolean }) => fixed)).toEqual([
      { type: 'password_reset', channels: ['email'], defaults: ['email'], fixed: true },
      ...['email_changed', 'password_changed'].map((type) => ({
        ...{ type, channels: ['in_app', 'email'], defaults: ['in_app', 'email'], fixed: true },
      })),
    ]);
    // The mail server is slow with the first letter: it goes when the account has another address already.
    smtp.refuse({ code: 451, text: '4.3.0 not now', at: 'letter' });
    expect((await changePassword(token)).status).toBe(204);
    expect((await changeEmail(token, `thief-${email}`, NEW)).status).toBe(200);
    expect((await changeEmail(token, `thief-2-${email}`, NEW)).status).toBe(200);
    const hurry = () =>
      app.database.query(
        `update deliveries set due_at = now() where state = 'pending' and attempts = 1 and failure is not null`,
      );
    await expect.poll(() => lettersTo(email).length > 2 || hurry(), { timeout: 30_000, interval: 200 }).toBe(true);
    expect(
      lettersTo(email)
        .map(({ subject }) => subject)
        .toSorted(),
    ).toEqual(['Welcome! Your account is ready', 'Your email address has changed', 'Your password has changed']);
    // Who had it in between is told that they have it no more.
    await expect.poll(() => lettersTo(`thief-${email}`).length, patient).toBe(1);
    expect(lettersTo(`thief-2-${email}`)).toEqual([]);
    await expect
      .poll(async () => (await logOf(username)).filter((line) => line.endsWith('email sent')).length, patient)
      .toBe(4);
  });

  it('nothing changes without its letter, and no letter comes without a change', async () => {
    const { username, email, token } = await member();
    const { database } = app;
    await database.query(
      `alter table notifications add constraint none check (type not in ('email_changed', 'password_changed')) not valid`,
    );
    onTestFinished(() => void database.query('alter table notifications drop constraint if exists none'));
    expect((await changeEmail(token, `new-${email}`)).status).toBe(500);
    expect((await changePassword(token)).status).toBe(500);
    await database.query('alter table notifications drop constraint none');
    expect((await app.call('GET', '/v1/me', { token })).body.email).toBe(email);
    expect((await changeEmail(token, email)).status).toBe(200);
    expect((await changeEmail(token, `new-${email}`, NEW)).status).toBe(403);
    await expect.poll(() => logOf(username), patient).toEqual(['signed_up email sent']);
  });
}
