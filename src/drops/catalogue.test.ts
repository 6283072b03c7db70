import { beforeEach, describe, expect, it } from 'vitest';
import { Catalogue } from './catalogue.ts';
import { exampleDrop } from './example-drop.ts';

const standing = {
  entries: 5,
  opensAtMs: 0,
  closesAtMs: null,
  cancelled: false,
  waiting: 0,
  granted: 3,
  stock: 10,
  lastGrantedArrival: 4,
};

describe('the catalogue', () => {
  let catalogue: Catalogue;
  beforeEach(() => {
    // Everything it is asked here it has been told before.
    catalogue = new Catalogue({
      query: () => Promise.reject(new Error('no query')),
      execute: () => Promise.reject(new Error('no query')),
    });
  });

  it('follows the ledger, and keeps to the newest', () => {
    catalogue.put(exampleDrop({ entries: 1 }));
    catalogue.follow('7', standing);
    catalogue.follow('7', { ...standing, entries: 4, granted: 2 });
    expect(catalogue.known('7')).toMatchObject({ entries: 5, granted: 3, lastGrantedArrival: 4 });
  });

  it('takes the words of a change whose answer a batch has overtaken, and the batch’s standing', () => {
    catalogue.put(exampleDrop({ entries: 1, title: 'Before' }));
    catalogue.follow('7', { ...standing, entries: 3, cancelled: true });
    catalogue.changed(exampleDrop({ entries: 2, title: 'After', cancelled: true, waiting: 0, granted: 2 }));
    expect(catalogue.known('7')).toMatchObject({ title: 'After', cancelled: true, waiting: 0, granted: 3, entries: 3 });
  });

  it('learns of a change by the next batch, should the answer to the change be lost', () => {
    catalogue.put(exampleDrop({ entries: 1 }));
    catalogue.follow('7', { ...standing, entries: 3, cancelled: true, waiting: 0, closesAtMs: 9 });
    expect(catalogue.known('7')).toMatchObject({ cancelled: true, waiting: 0, closesAtMs: 9 });
  });

  it('keeps the words of a change, whoever brings what was read before it', () => {
    catalogue.put(exampleDrop({ entries: 5, title: 'Before' }));
    catalogue.changed(exampleDrop({ entries: 6, title: 'After', perUserLimit: 3 }));
    catalogue.put(exampleDrop({ entries: 5, title: 'Before' }));
    expect(catalogue.known('7')).toMatchObject({ title: 'After', perUserLimit: 3, entries: 6 });
    catalogue.follow('7', { ...standing, entries: 9 });
    expect(catalogue.put(exampleDrop({ entries: 5, title: 'Before' }))).toMatchObject({ title: 'After', entries: 9 });
    expect(catalogue.put(exampleDrop({ entries: 8, title: 'Later' }))).toMatchObject({ title: 'Later', entries: 9 });
  });

  it('does not bring back what was deleted while it was read', async () => {
    const { promise, resolve } = Promise.withResolvers<object[]>();
    const row = { id: '7', opens_at: new Date(), created_at: new Date(), entries: '1', price: null };
    const reading = new Catalogue({ query: () => promise as never, execute: async () => {} });
    const loaded = reading.load('7');
    reading.forget('7');
    resolve([row]);
    await loaded;
    expect(reading.known('7')).toBeUndefined();
  });

  it('knows nothing that it has not been told', () => {
    catalogue.follow('7', standing);
    expect(catalogue.known('7')).toBeUndefined();
  });
});
