/** The people of a sale: half of them over HTTP, half over sockets, half at home at each gateway. They press as planned, and repeat until they have an answer. */

import type { Attempt } from '../src/history/attempt.ts';
import type { Buyer, Connection } from '../src/loadtest/connection.ts';
import { HttpConnection } from '../src/loadtest/http-client.ts';
import { Presser } from '../src/loadtest/presser.ts';
import { type Claim, RunRecord } from '../src/loadtest/record.ts';
import { SocketConnection, type SocketTally } from '../src/loadtest/socket-client.ts';
import { within } from '../src/loadtest/wait.ts';
import { FailoverConnection } from './failover-connection.ts';
import type { Plan, PlannedPress } from './plan.ts';

const TRANSPORTS = ['http', 'ws'] as const;
/** A request is repeated for so long after its instant: longer than all faults together may take. */
const PATIENCE_MS = 60_000;
const ANSWER_WITHIN_MS = 5_000;
const CLOSE_WITHIN_MS = 10_000;

export interface CrowdOptions {
  readonly gateways: readonly URL[];
  readonly buyers: readonly Buyer[];
  readonly dropId: string;
  readonly plan: Plan;
  /** The opening, by the monotonic clock. */
  readonly opensAtMs: number;
  /** Whether copies of a request go to both gateways. */
  readonly spreads: boolean;
  /** A server without sockets. */
  readonly httpOnly?: boolean;
}

export class Crowd {
  readonly claims: readonly Claim[];
  readonly #connections: readonly Connection[];
  readonly #presses: readonly PlannedPress[];
  readonly #httpOnly: boolean;
  readonly #records: Record<(typeof TRANSPORTS)[number], RunRecord>;
  readonly #pressers: Record<(typeof TRANSPORTS)[number], Presser>;
  readonly #tally: SocketTally = { liveStock: 0, closeCodes: new Map(), strayErrors: new Map() };

  constructor({ gateways, buyers, dropId, plan, opensAtMs, spreads, httpOnly = false }: CrowdOptions) {
    this.#presses = plan.presses;
    this.#httpOnly = httpOnly;
    this.#connections = buyers.map((buyer, user) => {
      const ways = gateways.map((url) =>
        this.#transportOf(user) === 'http' ? new HttpConnection(url) : new SocketConnection(url, buyer, this.#tally),
      );
      return new FailoverConnection(ways, user >> 1, { spreads });
    });
    this.claims = plan.presses.map((press) => newClaim(press, buyers, opensAtMs));
    this.#records = { http: new RunRecord(dropId, 'http'), ws: new RunRecord(dropId, 'ws') };
    this.#pressers = {
      http: new Presser(this.#connections, this.#records.http, PATIENCE_MS, ANSWER_WITHIN_MS),
      ws: new Presser(this.#connections, this.#records.ws, PATIENCE_MS, ANSWER_WITHIN_MS),
    };
  }

  get answered(): number {
    return this.#pressers.http.answered + this.#pressers.ws.answered;
  }

  get attempts(): Attempt[] {
    return [...this.#records.http.attempts, ...this.#records.ws.attempts];
  }

  /** What was neither an answer nor a reason to send again, by kind. */
  get errors(): Map<string, number> {
    const sum = new Map(this.#records.http.errors);
    for (const [kind, count] of this.#records.ws.errors) sum.set(kind, (sum.get(kind) ?? 0) + count);
    return sum;
  }

  /** For what is asked after the sale. */
  get record(): RunRecord {
    return this.#records.http;
  }

  /** Resolves when every request has its answer, or nobody has patience left. */
  async press(signal: AbortSignal): Promise<void> {
    const timers = this.claims.map((claim, place) =>
      setTimeout(() => this.#pressOne(claim, place), claim.intendedAt - performance.now()),
    );
    const lastMs = this.claims.at(-1)?.intendedAt ?? 0;
    const leftMs = lastMs - performance.now() + 1;
    try {
      await within(new Promise((resolve) => setTimeout(resolve, leftMs)), leftMs + PATIENCE_MS, 'the sale', signal);
      const done = Promise.all([this.#pressers.http.whenDone(), this.#pressers.ws.whenDone()]);
      await within(done, PATIENCE_MS + ANSWER_WITHIN_MS, 'answering', signal).catch(() => signal.throwIfAborted());
    } finally {
      for (const timer of timers) clearTimeout(timer);
      for (const presser of Object.values(this.#pressers)) presser.giveUp();
      for (const connection of this.#connections) connection.close();
      const ended = Promise.all(Object.values(this.#pressers).map((presser) => presser.whenDone()));
      await within(ended, CLOSE_WITHIN_MS, 'closing the connections', new AbortController().signal);
    }
  }

  #pressOne(claim: Claim, place: number): void {
    this.#pressers[this.#transportOf(claim.connectionIndex)].press(claim, this.#presses[place]?.copies ?? 1);
  }

  #transportOf(user: number): (typeof TRANSPORTS)[number] {
    return this.#httpOnly ? 'http' : (TRANSPORTS[user % 2] ?? 'http');
  }
}

function newClaim(
  { atMs, user, press, copiesLater }: PlannedPress,
  buyers: readonly Buyer[],
  opensAtMs: number,
): Claim {
  const buyer = buyers[user];
  if (buyer === undefined) throw new Error(`there is no user ${user}`);
  return {
    ...{ buyer, connectionIndex: user, requestId: `chaos-${user}-${press}`, intendedAt: opensAtMs + atMs, copiesLater },
    ...{ prepared: undefined, firstSentAt: 0, answer: null, answeredAt: 0 },
  };
}
