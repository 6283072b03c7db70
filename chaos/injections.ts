/** The faults of a plan, each at its moment. */
import { setTimeout as sleep } from 'node:timers/promises';
import { faultOf, type Part } from './faults.ts';
import type { PlannedFault } from './plan.ts';
import type { Target } from './target.ts';

export interface Injected {
  /** What was done when. */
  readonly told: string;
  /** Why not everything stands again. */
  readonly failure?: string;
}

/** Each at its moment, or when the one before it on the same part is over. Resolves when everything stands again, and never rejects. */
export function injectAll(target: Target, faults: readonly PlannedFault[], opensAtMs: number): Promise<Injected[]> {
  const busy = new Map<Part, Promise<unknown>>();
  return Promise.all(
    faults.map((planned) => {
      const { part } = faultOf(planned.name);
      const injection = injectAfter(busy.get(part), target, planned, opensAtMs);
      busy.set(part, injection);
      return injection;
    }),
  );
}

async function injectAfter(
  before: Promise<unknown> | undefined,
  target: Target,
  { name, atMs, choice }: PlannedFault,
  opensAtMs: number,
): Promise<Injected> {
  await before;
  await sleep(Math.max(0, opensAtMs + atMs - performance.now()));
  const seconds = () => ((performance.now() - opensAtMs) / 1000).toFixed(1);
  const from = seconds();
  try {
    await faultOf(name).inject(target, choice);
    return { told: `${name} from ${from} s to ${seconds()} s` };
  } catch (error) {
    return { told: `${name} from ${from} s`, failure: `${name}: ${(error as Error).message}` };
  }
}
