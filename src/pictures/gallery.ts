/**
 * The pictures that this process has at hand, for the hundred thousand who open a drop's page within a minute. Those looked at longest ago go first when they are too much;
 * many who ask for the same one at once cost one query, and what there is not is not looked for again for a moment.
 */
import type { Queryable } from '../database/database.ts';
import type { Picture } from './picture.ts';
import { pictureByName } from './store.ts';

const BYTES_MAX = 64 * 1024 * 1024;
const MISSING_FOR_MS = 1_000;
/** Names that nobody has, and those being looked for. Beyond this, all are looked for again. */
const LOOKED_FOR_MAX = 10_000;

interface LookedFor {
  readonly picture: Promise<Picture | undefined>;
  /** Set when it is known that there is none. */
  untilMs: number;
}

export class Gallery {
  readonly #database: Queryable;
  readonly #bytesMax: number;
  /** The one looked at last comes last. */
  readonly #pictures = new Map<string, Picture>();
  readonly #lookedFor = new Map<string, LookedFor>();
  #bytes = 0;

  /** `bytesMax` for tests. */
  constructor(database: Queryable, bytesMax = BYTES_MAX) {
    this.#database = database;
    this.#bytesMax = bytesMax;
  }

  /** The picture, if it is at hand. */
  known(name: string): Picture | undefined {
    const picture = this.#pictures.get(name);
    if (picture !== undefined) {
      this.#pictures.delete(name);
      this.#pictures.set(name, picture);
    }
    return picture;
  }

  /** The picture, from the database if need be; undefined if there is none. `beforeQuery` may throw, for who asks for too many. */
  async load(name: string, beforeQuery: () => Promise<void>): Promise<Picture | undefined> {
    const known = this.known(name);
    if (known !== undefined) return known;
    const nowMs = performance.now();
    const asked = this.#lookedFor.get(name);
    if (asked !== undefined && asked.untilMs > nowMs) return asked.picture;
    await beforeQuery();
    // Others may have come meanwhile.
    const again = this.#lookedFor.get(name);
    if (again !== undefined && again !== asked) return again.picture;
    return this.#look(name);
  }

  #look(name: string): Promise<Picture | undefined> {
    if (this.#lookedFor.size >= LOOKED_FOR_MAX) this.#lookedFor.clear();
    const picture = pictureByName(this.#database, name);
    const lookedFor = { picture, untilMs: Number.POSITIVE_INFINITY };
    this.#lookedFor.set(name, lookedFor);
    picture.then(
      (found) => {
        if (found === undefined) lookedFor.untilMs = performance.now() + MISSING_FOR_MS;
        else this.put(name, found);
      },
      () => this.#lookedFor.delete(name),
    );
    return picture;
  }

  put(name: string, picture: Picture): void {
    this.#lookedFor.delete(name);
    if (this.known(name) !== undefined) return;
    this.#pictures.set(name, picture);
    this.#bytes += picture.bytes.length;
    for (const [oldest, { bytes }] of this.#pictures) {
      if (this.#bytes <= this.#bytesMax) break;
      this.#pictures.delete(oldest);
      this.#bytes -= bytes.length;
    }
  }
}
