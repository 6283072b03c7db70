/** Several drops of the model, which a batch may touch together, and what an act's answer tells: the model's must be the ledger's. */
import type { DropKind } from '../../src/drops/drop.ts';
import type { Act, Place } from './grant-ledger-acts.ts';
import { DropModel, type GrantAnswer, type GrantRecord, type PaymentRecord } from './grant-ledger-model.ts';

export interface DropPlan {
  readonly kind: DropKind;
  readonly stock: number;
  readonly limit: number;
  readonly line: boolean;
}

/** A grant as answers show it: the request that used it is the ledger's own affair. */
export type ToldGrant = Omit<GrantRecord, 'key'>;

export interface ToldCommit {
  readonly drop: number;
  readonly firstEntry: number;
  readonly entries: number;
  readonly granted: number;
  readonly stock: number;
  readonly waiting: number;
  readonly isClosed: boolean;
  readonly isCancelled: boolean;
  readonly lastGrantedArrival: number | null;
  /** `user request` of each claim that was taken. */
  readonly claims: readonly string[];
  readonly offered: readonly ToldGrant[];
  /** Units that it granted, to claims and to those who waited. */
  readonly units: number;
}

export interface Told {
  readonly answers: readonly string[];
  /** The grants that the answers show, one per answer; null: there is none to show. */
  readonly grants: readonly (ToldGrant | null)[];
  /** By drop. */
  readonly commits: readonly ToldCommit[];
}

interface TurnOut {
  readonly answers: string[];
  readonly grants?: (ToldGrant | null)[];
}

export class WorldModel {
  readonly drops: readonly DropModel[];

  constructor(plans: readonly DropPlan[]) {
    this.drops = plans.map(({ kind, stock, limit, line }) => new DropModel(kind, stock, limit, line));
  }

  play(act: Act): Told {
    const before = this.drops.map(({ books }) => ({
      log: books.log.length,
      claims: books.claims.length,
      serials: books.serials,
    }));
    const { answers, grants = [] } = this.#play(act);
    const commits = this.drops.flatMap((drop, place): ToldCommit[] => {
      const { books, hour } = drop;
      const was = before[place] ?? { log: 0, claims: 0, serials: 0 };
      if (books.log.length === was.log || ['amend', 'reopen', 'cancel'].includes(act.act)) return [];
      const offers = act.act === 'give back' || act.act === 'expire' || act.act === 'offer';
      return [
        {
          // Entry 1 tells that the drop exists.
          ...{ drop: place, firstEntry: was.log + 2, entries: books.log.length + 1 },
          ...{ granted: books.granted, stock: books.stock, waiting: drop.standingInLine },
          ...{
            isClosed: hour === 'closed',
            isCancelled: hour === 'cancelled',
            lastGrantedArrival: books.lastGrantedArrival,
          },
          claims: books.claims.slice(was.claims).map(({ userId, requestId }) => `${userId} ${requestId}`),
          offered: offers ? books.grants.slice(was.serials).map(toldGrant) : [],
          units: books.serials - was.serials,
        },
      ];
    });
    return { answers, grants, commits };
  }

  #play(act: Act): TurnOut {
    switch (act.act) {
      case 'claim':
        return { answers: this.#drop(act).claim(act.requests) };
      case 'wait':
        return { answers: this.#drop(act).wait(act.requests) };
      case 'leave':
        return { answers: [this.#drop(act).leave(act.userId) ? 'left' : 'no place'] };
      case 'use':
        return this.#change(act.uses, (drop, use) => drop.use(use));
      case 'give back':
        return this.#change(act.grants, (drop, grants) => drop.giveBack(grants));
      case 'expire':
        return this.#change(act.grants, (drop, grants) => drop.expire(grants.map(({ serial }) => serial)));
      case 'clock past hold of':
      case 'clock past end of':
        for (const grant of act.grants)
          this.#drop(grant).clockPast(act.act === 'clock past hold of' ? 'hold' : 'end', grant.serial);
        return { answers: [] };
      case 'offer':
        return { answers: this.#drop(act).offer(act.units) ? [] : ['nothing'] };
      case 'amend':
        return { answers: [this.#drop(act).amend(act.terms, changesOf(act.terms))] };
      case 'close':
        this.#drop(act).close();
        return { answers: [] };
      case 'reopen':
        return { answers: [this.#drop(act).reopen(REOPENED)] };
      case 'cancel':
        this.#drop(act).cancel();
        return { answers: [] };
      case 'pay':
        return this.#pay(act);
      case 'begin':
        return this.#paid(act.payment, (drop, payment) => `${drop.begin(payment)} ${drop.seenStateOf(payment)}`);
      case 'decide':
        return this.#paid(act.payment, (drop, payment) =>
          drop.decide(payment, act.word) ? drop.seenStateOf(payment) : 'no news',
        );
    }
  }

  /** A batch on several drops: each has its part, in the order of the requests. */
  #change<Item extends Place>(
    items: readonly Item[],
    decide: (drop: DropModel, ofDrop: readonly Item[]) => GrantAnswer[],
  ): TurnOut {
    const answers = new Map<Item, GrantAnswer>();
    for (const [place, drop] of this.drops.entries()) {
      const ofDrop = items.filter((item) => item.drop === place);
      for (const [position, answer] of decide(drop, ofDrop).entries()) answers.set(ofDrop[position] as Item, answer);
    }
    const inOrder = items.map((item) => answers.get(item) as GrantAnswer);
    return {
      answers: inOrder.map(changeText),
      grants: inOrder.map(({ grant }) => grant && toldGrant(grant)),
    };
  }

  #pay({ grant, userId, payment: id }: Extract<Act, { act: 'pay' }>): TurnOut {
    const drop = this.#drop(grant);
    const answer = drop.open(grant.serial, userId, id);
    const payment = drop.books.payments.find((each) => each.id === id);
    const isTold = payment !== undefined && (answer === 'opened' || answer === 'known');
    return {
      answers: [isTold ? `${answer} ${drop.seenStateOf(payment)}` : answer],
      grants: [answer === 'missing' ? null : toldGrant(drop.books.grants[grant.serial - 1] as GrantRecord)],
    };
  }

  #paid(id: string, decide: (drop: DropModel, payment: PaymentRecord) => string): TurnOut {
    for (const drop of this.drops) {
      const payment = drop.books.payments.find((each) => each.id === id);
      if (payment === undefined) continue;
      const answers = [decide(drop, payment)];
      return { answers, grants: [toldGrant(drop.books.grants[payment.serial - 1] as GrantRecord)] };
    }
    throw new Error(`there is no payment ${id}`);
  }

  #drop({ drop }: { readonly drop: number }): DropModel {
    const model = this.drops[drop];
    if (model === undefined) throw new Error(`there is no drop ${drop}`);
    return model;
  }
}

/** What an administrator sends to open a closed drop again. */
export const REOPENED = { closesAt: null };

export function changesOf({ stock, limit, line }: Extract<Act, { act: 'amend' }>['terms']): object {
  return {
    ...(stock !== undefined && { stock }),
    ...(limit !== undefined && { perUserLimit: limit }),
    ...(line !== undefined && { waitingLine: line }),
  };
}

/** `done used`, `kept expired`, `missing`. */
export function changeText({ answer, grant }: { answer: string; grant: Pick<GrantRecord, 'state'> | null }): string {
  return grant === null ? answer : `${answer} ${grant.state}`;
}

/** As it is now: the record goes on to change. */
function toldGrant({ key: _key, ...grant }: GrantRecord): ToldGrant {
  return grant;
}
