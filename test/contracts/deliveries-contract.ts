/** Deliveries on their way: sent once, tried again, given up, and never by two at the same time. */
import { beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Database, Queryable } from '../../src/database/database.ts';
import { Postponed, Undeliverable } from '../../src/notifications/channel.ts';
import { type DeliveryFilter, deliveriesBy, sendAgain } from '../../src/notifications/delivery-log.ts';
import type { Notice, NotificationType } from '../../src/notifications/notification.ts';
import { FakeChannel, KETTLE, NotificationWorld, notice, soon } from './notification-world.ts';

const HOUR_MS = 3_600_000;

export function deliveriesContract(adapter: string, databaseOf: () => Database): void {
  describe(`contract: deliveries on ${adapter}`, () => {
    let world: NotificationWorld;
    beforeAll(() => {
      world = new NotificationWorld(databaseOf());
      return world.drop(KETTLE);
    });
    beforeEach(async () => {
      await databaseOf().query('delete from deliveries');
    });

    /** One letter to one person, on its way. */
    async function onItsWay(settings: Record<string, unknown> = {}): Promise<string> {
      const person = await world.person(settings);
      await world.notify([notice(person)]);
      return person;
    }

    async function emailTo(person: string) {
      const [email] = (await world.deliveriesTo(person)).filter(({ channel }) => channel === 'email');
      if (email === undefined) throw new Error('no email');
      return email;
    }

    it('leave with all that the letter needs, and are recorded', async () => {
      const person = await onItsWay({ language: 'en' });
      const channel = new FakeChannel();
      await world.send(channel);
      const { id, state, attempts } = await emailTo(person);
      expect([state, attempts]).toEqual(['sent', 1]);
      expect(channel.letters).toMatchObject([{ id, language: 'en', link: `https://shop.example/drops/${KETTLE}` }]);
      expect(channel.letters[0]?.to).toMatch(/^person-\d+@example.com$/);
      await world.send(channel);
      expect(channel.letters).toHaveLength(1);
    });

    it('a letter for a new password has the link that nobody stores', async () => {
      const person = await world.person({ email: false });
      await databaseOf().query(
        `insert into password_resets (id, account_id, expires_at) values ('reset', $1, now() + interval '1 minute')`,
        [person],
      );
      await world.notify([notice(person, 'reset', 'password_reset')]);
      const channel = new FakeChannel();
      await world.send(channel);
      expect(channel.letters[0]?.link).toBe('https://shop.example/reset-password/reset.token');
    });

    it('each channel sends its own', async () => {
      const person = await onItsWay({
        slack_url: 'https://hooks.slack.com/services/a/b/c',
        discord_url: 'https://discord.com/api',
      });
      const slack = new FakeChannel('slack');
      await world.send(slack);
      expect(slack.letters.map(({ to }) => to)).toEqual(['https://hooks.slack.com/services/a/b/c']);
      expect(await world.channelsTo(person)).toEqual(['in_app sent', 'email pending', 'slack sent', 'discord pending']);
    });

    it('what fails is tried again later, with the same id, until it is given up', async () => {
      const person = await onItsWay();
      const channel = new FakeChannel();
      const ids: string[] = [];
      channel.before = ({ id }) => {
        ids.push(id);
        throw new Error(`no answer ${'x'.repeat(400)}`);
      };
      const waits: number[] = [];
      for (let attempt = 1; attempt <= 8; attempt += 1) {
        await world.send(channel);
        const { state, attempts, waitMs, failure } = await emailTo(person);
        expect([state, attempts]).toEqual([attempt < 8 ? 'pending' : 'failed', attempt]);
        expect(failure?.length).toBe(300);
        await world.send(channel);
        if (attempt < 8) waits.push(Math.ceil(waitMs / 1000));
        await world.timePasses(700_000);
      }
      expect(waits).toEqual([5, 10, 20, 40, 80, 160, 300]);
      expect(ids).toEqual(Array(8).fill((await emailTo(person)).id));
      await world.send(channel);
      expect(ids).toHaveLength(8);
    });

    it('what never will be taken has failed at once; what is to wait, waits as long as it was told', async () => {
      const [never, later] = [await onItsWay(), await onItsWay()];
      const channel = new FakeChannel();
      let calls = 0;
      channel.before = () => {
        calls += 1;
        throw calls === 1 ? new Undeliverable('550 no such mailbox') : new Postponed('421 busy', 30_000);
      };
      await world.send(channel);
      expect(await emailTo(never)).toMatchObject({ state: 'failed', attempts: 1, failure: '550 no such mailbox' });
      const { waitMs, ...waiting } = await emailTo(later);
      expect(waiting).toMatchObject({ state: 'pending', attempts: 1, failure: '421 busy' });
      expect(waitMs).toBeGreaterThan(25_000);
      expect(waitMs).toBeLessThanOrEqual(30_000);
    });

    describe('what is not so any more when a letter is about to leave is not told', () => {
      const opensAt = soon(HOUR_MS);
      const [ofSlot, ofDrop, ofLink] = [`where drop_id = ${KETTLE}`, `where id = ${KETTLE}`, `where id = 'open'`];
      const past = `now() - interval '1 second'`;
      const acts = {
        'it is held': `update grants set state = 'held', expires_at = now() + interval '1 hour', hold_until = now() + interval '1 hour' ${ofSlot}`,
        'it is paid': `update grants set state = 'confirmed' ${ofSlot}`,
        'it is given back': `update grants set state = 'returned' ${ofSlot}`,
        'its time is over': `update grants set hold_until = ${past}, expires_at = ${past} ${ofSlot}`,
        'it can be used': `update grants set state = 'issued' ${ofSlot}`,
        'it is used': `update grants set state = 'used' ${ofSlot}`,
        'it is open': `update drops set granted = 0, cancelled_at = null, opens_at = now() - interval '1 minute' ${ofDrop}`,
        'it is to open': `update drops set opens_at = '${opensAt.toISOString()}' ${ofDrop}`,
        'it is moved': `update drops set opens_at = opens_at + interval '1 hour' ${ofDrop}`,
        'it is sold out': `update drops set granted = stock ${ofDrop}`,
        'it is cancelled': `update drops set cancelled_at = now() ${ofDrop}`,
        'the link works': `update password_resets set used_at = null, expires_at = now() + interval '1 minute' ${ofLink}`,
        'the link is used': `update password_resets set used_at = now() ${ofLink}`,
        'the link is over': `update password_resets set expires_at = now() ${ofLink}`,
        'nothing happens': 'select 1',
      };
      const act = (name: keyof typeof acts) => databaseOf().query(acts[name]);

      beforeAll(async () => {
        const person = await world.person();
        await databaseOf().execute(`
          insert into password_resets (id, account_id, expires_at) values ('open', ${person}, now());
          insert into grants (drop_id, user_id, arrival, granted_at, hold_until, expires_at, serial, state)
          values (${KETTLE}, 1, 1, now(), now(), now(), 1, 'held')`);
      });
      beforeEach(async () => {
        for (const name of ['it is held', 'it is open', 'the link works'] as const) await act(name);
      });

      /** What is so at first; what happens until the channel is back; what becomes of the letter. */
      const table: [NotificationType, before: keyof typeof acts, meanwhile: keyof typeof acts, end: string][] = [
        ['slot_expiring', 'it is held', 'nothing happens', 'sent'],
        ['slot_expiring', 'it is held', 'it is paid', 'expired'],
        ['slot_expiring', 'it is held', 'it is given back', 'expired'],
        ['slot_expiring', 'it is held', 'its time is over', 'expired'],
        ['granted', 'it is held', 'nothing happens', 'sent'],
        ['granted', 'it is held', 'it is paid', 'expired'],
        ['granted', 'it can be used', 'nothing happens', 'sent'],
        ['granted', 'it can be used', 'it is used', 'expired'],
        ['granted', 'it can be used', 'its time is over', 'expired'],
        ['your_turn', 'it is held', 'nothing happens', 'sent'],
        ['your_turn', 'it is held', 'its time is over', 'expired'],
        ['drop_opening', 'it is to open', 'nothing happens', 'sent'],
        ['drop_opening', 'it is to open', 'it is open', 'expired'],
        ['drop_opening', 'it is to open', 'it is moved', 'expired'],
        ['drop_opening', 'it is to open', 'it is cancelled', 'expired'],
        ['sold_out', 'it is sold out', 'nothing happens', 'sent'],
        ['sold_out', 'it is sold out', 'it is open', 'expired'],
        ['back_in_stock', 'it is open', 'nothing happens', 'sent'],
        ['back_in_stock', 'it is open', 'it is sold out', 'expired'],
        ['back_in_stock', 'it is open', 'it is cancelled', 'expired'],
        ['password_reset', 'the link works', 'nothing happens', 'sent'],
        ['password_reset', 'the link works', 'the link is used', 'expired'],
        ['password_reset', 'the link works', 'the link is over', 'expired'],
        ['slot_expired', 'it is held', 'it is paid', 'sent'],
        ['signed_up', 'it is open', 'it is cancelled', 'sent'],
        ['password_changed', 'the link works', 'the link is used', 'sent'],
      ];

      it.each(table)('%s: %s, %s: %s', async (type, before, meanwhile, end) => {
        await act(before);
        const person = await world.person({ choices: { [type]: ['email'] } });
        const told = notice(person, 'late', type);
        const data = { ...told.data, resetId: 'open', opensAt: opensAt.toISOString() };
        await world.notify([{ ...told, data } as Notice]);
        const channel = new FakeChannel();
        channel.before = () => {
          throw new Error('the mail server is away');
        };
        await world.send(channel);
        expect(await emailTo(person)).toMatchObject({ state: 'pending', attempts: 1 });
        await act(meanwhile);
        await world.timePasses(10_000);
        channel.before = () => {};
        await world.send(channel);
        const expired = { state: 'failed', failure: 'expired: what it says is not so any more' };
        expect(await emailTo(person)).toMatchObject(end === 'sent' ? { state: 'sent', failure: null } : expired);
        expect(channel.letters).toHaveLength(end === 'sent' ? 1 : 0);
      });

      it('and hundreds of those do not keep the next letter waiting when the channel is back', async () => {
        const [late, next] = [await world.person(), await world.person()];
        const channel = new FakeChannel();
        const [job] = world.sender(channel, { probeAfterMs: 0 });
        channel.before = () => {
          throw new Error('the mail server is away');
        };
        world.breaks.length = 0;
        await world.notify(Array.from({ length: 5 }, (_, n) => notice(next, `before ${n}`, 'signed_up')));
        await job?.run();
        expect(world.breaks[0]).toBe('notifications-email open');
        await databaseOf().query(
          `with told as (
             insert into notifications (user_id, due_at, told_at, state, type, dedupe_key, data)
             select $1::bigint, now(), now(), 'told', 'sold_out', 'late ' || n, $2::json from generate_series(1, 500) n returning id)
           insert into deliveries (notification_id, user_id, due_at, channel, state, type)
           select id, $1::bigint, now() - interval '1 minute', 'email', 'pending', 'sold_out' from told`,
          [late, JSON.stringify(notice(late, 'late', 'sold_out').data)],
        );
        await world.notify([notice(next, 'next', 'signed_up')]);
        channel.before = () => {};
        await job?.run();
        expect(channel.letters).toHaveLength(1);
        expect((await world.deliveriesTo(late)).filter(({ state }) => state === 'failed')).toHaveLength(500);
      });
    });

    it('who has switched the channel off meanwhile gets nothing', async () => {
      const person = await onItsWay();
      await world.settings(person, { email: false });
      const channel = new FakeChannel();
      await world.send(channel);
      expect(channel.letters).toEqual([]);
      expect(await emailTo(person)).toMatchObject({ state: 'failed', failure: 'channel switched off' });
    });

    it('a channel that is away costs a few tries, then nobody’s, and is found back with one letter', async () => {
      await Promise.all(Array.from({ length: 60 }, () => onItsWay()));
      const channel = new FakeChannel();
      let isAway = true;
      channel.before = async () => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        if (isAway) throw new Error('connection refused');
      };
      // The breaker goes by this machine's clocks, which stand still; the database has its own.
      vi.useFakeTimers({ toFake: ['Date', 'performance'] });
      onTestFinished(() => void vi.useRealTimers());
      const [job] = world.sender(channel, { probeAfterMs: 200, random: () => 0 });
      world.breaks.length = 0;
      await job?.run();
      const tried = await databaseOf().query<{ attempts: number }>(
        'select attempts from deliveries where attempts > 0 and channel = $1',
        ['email'],
      );
      expect(tried.length).toBeGreaterThanOrEqual(5);
      expect(tried.length).toBeLessThanOrEqual(15);
      expect(world.breaks).toEqual(['notifications-email open']);
      await job?.run();
      expect(
        await databaseOf().query('select from deliveries where attempts > 0 and channel = $1', ['email']),
      ).toHaveLength(tried.length);
      isAway = false;
      vi.advanceTimersByTime(200);
      await world.timePasses(1_000);
      await job?.run();
      expect(channel.letters).toHaveLength(1);
      await job?.run();
      expect(channel.letters).toHaveLength(60);
      expect(channel.atOnceMax).toBe(10);
      expect(world.breaks).toEqual([
        'notifications-email open',
        'notifications-email half_open',
        'notifications-email closed',
      ]);
    });

    it('what this version has no words for waits for one that has', async () => {
      const [person, other] = [await onItsWay(), await onItsWay()];
      await databaseOf().query(`update notifications set type = 'of_tomorrow' where user_id = $1`, [person]);
      const channel = new FakeChannel();
      await world.send(channel);
      expect(await emailTo(person)).toMatchObject({ state: 'pending', failure: 'its text cannot be written' });
      expect(await emailTo(other)).toMatchObject({ state: 'sent' });
    });

    it('refusals do not make a channel away', async () => {
      await Promise.all(Array.from({ length: 30 }, () => onItsWay()));
      const channel = new FakeChannel();
      channel.before = () => {
        throw new Undeliverable('550 no such mailbox');
      };
      world.breaks.length = 0;
      await world.send(channel);
      expect(world.breaks).toEqual([]);
      expect(await databaseOf().query(`select from deliveries where state = 'failed'`)).toHaveLength(30);
    });

    it('two workers never send the same one', async () => {
      const all = await Promise.all(Array.from({ length: 20 }, () => world.person()));
      await world.notify(all.flatMap((person) => Array.from({ length: 25 }, (_, key) => notice(person, `${key}`))));
      const channels = [new FakeChannel(), new FakeChannel(), new FakeChannel()];
      for (const channel of channels)
        channel.before = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
      const jobs = channels.flatMap((channel) => world.sender(channel));
      await Promise.all(jobs.flatMap((job) => [job.run(), job.run()]));
      const sent = channels.flatMap(({ letters }) => letters.map(({ id }) => id));
      expect([sent.length, new Set(sent).size]).toEqual([500, 500]);
      expect(await databaseOf().query(`select from deliveries where state <> 'sent'`)).toEqual([]);
    });

    /** Cannot record so many times. */
    function failing(times: number): Database {
      const database = databaseOf();
      let left = times;
      return {
        ...{ execute: database.execute, expressLane: database.expressLane },
        transaction: (work) => database.transaction(work),
        session: (work) => database.session(work),
        close: () => database.close(),
        query(text, parameters) {
          if (!text.includes('record_deliveries') || left === 0) return database.query(text, parameters);
          left -= 1;
          return Promise.reject(new Error('dead'));
        },
      };
    }

    it('a moment in which nothing can be recorded sends nobody a second letter', async () => {
      const person = await onItsWay();
      const channel = new FakeChannel();
      const [job] = world.sender(channel, {}, failing(2));
      await job?.run();
      expect(await emailTo(person)).toMatchObject({ state: 'sent', attempts: 1 });
      expect(channel.letters).toHaveLength(1);
    });

    it('who dies between a sending and its record is repeated after a minute, with the same id', async () => {
      const person = await onItsWay();
      const channel = new FakeChannel();
      const [job] = world.sender(channel, {}, failing(Number.POSITIVE_INFINITY));
      await expect(job?.run()).rejects.toThrow('dead');
      expect(await emailTo(person)).toMatchObject({ state: 'pending', attempts: 1 });
      await world.send(channel);
      expect(channel.letters).toHaveLength(1);
      await world.timePasses(60_000);
      await world.send(channel);
      expect(new Set(channel.letters.map(({ id }) => id)).size).toBe(1);
      expect(channel.letters).toHaveLength(2);
      expect(await emailTo(person)).toMatchObject({ state: 'sent', attempts: 2 });
    });

    it('who was taken for lost and comes back changes nothing but a failure into a success', async () => {
      const [slow, quick] = [new FakeChannel(), new FakeChannel()];
      const person = await onItsWay();
      let answer: (error?: Error) => void = () => {};
      slow.before = () =>
        new Promise((resolve, reject) => {
          answer = (error) => (error ? reject(error) : resolve());
        });
      const late = world.send(slow);
      await expect.poll(async () => (await emailTo(person)).attempts).toBe(1);
      await world.timePasses(60_000);
      await world.send(quick);
      expect(await emailTo(person)).toMatchObject({ state: 'sent', attempts: 2 });
      answer(new Undeliverable('too late'));
      await late;
      expect(await emailTo(person)).toMatchObject({ state: 'sent', attempts: 2, failure: null });
    });

    it('a stop waits for what is on its way, and gives the rest back untried', async () => {
      await Promise.all(Array.from({ length: 30 }, () => onItsWay()));
      const channel = new FakeChannel();
      const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
      channel.before = () => answered;
      const stop = new AbortController();
      const [job] = world.sender(channel);
      const round = job?.run(stop.signal);
      await expect.poll(() => channel.atOnceMax).toBe(10);
      stop.abort();
      answer();
      await round;
      expect(channel.letters).toHaveLength(10);
      const left = await databaseOf().query<{ attempts: number; due: boolean }>(
        `select attempts, due_at <= now() as due from deliveries where state = 'pending'`,
      );
      expect(left).toEqual(Array(20).fill({ attempts: 0, due: true }));
    });

    it('a stop does not wait for ever: what is not answered is cut off, and was tried in vain', async () => {
      const person = await onItsWay();
      const channel = new FakeChannel();
      let isCutOff = false;
      channel.before = (_letter, signal) =>
        new Promise((_resolve, reject) =>
          signal?.addEventListener('abort', () => {
            isCutOff = true;
            reject(signal.reason);
          }),
        );
      const stop = new AbortController();
      const [job] = world.sender(channel);
      const round = job?.run(stop.signal);
      await expect.poll(() => channel.atOnceMax).toBe(1);
      stop.abort();
      await round;
      expect(isCutOff).toBe(true);
      const { waitMs, ...delivery } = await emailTo(person);
      expect(delivery).toMatchObject({ state: 'pending', attempts: 1, failure: expect.stringContaining('stopped') });
      expect(waitMs).toBeGreaterThan(0);
      // Nothing is begun any more.
      await job?.run(stop.signal);
      expect(await emailTo(person)).toMatchObject({ attempts: 1 });
    });

    it('what is rare in their log is found, page by page, and no statement looks at all of them', async () => {
      const database = databaseOf();
      const person = await world.person();
      // The oldest are few, and of another kind.
      await database.query(
        `insert into deliveries (notification_id, user_id, due_at, ended_at, channel, state, type)
         select n, case when n = 2 then $1::bigint else 999999 end, now(), now(), case when n <= 3 then 'slack' else 'email' end,
                case when n in (1, 5000) then 'failed' else 'sent' end, case when n <= 3 then 'signed_up' else 'granted' end
         from generate_series(1, 9000) n order by n`,
        [person],
      );
      const windows: number[] = [];
      const watched = {
        query(text: string, parameters: readonly unknown[] = []) {
          windows.push(Number(parameters.at(-2)));
          return database.query(text, parameters);
        },
      } as Queryable;
      const found = async (filter: Partial<DeliveryFilter>): Promise<number[]> => {
        const all: number[] = [];
        let after: string | undefined;
        for (;;) {
          const { deliveries, next } = await deliveriesBy(watched, { ...filter, limit: 2, ...(after && { after }) });
          all.push(...deliveries.map(({ notificationId }) => Number(notificationId)));
          if (next === null) return all;
          after = next;
        }
      };
      expect(await found({ channel: 'slack' })).toEqual([3, 2, 1]);
      expect(await found({ type: 'signed_up', channel: 'slack', state: 'sent' })).toEqual([3, 2]);
      expect(await found({ state: 'failed' })).toEqual([5_000, 1]);
      expect(await found({ state: 'failed', channel: 'slack' })).toEqual([1]);
      expect(await found({ userId: person, type: 'signed_up' })).toEqual([2]);
      expect(await found({ username: 'nobody' })).toEqual([]);
      expect(await found({ channel: 'discord' })).toEqual([]);
      expect(windows.length).toBeGreaterThan(0);
      expect(Math.max(...windows)).toBeLessThanOrEqual(4_096);
    });

    it('are sent again when an administrator says so: failed ones as they are, sent ones as new ones', async () => {
      const person = await onItsWay();
      const channel = new FakeChannel();
      channel.before = () => {
        throw new Undeliverable('550 no such mailbox');
      };
      await world.send(channel);
      const { id } = await emailTo(person);
      expect(await sendAgain(databaseOf(), id)).toMatchObject({ id, state: 'pending', attempts: 0 });
      channel.before = () => {};
      await world.send(channel);
      const again = await sendAgain(databaseOf(), id);
      expect(again).toMatchObject({ state: 'pending', attempts: 0 });
      expect(again?.id).not.toBe(id);
      await world.send(channel);
      expect(channel.letters.map((letter) => letter.id)).toEqual([id, again?.id]);
      expect(await sendAgain(databaseOf(), '999999999')).toBeUndefined();
    });
  });
}
