/** Plays the same acts on the ledger and on the model, and looks after each whether they agree: in what was answered, and in all that is remembered. */
import { expect } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { checkHistory } from '../../src/history/check.ts';
import { parseLedger } from '../../src/history/ledger.ts';
import { exportLedger } from '../../src/ledger/export.ts';
import { mismatchesOf } from '../../src/ledger/reconcile.ts';
import { type Act, lineOf, nameOf, placeText, readAct } from './grant-ledger-acts.ts';
import { breachesOf } from './grant-ledger-invariants.ts';
import type { Books } from './grant-ledger-model.ts';
import { Stage } from './grant-ledger-stage.ts';
import { type DropPlan, type Told, WorldModel } from './grant-ledger-world.ts';

const OF_HOURS = ['closed_too_early', 'granted_outside_hours', 'line_places'];
const OF_PROVIDERS = ['charges', 'payment_left_open'];

export class Play {
  readonly model: WorldModel;
  /** The acts so far, as a table's lines. */
  readonly script: string[] = [];
  readonly #database: Database;
  readonly #stage: Stage;
  #books: Books[];

  static async open(database: Database, plans: readonly DropPlan[]): Promise<Play> {
    const stage = await Stage.open(database, plans);
    return new Play(database, plans, stage, await stage.books());
  }

  private constructor(database: Database, plans: readonly DropPlan[], stage: Stage, books: Books[]) {
    this.#database = database;
    this.#stage = stage;
    this.#books = books;
    this.model = new WorldModel(plans);
  }

  async act(act: Act): Promise<Told> {
    this.script.push(lineOf(act));
    const wasOwed = this.model.drops.map(({ owed }) => owed);
    const expected = this.model.play(act);
    const told = await this.#stage.play(act);
    expect(told).toEqual(expected);

    const books = await this.#stage.books();
    expect(books).toEqual(
      this.model.drops.map(({ books: { waiters, ...rest } }) => ({ ...rest, waiters: byUser(waiters) })),
    );
    for (const [place, after] of books.entries()) {
      const owed = this.model.drops[place]?.owed ?? 0;
      const breaches = breachesOf(this.#books[place] as Books, after, {
        act,
        drop: place,
        wasOwed: wasOwed[place] ?? 0,
        owed,
      });
      expect(breaches).toEqual([]);
    }
    this.#books = books;
    return told;
  }

  /** What the jobs see: what is due, and what is owed to whom. */
  async look(): Promise<void> {
    expect(await this.#stage.looks()).toEqual({
      due: this.model.drops.flatMap(({ due }, place) => due.map((serial) => `${place} ${serial}`)).sort(),
      owed: this.model.drops.map(({ owed }) => owed),
    });
  }

  /** Judged as a whole; and nothing of it is due or owed any more, so that it is in no other test's way. */
  async end(): Promise<void> {
    const due = this.model.drops.flatMap((drop, place) => drop.due.map((serial) => ({ drop: place, serial })));
    if (due.length > 0) await this.act({ act: 'expire', grants: due });
    for (const drop of this.model.drops.keys()) await this.act({ act: 'cancel', drop });
    await this.look();
    expect(await mismatchesOf(this.#database, this.#stage.dropIds)).toEqual([]);
    for (const dropId of this.#stage.dropIds) expect(await this.#violations(dropId)).toEqual([]);
  }

  /** What the judge of load tests says, who replays the log. Here hours change behind the log's back, and nobody really pays. */
  async #violations(dropId: string): Promise<object[]> {
    let lines = '';
    for await (const line of exportLedger(this.#database, dropId)) lines += line;
    const hasClosed = this.script.some((line) => line.startsWith('close'));
    const unfit = [...OF_PROVIDERS, ...(hasClosed ? OF_HOURS : [])];
    return checkHistory([], parseLedger(lines)).filter(({ rule }) => !unfit.includes(rule));
  }

  /** As a table shows it: `done cancelled; bob gets #2`. */
  async row(line: string): Promise<string> {
    const question = /^(?<what>line|units|due|owed)\?$/.exec(line)?.groups?.['what'];
    if (question !== undefined) {
      await this.look();
      return this.#answer(question);
    }
    const { answers, commits } = await this.act(readAct(line));
    const gets = commits.flatMap(({ drop, offered }) =>
      offered.map(({ userId, serial }) => `${nameOf(userId)} gets ${placeText({ drop, serial })}`),
    );
    return [answers.join(', '), gets.join(', ')].filter((part) => part !== '').join('; ');
  }

  #answer(question: string): string {
    const { drops } = this.model;
    const parts = drops.flatMap((drop, place) => {
      const { books } = drop;
      if (question === 'due') return drop.due.map((serial) => placeText({ drop: place, serial }));
      if (question === 'owed') return [String(drop.owed)];
      if (question === 'units') return [`${books.granted} of ${books.stock}`];
      return [...books.waiters]
        .filter(({ state }) => state === 'waiting')
        .sort((a, b) => a.arrival - b.arrival)
        .map(({ userId, arrival }) => `${nameOf(userId)} (${arrival})`);
    });
    return parts.length === 0 ? 'none' : parts.join(', ');
  }
}

const byUser = (waiters: Books['waiters']): Books['waiters'] =>
  [...waiters].sort((a, b) => Number(a.userId) - Number(b.userId));

/**
 * Plays a table: an act per line, and after `->` what it must answer. `line?`, `units?`, `due?` and `owed?` ask who waits, how many units are in somebody's hands, what
 * time has ended and nobody yet, and how many units the line must be offered.
 */
export async function playTable(
  database: Database,
  plans: DropPlan | readonly DropPlan[],
  table: string,
): Promise<void> {
  const play = await Play.open(database, 'kind' in plans ? [plans] : plans);
  const rows = table
    .split('\n')
    .map((row) => row.trim().replace(/\s+/g, ' '))
    .filter((row) => row !== '');
  const played: string[] = [];
  for (const row of rows) {
    const [line = '', expected] = row.split(' -> ');
    const told = await play.row(line);
    played.push(expected === undefined ? line : `${line} -> ${told}`);
  }
  expect(played).toEqual(rows);
  await play.end();
}
