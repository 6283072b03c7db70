/**
 * A breaker stands before each part that may fail, so that its failure costs one time-out and not one for everybody.
 *
 *   closed ──`failuresMax` failures one after the other──> open ──after `probeAfterMs`, at the next call──> half-open
 *     ▲                                                      ▲                                                │
 *     └──────────────── the call succeeds ───────────────────┼────────────────────────────────────────────────┤
 *                                                            └──────────────── the call fails ────────────────┘
 *   open   calls are refused at once, with BrokenCircuitError
 */
import { BrokenCircuitError, CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel';

export { BrokenCircuitError };

export type BreakerState = 'closed' | 'half_open' | 'open';

export interface BreakerOptions {
  /** What stands behind it: `postgres`, `redis`, `kafka`. */
  readonly name: string;
  readonly failuresMax: number;
  readonly probeAfterMs: number;
  /** Errors that say that the part is there, and has refused: they are not counted. Unset: all count. */
  readonly isRefusal?: (error: Error) => boolean;
  /** Called at each change: for the log and the metrics. */
  readonly onChange: (name: string, state: BreakerState) => void;
}

export class Breaker {
  readonly name: string;
  readonly #policy: ReturnType<typeof circuitBreaker>;

  constructor({ name, failuresMax, probeAfterMs, isRefusal = () => false, onChange }: BreakerOptions) {
    this.name = name;
    this.#policy = circuitBreaker(
      handleWhen((error) => !(error instanceof Error && isRefusal(error))),
      {
        halfOpenAfter: probeAfterMs,
        breaker: new ConsecutiveBreaker(failuresMax),
      },
    );
    this.#policy.onStateChange((state) => onChange(name, nameOf(state)));
  }

  /** Runs the call, or throws at once while open. */
  run<Result>(call: () => Promise<Result>): Promise<Result> {
    return this.#policy.execute(call);
  }

  get state(): BreakerState {
    return nameOf(this.#policy.state);
  }
}

function nameOf(state: CircuitState): BreakerState {
  if (state === CircuitState.Closed) return 'closed';
  return state === CircuitState.HalfOpen ? 'half_open' : 'open';
}
