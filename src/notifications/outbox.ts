/** Deliveries as they are stored while they are on their way. */
import type { Queryable } from '../database/database.ts';
import type { Channel } from './channel.ts';
import type { Language, NotificationData, NotificationType } from './notification.ts';
import { outlived } from './outlived.ts';

/** Who takes deliveries has this long; then they are taken for lost, and sent again by whoever comes first. */
export const LOST_AFTER_MS = 60_000;

type Outside = Channel['name'];

/** A delivery that is to be sent, with what is known of its notification and of its hearer now; null: not any more. */
export interface TakenDelivery {
  readonly id: string;
  readonly userId: string;
  /** This one included. */
  readonly attempts: number;
  readonly type: NotificationType | null;
  readonly data: NotificationData[NotificationType];
  readonly email: string | null;
  readonly emailOn: boolean;
  readonly slack: string | null;
  readonly discord: string | null;
  readonly language: Language | null;
  /** What it says is not so any more. */
  readonly outlived: boolean;
}

/** What became of one that was taken: see record_deliveries in notifications.sql. */
export interface Attempt {
  readonly delivery: Pick<TakenDelivery, 'id' | 'attempts'>;
  readonly word: 'sent' | 'failed' | 'pending' | 'unbegun';
  readonly waitMs: number | null;
  readonly failure: string | null;
}

/** Due ones, under way from here on: nobody else gets them for LOST_AFTER_MS. */
export async function takeDeliveries(database: Queryable, channel: Outside, limit: number): Promise<TakenDelivery[]> {
  const taken = await database.query<Omit<TakenDelivery, 'outlived'>>('select * from take_deliveries($1, $2, $3)', [
    channel,
    limit,
    LOST_AFTER_MS,
  ]);
  const over = await outlived(database, taken);
  return taken.map((delivery) => ({ ...delivery, outlived: over.has(delivery) }));
}

export async function recordAttempts(database: Queryable, attempts: readonly Attempt[]): Promise<void> {
  if (attempts.length === 0) return;
  await database.query('select from record_deliveries($1, $2, $3, $4, $5)', [
    attempts.map(({ delivery }) => delivery.id),
    attempts.map(({ delivery }) => delivery.attempts),
    attempts.map(({ word }) => word),
    attempts.map((attempt) => attempt.waitMs),
    attempts.map(({ failure }) => failure),
  ]);
}

const WAITING = `select channel, count(*)::int as deliveries from deliveries where state = 'pending' group by channel`;

/** How many are to be sent, by channel. */
export async function waitingDeliveries(database: Queryable): Promise<Map<string, number>> {
  const rows = await database.query<{ channel: string; deliveries: number }>(WAITING);
  return new Map(rows.map(({ channel, deliveries }) => [channel, deliveries]));
}
