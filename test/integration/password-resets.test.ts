/** A forgotten password: once, in time, by who reads the account's email, and nobody is signed in with the old one afterwards. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ResetTokens } from '../../src/accounts/password-resets.ts';
import { changePassword, insertSession } from '../../src/accounts/store.ts';
import { NotificationApp } from './notification-app.ts';

const OLD = 'the old password';
const NEW = 'a new password!';

describe('a forgotten password', () => {
  let app: NotificationApp;
  beforeAll(async () => {
    app = await NotificationApp.start();
  });
  afterAll(() => app.close());

  let accounts = 0;
  async function signUp(): Promise<{ username: string; email: string; id: string }> {
    accounts += 1;
    const account = { username: `member-${accounts}`, email: `Member-${accounts}@example.com`, password: OLD };
    const { body } = await app.call('POST', '/v1/accounts', { body: account });
    return body;
  }
  const signIn = (login: string, password: string) => app.call('POST', '/v1/sessions', { body: { login, password } });
  const ask = (email: string) => app.call('POST', '/v1/password-resets', { body: { email } });
  const use = (token: string, password = NEW) =>
    app.call('PUT', `/v1/password-resets/${token}`, { body: { password } });
  /** The tokens that came by email, the last one last. */
  async function tokensFor(email: string): Promise<string[]> {
    await app.work();
    return app.smtp.letters.flatMap(({ to, text }) => {
      const [, token] = /https:\/\/shop\.example\.org\/reset-password\/([\w.-]+)/.exec(text) ?? [];
      return token !== undefined && to.includes(email) ? [token] : [];
    });
  }

  it('is set anew with the link, once, and ends all sessions everywhere', async () => {
    const { username, email } = await signUp();
    const sessions = [await signIn(username, OLD), await signIn(username, OLD)].map(({ body }) => body.accessToken);
    const { body: other } = await signIn((await signUp()).username, OLD);
    expect(await ask(email.toLowerCase())).toEqual({ status: 202, body: {} });
    const [token = ''] = await tokensFor(email);
    app.endedSessions.length = 0;
    expect((await use(token, 'short')).status).toBe(400);
    expect((await use(token)).status).toBe(204);
    for (const accessToken of sessions)
      expect((await app.call('GET', '/v1/me', { token: accessToken })).status).toBe(401);
    expect(app.endedSessions).toHaveLength(2);
    expect((await app.call('GET', '/v1/me', { token: other.accessToken })).status).toBe(200);
    expect((await signIn(username, OLD)).status).toBe(401);
    expect((await signIn(username, NEW)).status).toBe(201);
    expect((await use(token, 'another password')).body.code).toBe('reset_not_found');
    expect((await signIn(username, NEW)).status).toBe(201);
  });

  it('takes no session that was begun with the old password and is made after the change', async () => {
    const { id } = await signUp();
    const [account] = await app.database.query<{ hash: string }>(
      'select password_hash as hash from accounts where id = $1',
      [id],
    );
    const session = {
      accountId: id,
      refreshHash: Buffer.from('x'),
      lifetimeSeconds: 60,
      passwordHash: account?.hash ?? '',
    };
    expect(await insertSession(app.database, { ...session, id: 'before' })).toBe(true);
    expect(await changePassword(app.database, id, 'another hash')).toEqual(['before']);
    expect(await insertSession(app.database, { ...session, id: 'after' })).toBe(false);
  });

  it('takes one of several links, also when all are used at once', async () => {
    const { username, email } = await signUp();
    for (let n = 0; n < 3; n += 1) await ask(email);
    const tokens = await tokensFor(email);
    expect(new Set(tokens).size).toBe(3);
    const answers = await Promise.all(
      tokens.flatMap((token, n) => [use(token, `password number ${n}`), use(token, `password number ${n}`)]),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 404, 404, 404, 404, 404]);
    const winner = Math.floor(answers.findIndex(({ status }) => status === 204) / 2);
    expect((await signIn(username, `password number ${winner}`)).status).toBe(201);
  });

  it('takes no link that is old, forged, or somebody else’s', async () => {
    const { username, email } = await signUp();
    await ask(email);
    const [token = ''] = await tokensFor(email);
    const [id = '', mac = ''] = token.split('.');
    const forged = [
      `${id}.${mac.slice(0, -2)}${mac.endsWith('AA') ? 'BB' : 'AA'}`,
      id,
      `${id}.`,
      new ResetTokens('another secret of thirty-two characters').tokenOf(id),
      'x'.repeat(100),
    ];
    for (const each of forged) expect((await use(each)).body.code).toBe('reset_not_found');
    // Well made, and never asked for.
    expect((await use(app.parts.resetTokens().tokenOf('A'.repeat(22)))).body.code).toBe('reset_not_found');
    await app.database.query(`update password_resets set expires_at = now() - interval '1 second' where id = $1`, [id]);
    expect((await use(token)).body.code).toBe('reset_not_found');
    expect((await signIn(username, OLD)).status).toBe(201);
  });

  it('is valid for half an hour, and nothing that opens the account is stored', async () => {
    const { email } = await signUp();
    await ask(email);
    const [token = ''] = await tokensFor(email);
    const [id = '', mac = ''] = token.split('.');
    const [row] = await app.database.query<{ minutes: number }>(
      'select round(extract(epoch from expires_at - created_at) / 60)::int as minutes from password_resets where id = $1',
      [id],
    );
    expect(row?.minutes).toBe(30);
    const tables = ['password_resets', 'notifications', 'deliveries', 'messages'];
    for (const table of tables) {
      const rows = await app.database.query<{ text: string }>(`select row_to_json(t)::text as text from ${table} t`);
      expect(rows.filter(({ text }) => text.includes(mac))).toEqual([]);
    }
  });

  it('does not tell who has an account: not by its answer, not by its time', async () => {
    const { email } = await signUp();
    const times: number[] = [];
    const answers: unknown[] = [];
    for (const address of [email, 'nobody@example.com']) {
      const startedMs = performance.now();
      answers.push(await ask(address));
      times.push(performance.now() - startedMs);
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(Math.min(...times)).toBeGreaterThan(140);
    expect(await tokensFor('nobody@example.com')).toEqual([]);
  });

  it('can be asked for a few times in an hour, whether there is an account or not', async () => {
    const answers = await Promise.all(Array.from({ length: 7 }, () => ask('Somebody@example.com')));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([202, 202, 202, 202, 202, 429, 429]);
    expect((await ask('not an address')).status).toBe(400);
  });
});

describe('a forgotten password without a mail server', () => {
  it('is answered as always, and the log says once why no letter comes', async () => {
    const app = await NotificationApp.start({ email: false });
    try {
      const { email } = await app.person();
      for (let n = 0; n < 2; n += 1) {
        expect((await app.call('POST', '/v1/password-resets', { body: { email } })).status).toBe(202);
      }
      expect(app.warnings).toHaveLength(1);
      expect(await app.database.query('select from password_resets')).toEqual([]);
      expect(await app.database.query('select from deliveries')).toEqual([]);
    } finally {
      await app.close();
    }
  });
});
