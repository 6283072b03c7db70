import { describe, expect, it } from 'vitest';
import { type Answer, useRunningApp } from './running-app.ts';

const app = useRunningApp({ SIGN_UPS_PER_ADDRESS_PER_HOUR: '40' });

let people = 0;
async function signUp() {
  people += 1;
  const account = {
    username: `Person.${people}`,
    email: `Person.${people}@example.com`,
    password: `password of ${people}`,
  };
  const answer = await app.current.call('POST', '/v1/accounts', { body: account });
  expect(answer).toMatchObject({
    status: 201,
    body: { username: account.username, email: account.email, role: 'buyer' },
  });
  expect(JSON.stringify(answer.body)).not.toContain('password');
  return { ...account, id: answer.body.id as string };
}

const signIn = (login: string, password: string) =>
  app.current.call('POST', '/v1/sessions', { body: { login, password } });
const me = (token: string) => app.current.call('GET', '/v1/me', { token });
const cookieOf = (answer: Answer) => answer.headers.get('set-cookie')?.split(';')[0] ?? '';
const refresh = (cookie: string) => app.current.call('POST', '/v1/sessions/refresh', { headers: { cookie } });

describe('signing up', () => {
  it('takes a name and an address once, without regard to case', async () => {
    const { username, email } = await signUp();
    const again = { username: username.toUpperCase(), email: 'other@example.com', password: 'long enough for us' };
    expect(await app.current.call('POST', '/v1/accounts', { body: again })).toMatchObject({
      status: 409,
      body: { code: 'username_taken', errors: [{ field: 'username' }] },
    });
    const sameEmail = { ...again, username: 'somebody-else', email: email.toUpperCase() };
    expect(await app.current.call('POST', '/v1/accounts', { body: sameEmail })).toMatchObject({
      status: 409,
      body: { code: 'email_taken', errors: [{ field: 'email' }] },
    });
  });

  it.each([
    ['username', { username: 'ab' }],
    ['username', { username: 'with space' }],
    ['username', { username: 'a@b.co' }],
    ['username', { username: 7 }],
    ['email', { email: 'nobody' }],
    ['email', { email: `${'x'.repeat(250)}@example.com` }],
    ['password', { password: 'too short' }],
    ['password', { password: 'x'.repeat(201) }],
    ['role', { role: 'admin' }],
  ])('names the wrong field: %s in %j', async (field, change) => {
    const body = { username: 'well-formed', email: 'well@example.com', password: 'long enough for us', ...change };
    const answer = await app.current.call('POST', '/v1/accounts', { body });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request', errors: [{ field }] } });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  it.each([
    ['malformed_json', 400, { text: '{"username":' }],
    ['invalid_request', 400, { text: '' }],
    [
      'unsupported_media_type',
      415,
      { text: 'username=a', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    ],
    ['body_too_large', 413, { body: { username: 'x'.repeat(70_000) } }],
    ['invalid_request', 400, { text: '[]' }],
    ['invalid_request', 400, { text: 'null' }],
  ])('answers %s with %i', async (code, status, options) => {
    expect(await app.current.call('POST', '/v1/accounts', options)).toMatchObject({ status, body: { code } });
  });

  it('is limited per address', async () => {
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 45; attempt += 1) {
      const answer = await app.current.call('POST', '/v1/accounts', {
        body: { username: 'admin', email: 'x@example.com', password: 'long enough for us' },
      });
      statuses.push(answer.status);
      if (answer.status === 429) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      if (answer.status === 429) break;
    }
    expect(statuses.at(-1)).toBe(429);
    await app.current.database.query(`select 1`);
  });
});

describe('a session', () => {
  // Accounts for these come from the store: the address has used up its sign-ups above.
  async function person() {
    const { createAdministrator } = await import('../../src/accounts/first-administrator.ts');
    people += 1;
    const account = {
      username: `person-${people}`,
      email: `person-${people}@example.com`,
      password: `password of ${people}`,
    };
    await createAdministrator(app.current.database, account);
    return account;
  }

  it('begins with the username or the email address, in any case', async () => {
    const { username, email, password } = await person();
    for (const login of [username, email, username.toUpperCase(), email.toUpperCase()]) {
      const answer = await signIn(login, password);
      expect(answer).toMatchObject({ status: 201, body: { expiresIn: 900, account: { username } } });
      expect(await me(answer.body.accessToken)).toMatchObject({ status: 200, body: { username, email } });
      expect(answer.headers.get('set-cookie')).toMatch(/; Path=\/v1\/sessions; HttpOnly; SameSite=Strict$/);
    }
  });

  it('does not begin with a wrong password, and does not tell which logins exist', async () => {
    const { username } = await person();
    const wrong = await signIn(username, 'not the password');
    const nobody = await signIn('nobody-of-that-name', 'not the password');
    expect(wrong).toMatchObject({ status: 401, body: { code: 'bad_credentials' } });
    expect(nobody.body).toEqual(wrong.body);
  });

  it('is refreshed with a token that works once; a second use ends it altogether', async () => {
    const { username, password } = await person();
    const first = await signIn(username, password);
    const second = await refresh(cookieOf(first));
    expect(second).toMatchObject({ status: 201, body: { account: { username } } });
    expect(cookieOf(second)).not.toBe(cookieOf(first));
    const third = await refresh(cookieOf(second));
    expect(third.status).toBe(201);

    expect(await refresh(cookieOf(first))).toMatchObject({ status: 401, body: { code: 'session_ended' } });
    expect(await refresh(cookieOf(third))).toMatchObject({ status: 401, body: { code: 'session_ended' } });
    for (const { body } of [first, second, third]) expect(await me(body.accessToken)).toMatchObject({ status: 401 });
  });

  it.each([
    '',
    'doorbuster_refresh=',
    'doorbuster_refresh=nonsense',
    `doorbuster_refresh=${'a'.repeat(22)}.${'b'.repeat(43)}`,
  ])('is not refreshed with the cookie %j', async (cookie) =>
    expect(await refresh(cookie)).toMatchObject({ status: 401, body: { code: 'session_ended' } }),
  );

  it('ends at once when signing out: its tokens, its refresh token, its sockets; others go on', async () => {
    const { username, password } = await person();
    const [mine, other] = [await signIn(username, password), await signIn(username, password)];
    const socket = app.current.socket();
    await socket.authenticate(mine.body.accessToken);
    expect((await app.current.call('DELETE', '/v1/sessions/current', { token: mine.body.accessToken })).status).toBe(
      204,
    );
    expect(await me(mine.body.accessToken)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    expect(await refresh(cookieOf(mine))).toMatchObject({ status: 401 });
    expect(await socket.closed).toMatchObject({ code: 4403 });
    expect(await me(other.body.accessToken)).toMatchObject({ status: 200 });
  });

  it('does not begin with a login that the database cannot hold', async () => {
    expect(await signIn('no\0body', 'the password')).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', errors: [{ field: 'login' }] },
    });
  });

  it('cannot be guessed at for long', async () => {
    const { username, password } = await person();
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 12; attempt += 1) statuses.push((await signIn(username, 'a guess')).status);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429]);
    const right = await signIn(username, password);
    expect(right).toMatchObject({ status: 429, body: { code: 'too_many_attempts' } });
    expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(60);
  });

  it('of an administrator is needed for what is an administrator’s', async () => {
    const [buyer] = await app.current.people(1);
    for (const [method, path] of [
      ['POST', '/v1/drops'],
      ['PATCH', '/v1/drops/1'],
      ['DELETE', '/v1/drops/1'],
      ['POST', '/v1/drops/1/cancel'],
      ['GET', '/v1/drops/1/ledger'],
      ['POST', '/v1/loadtest/accounts'],
    ] as const) {
      expect(await app.current.call(method, path, { token: buyer?.token ?? '' })).toMatchObject({
        status: 403,
        body: { code: 'forbidden' },
      });
      expect(await app.current.call(method, path)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    }
  });
});
