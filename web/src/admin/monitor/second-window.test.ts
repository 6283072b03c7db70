import fc from 'fast-check';
import { expect, test } from 'vitest';
import { counts, percentiles, type SecondsAnswer, SecondWindow } from './second-window.ts';

/** Rows of which `granted` and `p95` say which second and answer they are from. */
function answer(from: number, rows: number, mark = 0): SecondsAnswer {
  const numbers = (base: number) => Array.from({ length: rows }, (_, row) => base + from + row + mark / 10);
  return {
    from,
    ...Object.fromEntries(counts.map((name) => [name, numbers(name === 'granted' ? 0 : 1_000)])),
    ...Object.fromEntries(percentiles.map((name) => [name, numbers(0)])),
  } as SecondsAnswer;
}

const granted = (window: SecondWindow, rows = 3_600) => [...window.view(rows).granted];
const times = (window: SecondWindow, rows = 3_600) => [...window.view(rows).time];

test('is empty before the first answer, and after an empty one', () => {
  const window = new SecondWindow(5);
  expect(window.last).toBeNull();
  window.merge(answer(100, 0));
  expect(window.last).toBeNull();
  expect(times(window)).toEqual([]);
});

test('what comes again replaces what was there', () => {
  const window = new SecondWindow(10);
  window.merge(answer(100, 4));
  window.merge(answer(102, 4, 1));
  expect(times(window)).toEqual([100, 101, 102, 103, 104, 105]);
  expect(granted(window)).toEqual([100, 101, 102.1, 103.1, 104.1, 105.1]);
  expect(window.last).toBe(105);
});

test('an older answer that arrives late changes nothing that it does not tell', () => {
  const window = new SecondWindow(10);
  window.merge(answer(100, 6));
  window.merge(answer(98, 4, 1));
  expect(times(window)).toEqual([100, 101, 102, 103, 104, 105]);
  expect(granted(window)).toEqual([100.1, 101.1, 102, 103, 104, 105]);
});

test('seconds of which nobody told are holes in time that is whole', () => {
  const window = new SecondWindow(10);
  window.merge(answer(100, 2));
  window.merge(answer(104, 1));
  expect(times(window)).toEqual([100, 101, 102, 103, 104]);
  expect(granted(window)).toEqual([100, 101, Number.NaN, Number.NaN, 104]);
});

test('after longer than the window, it begins anew; so it does when the clock was set back', () => {
  const window = new SecondWindow(10);
  window.merge(answer(100, 5));
  window.merge(answer(200, 3));
  expect(times(window)).toEqual([200, 201, 202]);
  window.merge(answer(50, 2));
  expect(times(window)).toEqual([50, 51]);
});

test('an answer longer than the window leaves its last rows', () => {
  const window = new SecondWindow(4);
  window.merge(answer(100, 20));
  expect(times(window)).toEqual([116, 117, 118, 119]);
  expect(granted(window)).toEqual([116, 117, 118, 119]);
});

test('a latency that nobody measured is not zero', () => {
  const window = new SecondWindow(4);
  window.merge({ ...answer(100, 2), p95: [null, 12] });
  expect([...window.view(4).p95]).toEqual([Number.NaN, 12]);
});

test('a view has as many rows as asked for, or as there are', () => {
  const window = new SecondWindow(100);
  window.merge(answer(0, 50));
  expect(times(window, 3)).toEqual([47, 48, 49]);
  expect(times(window, 100)).toHaveLength(50);
});

test('whatever comes in whichever portions, the window is what a plain map would be', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.array(fc.tuple(fc.integer({ min: -6, max: 8 }), fc.integer({ min: 0, max: 9 })), { maxLength: 40 }),
      (rowsMax, portions) => {
        const window = new SecondWindow(rowsMax);
        let expected = new Map<number, number>();
        let last: number | null = null;
        portions.forEach(([offset, rows], turn) => {
          const from = (last ?? 1_000) + offset;
          const portion = answer(from, rows, turn % 10);
          window.merge(portion);
          if (rows === 0) return;
          if (last !== null && (from - last > rowsMax || last - from > rowsMax)) {
            expected = new Map();
            last = null;
          }
          const first: number = last === null ? from : Math.min(...expected.keys());
          for (let second = last === null ? from : last + 1; second < from + rows; second += 1)
            expected.set(second, Number.NaN);
          last = Math.max(...expected.keys());
          portion.granted.forEach((value, row) => {
            if (from + row >= Math.max(first, (last ?? 0) - rowsMax + 1)) expected.set(from + row, value);
          });
          expected = new Map([...expected].filter(([second]) => second > (last ?? 0) - rowsMax));
        });
        const sorted = [...expected].sort(([left], [right]) => left - right);
        expect(times(window)).toEqual(sorted.map(([second]) => second));
        expect(granted(window)).toEqual(sorted.map(([, value]) => value));
        expect(window.last).toBe(last);
      },
    ),
  );
});
