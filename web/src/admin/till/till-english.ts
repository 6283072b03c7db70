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
  done: 'Done: you have just used it',
  usedAt: 'Used',
  reference: 'Reference',
  referenceHint: 'Optional: a receipt or order number',
  use: 'Use this coupon',
  useTitle: 'Use this coupon?',
  useText: (title: string, holder: string) =>
    `“${title}” of ${holder} counts as used from then on. A coupon can be used once, and this cannot be taken back.`,
  scan: {
    start: 'Scan with the camera',
    stop: 'Stop the camera',
    starting: 'Starting the camera…',
    aim: 'Hold the coupon’s QR code into the picture.',
    view: 'What the camera sees',
    notACode: 'That is a QR code, but not of a coupon.',
    read: (code: string) => `Read: ${code}`,
    insecure:
      'The camera works on https:// pages only, or on the machine that the shop runs on. Type the code, or use a hand scanner.',
    denied:
      'The camera is not allowed on this page. Allow it in the browser, beside the address, then press again; or type the code.',
    missing: 'No camera was found. Type the code, or use a hand scanner.',
    busy: 'Another program uses the camera. Close it there, then press again.',
    failed: 'The camera did not start. Press again, or type the code.',
  },
  next: 'Next coupon',
};

export type TillMessages = typeof tillEnglish;
