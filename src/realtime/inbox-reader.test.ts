import { describe, expect, it } from 'vitest';
import type { Queryable } from '../database/database.ts';
import type { Numbered } from './inbox.ts';
import { InboxReader } from './inbox-reader.ts';

/** The tables of messages, as the reader's questions see them. */
class Table implements Pick<Queryable, 'query'> {
  rows: Numbered[] = [];
  /** Of each question about cursors: whose they are. */
  readonly replayed: string[][] = [];
  skippedTo = 0;
  /** Called between a question and its answer. */
  onAnswer: (() => void) | undefined;

  get head(): number {
    return Math.max(this.skippedTo, this.rows.at(-1)?.[0] ?? 0);
  }

  write(count: number): void {
    for (let written = 0; written < count; written += 1) this.rows.push([this.head + 1, '7', '{"type":"grant"}']);
  }

  async query<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    const answer = this.#answer(text, values);
    this.onAnswer?.();
    return answer as Row[];
  }

  #answer(text: string, values: readonly unknown[]): object[] {
    if (text.includes('unnest')) {
      const users = values[0] as string[];
      this.replayed.push(users);
      return users.map((_, place) => ({
        position: place + 1,
        head: this.head,
        forgotten: 0,
        number: null,
        body: null,
      }));
    }
    const { head, skippedTo: forgotten } = this;
    if (text.includes('update')) {
      this.skippedTo = Math.max(head, Number(values[0]));
      return [{ number: this.skippedTo }];
    }
    if (!text.includes('from messages')) return [{ number: head }];
    const messages = this.rows
      .filter(([number]) => number > Number(values[0]))
      .map(([number, userId, body]) => ({ head, forgotten, number, user_id: userId, body }));
    return messages.length > 0 ? messages : [{ head, forgotten, number: null }];
  }
}

const openReader = async (table: Table) => {
  const delivered: number[] = [];
  const losses: number[] = [];
  const reader: InboxReader = new InboxReader({
    database: table as unknown as Queryable,
    hearing: () => true,
    deliver: ([number]) => delivered.push(number),
    onLost: () => losses.push(reader.position),
  });
  await reader.open();
  return { reader, delivered, losses };
};

describe('the reader of everybody’s messages', () => {
  it('reads what it has not heard', async () => {
    const table = new Table();
    table.write(2);
    const { reader, delivered, losses } = await openReader(table);
    table.write(3);
    await reader.look();
    expect([delivered, reader.position, losses]).toEqual([[3, 4, 5], 5, []]);
  });

  it('begins anew beyond all numbers that were given out when the database has lost what was delivered', async () => {
    const table = new Table();
    table.write(5);
    const { reader, delivered, losses } = await openReader(table);
    table.rows = table.rows.slice(0, 3);
    await reader.look();
    const [lost = 0] = losses;
    expect(reader.position).toBe(lost);
    expect(lost).toBeGreaterThan(5);
    table.write(1);
    reader.hear({ messages: table.rows.slice(3) });
    await reader.look();
    expect([delivered, losses]).toEqual([[lost + 1], [lost]]);
  });

  it('begins anew when another one has noticed it, before it delivers what came after', async () => {
    const table = new Table();
    table.write(3);
    const behind = await openReader(table);
    table.write(2);
    const { reader, losses } = await openReader(table);
    // The loss, and what was written before anybody noticed: the numbers were given out before, and mean something else.
    table.rows = table.rows.slice(0, 2);
    table.write(2);
    await reader.look();
    table.write(1);
    behind.reader.hear({ messages: table.rows.slice(-1) });
    await expect.poll(() => behind.losses).toEqual([table.head]);
    expect([losses.length, behind.delivered]).toEqual([1, []]);
    table.write(1);
    await behind.reader.look();
    expect([behind.losses.length, behind.delivered]).toEqual([1, [table.head]]);
  });

  it('is not deceived by an answer that is older than the news', async () => {
    const table = new Table();
    const { reader, delivered, losses } = await openReader(table);
    table.onAnswer = () => {
      table.write(1);
      reader.hear({ messages: table.rows.slice(-1) });
    };
    await reader.look();
    expect([delivered, losses]).toEqual([[1], []]);
  });

  it('reads for an account one replay at a time, and for others beside it', async () => {
    const table = new Table();
    table.write(9);
    const { reader } = await openReader(table);
    const requests = ['7', '7', '8'].map((userId, cursor) => reader.replay({ userId, cursor }));
    await Promise.all(requests);
    expect(table.replayed).toEqual([['7', '8'], ['7']]);
  });

  it('does not read what nobody waits for any more', async () => {
    const table = new Table();
    table.write(9);
    const { reader } = await openReader(table);
    await Promise.all(['7', '8'].map((userId) => reader.replay({ userId, cursor: 1, isWanted: () => userId === '8' })));
    await reader.replay({ userId: '7', cursor: 1, isWanted: () => false });
    expect(table.replayed).toEqual([['8']]);
  });

  it('turns an account away of which twenty wait, and takes it again afterwards', async () => {
    const table = new Table();
    table.write(90);
    const { reader } = await openReader(table);
    const twenty = Array.from({ length: 20 }, (_, cursor) => reader.replay({ userId: '7', cursor }));
    await expect(reader.replay({ userId: '7', cursor: 50 })).rejects.toThrow('too many');
    await reader.replay({ userId: '8', cursor: 50 });
    await Promise.all(twenty);
    expect(await reader.replay({ userId: '7', cursor: 50 })).toMatchObject({ complete: true, head: 90 });
  });
});
