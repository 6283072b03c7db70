/** Deliveries on their way: sent once, tried again, given up, and never by two at the same time. */
import { beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { Postponed, Undeliverable } from '../../src/notifications/channel.ts';
import { sendAgain } from '../../src/notifications/delivery-log.ts';
import { FakeChannel, NotificationWorld, notice } from './notification-world.ts';

export function deliveriesContract(adapter: string, databaseOf: () => Database): void {
  describe(`contract: deliveries on ${adapter}`, () => {
    let world: NotificationWorld;
    beforeAll(() => {
      world = new NotificationWorld(databaseOf());
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
      expect(channel.letters).toMatchObject([{ id, language: 'en', link: 'https://shop.example/drops/7' }]);
      expect(channel.letters[0]?.to).toMatch(/^person-\d+@example.com$/);
      await world.send(channel);
      expect(channel.letters).toHaveLength(1);
    });

    it('a letter for a new password has the link that nobody stores', async () => {
      const person = await world.person({ email: false });
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
        if (attempt < 8) waits.push(Math.round(waitMs / 1000));
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
      // The breaker goes by this machine's clock, which stands still; the database has its own.
      vi.useFakeTimers({ toFake: ['Date'] });
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
      vi.setSystemTime(Date.now() + 200);
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

    it('who dies between a sending and its record is repeated after a minute, with the same id', async () => {
      const person = await onItsWay();
      const database = databaseOf();
      const dying: Database = {
        ...{ execute: database.execute, expressLane: database.expressLane },
        transaction: (work) => database.transaction(work),
        session: (work) => database.session(work),
        close: () => database.close(),
        query(text, parameters) {
          if (text.includes('record_deliveries')) return Promise.reject(new Error('dead'));
          return database.query(text, parameters);
        },
      };
      const channel = new FakeChannel();
      const [job] = world.sender(channel, {}, dying);
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
