/**
 * How often a password may be guessed. Three counters, because each alone has a hole: per login and address (one thief at one account), per login (a
 * thief with many addresses), per address (one thief at many accounts). The owner behind another address still gets in until the second one is full.
 */
import type { RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import { Problem } from '../http/problem.ts';
import { type MakeLimiter, memoryLimiter } from './limiters.ts';

const WINDOW_SECONDS = 15 * 60;
const LIMITS = { loginAndAddress: 10, login: 100, address: 300 } as const;

export interface Attempt {
  /** The password was right: this login at this address starts anew. */
  succeeded(): Promise<void>;
}

export class SignInAttempts {
  readonly #byLoginAndAddress: RateLimiterAbstract;
  readonly #byLogin: RateLimiterAbstract;
  readonly #byAddress: RateLimiterAbstract;

  constructor(makeLimiter: MakeLimiter = memoryLimiter) {
    this.#byLoginAndAddress = makeLimiter('sign-in-login-and-address', LIMITS.loginAndAddress, WINDOW_SECONDS);
    this.#byLogin = makeLimiter('sign-in-login', LIMITS.login, WINDOW_SECONDS);
    this.#byAddress = makeLimiter('sign-in-address', LIMITS.address, WINDOW_SECONDS);
  }

  /** Counts an attempt before the password is looked at. Throws `too_many_attempts`. */
  async begin(login: string, address: string): Promise<Attempt> {
    const name = login.toLowerCase();
    const pair = `${address} ${name}`;
    try {
      // Looked at first, counted last: a blocked address leaves no trace at the logins that it tries, and one blocked login does not block an office.
      const seen = await this.#byAddress.get(address);
      if (seen !== null && seen.consumedPoints >= LIMITS.address) throw seen;
      await this.#byLoginAndAddress.consume(pair);
      await this.#byLogin.consume(name);
      await this.#byAddress.consume(address);
    } catch (refusal) {
      if (refusal instanceof Error) throw refusal;
      const seconds = Math.ceil((refusal as RateLimiterRes).msBeforeNext / 1000);
      throw new Problem('too_many_attempts', {
        detail: `Too many attempts to sign in; try again in ${Math.ceil(seconds / 60)} min`,
        retryAfterSeconds: seconds,
      });
    }
    return {
      succeeded: async () => {
        await Promise.all([
          this.#byLoginAndAddress.delete(pair),
          this.#byLogin.reward(name),
          this.#byAddress.reward(address),
        ]);
      },
    };
  }
}
