/** People, what they are told, and channels that do as a test says: for the notification service on one database. */
import { insertAccount } from '../../src/accounts/store.ts';
import { EmbeddedBroadcast } from '../../src/adapters/embedded-broadcast.ts';
import type { Database } from '../../src/database/database.ts';
import { News } from '../../src/fleet/news.ts';
import { Carrier, type CarrierOptions } from '../../src/notifications/carrier.ts';
import type { Channel, Letter } from '../../src/notifications/channel.ts';
import { deliveryJobs } from '../../src/notifications/deliveries.ts';
import { dueJob } from '../../src/notifications/due.ts';
import type { DeliveryEnd } from '../../src/notifications/figures.ts';
import type { ChannelName, Notice, NotificationType } from '../../src/notifications/notification.ts';
import { notify } from '../../src/notifications/notify.ts';
import type { Ways } from '../../src/notifications/preferences.ts';
import { type Numbered, putMessages } from '../../src/realtime/inbox.ts';
import type { SharedJob } from '../../src/worker/jobs.ts';

export const WAYS: Ways = { email: true };

/** A channel in memory. */
export class FakeChannel implements Channel {
  readonly name: Channel['name'];
  /** All that were taken, in that order. */
  readonly letters: Letter[] = [];
  /** Called before each is taken: throws, or takes its time. */
  before: (letter: Letter, signal?: AbortSignal) => Promise<void> | void = () => {};
  /** How many were being sent at the same time, at most. */
  atOnceMax = 0;
  #atOnce = 0;

  constructor(name: Channel['name'] = 'email') {
    this.name = name;
  }

  async send(letter: Letter, signal?: AbortSignal): Promise<void> {
    this.#atOnce += 1;
    this.atOnceMax = Math.max(this.atOnceMax, this.#atOnce);
    try {
      await this.before(letter, signal);
      this.letters.push(letter);
    } finally {
      this.#atOnce -= 1;
    }
  }

  async close(): Promise<void> {}
}

export interface StoredDelivery {
  readonly id: string;
  readonly channel: ChannelName;
  readonly state: string;
  readonly attempts: number;
  readonly failure: string | null;
  /** Until it is due; negative when it is. */
  readonly waitMs: number;
}

let people = 0;

export class NotificationWorld {
  readonly database: Database;
  /** What gateways were told, in that order. */
  readonly announced: Numbered[] = [];
  readonly ended: [ChannelName, DeliveryEnd][] = [];
  readonly breaks: string[] = [];
  readonly #news = new News(new EmbeddedBroadcast({ alone: true }), 'world');

  constructor(database: Database) {
    this.database = database;
    void this.#news.hear('messages', ({ messages }) => this.announced.push(...messages));
  }

  /** A new account, and what it has set. */
  async person(settings: Record<string, unknown> = {}): Promise<string> {
    people += 1;
    const username = `person-${people}`;
    const account = { username, email: `${username}@example.com`, passwordHash: '', role: 'buyer' as const };
    const { id } = await insertAccount(this.database, account);
    if (Object.keys(settings).length > 0) await this.settings(id, settings);
    return id;
  }

  async settings(userId: string, settings: Record<string, unknown>): Promise<void> {
    const all = { language: 'en', email: true, slack_url: null, discord_url: null, choices: {}, ...settings };
    await this.database.query('delete from notification_settings where user_id = $1', [userId]);
    await this.database.query(
      `insert into notification_settings (user_id, language, email, slack_url, discord_url, choices) values ($1, $2, $3, $4, $5, $6)`,
      [userId, all.language, all.email, all.slack_url, all.discord_url, JSON.stringify(all.choices)],
    );
  }

  /** As the herald does. */
  async notify(notices: readonly Notice[], ways: Ways = WAYS): Promise<string[]> {
    return this.database.transaction(async (transaction) => {
      const messages = await notify(transaction, notices, ways);
      await putMessages(transaction, messages);
      return messages.map(({ body }) => body);
    });
  }

  due(ways: Ways = WAYS, stopping?: AbortSignal): Promise<void> {
    return dueJob({ database: this.database, news: this.#news, ways }).run(stopping);
  }

  /** A drop with this id, of ten units, as it stands. */
  async drop(
    id: string,
    { opensAt = soon(-60_000), granted = 0 }: { opensAt?: Date; granted?: number } = {},
  ): Promise<void> {
    await this.database.query(
      `insert into drops (id, kind, title, stock, per_user_limit, opens_at, discount_percent, valid_for_days, granted)
       overriding system value values ($1, 'coupon', 'A kettle', 10, 1, $2, 5, 3, $3) on conflict (id) do nothing`,
      [id, opensAt, granted],
    );
  }

  /** A worker's sending half. */
  sender(channel: Channel, options: Partial<CarrierOptions> = {}, database: Database = this.database): SharedJob[] {
    const onBreakerChange = (name: string, state: string) => void this.breaks.push(`${name} ${state}`);
    return deliveryJobs({
      ...{ database, cutOffAfterMs: 300 },
      carriers: [new Carrier({ channel, onBreakerChange, random: () => 0.5, ...options })],
      links: { publicUrl: 'https://shop.example', resetToken: (id) => `${id}.token` },
      figures: { delivered: (name, state) => void this.ended.push([name, state]) },
    });
  }

  async send(channel: Channel, options: Partial<CarrierOptions> = {}): Promise<void> {
    for (const job of this.sender(channel, options)) await job.run();
  }

  async timePasses(ms: number): Promise<void> {
    await this.database.execute(`
      update notifications set due_at = due_at - interval '${ms} ms' where state = 'scheduled';
      update announcements set due_at = due_at - interval '${ms} ms';
      update deliveries set due_at = due_at - interval '${ms} ms';`);
  }

  /** What one was told, by key. */
  async toldTo(userId: string): Promise<Record<string, string>> {
    const rows = await this.database.query<{ key: string; state: string }>(
      'select dedupe_key as key, state from notifications where user_id = $1 order by id',
      [userId],
    );
    return Object.fromEntries(rows.map(({ key, state }) => [key, state]));
  }

  deliveriesTo(userId: string): Promise<StoredDelivery[]> {
    return this.database.query<StoredDelivery & object>(
      `select id::text, channel, state, attempts, failure, (extract(epoch from due_at - clock_timestamp()) * 1000)::float8 as "waitMs"
       from deliveries where user_id = $1 order by id`,
      [userId],
    );
  }

  async channelsTo(userId: string): Promise<string[]> {
    return (await this.deliveriesTo(userId)).map(({ channel, state }) => `${channel} ${state}`);
  }
}

/** Of the drop that notices tell of; what they say of it is so when `drop` has made it. */
export const KETTLE = '4007';

/** By default one that goes everywhere. */
export function notice(userId: string, key = 'key', type: NotificationType = 'back_in_stock', dueAt?: Date): Notice {
  const about = { dropId: KETTLE, title: 'A kettle' };
  const account = { username: 'alice', address: 'alice@example.com', changedAt: new Date().toISOString() };
  const unit = { ...about, grantId: `${KETTLE}-1`, serial: 1, arrival: 1, code: null, validUntil: null };
  const slot = { ...unit, kind: 'product', holdUntil: soon(60_000).toISOString() };
  const data = {
    ...{ granted: slot, your_turn: slot, email_changed: account, password_changed: account },
    drop_opening: { ...about, opensAt: soon(60_000).toISOString() },
    refused: { ...about, reason: 'sold_out', arrival: 9 },
    back_in_stock: { ...about, remaining: 3 },
    sold_out: { ...about, stock: 10 },
    slot_expiring: { ...about, grantId: `${KETTLE}-1`, holdUntil: new Date().toISOString() },
    slot_expired: { ...about, grantId: `${KETTLE}-1` },
    password_reset: { resetId: 'reset', expiresAt: new Date().toISOString() },
    signed_up: { username: 'alice' },
  }[type as string];
  return { userId, type, data, dedupeKey: key, ...(dueAt && { dueAt: dueAt.toISOString() }) } as Notice;
}

export const soon = (ms: number): Date => new Date(Date.now() + ms);
