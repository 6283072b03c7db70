/** In the words of the pages (web/src/language/english.ts, and those beside it). */
import { formatCode } from '../../coupons/code.ts';
import type { NotificationData } from '../notification.ts';
import { formatOf } from './format.ts';
import type { Texts, Words } from './text.ts';

const { amount, money, time, deadline } = formatOf('en');

const REFUSALS: Readonly<Record<NotificationData['refused']['reason'], (data: NotificationData['refused']) => Words>> =
  {
    sold_out: ({ title, arrival }) => ({
      title: `So close: ${title}`,
      text: `You were the ${ordinal(arrival)} to arrive, and all had been given out.`,
    }),
    limit_reached: ({ title }) => ({
      title: `You have your share: ${title}`,
      text: 'You already had as many as one person can get.',
    }),
    closed: ({ title }) => ({ title: `It had already closed: ${title}`, text: 'Your press came after the end.' }),
  };

/** Where the money was not taken, or is not known to have been. */
const FAILURES: Readonly<Record<string, string>> = {
  card_declined: 'The card was declined. No money was taken.',
  insufficient_funds: 'There was not enough money. Nothing was taken.',
  approval_expired: 'The approval came too late. Nothing was taken.',
  approval_invalid: 'The approval was not accepted. Nothing was taken.',
  provider_refused: 'The provider refused the payment. Nothing was taken.',
  no_answer: 'The provider did not answer. Should money have been taken after all, it goes back to you by itself.',
  slot_expired: 'The time to pay had run out.',
  slot_returned: 'The slot had been given back.',
  slot_confirmed: 'The slot had been paid already.',
};

/** Why money that had been taken went back. */
const REFUNDS: Readonly<Record<string, string>> = {
  slot_expired: 'The time to pay had run out.',
  slot_returned: 'The slot had been given back.',
  slot_confirmed: 'The slot had been paid already.',
  no_answer: 'The provider had answered too late.',
  amount_differs: 'Another amount had been approved than the price.',
};

const PAYMENTS: Readonly<
  Record<NotificationData['payment_result']['state'], (data: NotificationData['payment_result']) => Words>
> = {
  succeeded: (data) => ({
    title: `Bought. It’s yours: ${data.title}`,
    text: `Your payment of ${money(data.amount, data.currency)} succeeded. Your receipt is ready.`,
  }),
  failed: (data) => ({
    title: `Payment failed: ${data.title}`,
    text: sentences(
      `Your payment of ${money(data.amount, data.currency)} did not go through.`,
      FAILURES[data.failure ?? ''],
    ),
  }),
  refunded: (data) => ({
    title: `Refunded: ${data.title}`,
    text: sentences(
      // What was taken was another amount than the one we know.
      data.failure === 'amount_differs'
        ? 'All that was taken for your payment has gone back to you.'
        : `Your payment of ${money(data.amount, data.currency)} has gone back to you.`,
      REFUNDS[data.failure ?? ''],
    ),
  }),
};

export const english: Texts = {
  signed_up: ({ username }) => ({
    title: 'Welcome! Your account is ready',
    text: `Your username is ${username}. Sign in before a drop opens, so that your press counts at once.`,
  }),
  password_reset: ({ expiresAt }) => ({
    title: 'Set a new password',
    text: `Somebody asked to set a new password for your account. The link works until ${time(expiresAt)}.\n\nIf it was not you, there is nothing to do: your password stays as it is.`,
  }),
  email_changed: ({ username, changedAt }) => ({
    title: 'Your email address has changed',
    text: `The email address of the account ${username} was changed on ${time(changedAt)}. From now on letters go to the new one.\n\nIf it was not you, sign in at once, set a new password, which signs everybody else out, and put your address back. If you cannot sign in any more, tell the shop.`,
  }),
  password_changed: ({ username, changedAt }) => ({
    title: 'Your password has changed',
    text: `The password of the account ${username} was changed on ${time(changedAt)}, and all other devices were signed out.\n\nIf it was not you, set a new one at once: “Forgotten your password?” sends a link to your email address. If none comes, tell the shop.`,
  }),
  granted: (data) => ({
    title: `${data.kind === 'coupon' ? 'It’s yours' : 'You’re in'}: ${data.title}`,
    text: sentences(`You were the ${ordinal(data.arrival)} to arrive.`, unit(data)),
  }),
  refused: (data) => REFUSALS[data.reason](data),
  slot_expiring: ({ title, holdUntil }) => ({
    title: `Not paid yet: ${title}`,
    text: `Your slot is held for you until ${deadline(holdUntil)}. After that it goes to the next in line, or back on sale.`,
  }),
  slot_expired: ({ title }) => ({
    title: `Time ran out: ${title}`,
    text: 'Your slot was not paid in time. It went to the next in line, or back on sale.',
  }),
  payment_result: (data) => PAYMENTS[data.state](data),
  drop_opening: ({ title, opensAt }) => ({
    title: `Opening soon: ${title}`,
    text: `It opens ${time(opensAt)}. Sign in a little before, so that your press counts at once.`,
  }),
  sold_out: ({ title, stock }) => ({
    title: `Sold out: ${title}`,
    text: stock === 1 ? 'The only one is gone.' : `All ${amount(stock)} are gone.`,
  }),
  back_in_stock: ({ title, remaining }) => ({
    title: `Back on sale: ${title}`,
    text: `When this was sent, ${amount(remaining)} ${remaining === 1 ? 'was' : 'were'} left. First come, first served.`,
  }),
  your_turn: (data) => ({
    title: `It’s your turn: ${data.title}`,
    text: sentences(
      data.kind === 'coupon'
        ? 'A coupon came back, and as the next in line you have it.'
        : 'A slot came back, and as the next in line you have it.',
      unit(data),
    ),
  }),
};

/** What there is to know about a coupon or a slot; it may have been used or paid since. */
function unit({ kind, code, validUntil, holdUntil }: NotificationData['granted']): string {
  if (kind === 'product') return holdUntil ? `It is held for you until ${deadline(holdUntil)}: pay before then.` : '';
  return sentences(code && `Your code: ${formatCode(code)}.`, validUntil && `Valid until ${time(validUntil)}.`);
}

function sentences(...all: readonly (string | null | undefined)[]): string {
  return all.filter(Boolean).join(' ');
}

const SUFFIXES: Partial<Record<Intl.LDMLPluralRule, string>> = { one: 'st', two: 'nd', few: 'rd' };
const ORDINALS = new Intl.PluralRules('en', { type: 'ordinal' });

function ordinal(value: number): string {
  return `${amount(value)}${SUFFIXES[ORDINALS.select(value)] ?? 'th'}`;
}
