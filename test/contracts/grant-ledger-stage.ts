/** Plays acts on the ledger, and reads from the database what it remembers, both in the model's words. */
import { newCode } from '../../src/coupons/code.ts';
import type { Database } from '../../src/database/database.ts';
import { amendDrop, cancelDrop, createDrop } from '../../src/drops/store.ts';
import { newTerms } from '../../src/drops/terms.ts';
import { Problem } from '../../src/http/problem.ts';
import { type Changes, type Commit, GrantLedger, type LedgerGrant, readGrant } from '../../src/ledger/grant-ledger.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import type { Outcome } from '../../src/ledger/outcome.ts';
import { PaymentLedger, type Said } from '../../src/payments/payment-ledger.ts';
import type { Act, Place, Word } from './grant-ledger-acts.ts';
import type { Books } from './grant-ledger-model.ts';
import {
  changesOf,
  changeText,
  type DropPlan,
  REOPENED,
  type Told,
  type ToldCommit,
  type ToldGrant,
} from './grant-ledger-world.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Open for an hour, as far as the ledger can tell. */
export async function openDrop(database: Database, { kind, stock, limit, line }: DropPlan): Promise<string> {
  const nowMs = Date.now();
  const terms = newTerms(
    kind,
    {
      ...{ title: 'A drop', stock, perUserLimit: limit, waitingLine: line, opensAt: new Date(nowMs).toISOString() },
      ...(kind === 'coupon' ? { discount: { percent: 10 }, validForDays: 30 } : { price: 1000 }),
    },
    nowMs,
  );
  return (await createDrop(database, { ...terms, opensAtMs: nowMs - HOUR_MS })).id;
}

export class Stage {
  readonly dropIds: readonly string[];
  readonly #database: Database;
  readonly #ledger: Ledger;
  readonly #grantLedger: GrantLedger;
  readonly #paymentLedger: PaymentLedger;
  readonly #payments = new Map<string, number>();

  static async open(database: Database, plans: readonly DropPlan[]): Promise<Stage> {
    const dropIds: string[] = [];
    for (const plan of plans) dropIds.push(await openDrop(database, plan));
    return new Stage(database, dropIds);
  }

  private constructor(database: Database, dropIds: readonly string[]) {
    this.dropIds = dropIds;
    this.#database = database;
    this.#ledger = new Ledger(database, newCode);
    this.#grantLedger = new GrantLedger(database, newCode);
    this.#paymentLedger = new PaymentLedger(database, { graceMs: HOUR_MS, firstLookMs: MINUTE_MS });
  }

  async play(act: Act): Promise<Told> {
    const grantLedger = this.#grantLedger;
    switch (act.act) {
      case 'claim': {
        const answer = await this.#ledger.claim(this.#id(act), act.requests);
        if (answer === undefined) throw new Error('the drop is unknown');
        const { outcomes, standing, taken: claims, decided } = answer;
        const commit = {
          ...{ dropId: this.#id(act), standing, firstEntry: standing.entries, claims, offered: [], decided },
        };
        return this.#told(outcomes.map(outcomeText), claims.length > 0 ? [commit] : []);
      }
      case 'wait': {
        const waited = await grantLedger.wait(this.#id(act), act.requests);
        if (waited === undefined) throw new Error('the drop is unknown');
        return this.#told(
          waited.places.map((place, position) => {
            const outcome = waited.outcomes[position] as Outcome;
            if (place.place === null) return `no place: ${outcomeText(outcome)}`;
            if (outcome.outcome !== 'sold_out') throw new Error(`a place for a claim that was ${outcome.outcome}`);
            return `${place.place}${place.place === 'offered' ? ` #${place.serial}` : ''} (${place.arrival})`;
          }),
          waited.commits,
        );
      }
      case 'leave': {
        const commit = await grantLedger.leave(this.#id(act), act.userId);
        return this.#told([commit ? 'left' : 'no place'], commit ? [commit] : []);
      }
      case 'use':
        return this.#changed(
          await grantLedger.settle(
            act.uses.map(({ key, ...use }) => ({ ...use, dropId: this.#id(use), requestId: key })),
          ),
        );
      case 'give back':
        return this.#changed(
          await grantLedger.release(act.grants.map((grant) => ({ ...grant, ...this.#place(grant) }))),
        );
      case 'expire':
        return this.#changed(
          await this.#database.transaction((transaction) =>
            grantLedger.expire(
              transaction,
              act.grants.map((grant) => this.#place(grant)),
            ),
          ),
        );
      case 'clock past hold of':
      case 'clock past end of':
        for (const grant of act.grants) await this.#clockPast(act.act === 'clock past end of', grant);
        return this.#told([], []);
      case 'offer': {
        const commit = await this.#database.transaction((transaction) =>
          grantLedger.offer(transaction, this.#id(act), act.units),
        );
        return this.#told(commit ? [] : ['nothing'], commit ? [commit] : []);
      }
      case 'amend':
        return this.#told([await this.#amend(act, changesOf(act.terms))], []);
      case 'close':
        await this.#database.query(
          `update drops set closes_at = clock_timestamp() - interval '1 minute' where id = $1 and closes_at is null and cancelled_at is null`,
          [this.#id(act)],
        );
        return this.#told([], []);
      case 'reopen':
        return this.#told([await this.#amend(act, REOPENED)], []);
      case 'cancel':
        await cancelDrop(this.#database, this.#id(act));
        return this.#told([], []);
      case 'pay': {
        this.#payments.set(act.payment, act.grant.drop);
        const { dropId, serial } = this.#place(act.grant);
        const id = this.#paymentId(act.payment);
        const { userId } = act;
        const { answer, payment, slot, commit } = await this.#paymentLedger.open({
          ...{ id, dropId, serial, userId, requestId: act.payment, method: 'sandbox', ask: false },
        });
        return this.#told([payment ? `${answer} ${payment.state}` : answer], commit ? [commit] : [], [slot]);
      }
      case 'begin': {
        const begun = await this.#paymentLedger.begin(this.#paymentId(act.payment));
        if (begun === undefined) throw new Error('the payment is unknown');
        return this.#told([`${begun.answer} ${begun.payment.state}`], [], [begun.slot]);
      }
      case 'decide': {
        const nextLookMs = act.word === 'silent' ? MINUTE_MS : null;
        const decision = await this.#paymentLedger.decide(this.#paymentId(act.payment), said(act.word), nextLookMs);
        if (decision === undefined) throw new Error('the payment is unknown');
        const { changed, payment, slot, commit } = decision;
        return this.#told([changed ? payment.state : 'no news'], commit ? [commit] : [], [slot]);
      }
    }
  }

  /** The grants of these drops that are due, and of how many units each line is owed. */
  async looks(): Promise<{ due: string[]; owed: number[] }> {
    const everything = 100_000;
    const due = await this.#grantLedger.due(everything);
    const owed = new Map((await this.#grantLedger.owed(everything)).map(({ dropId, hands }) => [dropId, hands]));
    return {
      due: due
        .filter(({ dropId }) => this.dropIds.includes(dropId))
        .map(({ dropId, serial }) => `${this.dropIds.indexOf(dropId)} ${serial}`)
        .sort(),
      owed: this.dropIds.map((id) => owed.get(id) ?? 0),
    };
  }

  async books(): Promise<Books[]> {
    const rows = await this.#database.query<BooksRow>(BOOKS, [this.dropIds]);
    return rows.map(({ numbers, entries, last, ...row }) => {
      const expected = Array.from({ length: Number(entries) }, (_, place) => place + 1);
      if (numbers.join() !== expected.join()) throw new Error(`the log of ${entries} entries has ${numbers.join()}`);
      return {
        ...row,
        ...{ arrivals: Number(row.arrivals), lastGrantedArrival: last === null ? null : Number(last) },
        payments: row.payments.map((payment) => ({ ...payment, id: ourPayment(payment.id) })),
        grants: row.grants.map((grant) => ({ ...grant, payment: grant.payment && ourPayment(grant.payment) })),
      };
    });
  }

  async #amend(place: { readonly drop: number }, changes: object): Promise<string> {
    try {
      await amendDrop(this.#database, this.#id(place), changes, Date.now);
      return 'amended';
    } catch (error) {
      if (error instanceof Problem) return error.code;
      throw error;
    }
  }

  async #clockPast(isEnd: boolean, grant: Place): Promise<void> {
    await this.#database.query(
      `update grants
       set hold_until = case when state = 'held' then granted_at - interval '1 hour' end,
           valid_until = case when $3 and state = 'issued' then granted_at - interval '1 hour' else valid_until end,
           expires_at = case when $3 or state = 'held' and payment_id is null then granted_at - interval '1 hour' else expires_at end
       where drop_id = $1 and serial = $2 and state in ('issued', 'held')`,
      [this.#id(grant), grant.serial, isEnd],
    );
  }

  #changed({ answers, commits }: Changes): Told {
    return this.#told(
      answers.map((change) => changeText(change)),
      commits,
      answers.map(({ grant }) => grant),
    );
  }

  #told(answers: readonly string[], commits: readonly Commit[], grants: readonly (LedgerGrant | null)[] = []): Told {
    return {
      answers,
      grants: grants.map((grant) => grant && toldGrant(grant)),
      commits: commits.map((commit) => this.#toldCommit(commit)).sort((a, b) => a.drop - b.drop),
    };
  }

  #toldCommit({ dropId, standing, firstEntry, claims, offered, decided }: Commit): ToldCommit {
    const { entries, granted, stock, waiting, closesAtMs, cancelled, lastGrantedArrival } = standing;
    return {
      ...{ drop: this.dropIds.indexOf(dropId), firstEntry, entries, granted, stock, waiting, lastGrantedArrival },
      units: decided.granted,
      ...{ isClosed: !cancelled && closesAtMs !== null && closesAtMs <= Date.now(), isCancelled: cancelled },
      claims: claims.map(({ userId, requestId }) => `${userId} ${requestId}`),
      offered: offered.map(toldGrant),
    };
  }

  #place(place: Place): { dropId: string; serial: number } {
    return { dropId: this.#id(place), serial: place.serial };
  }

  #id({ drop }: { readonly drop: number }): string {
    const id = this.dropIds[drop];
    if (id === undefined) throw new Error(`there is no drop ${drop}`);
    return id;
  }

  /** Unique for ever, also where other tests have paid. */
  #paymentId(payment: string): string {
    return `${this.dropIds[this.#payments.get(payment) ?? 0]}-${payment}`;
  }
}

const ourPayment = (id: string): string => id.slice(id.indexOf('-') + 1);

function said(word: Word): Said {
  if (word === 'charged') return { word, providerKey: 'key', receiptUrl: null };
  return word === 'mischarged' ? { word, providerKey: 'key', failure: word } : { word, failure: word };
}

/** `granted #1 (1)`, `sold_out (2)`. */
function outcomeText(outcome: Outcome): string {
  if (outcome.outcome === 'granted') return `granted #${outcome.serial} (${outcome.arrival})`;
  return 'arrival' in outcome ? `${outcome.outcome} (${outcome.arrival})` : outcome.outcome;
}

function toldGrant(reply: LedgerGrant): ToldGrant {
  const { serial, userId, arrival, state, code, holdUntil, expiresAt, settledAt, releasedAt, reference, paymentId } =
    readGrant(reply);
  return {
    ...{ serial, userId, arrival, state, hasCode: code !== null },
    holdOver: holdUntil !== null && Date.parse(holdUntil) <= Date.now(),
    over: Date.parse(expiresAt) <= Date.now(),
    ...{ settled: settledAt !== null, released: releasedAt !== null, reference },
    payment: paymentId && ourPayment(paymentId),
  };
}

type BooksRow = Omit<Books, 'arrivals' | 'lastGrantedArrival'> & {
  arrivals: string;
  last: string | null;
  entries: string;
  numbers: number[];
};

const BOOKS = `
  select d.stock, d.per_user_limit as limit, d.waiting_line as line, d.granted, d.serials, d.arrivals, d.waiting, d.last_granted_arrival as last, d.entries,
    (select coalesce(json_agg(json_build_object('userId', user_id::text, 'requestId', request_id, 'arrival', arrival, 'outcome', outcome, 'serial', serial)
       order by arrival), '[]') from claims where drop_id = d.id) as claims,
    (select coalesce(json_agg(json_build_object('serial', serial, 'userId', user_id::text, 'arrival', arrival, 'state', state, 'hasCode', code is not null,
       'holdOver', coalesce(hold_until <= clock_timestamp(), false), 'over', expires_at <= clock_timestamp(), 'settled', settled_at is not null,
       'released', released_at is not null, 'key', settle_key, 'reference', reference, 'payment', payment_id)
       order by serial), '[]') from grants where drop_id = d.id) as grants,
    (select coalesce(json_agg(json_build_object('userId', user_id::text, 'requestId', request_id, 'arrival', arrival, 'state', state, 'serial', serial)
       order by user_id), '[]') from waiters where drop_id = d.id) as waiters,
    (select coalesce(json_agg(json_build_object('id', id, 'serial', serial, 'state', state, 'asked', asked_at is not null, 'failure', failure,
       'open', check_at is not null) order by created_at), '[]') from payments where drop_id = d.id) as payments,
    (select coalesce(json_agg(json_build_object('kind', kind, 'body', body) order by number), '[]') from log_entries where drop_id = d.id and number > 1) as log,
    (select coalesce(json_agg(number order by number), '[]') from log_entries where drop_id = d.id) as numbers
  from drops d where d.id = any($1) order by d.id`;
