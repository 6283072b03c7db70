/** What a case is, how it ends, and how cases are run: for servers and for clients alike. */

export interface Case<World> {
  /** In docs/socket.md: `S9`, `C4`. */
  readonly rule: string;
  readonly name: string;
  /** Why it cannot be tried with these options; undefined if it can. */
  needs?(world: World): string | undefined;
  /** `slow`: mostly waits, and begins at once. `alone`: after all others, because it disturbs them. */
  readonly pace?: 'slow' | 'alone';
  /** Resolves if the rule holds. Throws `Broken`, or whatever comes in its way. */
  run(world: World): Promise<void>;
}

export type Result = {
  readonly rule: string;
  readonly name: string;
  readonly milliseconds: number;
} /** `firstTry`: what was wrong then. */ & (
  | { readonly state: 'passed'; readonly firstTry?: { readonly expected: string; readonly came: string } }
  | { readonly state: 'failed'; readonly expected: string; readonly came: string }
  | { readonly state: 'not tried'; readonly reason: string }
);

/** The rule does not hold. */
export class Broken extends Error {
  readonly expected: string;
  readonly came: string;

  constructor(expected: string, came: string) {
    super(`expected ${expected}; came ${came}`);
    this.expected = expected;
    this.came = came;
  }
}

/** The case cannot be played against this one, which is no fault of it. */
export class NotTried extends Error {}

export function expectThat(holds: boolean, expected: string, came: unknown): asserts holds {
  if (!holds) throw new Broken(expected, typeof came === 'string' ? came : (JSON.stringify(came) ?? 'nothing'));
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

export interface RunOptions<World> {
  /** Makes what one case plays with; `close` is called when the case is over, however it ended. */
  makeWorld(one: Case<World>): World & { close(): Promise<void> | void };
  /** Of the cases that are neither slow nor alone. */
  readonly atOnceMax: number;
  readonly withinMs: number;
  /** What fails is played once more, alone: a machine that stood still for a moment is nobody's fault, and whoever breaks a rule breaks it again. */
  readonly isTriedTwice?: boolean;
  onResult?(result: Result): void;
}

/** Runs all cases; the results are in the order of the cases. */
export async function runCases<World>(
  cases: readonly Case<World>[],
  { makeWorld, atOnceMax, withinMs, isTriedTwice = false, onResult }: RunOptions<World>,
): Promise<Result[]> {
  const results = new Map<Case<World>, Result>();
  const play = async (one: Case<World>): Promise<void> => {
    const result = await playCase(one, makeWorld(one), withinMs);
    results.set(one, result);
    onResult?.(result);
  };
  const waiting = cases.filter(({ pace }) => pace === undefined);
  const lane = async (): Promise<void> => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) await play(one);
  };
  const slow = cases.filter(({ pace }) => pace === 'slow').map(play);
  await Promise.all([...slow, ...Array.from({ length: atOnceMax }, lane)]);
  for (const one of cases) if (one.pace === 'alone') await play(one);
  for (const one of isTriedTwice ? cases : []) {
    const first = results.get(one);
    if (first?.state !== 'failed') continue;
    await play(one);
    const second = results.get(one);
    const { expected, came } = first;
    if (second?.state === 'passed') results.set(one, { ...second, firstTry: { expected, came } });
  }
  return cases.flatMap((one) => results.get(one) ?? []);
}

async function playCase<World>(
  one: Case<World>,
  world: World & { close(): Promise<void> | void },
  withinMs: number,
): Promise<Result> {
  const { rule, name } = one;
  const startedMs = performance.now();
  const over = (): { rule: string; name: string; milliseconds: number } => ({
    rule,
    name,
    milliseconds: Math.round(performance.now() - startedMs),
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    const reason = one.needs?.(world);
    if (reason !== undefined) return { ...over(), state: 'not tried', reason };
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Broken(`an end within ${withinMs / 1000} s`, 'none')), withinMs);
    });
    await Promise.race([one.run(world), late]);
    return { ...over(), state: 'passed' };
  } catch (error) {
    if (error instanceof NotTried) return { ...over(), state: 'not tried', reason: error.message };
    const { expected, came } =
      error instanceof Broken ? error : { expected: 'no error', came: String((error as Error).message ?? error) };
    return { ...over(), state: 'failed', expected: shown(expected), came: shown(came) };
  } finally {
    clearTimeout(timer);
    await Promise.resolve(world.close()).catch(() => {});
  }
}

const SHOWN_MAX = 600;

/** Reports end up in logs and in mails: nobody's token belongs there. */
function shown(text: string): string {
  const hidden = text.replaceAll(/[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}|token-\d+-\w+/g, '(a token)');
  return hidden.length <= SHOWN_MAX ? hidden : `${hidden.slice(0, SHOWN_MAX)} …`;
}
