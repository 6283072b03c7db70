import { dateTime } from '../language/format.ts';

export const couponEnglish = {
  title: 'My coupons',
  state: { usable: 'Usable', used: 'Used', expired: 'Expired', cancelled: 'Cancelled' },
  empty: {
    usable: 'No coupons to use yet. Catch one in the next drop.',
    used: 'Coupons you have used will be kept here.',
    expired: 'Nothing has expired. Well done.',
    cancelled: 'You have not cancelled any coupon.',
  },
  noEnd: 'No end date',
  lastDay: 'Ends soon',
  received: (at: string) => `Received ${dateTime(at)}`,
  usedAt: (at: string) => `Used ${dateTime(at)}`,
  show: 'Show this to the shop',
  qr: (code: string) => `QR code of the coupon ${code}`,
  qrLarger: 'Press to enlarge',
  qrHint: 'Hold this to the scanner at the till',
  told: {
    used: 'This coupon has been used',
    expired: 'This coupon has expired',
    cancelled: 'You cancelled this coupon',
  },
  useHint: 'In a shop, show the code: the till uses it for you. Online, use it here when the shop asks you to.',
  use: 'Use online',
  useTitle: 'Use this coupon now?',
  useText: 'A coupon works once. In a shop, let the till use it instead.',
  useConfirm: 'Use it now',
  reference: 'Order number',
  referenceHint: 'Optional, if the shop gave you one',
  cancel: 'Cancel coupon',
  cancelTitle: 'Cancel this coupon?',
  cancelText:
    'Its code stops working at once, and the coupon goes back: to the first in line, or on offer again. It cannot be undone.',
  cancelConfirm: 'Cancel it',
};

export type CouponMessages = typeof couponEnglish;
