/** Notifications over HTTP: the centre, what one wants to hear of, followed drops, and the administrators' log. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Notice } from '../../src/notifications/notification.ts';
import { notify } from '../../src/notifications/notify.ts';
import { putMessages } from '../../src/realtime/inbox.ts';
import { KETTLE, NotificationWorld, notice } from '../contracts/notification-world.ts';
import { NotificationApp } from './notification-app.ts';

let app: NotificationApp;
beforeAll(async () => {
  app = await NotificationApp.start();
  await new NotificationWorld(app.database).drop(KETTLE);
});
afterAll(() => app.close());

async function tell(...notices: Notice[]): Promise<void> {
  await app.database.transaction(async (transaction) => {
    await putMessages(transaction, await notify(transaction, notices, app.parts.ways));
  });
}

const lettersTo = (email: string) => app.smtp.letters.filter(({ to }) => to.includes(email));

describe('the centre', () => {
  it('lists what one was told, newest first, page by page, in the language one reads', async () => {
    const { id, token } = await app.person();
    for (let n = 1; n <= 5; n += 1) await tell(notice(id, `key-${n}`));
    const all = await app.call('GET', '/v1/me/notifications', { token });
    expect(all.status).toBe(200);
    expect(all.body).toMatchObject({ unread: 5, next: null });
    const seen: string[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await app.call('GET', `/v1/me/notifications?limit=2${cursor}`, { token });
      seen.push(...body.items.map((item: { id: string }) => item.id));
      if (body.next === null) break;
      cursor = `&cursor=${body.next}`;
    }
    expect(seen).toEqual(all.body.items.map((item: { id: string }) => item.id));
    expect(seen.map(Number)).toEqual(seen.map(Number).toSorted((one, other) => other - one));
    const english = await app.call('GET', '/v1/me/notifications?language=en', { token });
    expect(english.body.items[0].title).not.toBe(all.body.items[0].title);
    expect(english.body.items[0]).toMatchObject({
      ...{ type: 'back_in_stock', path: `/drops/${KETTLE}`, readAt: null },
      data: { dropId: KETTLE, title: 'A kettle', remaining: 3 },
    });
    expect((await app.call('GET', '/v1/me/notifications?cursor=nonsense', { token })).status).toBe(400);
    expect((await app.call('GET', '/v1/me/notifications')).status).toBe(401);
  });

  it('what one has read is read up to there, by when it was told', async () => {
    const { id, token } = await app.person();
    const { token: other } = await app.person();
    const later = new Date(Date.now() + 3_600_000);
    await tell(notice(id, 'scheduled first', 'back_in_stock', later));
    await tell(notice(id, 'first'));
    await tell(notice(id, 'second'));
    const list = async () => (await app.call('GET', '/v1/me/notifications', { token })).body;
    const [second, first] = (await list()).items;
    expect(
      (await app.call('PUT', '/v1/me/notifications/read', { token: other, body: { upTo: second.id } })).status,
    ).toBe(204);
    expect((await list()).unread).toBe(2);
    expect((await app.call('PUT', '/v1/me/notifications/read', { token, body: { upTo: first.id } })).status).toBe(204);
    expect((await list()).unread).toBe(1);
    await app.database.query(`update notifications set due_at = now() where state = 'scheduled'`);
    await app.work();
    const after = await list();
    expect(after.unread).toBe(2);
    expect(after.items.map(({ readAt }: { readAt: string | null }) => readAt !== null)).toEqual([false, false, true]);
    await app.call('PUT', '/v1/me/notifications/read', { token, body: { upTo: after.items[0].id } });
    expect((await list()).unread).toBe(0);
    expect((await app.call('PUT', '/v1/me/notifications/read', { token, body: { upTo: '1e5' } })).status).toBe(400);
  });
});

describe('settings', () => {
  it('begin with what everybody has', async () => {
    const { token, email } = await app.person();
    const { status, body } = await app.call('GET', '/v1/me/notification-settings', { token });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      language: 'ko',
      email: { address: email, on: true, available: true },
      slack: { webhookUrl: null },
      discord: { webhookUrl: null },
    });
    expect(body.types.find(({ type }: { type: string }) => type === 'password_reset')).toEqual({
      ...{ type: 'password_reset', channels: ['email'], defaults: ['email'], fixed: true },
    });
  });

  it('change as far as they are given; a webhook’s address is never shown again', async () => {
    const { token } = await app.person();
    const put = async (body: object) => app.call('PUT', '/v1/me/notification-settings', { token, body });
    const address = app.webhooks.address('slack');
    expect((await put({ language: 'en', slack: address })).body).toMatchObject({ language: 'en', email: { on: true } });
    const { body } = await put({ choices: { granted: ['email'], refused: [] } });
    expect(body.slack.webhookUrl).toBe(`${app.webhooks.host}/…${address.slice(-4)}`);
    const chosen = (type: string, from = body) =>
      from.types.find((each: { type: string }) => each.type === type).channels;
    expect([chosen('granted'), chosen('refused')]).toEqual([['email'], []]);
    const back = await put({ choices: { granted: null }, email: false, slack: null });
    expect([chosen('granted', back.body), chosen('refused', back.body)]).toEqual([['in_app'], []]);
    expect(back.body).toMatchObject({ language: 'en', email: { on: false }, slack: { webhookUrl: null } });
  });

  it('refuse what they cannot be', async () => {
    const { token } = await app.person();
    const put = async (body: object) => app.call('PUT', '/v1/me/notification-settings', { token, body });
    const fieldOf = async (body: object) => (await put(body)).body.errors?.map(({ field }: { field: string }) => field);
    expect(await fieldOf({ slack: 'https://169.254.169.254/latest' })).toEqual(['slack']);
    expect(await fieldOf({ slack: 'not an address', discord: 'http://localhost:1/' })).toEqual(['slack', 'discord']);
    expect(await fieldOf({ choices: { password_reset: [] } })).toEqual(['choices.password_reset']);
    expect(await fieldOf({ choices: { granted: ['pigeon'] } })).toContain('choices.granted.0');
    expect(await fieldOf({ language: 'fr' })).toEqual(['language']);
  });

  it('decide where one hears', async () => {
    const { id, token, email } = await app.person();
    const body = { language: 'en', discord: app.webhooks.address('discord'), choices: { slot_expired: ['discord'] } };
    await app.call('PUT', '/v1/me/notification-settings', { token, body });
    await tell(notice(id, 'expired', 'slot_expired'), notice(id, 'back'));
    await app.work();
    const requests = app.webhooks.requests.filter(({ to }) => to === body.discord);
    expect(requests).toHaveLength(2);
    expect(JSON.stringify(requests[0]?.body)).toContain(`https://shop.example.org/slots/${KETTLE}-1`);
    expect(lettersTo(email)).toHaveLength(1);
    expect((await app.call('GET', '/v1/me/notifications', { token })).body.items).toHaveLength(1);
  });
});

describe('followed drops', () => {
  it('are followed, changed, listed and left', async () => {
    const { token } = await app.person();
    const [dropId, second] = [await app.drop(), await app.drop()];
    const put = (id: string, tell: string[]) => app.call('PUT', `/v1/drops/${id}/interest`, { token, body: { tell } });
    expect(await put(dropId, ['sold_out', 'drop_opening'])).toEqual({
      status: 200,
      body: { dropId, tell: ['drop_opening', 'sold_out'] },
    });
    expect((await put(dropId, ['back_in_stock'])).body.tell).toEqual(['back_in_stock']);
    await put(second, ['sold_out']);
    const first = await app.call('GET', '/v1/me/interests?limit=1', { token });
    expect(first.body.items).toEqual([{ dropId: second, tell: ['sold_out'] }]);
    const rest = await app.call('GET', `/v1/me/interests?cursor=${first.body.next}`, { token });
    expect(rest.body).toEqual({ items: [{ dropId, tell: ['back_in_stock'] }], next: null });
    expect((await app.call('DELETE', `/v1/drops/${dropId}/interest`, { token })).status).toBe(204);
    expect((await app.call('GET', `/v1/drops/${dropId}/interest`, { token })).body).toEqual({ dropId, tell: [] });
    expect((await put(second, [])).body.tell).toEqual([]);
    expect((await app.call('GET', '/v1/me/interests', { token })).body.items).toEqual([]);
  });

  it('are drops that there are, and that can still bring news', async () => {
    const { token } = await app.person();
    const put = (id: string, tell = ['sold_out']) =>
      app.call('PUT', `/v1/drops/${id}/interest`, { token, body: { tell } });
    expect((await put('999999')).body.code).toBe('drop_not_found');
    expect((await put('x')).body.code).toBe('drop_not_found');
    expect((await put(await app.drop('cancelled_at = now()'))).body.code).toBe('drop_cancelled');
    const over = `opens_at = now() - interval '2 hours', closes_at = now() - interval '1 hour'`;
    expect((await put(await app.drop(over))).body.code).toBe('closed');
    expect((await put(await app.drop(), ['granted'])).body.code).toBe('invalid_request');
  });

  it('are 500 at most, however many are added at once', async () => {
    const { id, token } = await app.person();
    await app.database.query(
      'insert into interests (drop_id, user_id, drop_opening, sold_out, back_in_stock) select 800000 + n, $1, true, true, true from generate_series(1, 498) n',
      [id],
    );
    const drops = await Promise.all(Array.from({ length: 6 }, () => app.drop()));
    const body = { tell: ['sold_out'] };
    const answers = await Promise.all(
      drops.map((each) => app.call('PUT', `/v1/drops/${each}/interest`, { token, body })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 409, 409, 409, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe('too_many_interests');
    const followed = drops[answers.findIndex(({ status }) => status === 200)];
    expect((await app.call('PUT', `/v1/drops/${followed}/interest`, { token, body })).status).toBe(200);
  });
});

describe('the log of deliveries', () => {
  it('is for administrators, and says neither addresses nor what was written', async () => {
    const { token: admin } = await app.person('admin');
    const { id, username, token, email } = await app.person();
    const slack = app.webhooks.address('slack');
    await app.call('PUT', '/v1/me/notification-settings', { token, body: { slack } });
    app.smtp.refuse({ code: 550, text: `5.1.1 no such mailbox ${email}` });
    await app.database.query(
      `insert into password_resets (id, account_id, expires_at) values ('reset', $1, now() + interval '1 minute')`,
      [id],
    );
    await tell(notice(id, 'one'), notice(id, 'reset', 'password_reset'));
    await app.work();
    expect((await app.call('GET', '/v1/deliveries', { token })).status).toBe(403);
    const all = await app.call('GET', `/v1/deliveries?userId=${id}`, { token: admin });
    expect(all.status).toBe(200);
    const shown = all.body.items.map(
      ({ type, channel, state }: Record<string, string>) => `${type} ${channel} ${state}`,
    );
    expect(shown.toSorted()).toEqual([
      'back_in_stock email failed',
      'back_in_stock in_app sent',
      'back_in_stock slack sent',
      'password_reset email sent',
    ]);
    const text = JSON.stringify(all.body);
    expect(all.body.items[0].person).toEqual({ id, username });
    for (const secret of [email, slack, 'A kettle', 'reset.']) expect(text).not.toContain(secret);
    const failed = await app.call('GET', `/v1/deliveries?username=${username.toUpperCase()}&state=failed`, {
      token: admin,
    });
    expect(failed.body.items).toMatchObject([
      { channel: 'email', attempts: 1, failure: expect.stringContaining('550') },
    ]);
    const few = await app.call('GET', `/v1/deliveries?userId=${id}&limit=3`, { token: admin });
    const rest = await app.call('GET', `/v1/deliveries?userId=${id}&limit=3&cursor=${few.body.next}`, { token: admin });
    expect([...few.body.items, ...rest.body.items]).toEqual(all.body.items);
    const only = await app.call('GET', `/v1/deliveries?userId=${id}&channel=slack&type=back_in_stock`, {
      token: admin,
    });
    expect(only.body.items).toHaveLength(1);
  });

  it('sends again: what failed, and what was sent as something new', async () => {
    const { token: admin } = await app.person('admin');
    const { id, email } = await app.person();
    app.smtp.refuse({ code: 550, text: '5.1.1 no such mailbox' });
    await tell(notice(id, 'one'));
    await app.work();
    const list = async () => (await app.call('GET', `/v1/deliveries?userId=${id}`, { token: admin })).body.items;
    const again = (delivery: string, token = admin) =>
      app.call('POST', `/v1/deliveries/${delivery}/send-again`, { token });
    const byChannel = async (channel: string) =>
      (await list()).find((each: { channel: string }) => each.channel === channel);
    const failed = await byChannel('email');
    expect(await again(failed.id)).toMatchObject({ status: 202, body: { id: failed.id, state: 'pending' } });
    await app.work();
    expect(lettersTo(email)).toHaveLength(1);
    const anew = await again(failed.id);
    expect(anew).toMatchObject({ status: 202, body: { state: 'pending', attempts: 0 } });
    expect(anew.body.id).not.toBe(failed.id);
    await app.work();
    const ids = lettersTo(email).map((letter) => letter.headers.get('message-id')?.[0]);
    expect([ids.length, new Set(ids).size]).toEqual([2, 2]);
    expect((await again((await byChannel('in_app')).id)).body.code).toBe('delivery_in_app');
    expect((await again('999999999')).body.code).toBe('delivery_not_found');
    expect((await again('x')).body.code).toBe('delivery_not_found');
    expect((await again(failed.id, (await app.person()).token)).status).toBe(403);
  });

  it('is counted', async () => {
    const metrics = await app.metrics.registry.metrics();
    expect(metrics).toMatch(/doorbuster_notifications_total\{type="back_in_stock"\} \d+/);
    expect(metrics).toMatch(/doorbuster_deliveries_total\{channel="email",state="sent"\} \d+/);
    expect(metrics).toMatch(/doorbuster_deliveries_total\{channel="email",state="failed"\} 2/);
  });
});

describe('signing up', () => {
  it('is welcomed once, in the language that the request asks for', async () => {
    const signUp = async (username: string, more: object, headers: Record<string, string> = {}) => {
      const account = { username, email: `${username}@example.com`, password: 'a long password' };
      const { status, body } = await app.call('POST', '/v1/accounts', { body: { ...account, ...more }, headers });
      expect(status).toBe(201);
      await app.work();
      const [row] = await app.database.query<{ language: string }>(
        'select language from notification_settings where user_id = $1',
        [body.id],
      );
      return { language: row?.language, letters: lettersTo(account.email).length };
    };
    expect(await signUp('ada', {})).toEqual({ language: 'ko', letters: 1 });
    expect(await signUp('bob', {}, { 'accept-language': 'en-GB,ko;q=0.5' })).toEqual({ language: 'en', letters: 1 });
    expect(await signUp('cid', { language: 'ko' }, { 'accept-language': 'en' })).toEqual({
      language: 'ko',
      letters: 1,
    });
    const taken = { username: 'ada', email: 'other@example.com', password: 'a long password' };
    expect((await app.call('POST', '/v1/accounts', { body: taken })).body.code).toBe('username_taken');
    expect(lettersTo('other@example.com')).toEqual([]);
  });
});
