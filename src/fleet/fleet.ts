/** What a process has in common with the others: the parts that all of its roles use, whichever adapters play them. */
import type { FastifyBaseLogger } from 'fastify';
import type { MakeLimiter } from '../accounts/limiters.ts';
import type { ClaimQueue } from '../claims/claim-queue.ts';
import type { InFlightLock } from '../claims/in-flight-lock.ts';
import type { Settings } from '../config/settings.ts';
import type { Database } from '../database/database.ts';
import type { Catalogue } from '../drops/catalogue.ts';
import type { LedgerClock } from '../drops/clock.ts';
import type { Teller } from '../grants/teller.ts';
import type { GrantLedger } from '../ledger/grant-ledger.ts';
import type { BatchAnswer, Ledger } from '../ledger/ledger.ts';
import type { LogTopic } from '../ledger/relay.ts';
import type { NotificationParts } from '../notifications/parts.ts';
import type { PaymentBooks } from '../payments/books.ts';
import type { PaymentFigures } from '../payments/figures.ts';
import type { PaymentLedger } from '../payments/payment-ledger.ts';
import type { Providers } from '../payments/providers.ts';
import type { Metrics } from '../reports/metrics.ts';
import type { Tally } from '../reports/tally.ts';
import type { Breaker } from './breaker.ts';
import type { Leases } from './lease.ts';
import type { News } from './news.ts';

export interface Fleet {
  readonly settings: Settings;
  readonly logger: FastifyBaseLogger;
  readonly database: Database;
  readonly metrics: Metrics;
  readonly clock: LedgerClock;
  /** What this process decides and answers, second by second. */
  readonly tally: Tally;
  readonly ledger: Ledger;
  readonly grantLedger: GrantLedger;
  /** The drops as this process knows them. */
  readonly catalogue: Catalogue;
  readonly teller: Teller;
  readonly news: News;
  /** Whether other processes may write to the same database. */
  readonly alone: boolean;
  readonly lock: InFlightLock;
  readonly leases: Leases;
  readonly makeLimiter: MakeLimiter;
  /** Null without Kafka. */
  readonly queue: ClaimQueue | null;
  readonly logTopic: LogTopic | null;
  readonly breakers: { readonly postgres: Breaker; readonly kafka: Breaker };
  readonly payments: PaymentParts;
  readonly notifications: NotificationParts;
}

export interface PaymentParts {
  readonly ledger: PaymentLedger;
  readonly providers: Providers;
  readonly books: PaymentBooks;
  readonly figures: PaymentFigures;
}

/** Counts a batch that was decided, and tells everybody of it. Before anyone is answered: whoever hears an answer finds the gates of this process up to date. */
export function announceDecision(fleet: Fleet, dropId: string, answer: BatchAnswer, tookMs: number): void {
  const { news, metrics, tally, clock } = fleet;
  metrics.decided(answer.outcomes.length, tookMs / 1000);
  tally.decided(dropId, answer.decided, clock.nowMs());
  const { standing, taken } = answer;
  if (taken.length > 0) news.announce('ledger', { dropId, standing, firstEntry: standing.entries, claims: taken });
}
