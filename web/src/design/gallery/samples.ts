/** Things to show that nobody sells. */
import type { Answer } from '../../claims/claim.ts';
import type { CouponDrop, ProductDrop } from '../../drops/drop.ts';

const minutes = 60_000;
export const fromNow = (milliseconds: number) => new Date(Date.now() + milliseconds).toISOString();

const common = {
  description: null,
  imageUrl: null,
  lastGrantedArrival: null,
  waitingLine: false,
  waiting: 0,
  createdAt: fromNow(-60 * minutes),
};

export const coupon: CouponDrop = {
  ...common,
  id: 'sample-coupon',
  kind: 'coupon',
  title: '겨울맞이 전 상품 20% 쿠폰',
  state: 'open',
  opensAt: fromNow(-minutes),
  closesAt: fromNow(90 * minutes),
  stock: 1000,
  remaining: 412,
  perUserLimit: 3,
  discount: { percent: 20 },
  validUntil: null,
  validForDays: 30,
};

export const product: ProductDrop = {
  ...common,
  id: 'sample-product',
  kind: 'product',
  title: 'Stoneware cup, second batch',
  state: 'open',
  opensAt: fromNow(-minutes),
  closesAt: null,
  stock: 50,
  remaining: 4,
  perUserLimit: 1,
  price: 4250,
  currency: 'USD',
  holdMinutes: 30,
};

export const coming: CouponDrop = {
  ...coupon,
  id: 'sample-coming',
  state: 'scheduled',
  opensAt: fromNow(62 * minutes),
  remaining: 1000,
};
export const gone: ProductDrop = {
  ...product,
  id: 'sample-gone',
  state: 'sold_out',
  remaining: 0,
  waitingLine: true,
  waiting: 12,
  lastGrantedArrival: 50,
};
export const cancelled: CouponDrop = { ...coupon, id: 'sample-cancelled', state: 'cancelled' };
export const closed: CouponDrop = { ...coupon, id: 'sample-closed', state: 'closed', closesAt: fromNow(-minutes) };

const answered = { requestId: 'sample', accountId: 'sample', dropId: 'sample' };
export const wonCoupon: Answer = {
  ...answered,
  outcome: 'granted',
  grantId: 'sample',
  serial: 588,
  arrival: 593,
  code: '2Q6Y067ZXQQN',
  validUntil: fromNow(30 * 24 * 60 * minutes),
};
export const wonProduct: Answer = {
  ...answered,
  outcome: 'granted',
  grantId: 'sample',
  serial: 46,
  arrival: 46,
  code: null,
  holdUntil: fromNow(29 * minutes),
};
export const lost: Answer = { ...answered, outcome: 'sold_out', arrival: 1204 };
export const overLimit: Answer = { ...answered, outcome: 'limit_reached', arrival: 77 };
