/** Payments in figures, at /metrics. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { PaymentState, StoredPayment } from './payment.ts';

export class PaymentFigures {
  readonly #payments: Counter;
  readonly #inDoubt: Counter;
  readonly #overdue: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#payments = new Counter({
      name: 'doorbuster_payments_total',
      help: 'Payments that became so, by method and state',
      labelNames: ['method', 'state'],
      registers,
    });
    this.#inDoubt = new Counter({
      name: 'doorbuster_payments_in_doubt_total',
      help: 'Questions that a provider did not answer, by method and question',
      labelNames: ['method', 'question'],
      registers,
    });
    this.#overdue = new Gauge({
      name: 'doorbuster_payments_overdue',
      help: 'Payments that are looked at again and again without an end, by state; anything but 0 is an alarm',
      labelNames: ['state'],
      registers,
    });
  }

  became({ method, state }: StoredPayment): void {
    this.#payments.inc({ method, state });
  }

  inDoubt(method: string, question: 'charge' | 'find' | 'refund'): void {
    this.#inDoubt.inc({ method, question });
  }

  overdue(payments: ReadonlyMap<string, number>): void {
    for (const state of ['pending', 'refunding'] satisfies PaymentState[]) {
      this.#overdue.set({ state }, payments.get(state) ?? 0);
    }
  }
}
