/**
 * For tests: the smallest server that keeps every promise, and clients with bad luck. It plays a plan in virtual time
 * and returns the history and the ledger that a perfect system would leave, to be found clean, or to be spoilt on purpose.
 *
 * Presses are sent 10 ms apart. They are decided in batches of consecutive presses; within a batch any order is right,
 * for none of its claims is answered before all are sent. Answers come 5 ms after the batch's last press, then people do
 * what they do, one after the other. So the next batch's claims are always sent after all of that was told. When time must
 * pass until a unit expires, everything that comes later is moved as far.
 */
import type { Attempt } from './attempt.ts';
import { Books, msOf } from './reference-books.ts';
import { ReferenceLine } from './reference-line.ts';
import { ReferenceLives } from './reference-lives.ts';
import type { Deed, Draft, Mutable, Plan } from './reference-plan.ts';
import { type Press, refusal, Table } from './reference-table.ts';

const DEED_MS = 0.1;

/** An unanswered attempt; the rest is filled in by what came back. */
export function attempt(fields: Partial<Attempt> & Pick<Attempt, 'userId' | 'requestId' | 'sentAt'>): Mutable<Attempt> {
  return {
    dropId: '7',
    kind: 'claim',
    transport: 'http',
    intendedAt: fields.sentAt,
    answeredAt: null,
    status: null,
    outcome: null,
    errorCode: null,
    arrival: null,
    serial: null,
    grantId: null,
    code: null,
    ...fields,
  };
}

export function play(plan: Plan): Draft {
  return new Play(plan).toItsEnd();
}

class Play {
  readonly #plan: Plan;
  readonly #books: Books;
  readonly #table: Table;
  readonly #line: ReferenceLine;
  readonly #lives: ReferenceLives;
  readonly #history: Mutable<Attempt>[] = [];
  readonly #lastRequest = new Map<string, string>();
  /** By how much time that passed has moved everything. */
  #movedMs = 0;
  #now = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#books = new Books(plan);
    this.#table = new Table(this.#books);
    this.#line = new ReferenceLine(this.#books);
    this.#lives = new ReferenceLives(this.#books);
  }

  toItsEnd(): Draft {
    const { presses, batchSize, deeds, raise, cancelAfterBatch } = this.#plan;
    for (let start = 0, batch = 1; start < presses.length; start += batchSize, batch += 1) {
      this.#pressBatch(start);
      if (raise?.afterBatch === batch) this.#table.raise(raise.by, this.#now + 1);
      this.#line.offer(this.#now + 1);
      if (cancelAfterBatch === batch) this.#table.cancel(this.#now + 2);
      this.#now += 4;
      for (const { user, fate } of presses.slice(start, start + batchSize))
        if (fate === 'waits if sold out') this.#act(`u${user}`, 'wait');
      for (const { afterBatch, user, deed } of deeds) if (afterBatch === batch) this.#act(`u${user}`, deed);
    }
    return { history: this.#history, ledger: this.#books.export(this.#now) };
  }

  #pressBatch(start: number): void {
    const presses = this.#plan.presses.slice(start, start + this.#plan.batchSize).map((press, index) => ({
      userId: `u${press.user}`,
      requestId: `r${start + index + 1}`,
      sentAt: 10 * (start + index + 1) + this.#movedMs,
      fate: press.fate,
      place: press.place,
    }));
    for (const { userId, requestId } of presses) this.#lastRequest.set(userId, requestId);
    const refusedAtGate = presses.filter(
      (press) => press.fate === 'gate if it knows' && this.#table.gate(press.userId) !== null,
    );
    const gateAnswers = new Map(refusedAtGate.map((press) => [press, this.#table.gate(press.userId)]));
    const taken = presses.filter((press) => !refusedAtGate.includes(press)).sort((a, b) => a.place - b.place);
    this.#now = 10 * (start + presses.length) + 1 + this.#movedMs;
    const claims = this.#table.decide(taken, this.#now);
    const answeredAt = this.#now + 4;
    for (const [press, outcome] of gateAnswers)
      this.#history.push(attempt({ ...idsOf(press), answeredAt, outcome, status: 409 }));
    for (const press of taken) {
      const claim = claims.find((of) => of.requestId === press.requestId);
      if (claim !== undefined) this.#history.push(...live(press, answeredAt, this.#table.told(claim)));
    }
  }

  /** What comes back is offered to the line at once. */
  #act(userId: string, deed: Deed): void {
    this.#now += DEED_MS;
    if (deed === 'switch line') this.#table.switchLine(this.#now);
    else if (deed === 'lower limit') this.#table.lowerLimit(this.#now);
    else if (deed === 'leave') this.#line.leave(userId, this.#now);
    else if (deed === 'wait') this.#wait(userId);
    else if (deed === 'expire') this.#letExpire(userId);
    else this.#actOnUnit(userId, deed);
    this.#line.offer(this.#now);
    this.#now += DEED_MS;
  }

  #wait(userId: string): void {
    const requestId = this.#lastRequest.get(userId);
    if (requestId === undefined) return;
    const known = this.#books.claims.find((claim) => claim.userId === userId && claim.requestId === requestId);
    const claim = known ?? this.#table.decide([{ userId, requestId }], this.#now)[0];
    if (claim === undefined) return;
    this.#line.join(claim, this.#now);
    const times = { sentAt: this.#now, answeredAt: this.#now + DEED_MS };
    this.#history.push(attempt({ userId, requestId, kind: 'wait', ...times, ...this.#table.told(claim) }));
  }

  #letExpire(userId: string): void {
    const grant = this.#books.livingOf(userId, this.#now);
    if (grant === undefined) return;
    const passedMs = Math.ceil(msOf(grant.expiresAt ?? '') - this.#now);
    this.#movedMs += passedMs;
    this.#now += passedMs;
    this.#lives.expire(this.#now);
  }

  #actOnUnit(userId: string, deed: 'use or pay' | 'give back' | 'pay too late' | 'pay in vain'): void {
    const grant = this.#books.livingOf(userId, this.#now);
    if (grant === undefined) return;
    const isSlot = this.#plan.kind === 'product';
    const grantId = grant.id ?? '';
    const call = (kind: Attempt['kind'], key: string, state: string | null) => {
      const ids = { userId, requestId: `${kind} ${grantId} ${key}`, grantId, sentAt: this.#now };
      const answer = { kind, answeredAt: this.#now + DEED_MS, state, errorCode: state === null ? 'refused' : null };
      this.#history.push(attempt({ ...ids, ...answer }));
    };
    if (deed === 'use or pay' && isSlot) {
      this.#lives.pay(grant, 'kept', this.#now);
      call('pay', 'a', 'confirmed');
    } else if (deed === 'use or pay') {
      this.#lives.use(grant, this.#now);
      call('use', 'a', 'used');
      call('use', 'a', 'used');
      call('use', 'b', null);
    } else if (deed === 'pay in vain' && isSlot) {
      this.#lives.pay(grant, 'declined', this.#now);
      call('pay', 'a', null);
    } else if (deed === 'give back' || deed === 'pay too late') {
      this.#lives.giveBack(grant, this.#now);
      call('cancel', 'a', grant.state);
      if (deed === 'pay too late' && isSlot) this.#lives.pay(grant, 'lost', this.#now);
    }
  }
}

function idsOf({ userId, requestId, sentAt }: Press): Pick<Attempt, 'userId' | 'requestId' | 'sentAt'> {
  return { userId, requestId, sentAt };
}

/** The attempts of one press that the ledger took, with the answer it gave. */
function live(press: Press, answeredAt: number, answer: Partial<Attempt>): Mutable<Attempt>[] {
  const ids = idsOf(press);
  const answered = attempt({ ...ids, answeredAt, ...answer });
  const late = { ...ids, sentAt: answeredAt + 1000, answeredAt: answeredAt + 1001, ...answer };
  switch (press.fate) {
    case 'unanswered':
      return [attempt(ids)];
    case 'looked up':
      return [attempt(ids), attempt({ ...late, kind: 'lookup' })];
    case 'sent twice at once':
      return [answered, attempt({ ...ids, answeredAt: answeredAt + 1, ...answer })];
    case 'sent again later':
      return [answered, attempt(late)];
    case 'first too early':
      return [
        attempt({ ...ids, sentAt: ids.sentAt - 5, answeredAt: ids.sentAt - 4, ...refusal('not_open', null) }),
        answered,
      ];
    case 'first in flight':
      return [attempt({ ...ids, answeredAt: ids.sentAt + 1, errorCode: 'claim_in_flight', status: 429 }), answered];
    default:
      return [answered];
  }
}
