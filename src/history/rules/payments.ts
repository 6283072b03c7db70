/**
 * Nobody is charged without a confirmed slot or a refund. Between a charge and what becomes of it lies a call to a provider
 * and a commit: a payment under way, which somebody looks after, is judged by nothing but `payment_left_open`.
 */
import type { LedgerCharge, LedgerDrop, LedgerPayment } from '../ledger.ts';
import type { Rule } from '../violation.ts';

/**
 * How long a payment may be under way after the last decision about it. A provider may know nothing of it for its grace, a
 * minute by default, and then the next look at its books, or the next try to give money back, comes within another minute. The
 * third is for a job that has died and is taken over. Whoever keeps a provider away for longer, or sets a longer grace, should
 * wait as long again before they judge.
 */
const UNDER_WAY_MS = 180_000;

/** Their books are in our database, so that a missing charge is seen, too. */
const METHODS_WITH_BOOKS_HERE = ['sandbox', 'points'];

export const paidSlots: Rule = {
  name: 'paid_slots',
  promise:
    'Every confirmed slot of a drop with a price has exactly one succeeded payment, by the same user, and every succeeded payment such a slot.',
  breaches: ({ ledger, grantBySerial }) => {
    const succeeded = ledger.payments.filter(({ state }) => state === 'succeeded');
    const bySerial = Map.groupBy(succeeded, ({ serial }) => serial);
    const confirmed = ledger.grants.filter(({ state }) => state === 'confirmed' && (ledger.drop.price ?? 0) > 0);
    return [
      ...confirmed
        .filter(({ serial }) => bySerial.get(serial)?.length !== 1)
        .map(
          ({ serial, userId }) =>
            `serial ${serial} of user ${userId} is confirmed with ${bySerial.get(serial)?.length ?? 0} succeeded payments`,
        ),
      ...succeeded.flatMap((payment) => {
        const grant = grantBySerial.get(payment.serial);
        if (grant?.state !== 'confirmed' || grant.userId !== payment.userId)
          return [`${named(payment)} has succeeded, but user ${grant?.userId} has the slot ${grant?.state}`];
        return (grant.paymentId ?? payment.id) === payment.id
          ? []
          : [`${named(payment)} has succeeded, but the slot was confirmed by ${grant.paymentId}`];
      }),
    ];
  },
};

export const charges: Rule = {
  name: 'charges',
  promise:
    'Every charge that was not given back belongs to a succeeded payment of the same amount, one to one; every one that was belongs to a refunded payment; and no payment succeeds without its charge.',
  breaches: ({ ledger: { drop, payments, charges: all } }) => {
    const paymentById = new Map(payments.map((payment) => [payment.id, payment]));
    const chargesByOrder = Map.groupBy(all, ({ orderId }) => orderId);
    const uncharged = payments.filter(
      ({ id, state, method, amount }) =>
        state === 'succeeded' && amount > 0 && METHODS_WITH_BOOKS_HERE.includes(method) && !chargesByOrder.has(id),
    );
    return [
      ...all.flatMap((charge) => chargeFault(drop, charge, paymentById.get(charge.orderId))),
      ...[...chargesByOrder]
        .filter(([, theirs]) => theirs.length > 1)
        .map(([orderId, theirs]) => `order ${orderId} was charged ${theirs.length} times`),
      ...uncharged.map((payment) => `${named(payment)} has succeeded without a charge`),
    ];
  },
};

function chargeFault(drop: LedgerDrop, charge: LedgerCharge, payment: LedgerPayment | undefined): string[] {
  if (payment === undefined) return [`order ${charge.orderId} was charged, but there is no such payment`];
  const isPaid = payment.state === 'succeeded' && !charge.refunded;
  if (isPaid)
    return payment.amount === charge.amount
      ? []
      : [`${named(payment)} has succeeded, and was charged ${charge.amount}`];
  const isBack = payment.state === 'refunded' && charge.refunded;
  if (isBack || isUnderWay(drop, payment)) return [];
  return [`${named(payment)} is ${payment.state}, but its charge was ${charge.refunded ? '' : 'not '}given back`];
}

export const paymentLeftOpen: Rule = {
  name: 'payment_left_open',
  promise:
    'No payment that was asked for is left pending or refunding: somebody looks after it, and it comes to its end in time.',
  breaches: ({ ledger: { drop, payments } }) =>
    payments
      .filter(({ state, askedAt }) => state === 'refunding' || (state === 'pending' && askedAt !== null))
      .filter((payment) => !isUnderWay(drop, payment))
      .map((payment) => `${named(payment)} is ${payment.state}, ${sinceLastDecision(drop, payment)}`),
};

/** Whether a charge, or its way back, may still be on its way: the provider was asked, and its books will be. */
function isUnderWay(drop: LedgerDrop, payment: LedgerPayment): boolean {
  const { state, askedAt, checkAt } = payment;
  const isEnded = state === 'succeeded' || state === 'refunded';
  return !isEnded && askedAt !== null && checkAt !== null && openForMs(drop, payment) <= UNDER_WAY_MS;
}

function openForMs({ serverTime }: LedgerDrop, { askedAt, decidedAt }: LedgerPayment): number {
  return Date.parse(serverTime) - Date.parse(decidedAt ?? askedAt ?? '');
}

function sinceLastDecision(drop: LedgerDrop, payment: LedgerPayment): string {
  const looks =
    payment.checkAt === null ? 'nobody looks after it' : `to be looked at ${payment.checkAt ?? 'some time'}`;
  return `${openForMs(drop, payment)} ms after the last decision; ${looks}`;
}

function named({ id, serial, userId, amount }: LedgerPayment): string {
  return `payment ${id} of user ${userId} (serial ${serial}, amount ${amount})`;
}
