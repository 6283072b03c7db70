/** A drop for tests: open since ever, a coupon of 20 %, 10 units, but for what is given. */
import { type Drop, versionOf } from './drop.ts';

export function exampleDrop(change: Partial<Drop> = {}): Drop {
  const drop = {
    id: '7',
    kind: 'coupon' as const,
    title: 'A drop',
    description: '',
    imageUrl: null,
    stock: 10,
    perUserLimit: 1,
    opensAtMs: 0,
    closesAtMs: null,
    cancelled: false,
    waitingLine: false,
    createdAtMs: 0,
    price: null,
    currency: null,
    holdSeconds: null,
    discount: { percent: 20 },
    validUntilMs: null,
    validForDays: 30,
    granted: 0,
    waiting: 0,
    lastGrantedArrival: null,
    entries: 1,
    ...change,
  };
  return { version: versionOf(drop), ...drop };
}
