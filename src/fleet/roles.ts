/**
 * What a process does. One program, and as many processes of each role as one likes (S-66).
 *
 *   gateway    the HTTP API, the sockets, the pages
 *   sequencer  drains the queue of claims into the ledger; only with Kafka
 *   worker     jobs that one process of a fleet does at a time
 */
export const ROLES = ['gateway', 'sequencer', 'worker'] as const;
export type Role = (typeof ROLES)[number];
