import { amount } from '../../language/format.ts';

export const fleetEnglish = {
  title: 'Servers',
  about: 'Each process tells of itself every few seconds.',
  none: 'No process has told of itself yet.',
  process: 'Process',
  health: 'State',
  healths: { well: 'Well', busy: 'Busy', silent: 'Silent' },
  roles: { gateway: 'gateway', sequencer: 'sequencer', worker: 'worker' } as Record<string, string>,
  sockets: 'Sockets',
  people: 'People connected',
  claimsWaiting: 'Claims being decided',
  lag: 'Queue lag',
  noQueue: 'no queue',
  cpu: 'CPU',
  memory: 'Memory',
  late: 'Lateness',
  milliseconds: (value: number) => `${amount(value)} ms`,
  silentSince: (time: string) => `Silent since ${time}`,
};

export type FleetMessages = typeof fleetEnglish;
