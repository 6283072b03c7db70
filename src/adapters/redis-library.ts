/**
 * A library of Redis functions, kept in a file beside its caller.
 *
 *   called ──Redis does not know the function──> the library is loaded ──> called once more
 *
 * That happens at the first call ever, and after Redis was restarted empty or its functions were flushed. The order of calls stays: those that failed for this
 * reason are repeated in their order, and whoever comes meanwhile goes behind them.
 *
 * The number in the names of a library and its functions goes up with every change of what they do: during an update processes of two versions share a server.
 */
import { readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RedisClient } from './redis-link.ts';

const MISSING = 'ERR Function not found';

interface Loading {
  /** All calls that were sent before have failed by then, too. */
  readonly loaded: Promise<void>;
  /** All of those have been sent again. */
  readonly repeated: Promise<void>;
}

export class RedisLibrary {
  readonly #code: string;
  #loading: Loading | undefined;

  constructor(file: URL) {
    this.#code = readFileSync(file, 'utf8');
  }

  async call(
    client: RedisClient,
    name: string,
    keys: readonly string[],
    parameters: readonly string[],
  ): Promise<unknown> {
    const command = ['FCALL', name, String(keys.length), ...keys, ...parameters];
    if (this.#loading !== undefined) await this.#loading.repeated;
    try {
      return await client.sendCommand(command);
    } catch (error) {
      if (!(error instanceof Error) || error.message !== MISSING) throw error;
      this.#loading ??= this.#load(client);
      await this.#loading.loaded;
      return client.sendCommand(command);
    }
  }

  #load(client: RedisClient): Loading {
    const loaded = client.functionLoad(this.#code, { REPLACE: true }).then(() => nextTurn());
    const repeated = loaded
      .catch(() => {})
      .then(() => nextTurn())
      .then(() => {
        this.#loading = undefined;
      });
    return { loaded, repeated };
  }
}
