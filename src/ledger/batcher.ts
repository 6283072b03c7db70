/**
 * Gathers requests while the previous batch of them is under way, and lets one batch at a time be decided: the longer a batch takes, the more gather for the
 * next one, and the cheaper each request becomes. As with claims (claims/direct-intake.ts), but for requests on any drops, which travel in one batch together.
 *
 *   idle ──a request──> gathering (until this turn of the event loop ends) ──> deciding ──none waits──> idle
 *                                                                              └── others wait ──> deciding the next batch
 *
 * Requests with the same key never share a batch: the later one meets what the earlier one has done.
 */
export interface BatcherOptions<Request, Answer> {
  readonly batchMax: number;
  /** Beyond so many that wait, a request is turned away at once. */
  readonly queueMax: number;
  readonly keyOf: (request: Request) => string;
  /** One answer per request, in their order. When it throws, the batch is in doubt, and each of its requests throws the same. */
  readonly decide: (requests: readonly Request[]) => Promise<readonly Answer[]>;
}

/** Too many wait. Nothing was done. */
export class Overloaded extends Error {}

interface Waiting<Request, Answer> {
  readonly request: Request;
  readonly key: string;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

export class Batcher<Request, Answer> {
  readonly #options: BatcherOptions<Request, Answer>;
  #waiting: Waiting<Request, Answer>[] = [];
  #deciding = false;

  constructor(options: BatcherOptions<Request, Answer>) {
    this.#options = options;
  }

  /** Rejects with Overloaded, or with what `decide` threw: then it is in doubt whether it was done. */
  submit(request: Request): Promise<Answer> {
    if (this.#waiting.length >= this.#options.queueMax) return Promise.reject(new Overloaded('too many wait'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, key: this.#options.keyOf(request), resolve, reject });
      if (this.#deciding) return;
      this.#deciding = true;
      setImmediate(() => void this.#run());
    });
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#take();
      try {
        const answers = await this.#options.decide(batch.map(({ request }) => request));
        // An answer too few would be somebody else's: then nobody is answered.
        if (answers.length !== batch.length) {
          throw new Error(`${answers.length} answers to a batch of ${batch.length}`);
        }
        for (const [place, { resolve }] of batch.entries()) resolve(answers[place] as Answer);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#deciding = false;
  }

  /** The first of each key, in the order they came; the others keep their places for the next batch. */
  #take(): Waiting<Request, Answer>[] {
    const keys = new Set<string>();
    const batch: Waiting<Request, Answer>[] = [];
    const later: Waiting<Request, Answer>[] = [];
    for (const waiting of this.#waiting) {
      const fits = batch.length < this.#options.batchMax && !keys.has(waiting.key);
      (fits ? batch : later).push(waiting);
      keys.add(waiting.key);
    }
    this.#waiting = later;
    return batch;
  }
}
