import { describe, expect, it } from 'vitest';
import { addUses, parseMetrics, sumUse } from './resources.ts';

const metrics = `# HELP process_cpu_seconds_total Total user and system CPU time spent in seconds.
# TYPE process_cpu_seconds_total counter
process_cpu_seconds_total 12.5
process_resident_memory_bytes{role="all"} 1.5e8
`;

describe('the metrics', () => {
  it('tell CPU and memory, with labels or without', () => {
    expect(parseMetrics(metrics)).toEqual({ cpuSeconds: 12.5, residentBytes: 150_000_000 });
  });

  it('tell nothing when a figure is missing', () => {
    expect(parseMetrics(metrics.replace('process_resident', 'other'))).toBeUndefined();
  });
});

describe('what was used', () => {
  const at = (cpuSeconds: number, residentBytes: number) => ({ cpuSeconds, residentBytes });

  it('is the growth of the counter, and the memory before, at its peak and after', () => {
    expect(sumUse([at(10, 5), at(11, 9), at(14, 7)])).toEqual({
      cpuSeconds: 4,
      residentBytesBefore: 5,
      residentBytesPeak: 9,
      residentBytesAfter: 7,
    });
  });

  it('counts on through a restart', () => {
    expect(sumUse([at(10, 1), at(12, 1), at(0.5, 1), at(1, 1)])?.cpuSeconds).toBe(3);
  });

  it('is unknown from a single sample', () => {
    expect(sumUse([at(1, 1)])).toBeNull();
  });

  it('is added up over several processes, and unknown when one of them is', () => {
    const one = sumUse([at(10, 5), at(11, 9)]);
    expect(addUses([one, one])).toEqual({
      cpuSeconds: 2,
      residentBytesBefore: 10,
      residentBytesPeak: 18,
      residentBytesAfter: 18,
    });
    expect(addUses([one, null])).toBeNull();
  });
});
