/**
 * The ledger's second half over plain arrays: what settle.sql, release.sql, offer.sql, wait.sql, begin.sql and decide.sql must do, request by request, together with
 * as much of claim.sql as they meet. One drop; `grant-ledger-world.ts` has several.
 */
import type { DropKind } from '../../src/drops/drop.ts';
import type { Request, Terms, UseAct, Word } from './grant-ledger-acts.ts';

/** All that the ledger remembers of a drop. Of times only whether they are over. */
export interface Books {
  stock: number;
  limit: number;
  line: boolean;
  granted: number;
  serials: number;
  arrivals: number;
  waiting: number;
  lastGrantedArrival: number | null;
  /** In the order of arrival. */
  claims: ClaimRecord[];
  /** In the order of their serials. */
  grants: GrantRecord[];
  /** By user. */
  waiters: WaiterRecord[];
  payments: PaymentRecord[];
  /** The first entry is number 1. */
  log: LogRecord[];
}

export interface ClaimRecord extends Request {
  arrival: number;
  outcome: 'granted' | 'sold_out' | 'limit_reached' | 'closed';
  serial: number | null;
}

export interface GrantRecord {
  serial: number;
  userId: string;
  arrival: number;
  state: 'issued' | 'used' | 'held' | 'confirmed' | 'cancelled' | 'expired' | 'returned';
  hasCode: boolean;
  holdOver: boolean;
  /** Time has ended it: the validity, or the hold and what it was kept longer for a payment. */
  over: boolean;
  settled: boolean;
  released: boolean;
  key: string | null;
  reference: string | null;
  payment: string | null;
}

export interface WaiterRecord extends Request {
  arrival: number;
  state: 'waiting' | 'offered' | 'left' | 'passed';
  serial: number | null;
}

export interface PaymentRecord {
  id: string;
  serial: number;
  state: 'pending' | 'succeeded' | 'failed' | 'refunding' | 'refunded';
  asked: boolean;
  failure: string | null;
  /** Somebody looks at the provider's books again. */
  open: boolean;
}

export interface LogRecord {
  kind: string;
  body: object;
}

export interface GrantAnswer {
  readonly answer: 'done' | 'again' | 'paying' | 'kept' | 'missing';
  readonly grant: GrantRecord | null;
}

type Hour = 'open' | 'closed' | 'cancelled';

export class DropModel {
  readonly books: Books;
  readonly #kind: DropKind;
  hour: Hour = 'open';

  constructor(kind: DropKind, stock: number, limit: number, line: boolean) {
    this.#kind = kind;
    this.books = {
      ...{ stock, limit, line, granted: 0, serials: 0, arrivals: 0, waiting: 0, lastGrantedArrival: null },
      ...{ claims: [], grants: [], waiters: [], payments: [], log: [] },
    };
  }

  /** `granted #1 (1)`, `sold_out (2)`. */
  claim(requests: readonly Request[]): string[] {
    const { books } = this;
    const [firstArrival, firstSerial] = [books.arrivals + 1, books.serials + 1];
    const answers = requests.map(({ userId, requestId }) => {
      const known = this.#claimOf(userId, requestId);
      if (known) return known.outcome === 'granted' ? grantedText(known) : `${known.outcome} (${known.arrival})`;
      books.arrivals += 1;
      const outcome = this.#decideClaim(userId);
      const claim: ClaimRecord = { userId, requestId, arrival: books.arrivals, outcome, serial: null };
      books.claims.push(claim);
      if (outcome !== 'granted') return `${outcome} (${claim.arrival})`;
      claim.serial = this.#grant(userId, claim.arrival).serial;
      return grantedText(claim);
    });
    const taken = books.claims.filter(({ arrival }) => arrival >= firstArrival);
    if (taken.length > 0) {
      this.#log('claims', {
        ...{ firstArrival, firstSerial, outcomes: taken.map(({ outcome }) => outcome[0]).join('') },
        ...{ userIds: taken.map(({ userId }) => userId), requestIds: taken.map(({ requestId }) => requestId) },
      });
    }
    return answers;
  }

  #decideClaim(userId: string): ClaimRecord['outcome'] {
    const { stock, granted, limit } = this.books;
    if (this.hour !== 'open') return 'closed';
    if (this.unitsOf(userId) >= limit) return 'limit_reached';
    return stock - granted - this.standingInLine > 0 ? 'granted' : 'sold_out';
  }

  /** `waiting (2)`, `offered #3 (2)`, `over (2)`; `no place: granted #1 (1)` where the claim says all. */
  wait(requests: readonly Request[]): string[] {
    // Whom the ledger has refused already stand in line before the others claim.
    this.#join(requests);
    const claimed = this.claim(requests);
    return this.#join(requests).map((place, position) => place ?? `no place: ${claimed[position]}`);
  }

  #join(requests: readonly Request[]): (string | undefined)[] {
    const joined: WaiterRecord[] = [];
    const places = requests.map(({ userId, requestId }) => {
      const claim = this.#claimOf(userId, requestId);
      if (claim?.outcome !== 'sold_out') return undefined;
      const waiter = this.books.waiters.find((each) => each.userId === userId);
      const { arrival } = claim;
      if (waiter?.state === 'offered' && waiter.requestId === requestId)
        return `offered #${waiter.serial} (${arrival})`;
      if (!this.books.line) return `no_line (${arrival})`;
      if (this.hour !== 'open') return `closed (${arrival})`;
      if (waiter?.state === 'waiting') return `waiting (${waiter.arrival})`;
      if (this.unitsOf(userId) >= this.books.limit) return `limit_reached (${arrival})`;
      // Places only grow; one's own is there again for who left it, and for nobody who had their turn at it.
      const isBack = waiter?.state === 'left' && arrival === waiter.arrival;
      if (waiter && arrival <= waiter.arrival && !isBack) return `over (${arrival})`;
      const record: WaiterRecord = { userId, requestId, arrival, state: 'waiting', serial: null };
      this.books.waiters = [...this.books.waiters.filter((each) => each !== waiter), record];
      joined.push(record);
      return `waiting (${arrival})`;
    });
    if (joined.length > 0) {
      this.books.waiting += joined.length;
      this.#logPeople('joined', joined);
    }
    return places;
  }

  leave(userId: string): boolean {
    const waiter = this.#line().find((each) => each.userId === userId);
    if (waiter === undefined) return false;
    waiter.state = 'left';
    this.books.waiting -= 1;
    this.#logPeople('left', [waiter]);
    return true;
  }

  use(uses: readonly UseAct[]): GrantAnswer[] {
    const used: GrantRecord[] = [];
    const answers = uses.map(({ serial, userId, key, reference }): GrantAnswer => {
      const grant = this.#grantOf(serial, userId);
      if (grant === undefined) return { answer: 'missing', grant: null };
      if (grant.state === 'used' && grant.key === key) return { answer: 'again', grant };
      if (grant.state !== 'issued' || grant.over) return { answer: 'kept', grant };
      Object.assign(grant, { state: 'used', settled: true, key, reference });
      used.push(grant);
      return { answer: 'done', grant };
    });
    if (used.length > 0) this.#logGrants('settled', 'used', used);
    return answers;
  }

  giveBack(grants: readonly { serial: number; userId: string }[]): GrantAnswer[] {
    const state = this.#kind === 'coupon' ? 'cancelled' : 'returned';
    const given: GrantRecord[] = [];
    const answers = grants.map(({ serial, userId }): GrantAnswer => {
      const grant = this.#grantOf(serial, userId);
      if (grant === undefined) return { answer: 'missing', grant: null };
      if (grant.state === state) return { answer: 'again', grant };
      const isMine = (grant.state === 'issued' || grant.state === 'held') && !grant.over;
      if (isMine && grant.payment !== null) return { answer: 'paying', grant };
      if (!isMine || grant.holdOver) return { answer: 'kept', grant };
      Object.assign(grant, { state, released: true });
      given.push(grant);
      return { answer: 'done', grant };
    });
    this.#released(state, given);
    return answers;
  }

  expire(serials: readonly number[]): GrantAnswer[] {
    const ended: GrantRecord[] = [];
    const answers = serials.map((serial): GrantAnswer => {
      const grant = this.#grantOf(serial, null);
      if (grant === undefined) return { answer: 'missing', grant: null };
      if (!isDue(grant)) return { answer: 'kept', grant };
      // A coupon was its holder's to the end, and is spent; a slot's unit goes back.
      Object.assign(grant, { state: 'expired', ...(this.#kind === 'coupon' ? { settled: true } : { released: true }) });
      ended.push(grant);
      return { answer: 'done', grant };
    });
    if (this.#kind === 'product') this.#released('expired', ended);
    else if (ended.length > 0) this.#logGrants('settled', 'expired', ended);
    return answers;
  }

  #released(state: string, grants: readonly GrantRecord[]): void {
    if (grants.length === 0) return;
    this.books.granted -= grants.length;
    this.#logGrants('released', state, grants);
    this.offer(grants.length);
  }

  offer(units: number): boolean {
    const { books } = this;
    if (!books.line || this.hour !== 'open') return false;
    const firstSerial = books.serials + 1;
    const [served, passed]: [WaiterRecord[], WaiterRecord[]] = [[], []];
    for (const head of this.#line()) {
      if (served.length === units || books.granted === books.stock) break;
      if (this.unitsOf(head.userId) >= books.limit) {
        head.state = 'passed';
        passed.push(head);
      } else {
        const { serial } = this.#grant(head.userId, head.arrival);
        Object.assign(head, { state: 'offered', serial });
        Object.assign(this.#claimOf(head.userId, head.requestId) ?? {}, { serial });
        served.push(head);
      }
    }
    if (served.length + passed.length === 0) return false;
    books.waiting -= served.length + passed.length;
    this.#log('offered', {
      ...{ firstSerial, arrivals: served.map(({ arrival }) => arrival), userIds: served.map(({ userId }) => userId) },
      passed: passed.map(({ arrival }) => arrival),
    });
    return true;
  }

  /** `amended`, or why not. */
  amend(
    { stock = this.books.stock, limit = this.books.limit, line = this.books.line }: Terms,
    changes: object,
  ): string {
    if (this.hour === 'cancelled') return 'drop_cancelled';
    if (stock < this.books.granted) return 'stock_below_granted';
    Object.assign(this.books, { stock, limit, line });
    this.#log('amended', { changes });
    return 'amended';
  }

  close(): void {
    if (this.hour === 'open') this.hour = 'closed';
  }

  reopen(changes: object): string {
    const answer = this.amend({}, changes);
    if (answer === 'amended') this.hour = 'open';
    return answer;
  }

  cancel(): void {
    if (this.hour !== 'cancelled') this.#log('cancelled', {});
    this.hour = 'cancelled';
  }

  clockPast(what: 'hold' | 'end', serial: number): void {
    const grant = this.#grantOf(serial, null);
    if (grant?.state === 'held') {
      grant.holdOver = true;
      grant.over ||= what === 'end' || grant.payment === null;
    }
    if (grant?.state === 'issued' && what === 'end') grant.over = true;
  }

  /** `opened`, `known`, `in_flight`, `over` or `missing`. */
  open(serial: number, userId: string, id: string): string {
    const grant = this.#grantOf(serial, userId);
    if (grant === undefined || this.#kind === 'coupon') return 'missing';
    if (this.books.payments.some((payment) => payment.id === id)) return 'known';
    if (isInFlight(grant)) return 'in_flight';
    if (!isPayable(grant)) return 'over';
    this.books.payments.push({ id, serial, state: 'pending', asked: false, failure: null, open: true });
    return 'opened';
  }

  /** `begun`, `asked`, `in_flight` or `over`. */
  begin(payment: PaymentRecord): string {
    const grant = this.#grantOf(payment.serial, null) as GrantRecord;
    if (payment.state !== 'pending') return 'over';
    if (payment.asked) return 'asked';
    if (isInFlight(grant)) return 'in_flight';
    if (!isPayable(grant)) {
      Object.assign(payment, { state: 'failed', failure: whyNot(grant), open: false });
      return 'over';
    }
    payment.asked = true;
    grant.payment = payment.id;
    return 'begun';
  }

  /** Whether it was news. */
  decide(payment: PaymentRecord, word: Word): boolean {
    const grant = this.#grantOf(payment.serial, null) as GrantRecord;
    const before = payment.state;
    const isOpen = before === 'pending' || before === 'failed';
    const isKept = before === 'pending' && grant.payment === payment.id && isInFlight(grant);
    if (word === 'charged' && isKept) {
      Object.assign(payment, { state: 'succeeded', open: false });
      Object.assign(grant, { state: 'confirmed', settled: true });
      this.#logGrants('settled', 'confirmed', [grant]);
    } else if ((word === 'charged' || word === 'mischarged') && isOpen) {
      const failure = payment.failure ?? (word === 'mischarged' ? word : whyNot(grant));
      Object.assign(payment, { state: 'refunding', open: true, failure });
    } else if ((word === 'declined' || word === 'silent') && isOpen) {
      Object.assign(payment, { state: 'failed', open: word === 'silent', failure: payment.failure ?? word });
    } else if (word === 'refunded' && before !== 'succeeded' && before !== 'refunded') {
      Object.assign(payment, { state: 'refunded', open: false, failure: payment.failure ?? word });
    }
    const isFree = payment.state !== 'pending' && payment.state !== 'succeeded';
    if (isFree && grant.payment === payment.id && grant.state === 'held') {
      Object.assign(grant, { payment: null, over: grant.holdOver });
    }
    return payment.state !== before;
  }

  /** As its buyer sees it: one that nobody was asked for ends with its slot, also before somebody has written so. */
  seenStateOf({ state, asked, serial }: PaymentRecord): string {
    const hasLapsed = state === 'pending' && !asked && !isPayable(this.#grantOf(serial, null) as GrantRecord);
    return hasLapsed ? 'failed' : state;
  }

  unitsOf(userId: string): number {
    return this.books.grants.filter((grant) => grant.userId === userId && !grant.released).length;
  }

  /** Of whom what is left is, first. */
  get standingInLine(): number {
    return this.books.line ? this.books.waiting : 0;
  }

  /** Units that the line must be offered, whenever somebody looks. */
  get owed(): number {
    return this.hour === 'open' ? Math.min(this.standingInLine, this.books.stock - this.books.granted) : 0;
  }

  get due(): number[] {
    return this.books.grants.filter(isDue).map(({ serial }) => serial);
  }

  #grant(userId: string, arrival: number): GrantRecord {
    const { books } = this;
    books.granted += 1;
    books.serials += 1;
    books.lastGrantedArrival = Math.max(books.lastGrantedArrival ?? 0, arrival);
    const isCoupon = this.#kind === 'coupon';
    const grant: GrantRecord = {
      ...{ serial: books.serials, userId, arrival, state: isCoupon ? 'issued' : 'held', hasCode: isCoupon },
      ...{ holdOver: false, over: false, settled: false, released: false, key: null, reference: null, payment: null },
    };
    books.grants.push(grant);
    return grant;
  }

  #claimOf(userId: string, requestId: string): ClaimRecord | undefined {
    return this.books.claims.find((claim) => claim.userId === userId && claim.requestId === requestId);
  }

  /** Null: whoever's it is. */
  #grantOf(serial: number, userId: string | null): GrantRecord | undefined {
    return this.books.grants.find((grant) => grant.serial === serial && (userId === null || grant.userId === userId));
  }

  #line(): WaiterRecord[] {
    return this.books.waiters.filter(({ state }) => state === 'waiting').sort((a, b) => a.arrival - b.arrival);
  }

  #log(kind: string, body: object): void {
    this.books.log.push({ kind, body });
  }

  #logGrants(kind: string, state: string, grants: readonly GrantRecord[]): void {
    this.#log(kind, { state, serials: grants.map(({ serial }) => serial).sort((a, b) => a - b) });
  }

  #logPeople(kind: string, people: readonly WaiterRecord[]): void {
    const inOrder = [...people].sort((a, b) => a.arrival - b.arrival);
    this.#log(kind, { arrivals: inOrder.map(({ arrival }) => arrival), userIds: inOrder.map(({ userId }) => userId) });
  }
}

const grantedText = ({ serial, arrival }: ClaimRecord): string => `granted #${serial} (${arrival})`;

const isPayable = ({ state, holdOver }: GrantRecord): boolean => state === 'held' && !holdOver;

/** A payment for it has been asked for, and it is kept for that. */
const isInFlight = ({ state, payment, over }: GrantRecord): boolean => state === 'held' && payment !== null && !over;

const isDue = ({ state, over }: GrantRecord): boolean => (state === 'issued' || state === 'held') && over;

const whyNot = ({ state }: GrantRecord): string => (state === 'held' ? 'slot_expired' : `slot_${state}`);
