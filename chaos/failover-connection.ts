/**
 * A person's way to a sale that two gateways serve: one connection to each, of which one is used.
 *
 *   one gateway ──the connection is lost──> the other gateway, with the same request id ──lost──> back
 *
 * Who spreads uses both in turn, so that copies of one request, sent at the same instant, come by different ways.
 */
import type { Buyer, Connection, Reply } from '../src/loadtest/connection.ts';

export class FailoverConnection implements Connection {
  readonly #ways: readonly Connection[];
  readonly #spreads: boolean;
  #at: number;

  constructor(ways: readonly Connection[], first: number, { spreads }: { readonly spreads: boolean }) {
    this.#ways = ways;
    this.#at = first % ways.length;
    this.#spreads = spreads;
  }

  open(): Promise<void> {
    return this.#way(this.#at).open();
  }

  /** Good for either way: a gateway answers whichever name it is called by. */
  prepareClaim(buyer: Buyer, dropId: string, requestId: string): Buffer {
    return this.#way(this.#at).prepareClaim(buyer, dropId, requestId);
  }

  sendClaim(prepared: Buffer, requestId: string, reply: Reply): void {
    const used = this.#at;
    if (this.#spreads) this.#turn();
    this.#way(used).sendClaim(prepared, requestId, (answer) => {
      if (answer === null && this.#at === used) this.#turn();
      reply(answer);
    });
  }

  close(): void {
    for (const way of this.#ways) way.close();
  }

  #turn(): void {
    this.#at = (this.#at + 1) % this.#ways.length;
  }

  #way(place: number): Connection {
    const way = this.#ways[place];
    if (way === undefined) throw new Error(`there is no way ${place}`);
    return way;
  }
}
