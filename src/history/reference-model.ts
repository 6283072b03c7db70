/**
 * For tests: the smallest server that keeps every promise, and clients with bad luck. It plays a plan in virtual time
 * and returns the history and the ledger that a perfect system would leave, to be found clean, or to be spoilt on purpose.
 *
 * Presses are sent 10 ms apart. They are decided in batches of consecutive presses; within a batch any order is right,
 * for none of its claims is answered before all are sent. Answers come 5 ms after the batch's last press, so the next
 * batch's claims are always sent after they were told.
 */
import type { Attempt } from './attempt.ts';
import type { Draft, Mutable, Plan } from './reference-plan.ts';
import { type Press, refusal, Table } from './reference-table.ts';

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
  const table = new Table(plan);
  const history: Mutable<Attempt>[] = [];
  for (let start = 0, batch = 1; start < plan.presses.length; start += plan.batchSize, batch += 1) {
    const presses = plan.presses.slice(start, start + plan.batchSize).map((press, index) => ({
      userId: `u${press.user}`,
      requestId: `r${start + index + 1}`,
      sentAt: 10 * (start + index + 1),
      fate: press.fate,
      place: press.place,
    }));
    const refusedAtGate = presses.filter(
      (press) => press.fate === 'gate if it knows' && table.gate(press.userId) !== null,
    );
    const gateAnswers = new Map(refusedAtGate.map((press) => [press, table.gate(press.userId)]));
    const taken = presses.filter((press) => !refusedAtGate.includes(press)).sort((a, b) => a.place - b.place);
    const decidedAt = 10 * (start + presses.length) + 1;
    const claims = table.decide(taken, decidedAt);
    const answeredAt = decidedAt + 4;
    for (const [press, outcome] of gateAnswers)
      history.push(attempt({ ...idsOf(press), answeredAt, outcome, status: 409 }));
    for (const press of taken) {
      const claim = claims.find((of) => of.requestId === press.requestId);
      if (claim !== undefined) history.push(...live(press, answeredAt, table.told(claim)));
    }
    if (plan.raise?.afterBatch === batch) table.raise(plan.raise.by, decidedAt + 1);
    if (plan.cancelAfterBatch === batch) table.cancel(decidedAt + 2);
  }
  return { history, ledger: table.export() };
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
