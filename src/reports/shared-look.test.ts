import { describe, expect, it, vi } from 'vitest';
import { SharedLook } from './shared-look.ts';

describe('a shared look', () => {
  it('is one per period, whoever asks', async () => {
    let looks = 0;
    const look = new SharedLook(async () => {
      looks += 1;
      return looks;
    });
    expect(await Promise.all([look.get(1), look.get(1)])).toEqual([1, 1]);
    expect(await look.get(1)).toBe(1);
    expect(await look.get(2)).toBe(2);
  });

  it('is one under way, however long it takes', async () => {
    const answers: ((value: string) => void)[] = [];
    const look = new SharedLook(() => new Promise<string>((resolve) => answers.push(resolve)));
    const first = look.get(1);
    const second = look.get(2);
    answers[0]?.('of the first period');
    expect(await Promise.all([first, second])).toEqual(['of the first period', 'of the first period']);
    void look.get(2);
    expect(answers).toHaveLength(2);
  });

  it('that failed is not remembered', async () => {
    let looks = 0;
    const look = new SharedLook(async () => {
      looks += 1;
      if (looks === 1) throw new Error('away');
      return 'there';
    });
    await expect(look.get(1)).rejects.toThrow('away');
    expect(await look.get(1)).toBe('there');
  });

  it('is one under way, also for who asks again at once when one has failed', async () => {
    const looks: PromiseWithResolvers<string>[] = [];
    const look = new SharedLook(() => {
      const next = Promise.withResolvers<string>();
      looks.push(next);
      return next.promise;
    });
    const again = look.get(1).catch(() => look.get(1));
    looks[0]?.reject(new Error('away'));
    await vi.waitUntil(() => looks.length === 2);
    const later = look.get(2);
    looks[1]?.resolve('there');
    expect(await Promise.all([again, later])).toEqual(['there', 'there']);
    expect(looks).toHaveLength(2);
  });
});
