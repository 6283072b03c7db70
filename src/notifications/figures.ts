/** Notifications and their deliveries in figures, at /metrics. */
import { Counter, Gauge, type Registry } from 'prom-client';
import { CHANNELS, type ChannelName, type NotificationType } from './notification.ts';

/** `retried`: in vain, and to be tried again. */
export type DeliveryEnd = 'sent' | 'failed' | 'retried';

export class NotificationFigures {
  readonly #notifications: Counter;
  readonly #deliveries: Counter;
  readonly #waiting: Gauge;
  readonly #untold: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#notifications = new Counter({
      name: 'doorbuster_notifications_total',
      help: 'Notifications that people were told, by type',
      labelNames: ['type'],
      registers,
    });
    this.#deliveries = new Counter({
      name: 'doorbuster_deliveries_total',
      help: 'Deliveries that were sent, have failed, or failed once and are tried again, by channel and state',
      labelNames: ['channel', 'state'],
      registers,
    });
    this.#waiting = new Gauge({
      name: 'doorbuster_deliveries_waiting',
      help: 'Deliveries that are to be sent, those that wait for another try included, by channel',
      labelNames: ['channel'],
      registers,
    });
    this.#untold = new Counter({
      name: 'doorbuster_untold_total',
      help: 'Tries in vain to tell people of an entry of a drop, or of a payment; anything but 0 is a fault of the program',
      labelNames: ['what'],
      registers,
    });
  }

  /** A try in vain to tell people of an entry of a drop, or of a payment. */
  untold(what: 'entry' | 'payment'): void {
    this.#untold.inc({ what });
  }

  told(type: NotificationType, channels: readonly ChannelName[]): void {
    this.#notifications.inc({ type });
    if (channels.includes('in_app')) this.delivered('in_app', 'sent');
  }

  delivered(channel: ChannelName, state: DeliveryEnd): void {
    this.#deliveries.inc({ channel, state });
  }

  waiting(deliveries: ReadonlyMap<string, number>): void {
    for (const channel of CHANNELS) {
      if (channel !== 'in_app') this.#waiting.set({ channel }, deliveries.get(channel) ?? 0);
    }
  }
}
