/** What people change about their own account: their password, and their email address. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Sessions } from '../../src/accounts/sessions.ts';
import { hasPostgres } from '../servers/database.ts';
import { hasRedis } from '../servers/redis.ts';
import { TestFleet, useFleet } from './fleet.ts';
import { NotificationApp } from './notification-app.ts';
import { type Answer, RunningApp } from './running-app.ts';

const OLD = 'the old password';
const NEW = 'a new password!';

interface Member {
  readonly id: string;
  readonly username: string;
  readonly email: string;
}

let members = 0;
async function signUp(app: Pick<RunningApp, 'call'>): Promise<Member> {
  members += 1;
  const account = { username: `Member-${members}`, email: `Member-${members}@example.com`, password: OLD };
  const { body } = await app.call('POST', '/v1/accounts', { body: account });
  return body;
}

const signIn = (app: Pick<RunningApp, 'call'>, login: string, password = OLD): Promise<Answer> =>
  app.call('POST', '/v1/sessions', { body: { login, password } });
const tokenOf = async (app: RunningApp, login: string, password = OLD): Promise<string> =>
  (await signIn(app, login, password)).body.accessToken;
const changePassword = (app: RunningApp, token: string, body: unknown = { currentPassword: OLD, password: NEW }) =>
  app.call('PUT', '/v1/me/password', { token, body });
const changeEmail = (app: RunningApp, token: string, email: string, currentPassword = OLD) =>
  app.call('PATCH', '/v1/me', { token, body: { email, currentPassword } });
const statusOf = async (app: RunningApp, token: string) => (await app.call('GET', '/v1/me', { token })).status;
const cookieOf = (answer: Answer) => answer.headers.get('set-cookie')?.split(';')[0] ?? '';

describe('a profile, embedded', () => {
  let app: RunningApp;
  beforeAll(async () => {
    app = await RunningApp.start();
  });
  afterAll(() => app.app.close());
  profileTests(() => app);
});

describe.skipIf(!hasPostgres)('a profile, on PostgreSQL', () => {
  let fleet: TestFleet;
  let app: RunningApp;
  beforeAll(async () => {
    fleet = await TestFleet.open({ redis: false, kafka: false });
    app = await fleet.start('gateway');
  });
  afterAll(() => fleet.close());
  profileTests(() => app);
});

function profileTests(current: () => RunningApp): void {
  let app: RunningApp;
  beforeAll(() => {
    app = current();
  });

  describe('a new password', () => {
    it('ends all other sessions of the account at once, with their sockets, and keeps this one', async () => {
      const { username } = await signUp(app);
      const mine = await signIn(app, username);
      const token = mine.body.accessToken;
      const other = await signIn(app, username);
      const stranger = await tokenOf(app, (await signUp(app)).username);
      const [mySocket, otherSocket] = [app.socket(), app.socket()];
      await mySocket.authenticate(token);
      await otherSocket.authenticate(other.body.accessToken);

      expect(await changePassword(app, token)).toMatchObject({ status: 204, body: '' });
      expect(await otherSocket.closed).toMatchObject({ code: 4403 });
      expect(await statusOf(app, other.body.accessToken)).toBe(401);
      expect(await statusOf(app, token)).toBe(200);
      expect(await statusOf(app, stranger)).toBe(200);
      const refresh = (answer: Answer) =>
        app.call('POST', '/v1/sessions/refresh', { headers: { cookie: cookieOf(answer) } });
      expect((await refresh(other)).status).toBe(401);
      expect((await refresh(mine)).status).toBe(201);
      await mySocket.send({ type: 'watch', dropIds: [await app.drop()] });
      await mySocket.next({ type: 'drop' });
      mySocket.close();

      expect((await signIn(app, username)).status).toBe(401);
      expect((await signIn(app, username, NEW)).status).toBe(201);
    });

    it.each<[string, unknown]>([
      ['password', { currentPassword: OLD, password: 'too short' }],
      ['password', { currentPassword: OLD, password: 'x'.repeat(201) }],
      ['password', { currentPassword: OLD, password: 'a null: \0 here' }],
      ['password', { currentPassword: OLD }],
      ['currentPassword', { password: NEW }],
      ['currentPassword', { currentPassword: '', password: NEW }],
      ['currentPassword', { currentPassword: 7, password: NEW }],
      ['username', { currentPassword: OLD, password: NEW, username: 'other' }],
    ])('names the wrong field: %s in %j', async (field, body) => {
      const token = await tokenOf(app, (await signUp(app)).username);
      const answer = await changePassword(app, token, body);
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request', errors: [{ field }] } });
      expect(await statusOf(app, token)).toBe(200);
    });

    it('is not for who does not know the old one, nor for guests', async () => {
      const { username } = await signUp(app);
      const token = await tokenOf(app, username);
      const answer = await changePassword(app, token, { currentPassword: NEW, password: NEW });
      expect(answer).toMatchObject({ status: 403, body: { code: 'wrong_password' } });
      expect((await signIn(app, username)).status).toBe(201);
      expect(await changePassword(app, '')).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    });

    it('of two at once one is taken, and the other has the wrong password', async () => {
      const { username } = await signUp(app);
      const tokens = await Promise.all(Array.from({ length: 4 }, () => tokenOf(app, username)));
      const answers = await Promise.all(
        tokens.map((token, n) =>
          changePassword(app, token, { currentPassword: OLD, password: `password number ${n}` }),
        ),
      );
      const winners = answers.flatMap(({ status }, n) => (status === 204 ? [n] : []));
      expect(winners).toHaveLength(1);
      const [winner = 0] = winners;
      for (const { status, body } of answers.filter((_answer, n) => n !== winner)) {
        // Whose session has ended before they were looked at hears that.
        expect(['403 wrong_password', '401 unauthenticated']).toContain(`${status} ${body.code}`);
      }
      expect(await Promise.all(tokens.map((token) => statusOf(app, token)))).toEqual(
        tokens.map((_token, n) => (n === winner ? 200 : 401)),
      );
      expect((await signIn(app, username, `password number ${winner}`)).status).toBe(201);
    });
  });

  describe('a new email address', () => {
    it('is the account’s from then on', async () => {
      const { username, email, id } = await signUp(app);
      const token = await tokenOf(app, username);
      const other = await tokenOf(app, username);
      const address = `New-${email}`;
      const answer = await changeEmail(app, token, address);
      expect(answer).toMatchObject({ status: 200, body: { id, username, email: address, role: 'buyer' } });
      expect(answer.body).toEqual((await app.call('GET', '/v1/me', { token })).body);
      expect(answer.body.createdAt).toMatch(/^\d{4}-/);
      expect(JSON.stringify(answer.body)).not.toContain('argon2');
      expect(await statusOf(app, other)).toBe(200);
      expect((await signIn(app, address.toUpperCase())).status).toBe(201);
      expect((await signIn(app, email)).status).toBe(401);
      // The old one is free.
      const next = { username: `next-${username}`, email, password: OLD };
      expect((await app.call('POST', '/v1/accounts', { body: next })).status).toBe(201);
    });

    it('is not somebody else’s, in capital or small letters; but may be one’s own in others', async () => {
      const [one, other] = [await signUp(app), await signUp(app)];
      const token = await tokenOf(app, one.username);
      expect(await changeEmail(app, token, other.email.toUpperCase())).toMatchObject({
        status: 409,
        body: { code: 'email_taken', errors: [{ field: 'email' }] },
      });
      const mine = one.email.toUpperCase();
      expect(await changeEmail(app, token, mine)).toMatchObject({ status: 200, body: { email: mine } });
    });

    it('that two want at once is one’s', async () => {
      const tokens = await Promise.all([1, 2].map(async () => tokenOf(app, (await signUp(app)).username)));
      const email = `wanted-by-two-${members}@example.com`;
      const answers = await Promise.all(tokens.map((token) => changeEmail(app, token, email)));
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    });

    it('is not for who does not know the password: not even whether it is taken', async () => {
      const [one, other] = [await signUp(app), await signUp(app)];
      const token = await tokenOf(app, one.username);
      for (const email of [other.email, 'nobodys@example.com']) {
        expect(await changeEmail(app, token, email, NEW)).toMatchObject({
          status: 403,
          body: { code: 'wrong_password' },
        });
      }
      expect((await changeEmail(app, '', 'a@example.com')).status).toBe(401);
    });

    it.each(['nobody', '', `${'x'.repeat(250)}@example.com`, 'a@b@c.de'])(
      'that is none is refused: %.20s',
      async (email) => {
        const token = await tokenOf(app, (await signUp(app)).username);
        expect(await changeEmail(app, token, email)).toMatchObject({
          status: 400,
          body: { code: 'invalid_request', errors: [{ field: 'email' }] },
        });
      },
    );
  });

  it('wrong passwords count as wrong sign-ins do, and right ones do not', async () => {
    const { username } = await signUp(app);
    const token = await tokenOf(app, username);
    const wrong = () => changeEmail(app, token, 'a@example.com', 'a wrong password');
    for (let n = 0; n < 9; n += 1) expect((await wrong()).status).toBe(403);
    // The right one starts the count anew.
    expect((await changeEmail(app, token, `right-${username}@example.com`)).status).toBe(200);
    for (let n = 0; n < 5; n += 1) expect((await wrong()).status).toBe(403);
    for (let n = 0; n < 5; n += 1) expect((await signIn(app, username, 'a wrong password')).status).toBe(401);
    const answer = await changePassword(app, token);
    expect(answer).toMatchObject({ status: 429, body: { code: 'too_many_attempts' } });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await signIn(app, username)).toMatchObject({ status: 429, body: { code: 'too_many_attempts' } });
  });
}

describe('looking for addresses that have an account', () => {
  it('is as tedious as by signing up', async () => {
    const app = await RunningApp.start({ SIGN_UPS_PER_ADDRESS_PER_HOUR: '4' });
    try {
      const [one, other] = [await signUp(app), await signUp(app)];
      const token = await tokenOf(app, one.username);
      expect((await changeEmail(app, token, other.email)).status).toBe(409);
      expect((await changeEmail(app, token, 'nobodys@example.com')).status).toBe(200);
      expect(await changeEmail(app, token, other.email)).toMatchObject({
        status: 429,
        body: { code: 'too_many_attempts' },
      });
    } finally {
      await app.app.close();
    }
  });
});

describe('a forgotten password and a change', () => {
  let app: NotificationApp;
  beforeAll(async () => {
    app = await NotificationApp.start();
  });
  afterAll(() => app.close());

  async function linkFor(email: string): Promise<string> {
    await app.call('POST', '/v1/password-resets', { body: { email } });
    await app.work();
    const letter = app.smtp.letters.findLast(({ to, text }) => to.includes(email) && text.includes('reset-password'));
    const [, token = ''] = /\/reset-password\/([\w.-]+)/.exec(letter?.text ?? '') ?? [];
    expect(token).not.toBe('');
    return token;
  }
  const use = (token: string) =>
    app.call('PUT', `/v1/password-resets/${token}`, { body: { password: 'by the link!' } });

  it.each([
    ['password', { path: '/v1/me/password', method: 'PUT', body: { currentPassword: OLD, password: NEW } }],
    ['email', { path: '/v1/me', method: 'PATCH', body: { currentPassword: OLD, email: 'changed@example.com' } }],
  ])('a new %s ends the links that were asked for', async (_what, { path, method, body }) => {
    const { username, email } = await app
      .call('POST', '/v1/accounts', {
        body: { username: `forgetful-${method}`, email: `forgetful-${method}@example.com`, password: OLD },
      })
      .then((answer) => answer.body);
    const link = await linkFor(email);
    const token = (await app.call('POST', '/v1/sessions', { body: { login: username, password: OLD } })).body
      .accessToken;
    expect([200, 204]).toContain((await app.call(method, path, { token, body })).status);
    expect(await use(link)).toMatchObject({ status: 404, body: { code: 'reset_not_found' } });
    const stays = method === 'PUT' ? NEW : OLD;
    expect((await app.call('POST', '/v1/sessions', { body: { login: username, password: stays } })).status).toBe(201);
  });

  it('at once: one of them, or the change and then nothing; and only who knows the last password is signed in', async () => {
    for (let round = 0; round < 6; round += 1) {
      const username = `hasty-${round}`;
      const account = { username, email: `${username}@example.com`, password: OLD };
      await app.call('POST', '/v1/accounts', { body: account });
      const link = await linkFor(account.email);
      const { body } = await app.call('POST', '/v1/sessions', { body: { login: username, password: OLD } });
      const token = body.accessToken;
      const change = { token, body: { currentPassword: OLD, password: NEW } };
      const [changed, reset] = await Promise.all([app.call('PUT', '/v1/me/password', change), use(link)]);
      expect([changed.status, reset.status].filter((status) => status === 204)).toHaveLength(1);
      const last = reset.status === 204 ? 'by the link!' : NEW;
      const works = async (password: string) =>
        (await app.call('POST', '/v1/sessions', { body: { login: username, password } })).status === 201;
      expect([await works(last), await works(OLD)]).toEqual([true, false]);
      expect((await app.call('GET', '/v1/me', { token })).status).toBe(reset.status === 204 ? 401 : 200);
    }
  });
});

describe.skipIf(!hasPostgres || !hasRedis)('several gateways', () => {
  const fleet = useFleet({ redis: true, kafka: false });

  it('close the sockets of the sessions that a change has ended at once, wherever they are', async () => {
    const [here, there] = [await fleet.current.start('gateway'), await fleet.current.start('gateway')];
    // They are told, and do not learn it from the database, which they ask from time to time.
    const recall = vi.spyOn(Sessions.prototype, 'recall').mockResolvedValue();
    onTestFinished(() => recall.mockRestore());
    const { username } = await signUp(here);
    const token = await tokenOf(here, username);
    const other = await tokenOf(there, username);
    const [socket, mine] = [there.socket(), there.socket()];
    await socket.authenticate(other);
    await mine.authenticate(token);
    expect((await changePassword(here, token)).status).toBe(204);
    expect(await socket.closed).toMatchObject({ code: 4403 });
    expect(await statusOf(there, other)).toBe(401);
    expect(await statusOf(there, token)).toBe(200);
    mine.close();
  });
});
