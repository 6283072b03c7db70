/**
 * The database as the domain folders see it: PostgreSQL's SQL, whoever runs it.
 *
 * Both adapters answer alike: `bigint` as a string, `timestamptz` as a Date, `json` parsed. What the port leaves out: cursors, COPY and LISTEN, because
 * the embedded database has one connection and must not be held by a slow reader.
 */
export interface Queryable {
  /** Runs one statement. Throws a DatabaseError with the SQLSTATE in `code` when PostgreSQL refuses it. */
  query<Row extends object>(text: string, parameters?: readonly unknown[]): Promise<Row[]>;
  /** Runs a script of several statements without parameters: migrations, functions. */
  execute(script: string): Promise<void>;
}

export interface Database extends Queryable {
  /** Runs `work` in one transaction: committed when it resolves, rolled back when it throws. */
  transaction<Result>(work: (transaction: Queryable) => Promise<Result>): Promise<Result>;
  /** For what takes long and cannot be in a transaction. PostgreSQL: a connection of its own, so that nobody waits, and that what `work` locks is free when it ends, however it ends. */
  session<Result>(work: (session: Queryable) => Promise<Result>): Promise<Result>;
  /**
   * The ledger's way in. A sale's batches must not stand in line behind ten thousand people who look at their coupons, so these statements go first
   * (embedded: ahead in the queue; PostgreSQL: on connections of their own).
   */
  readonly expressLane: Queryable;
  close(): Promise<void>;
}

/** SQLSTATE codes that the domain answers to, from PostgreSQL's appendix A. */
export const SQLSTATE = {
  ...{ uniqueViolation: '23505', checkViolation: '23514' },
  ...{ deadlockDetected: '40P01', lockNotAvailable: '55P03' },
} as const;

/** The shape that pg's and PGlite's errors share. */
export interface DatabaseError extends Error {
  readonly code: string;
  readonly constraint?: string;
}

export function isDatabaseError(error: unknown, code: string, constraint?: string): error is DatabaseError {
  if (!(error instanceof Error) || !('code' in error) || error.code !== code) return false;
  return constraint === undefined || ('constraint' in error && error.constraint === constraint);
}

/** SQLSTATE classes that say that the server or the way to it fails, not the statement: connection, resources, shutdown, system. */
const AWAY = /^(08|53|57|58)/;

/** Whether the database has looked at the statement and refused it: it is there. */
export function isRefusedStatement(error: Error): boolean {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return /^[0-9A-Z]{5}$/.test(code) && !AWAY.test(code);
}
