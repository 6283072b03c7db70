import { amount, dateTime } from '../../language/format.ts';

/** Texts of the payments that administrators see. */
export const adminPaymentEnglish = {
  title: 'Payments',
  state: 'State',
  method: 'Method',
  currency: 'Currency',
  none: 'Nobody has paid for anything yet.',
  oneDrop: 'Only payments of one drop are shown.',
  allDrops: 'Show those of all drops',
  back: 'All payments',
  onePayment: 'Payment',
  notFound: 'There is no such payment',
  person: 'Person',
  drop: 'Drop',
  slot: 'Slot',
  begun: 'Begun',
  decided: 'Decided',
  refunded: 'Given back',
  receipt: 'Receipt',
  providerKey: 'Key at the provider',
  checks: 'Asked at the provider',
  checked: (checks: number, next: string | null) => {
    const times = checks === 0 ? 'Not yet' : checks === 1 ? 'Once' : `${amount(checks)} times`;
    return next === null ? times : `${times}; next ${dateTime(next)}`;
  },
  theirs: 'All payments of this person',
  inDrop: 'This person in the drop',
  id: 'Number',
  /** Why it failed, or is given back, as those who run the shop say it. */
  failures: {
    card_declined: 'The card was declined. Nothing was taken.',
    insufficient_funds: 'There was not enough money. Nothing was taken.',
    approval_expired: 'The approval came too late. Nothing was taken.',
    approval_invalid: 'The approval was not accepted. Nothing was taken.',
    provider_refused: 'The provider refused it. Nothing was taken.',
    no_answer: 'The provider did not answer in time. Should it have taken money after all, that goes back by itself.',
    amount_differs: 'Another amount was approved than the price. All of it goes back.',
    slot_expired: 'The time to pay had run out. What was taken goes back.',
    slot_returned: 'The slot had been given back. What was taken goes back.',
    slot_confirmed: 'The slot had been paid already. What was taken goes back.',
  },
};

export type AdminPaymentMessages = typeof adminPaymentEnglish;
