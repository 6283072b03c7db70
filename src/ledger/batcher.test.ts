import { describe, expect, it } from 'vitest';
import { Batcher, Overloaded } from './batcher.ts';

/** Decides when it is told to; `batches` are those that it was given. */
function makeBatcher(options: { batchMax?: number; queueMax?: number } = {}) {
  const batches: string[][] = [];
  const gates: ((error?: Error) => void)[] = [];
  const batcher = new Batcher<string, string>({
    ...{ batchMax: 10, queueMax: 10, ...options },
    keyOf: (request) => request.split(' ')[0] ?? '',
    decide: (requests) => {
      batches.push([...requests]);
      return new Promise((resolve, reject) => {
        gates.push((error) => (error ? reject(error) : resolve(requests.map((request) => `${request}!`))));
      });
    },
  });
  const open = async (error?: Error): Promise<void> => {
    await expect.poll(() => gates.length).toBeGreaterThan(0);
    gates.shift()?.(error);
  };
  return { batcher, batches, open };
}

describe('the batcher', () => {
  it('gathers what comes in one turn, and then what comes while a batch is decided', async () => {
    const { batcher, batches, open } = makeBatcher();
    const first = [batcher.submit('a 1'), batcher.submit('b 1')];
    await expect.poll(() => batches.length).toBe(1);
    const second = [batcher.submit('c 1'), batcher.submit('d 1')];
    await open();
    await open();
    expect(await Promise.all([...first, ...second])).toEqual(['a 1!', 'b 1!', 'c 1!', 'd 1!']);
    expect(batches).toEqual([
      ['a 1', 'b 1'],
      ['c 1', 'd 1'],
    ]);
  });

  it('never decides two with one key in the same batch, and keeps their order', async () => {
    const { batcher, batches, open } = makeBatcher();
    const answers = ['a 1', 'a 2', 'b 1', 'a 3'].map((request) => batcher.submit(request));
    for (let batch = 0; batch < 3; batch += 1) await open();
    expect(await Promise.all(answers)).toEqual(['a 1!', 'a 2!', 'b 1!', 'a 3!']);
    expect(batches).toEqual([['a 1', 'b 1'], ['a 2'], ['a 3']]);
  });

  it('keeps batches to their size, and turns away whom it cannot remember', async () => {
    const { batcher, batches, open } = makeBatcher({ batchMax: 2, queueMax: 3 });
    const answers = ['a', 'b', 'c'].map((request) => batcher.submit(request));
    await expect(batcher.submit('d')).rejects.toBeInstanceOf(Overloaded);
    await open();
    await open();
    expect(await Promise.all(answers)).toEqual(['a!', 'b!', 'c!']);
    expect(batches).toEqual([['a', 'b'], ['c']]);
  });

  it('answers nobody when there are too few answers: one would be somebody else’s', async () => {
    const batcher = new Batcher<string, string>({
      ...{ batchMax: 10, queueMax: 10, keyOf: (request) => request },
      decide: async (requests) => requests.slice(1),
    });
    const answers = await Promise.allSettled([batcher.submit('a'), batcher.submit('b')]);
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('tells all of a batch that it is in doubt, and goes on with the next', async () => {
    const { batcher, open } = makeBatcher({ batchMax: 1 });
    const [broken, good] = [batcher.submit('a'), batcher.submit('b')];
    await open(new Error('away'));
    await expect(broken).rejects.toThrow('away');
    await open();
    expect(await good).toBe('b!');
  });
});
