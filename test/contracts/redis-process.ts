/** What a process of a fleet has of Redis, for tests: a connection of its own, and a lock over it. */
import { RedisConnection } from '../../src/adapters/redis-connection.ts';
import { LOCK_BREAKER, RedisInFlightLock } from '../../src/adapters/redis-in-flight-lock.ts';
import { Breaker } from '../../src/fleet/breaker.ts';

export interface Place {
  readonly url: string;
  readonly prefix: string;
}

export class RedisProcess {
  readonly connection: RedisConnection;
  /** What an operator would read. */
  readonly logged: string[] = [];

  constructor({ url, prefix }: Place) {
    const write = (_fields: object, message: string): void => {
      this.logged.push(message);
    };
    this.connection = new RedisConnection({ url, prefix, log: { info: write, warn: write } });
  }

  static async connected(place: Place): Promise<RedisProcess> {
    const process = new RedisProcess(place);
    await new Promise<void>((resolve) => process.connection.onConnected(resolve));
    return process;
  }

  newLock(lockSeconds?: number): RedisInFlightLock {
    const breaker = new Breaker({ name: 'redis', ...LOCK_BREAKER, onChange: () => {} });
    return new RedisInFlightLock({
      connection: this.connection,
      breaker,
      ...(lockSeconds !== undefined && { lockSeconds }),
    });
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}
