import { amount } from '../../language/format.ts';

export const tillEnglish = {
  title: 'Coupon at the till',
  code: 'Coupon code',
  codeHint: 'Twelve characters; case, dashes and spaces do not matter',
  notACode: 'This is not a code. Look at each character again',
  tooMany: (minutes: number) => `Too many wrong codes. Try again in ${amount(minutes)} min.`,
  search: 'Look it up',
  holder: 'Holder',
  states: {
    usable: 'Good: can be used',
    used: 'Used already',
    expired: 'Expired',
    cancelled: 'Cancelled by its holder',
  },
  usedAt: 'Used',
  reference: 'Reference',
  referenceHint: 'Optional: a receipt or order number',
  use: 'Use this coupon',
  next: 'Next coupon',
};

export type TillMessages = typeof tillEnglish;
