import { expect, test, vi } from 'vitest';

const request = vi.hoisted(() => vi.fn<(path: string) => Promise<unknown>>());
vi.mock('../../http/request.ts', () => ({ request }));
vi.mock('../../drops/drop-store.ts', () => ({ learnDrop: (drop: unknown) => drop }));
const { loadSection } = await import('./sections.ts');

/** Pages of drops by state; a page's cursor is its number. */
function stock(pages: Record<string, number[]>): void {
  request.mockImplementation(async (path) => {
    const query = new URL(path, 'http://shop').searchParams;
    const state = query.get('state') ?? '';
    const page = Number(query.get('cursor') ?? 0);
    const counts = pages[state] ?? [];
    const items = Array.from({ length: counts[page] ?? 0 }, (_, index) => `${state} ${page}.${index}`);
    return { items, next: page + 1 < counts.length ? String(page + 1) : null };
  });
}

async function all(section: 'live' | 'coming' | 'ended'): Promise<number[]> {
  const lengths: number[] = [];
  const seen = new Set<unknown>();
  for (let cursor: string | null = null, turn = 0; turn === 0 || cursor !== null; turn += 1) {
    const page: Awaited<ReturnType<typeof loadSection>> = await loadSection(section, '', cursor);
    lengths.push(page.items.length);
    for (const item of page.items) seen.add(item);
    cursor = page.next;
  }
  expect(seen.size).toBe(lengths.reduce((sum, length) => sum + length, 0));
  return lengths;
}

test('one state goes on into the next, and nothing is left out or told twice', async () => {
  stock({ open: [20, 5], sold_out: [20, 1] });
  expect(await all('live')).toEqual([20, 25, 1]);
  stock({ closed: [], cancelled: [3] });
  expect(await all('ended')).toEqual([3]);
  stock({ closed: [20], cancelled: [20] });
  expect(await all('ended')).toEqual([20, 20]);
  stock({});
  expect(await all('coming')).toEqual([0]);
});
