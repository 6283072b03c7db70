import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Catalogue } from '../drops/catalogue.ts';
import { exampleDrop } from '../drops/example-drop.ts';
import { CLOSE, type Listener } from './listener.ts';
import { LiveView } from './live-view.ts';
import type { Packet } from './packet.ts';

/** A person who watches, and what they have heard. */
class Watcher {
  readonly heard: string[] = [];
  readonly closes: number[] = [];
  watched: readonly string[] = [];
  unknownDrops = 0;
  readonly address: string;

  constructor(address = '203.0.113.7') {
    this.address = address;
  }

  send(message: string): void {
    const { type, code, dropId } = JSON.parse(message);
    this.heard.push(`${code ?? type} ${dropId}`);
  }

  sendPacket(_packet: Packet): void {}

  close(code: number): void {
    this.closes.push(code);
  }
}

describe('looking up what is watched', () => {
  let queries: string[][];
  let answer: (() => void)[];
  let view: LiveView;
  let fails: boolean;

  beforeEach(() => {
    queries = [];
    answer = [];
    fails = false;
    const database = {
      query: (_text: string, [ids]: [string[]]) =>
        new Promise((resolve, reject) => {
          queries.push(ids);
          answer.push(() => (fails ? reject(new Error('away')) : resolve([])));
        }),
    };
    view = new LiveView(new Catalogue(database as never), Date.now);
  });

  const watch = (watcher: Watcher, ...ids: string[]) => view.watch(watcher as unknown as Listener, ids);
  const answered = async () => {
    for (const each of answer.splice(0)) each();
    await new Promise((resolve) => setImmediate(resolve));
  };

  it('costs one query, however many drops, and one at a time, however often somebody changes their mind', async () => {
    const watcher = new Watcher();
    watch(watcher, '1', '2', '3');
    watch(watcher, '4', '5');
    watch(watcher, '6', 'no id');
    expect(queries).toEqual([['1', '2', '3']]);
    await answered();
    expect(queries).toEqual([['1', '2', '3'], ['6']]);
    await answered();
    expect(watcher.heard).toEqual(['drop_not_found 6', 'drop_not_found no id']);
  });

  it('costs one query for all who look for the same', async () => {
    const watchers = Array.from({ length: 50 }, () => new Watcher());
    for (const watcher of watchers) watch(watcher, '7', '8');
    expect(queries).toEqual([['7', '8']]);
    await answered();
    for (const { heard } of watchers) expect(heard).toEqual(['drop_not_found 7', 'drop_not_found 8']);
  });

  it('is not done for who has gone', async () => {
    const watcher = new Watcher();
    watch(watcher, '1');
    watch(watcher, '2');
    view.leave(watcher as unknown as Listener);
    await answered();
    expect(queries).toEqual([['1']]);
    expect(watcher.heard).toEqual([]);
  });

  it('does not say that a drop is not there when nobody could look', async () => {
    fails = true;
    const watcher = new Watcher();
    watch(watcher, '1');
    await answered();
    expect(watcher.heard).toEqual(['ledger_unavailable 1']);
    expect(watcher.unknownDrops).toBe(0);
  });

  it('is over for an address from which nothing but unknown drops comes, on however many connections', async () => {
    const ids = (of: number) => Array.from({ length: 100 }, (_, number) => String(1 + of * 100 + number));
    for (let connection = 0; connection < 30; connection += 1) {
      const watcher = new Watcher();
      watch(watcher, ...ids(connection));
      await answered();
      expect(watcher.closes).toEqual(connection < 20 ? [] : [CLOSE.flood]);
    }
    expect(queries).toHaveLength(20);
    const other = new Watcher('198.51.100.1');
    watch(other, ...ids(99));
    expect(queries).toHaveLength(21);
  });
});

describe('what the catalogue has forgotten', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    ['is found again, where it still is', [exampleDrop()], ['drop 7', 'drop 7']],
    ['is told to be gone, once, where it was deleted', [], ['drop 7', 'drop_not_found 7']],
  ])('%s', async (_name, still, heard) => {
    const catalogue = new Catalogue({} as never);
    catalogue.put(exampleDrop());
    let asked = 0;
    catalogue.loadAll = async () => {
      asked += 1;
      // As a catalogue does, and with one unit fewer, so that there is something to tell.
      for (const drop of still) catalogue.put({ ...drop, granted: 1 });
      return new Map(still.map((drop) => [drop.id, drop]));
    };
    const view = new LiveView(catalogue, Date.now);
    const watcher = new Watcher();
    watcher.sendPacket = (packet: Packet) => watcher.send(packet.text);
    view.start();
    view.watch(watcher as unknown as Listener, ['7']);
    catalogue.forget('7');
    await vi.advanceTimersByTimeAsync(2_000);
    view.stop();
    expect(watcher.heard).toEqual(heard);
    expect(asked).toBe(1);
  });

  it('is found again with one query, however many drops it is, but not with more than is good for anybody', async () => {
    const ids = Array.from({ length: 600 }, (_, place) => String(1 + place));
    const catalogue = new Catalogue({} as never);
    const asked: number[] = [];
    catalogue.loadAll = async (wanted) => {
      asked.push(wanted.length);
      return new Map(wanted.map((id) => [id, catalogue.put(exampleDrop({ id, granted: 1 }))]));
    };
    for (const id of ids) catalogue.put(exampleDrop({ id }));
    const view = new LiveView(catalogue, Date.now);
    const watcher = new Watcher();
    watcher.sendPacket = (packet: Packet) => watcher.send(packet.text);
    view.watch(watcher as unknown as Listener, ids);
    for (const id of ids) catalogue.forget(id);
    watcher.heard.length = 0;
    view.start();
    await vi.advanceTimersByTimeAsync(2_000);
    view.stop();
    expect(asked).toEqual([500, 100]);
    expect(watcher.heard.toSorted()).toEqual(ids.map((id) => `drop ${id}`).toSorted());
  });

  it('is still watched while nobody knows what became of it', async () => {
    const catalogue = new Catalogue({} as never);
    catalogue.put(exampleDrop());
    catalogue.loadAll = () => Promise.reject(new Error('away'));
    const view = new LiveView(catalogue, Date.now);
    const watcher = new Watcher();
    watcher.sendPacket = (packet: Packet) => watcher.send(packet.text);
    view.start();
    view.watch(watcher as unknown as Listener, ['7']);
    catalogue.forget('7');
    await vi.advanceTimersByTimeAsync(2_000);
    catalogue.put(exampleDrop({ granted: 4 }));
    await vi.advanceTimersByTimeAsync(2_000);
    view.stop();
    expect(watcher.heard).toEqual(['drop 7', 'drop 7']);
  });
});
