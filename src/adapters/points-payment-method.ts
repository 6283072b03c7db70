/** Paying with points: see payments/points.ts. Its books are in the same database, and so is away when that is. */
import {
  type Approval,
  type BookEntry,
  type Charged,
  type Declined,
  type Order,
  PaymentInDoubt,
  type PaymentMethod,
} from '../payments/method.ts';
import type { Points } from '../payments/points.ts';

export class PointsPaymentMethod implements PaymentMethod {
  readonly name = 'points';
  readonly #points: Points;

  constructor(points: Points) {
    this.#points = points;
  }

  checkout(): null {
    return null;
  }

  /** Who is signed in has agreed by asking. */
  readApproval(): Approval {
    return {};
  }

  async charge(order: Order): Promise<Charged | Declined> {
    const spent = await inDoubt(this.#points.spend(order.userId, order.id, order.amount));
    return spent ? charged(order) : { state: 'declined', reason: 'insufficient_funds' };
  }

  async find(order: Order): Promise<BookEntry> {
    const state = await inDoubt(this.#points.stateOf(order.id));
    return state === 'spent' ? charged(order) : { state };
  }

  async refund({ id }: Order): Promise<void> {
    await inDoubt(this.#points.giveBack(id));
    if ((await inDoubt(this.#points.stateOf(id))) !== 'refunded') {
      throw new PaymentInDoubt(`order ${id} was never charged`, { about: 'order' });
    }
  }

  /** There is nobody else to say anything. */
  readNotice(): undefined {
    return undefined;
  }
}

function charged({ id }: Order): Charged {
  return { state: 'charged', providerKey: `points-${id}`, receiptUrl: null };
}

/** A transaction whose answer was lost may have been committed. */
async function inDoubt<Answer>(asked: Promise<Answer>): Promise<Answer> {
  try {
    return await asked;
  } catch (error) {
    throw new PaymentInDoubt('points cannot be reached', { cause: error });
  }
}
