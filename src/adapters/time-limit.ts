/** Waiting with a limit, for servers that may fall silent. */

export class TookTooLong extends Error {
  constructor(limitMs: number) {
    super(`no answer within ${limitMs} ms`);
  }
}

/** What `work` gives, or TookTooLong. The work goes on all the same; whatever becomes of it then is nobody's. */
export async function withinTime<Result>(limitMs: number, work: Promise<Result>): Promise<Result> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  // Not in the timer's own turn: when it was this process that stood still, the answer has arrived and is read before the turn ends.
  const timer = setTimeout(() => setImmediate(() => reject(new TookTooLong(limitMs))), limitMs);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Aborted after that time, or when `signal` is. */
export function endsWithin(limitMs: number, signal?: AbortSignal): AbortSignal {
  const late = AbortSignal.timeout(limitMs);
  return signal ? AbortSignal.any([late, signal]) : late;
}
