/** For tests: the ledger of the fake server. It decides one claim at a time, and can be told to lie. */
import { codeOf } from '../history/reference-table.ts';

/** `oversells`: grants one unit too many. `forgets`: the last unit told is in no table. `none`: a correct ledger. */
export type Lie = 'none' | 'oversells' | 'forgets';

interface Drop {
  readonly kind: 'coupon' | 'product';
  readonly stock: number;
  readonly perUserLimit: number;
  readonly opensAt: string;
}

type Row = Record<string, unknown> & { readonly userId: string };

export class FakeLedger {
  readonly #lie: Lie;
  readonly #answers = new Map<string, Record<string, unknown>>();
  readonly #claims: Row[] = [];
  readonly #grants: Row[] = [];
  #drop: Drop = { kind: 'coupon', stock: 0, perUserLimit: 0, opensAt: '' };

  constructor(lie: Lie) {
    this.#lie = lie;
  }

  open(drop: Drop): object {
    this.#drop = drop;
    return { id: '7', ...drop };
  }

  find(userId: string, requestId: string): Record<string, unknown> | undefined {
    return this.#answers.get(`${userId} ${requestId}`);
  }

  claim(userId: string, requestId: string): Record<string, unknown> {
    const known = this.find(userId, requestId);
    if (known !== undefined) return known;
    const now = new Date().toISOString();
    if (now < this.#drop.opensAt)
      return { outcome: 'not_open', requestId, opensAt: this.#drop.opensAt, serverTime: now };
    const outcome = this.#decide(userId);
    const arrival = this.#claims.length + 1;
    const serial = outcome === 'granted' ? this.#grants.length + 1 : null;
    this.#claims.push({ type: 'claim', userId, requestId, arrival, outcome, serial, claimedAt: now });
    const code = serial !== null && this.#drop.kind === 'coupon' ? codeOf(serial) : null;
    if (serial !== null) {
      this.#grants.push({
        type: 'grant',
        serial,
        userId,
        arrival,
        code,
        state: 'issued',
        grantedAt: now,
        releasedAt: null,
      });
    }
    const told = serial === null ? {} : { serial, grantId: `7-${serial}`, code };
    const answer = { outcome, dropId: '7', requestId, arrival, ...told };
    this.#answers.set(`${userId} ${requestId}`, answer);
    return answer;
  }

  #decide(userId: string): string {
    if (this.#grants.filter((grant) => grant.userId === userId).length >= this.#drop.perUserLimit)
      return 'limit_reached';
    return this.#grants.length >= this.#drop.stock + (this.#lie === 'oversells' ? 1 : 0) ? 'sold_out' : 'granted';
  }

  export(): string {
    const grants = this.#lie === 'forgets' ? this.#grants.slice(0, -1) : this.#grants;
    let serials = 0;
    const entries: object[] = [
      { type: 'entry', number: 1, kind: 'created', at: '', body: { stock: this.#drop.stock } },
    ];
    for (const { userId, requestId, arrival, outcome } of this.#claims) {
      const body = {
        firstArrival: arrival,
        firstSerial: serials + 1,
        outcomes: String(outcome)[0],
        userIds: [userId],
        requestIds: [requestId],
      };
      if (outcome === 'granted') serials += 1;
      entries.push({ type: 'entry', number: entries.length + 1, kind: 'claims', at: '', body });
    }
    const drop = {
      type: 'drop',
      id: '7',
      ...this.#drop,
      granted: grants.length,
      serials: grants.length,
      arrivals: this.#claims.length,
      entries: entries.length,
      closesAt: null,
      cancelledAt: null,
      serverTime: new Date().toISOString(),
    };
    return [drop, ...this.#claims, ...grants, ...entries].map((row) => `${JSON.stringify(row)}\n`).join('');
  }
}
