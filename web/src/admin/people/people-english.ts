import { amount, dateTime, ordinal, secondOfDay } from '../../language/format.ts';

/** Texts of the people in a drop. */
export const peopleEnglish = {
  title: 'People',
  asOf: (at: number, hasMoved: boolean) => `As of ${secondOfDay(at)}${hasMoved ? '. More has happened since.' : ''}`,
  who: 'Who',
  groups: { holders: 'Got one', waiting: 'In line', refused: 'Got none', all: 'Everyone' },
  state: 'State',
  states: {
    usable: 'Not used yet',
    used: 'Used',
    cancelled: 'Cancelled',
    held: 'Not paid yet',
    confirmed: 'Bought',
    expired: 'Run out',
    returned: 'Given back',
  },
  none: {
    holders: 'Nobody has got one.',
    waiting: 'Nobody waits in line.',
    refused: 'Nobody went away without one.',
    all: 'Nobody has pressed yet.',
  },
  noClaim: (name: string) =>
    `No press of ${name} reached the ledger. Either they did not press, or before the opening, or when it was sold out already: that is refused at the door, without a number.`,
  story: (name: string) => `${name} in this drop`,
  serial: (serial: number) => `No. ${amount(serial)}`,
  arrived: (arrival: number) => `${ordinal(arrival)} to arrive`,
  outcomes: { granted: 'Got one', sold_out: 'Sold out', limit_reached: 'Had their share', closed: 'Too late' },
  why: {
    granted: (arrival: number) => `Arrived ${ordinal(arrival)}, in time for a unit.`,
    fromLine: (arrival: number) => `Arrived ${ordinal(arrival)}, waited in line, and got a unit that came back.`,
    soldOut: (arrival: number, last: number | null) =>
      last === null || last >= arrival
        ? `Arrived ${ordinal(arrival)}, when nothing was left.`
        : `Arrived ${ordinal(arrival)}. The last unit went to the ${ordinal(last)}.`,
    limit: (limit: number) => `Had ${amount(limit)} already, which is the limit per person.`,
    closed: 'Pressed after the end.',
  },
  lines: {
    waiting: (position: number | null) =>
      position === null ? 'Waits in line.' : position === 1 ? 'Is next in line.' : `Is ${ordinal(position)} in line.`,
    offered: 'The turn came.',
    left: 'Left the line.',
    passed: 'The turn passed.',
  },
  grantedAt: (at: string) => `got ${at}`,
  holdUntil: (at: string) => `to be paid by ${dateTime(at)}`,
  validUntil: (at: string) => `valid until ${dateTime(at)}`,
  usedAt: (at: string) => `used ${dateTime(at)}`,
  paidAt: (at: string) => `paid ${dateTime(at)}`,
  reference: (reference: string) => `reference ${reference}`,
  paying: 'a payment is on its way',
  payment: 'Payment',
  csv: {
    save: 'Save as CSV',
    busy: (rows: number) => `${amount(rows)} rows…`,
    stop: 'Stop',
    done: (rows: number) => (rows === 1 ? '1 row saved.' : `${amount(rows)} rows saved.`),
    cut: (rows: number) => `The first ${amount(rows)} rows are saved; there are more than fit.`,
    failed: 'Not all rows came. Nothing was saved.',
  },
};

export type PeopleMessages = typeof peopleEnglish;
