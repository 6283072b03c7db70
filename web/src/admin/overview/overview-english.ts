import { amount } from '../../language/format.ts';

const some = (count: number, one: string, more: string) => (count === 1 ? `1 ${one}` : `${amount(count)} ${more}`);

export const overviewEnglish = {
  title: 'Overview',
  create: 'New drop',
  first: {
    title: 'Your first drop',
    text: 'Say what there is, how many, and when it opens. Doorbuster does the rest: exactly that many people get one, in the order of arrival.',
    create: 'Create the first drop',
  },
  live: {
    title: 'On now',
    none: 'Nothing is on right now.',
    lastHour: (granted: number) => `${amount(granted)} in the last hour`,
    left: (remaining: number, stock: number) => `${amount(remaining)} of ${amount(stock)} left`,
  },
  upcoming: { title: 'Coming', none: 'Nothing is planned.', all: 'All drops' },
  concerns: {
    title: 'Needs a look',
    nothing: 'Nothing. All is well.',
    faults: (count: number) => `${some(count, 'claim', 'claims')} met a fault today`,
    processes: (count: number) => `${some(count, 'process is', 'processes are')} busy or silent`,
    deliveriesFailed: (count: number) => `${some(count, 'delivery', 'deliveries')} failed in the last 24 hours`,
    refunding: (count: number) => `${some(count, 'payment is', 'payments are')} being given back`,
  },
  totals: {
    title: 'In all',
    granted: 'Units in hands or spent',
    arrivals: 'Arrivals',
    waiting: 'In line',
    confirmed: 'Paid slots',
    used: 'Used coupons',
    held: 'Held, to be paid',
    lost: 'Ran out of time',
    back: 'Given back or cancelled',
    accounts: 'Accounts',
    drops: 'Drops',
  },
  trend: {
    title: 'By day',
    range: 'Time range',
    ranges: { '7': '7 days', '30': '30 days', '90': '90 days' },
    granted: 'Granted',
    grantedPicture: 'Units granted per day. The table below has the figures.',
    refused: 'Refused',
    faults: 'Faults',
    paid: 'Money taken',
    paidPicture: (currency: string) => `Money taken per day in ${currency}. The table below has the figures.`,
    refunded: 'Given back',
    payments: 'Payments',
    sent: 'Sent',
    failed: 'Failed',
    day: 'Day',
    table: 'The figures as a table',
    currency: 'Currency',
  },
  deliveries: {
    title: 'Messages',
    channel: 'Where',
    pending: 'On their way',
    sent: 'Sent in 24 hours',
    failed: 'Failed',
    all: 'All deliveries',
    none: 'Nothing was sent in the last 24 hours.',
  },
  payments: {
    title: 'Payments',
    pending: 'On their way',
    refunding: 'Being given back',
    succeeded: (currency: string) => `Taken, ${currency}`,
    refunded: (currency: string) => `Given back, ${currency}`,
    count: (count: number) => some(count, 'payment', 'payments'),
    all: 'All payments',
  },
};

export type OverviewMessages = typeof overviewEnglish;
