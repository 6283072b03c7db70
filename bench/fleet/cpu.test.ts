import { expect, it } from 'vitest';
import { cpuSecondsIn, cpuUsPerClaim } from './cpu.ts';

it('adds up user and system time, its own and its ended children’s, whatever the name of the process', () => {
  const stat = '4711 (post) gres: (x) S 1 4711 4711 0 -1 4194560 900 12 0 0 150 50 30 20 20 0 1 0 100 200 300';
  expect(cpuSecondsIn(stat)).toBe(2.5);
});

it('leaves out what is used anyway', () => {
  const busy = { seconds: 10, cpuSeconds: { gateway: 1.5, Kafka: 0.5 } };
  const idle = { seconds: 5, cpuSeconds: { gateway: 0.05, Kafka: 0.2 } };
  const { gateway, Kafka } = cpuUsPerClaim(busy, idle, 1_000);
  expect(gateway).toBeCloseTo(140);
  expect(Kafka).toBeCloseTo(10);
});
