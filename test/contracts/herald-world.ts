/** Drops, people who claim them, and what the herald tells them: on one database. */
import { randomUUID } from 'node:crypto';
import { EmbeddedBroadcast } from '../../src/adapters/embedded-broadcast.ts';
import { newCode } from '../../src/coupons/code.ts';
import type { Database } from '../../src/database/database.ts';
import { createDrop } from '../../src/drops/store.ts';
import { newTerms } from '../../src/drops/terms.ts';
import { News } from '../../src/fleet/news.ts';
import { Herald, type Untold } from '../../src/herald/herald.ts';
import { GrantLedger } from '../../src/ledger/grant-ledger.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { dueJob } from '../../src/notifications/due.ts';
import { PaymentLedger } from '../../src/payments/payment-ledger.ts';
import type { Numbered } from '../../src/realtime/inbox.ts';

let lastUser = 1_000;

export class HeraldWorld {
  readonly database: Database;
  readonly ledger: Ledger;
  readonly grantLedger: GrantLedger;
  readonly payments: PaymentLedger;
  #toldUpTo = 0;

  constructor(database: Database) {
    this.database = database;
    this.ledger = new Ledger(database, newCode);
    this.grantLedger = new GrantLedger(database, newCode);
    this.payments = new PaymentLedger(database, { graceMs: 60_000, firstLookMs: 5_000 });
  }

  person(): string {
    lastUser += 1;
    return String(lastUser);
  }

  async drop(change: Record<string, unknown> = {}, opensInMs = -1_000): Promise<string> {
    const kind = 'price' in change ? 'product' : 'coupon';
    const terms = kind === 'coupon' ? { discount: { percent: 5 }, validForDays: 3 } : {};
    const input = {
      title: 'A drop',
      stock: 10,
      opensAt: new Date(Date.now() + opensInMs).toISOString(),
      ...terms,
      ...change,
    };
    const { id } = await createDrop(this.database, newTerms(kind, input as never, Date.now()));
    await this.told();
    return id;
  }

  /** The serial, or the refusal. */
  async claim(dropId: string, userId: string): Promise<number | string> {
    const answer = await this.ledger.claim(dropId, [{ userId, requestId: randomUUID() }]);
    const outcome = answer?.outcomes[0];
    return outcome?.outcome === 'granted' ? outcome.serial : (outcome?.outcome ?? 'unknown');
  }

  async expire(dropId: string, serial: number): Promise<void> {
    const past = `clock_timestamp() - interval '1 second'`;
    await this.database.query(
      `update grants set expires_at = ${past}, hold_until = case when hold_until is not null then ${past} end where drop_id = $1 and serial = $2`,
      [dropId, serial],
    );
    await this.database.transaction((transaction) => this.grantLedger.expire(transaction, [{ dropId, serial }]));
  }

  /** Who gets which message, as gateways hear of it: one batch per transaction. */
  readonly batches: Numbered[][] = [];
  readonly untold: Untold[] = [];

  herald(database: Database = this.database): Herald {
    const news = new News(new EmbeddedBroadcast({ alone: true }), 'herald');
    void news.hear('messages', ({ messages }) => this.batches.push([...messages]));
    const onUntold = (untold: Untold): void => void this.untold.push(untold);
    return new Herald({ database, news, nowMs: Date.now, ways: { email: true }, onUntold });
  }

  due(): Promise<void> {
    const news = new News(new EmbeddedBroadcast({ alone: true }), 'due');
    return dueJob({ database: this.database, news, ways: { email: true } }).run();
  }

  async follow(dropId: string, userId: string): Promise<void> {
    await this.database.query(
      'insert into interests (drop_id, user_id, drop_opening, sold_out, back_in_stock) values ($1, $2, true, true, true)',
      [dropId, userId],
    );
  }

  /** What this person was notified of, in that order. */
  async notified(userId: string): Promise<string[]> {
    const rows = await this.database.query<{ type: string }>(
      `select type from notifications where user_id = $1 and state = 'told' order by id`,
      [userId],
    );
    return rows.map(({ type }) => type);
  }

  /** Announcements are due so much sooner, and were told so much longer ago. */
  async timePasses(dropId: string, minutes: number): Promise<void> {
    await this.database.query(
      `update announcements set due_at = due_at - $2 * interval '1 minute' where drop_id = $1`,
      [dropId, minutes],
    );
  }

  /** Everything that has been said since the last time: `who what why`. */
  async told(): Promise<string[]> {
    await this.herald().job.run();
    const rows = await this.database.query<{ number: string; user_id: string; body: string }>(
      'select number, user_id, body from messages where number > $1 order by number',
      [this.#toldUpTo],
    );
    this.#toldUpTo = Number(rows.at(-1)?.number ?? this.#toldUpTo);
    return rows.map(({ user_id, body }) => {
      const { type, because, payment, notification } = JSON.parse(body);
      return `${user_id} ${type} ${because ?? payment?.state ?? notification?.type}`;
    });
  }

  /** The person's notifications of this type that wait for their hour: in how many seconds, and in which state. */
  async scheduled(userId: string, type: string): Promise<{ state: string; seconds: number }[]> {
    return this.database.query(
      `select state, round(extract(epoch from due_at - clock_timestamp()))::int as seconds
       from notifications where user_id = $1 and type = $2 order by id`,
      [userId, type],
    );
  }

  async announced(dropId: string): Promise<string[]> {
    const rows = await this.database.query<{ type: string; state: string; minutes: number }>(
      `select type, state, round(extract(epoch from due_at - clock_timestamp()) / 60)::int as minutes
       from announcements where drop_id = $1 order by id`,
      [dropId],
    );
    return rows.map(({ type, state, minutes }) => `${type} ${state} ${minutes}`);
  }
}
