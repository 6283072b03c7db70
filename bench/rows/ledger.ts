/**
 * The ledger: claims decided and committed per second, by batch size, one batch at a time, as the sequencer does it. Every claim is another user's and has its own request id;
 * a win has its code, and every batch its log entry.
 *
 *   won       a drop with a unit for everybody
 *   sold out  a drop whose units are gone: every claim is refused by the ledger, with an arrival
 *
 * PostgreSQL with its default settings (durable commits) on this machine, and PGlite as the product runs it, in a folder. Rounds go through all sizes, kinds and databases in turn,
 * so that a slow minute of the machine hits all of them.
 */
import { startPostgres } from '../../ops/servers/postgres.ts';
import { PgliteDatabase } from '../../src/adapters/pglite-database.ts';
import { PostgresDatabase } from '../../src/adapters/postgres-database.ts';
import { newCode } from '../../src/coupons/code.ts';
import type { Database } from '../../src/database/database.ts';
import { migrate } from '../../src/database/migrate.ts';
import { type ClaimRequest, Ledger } from '../../src/ledger/ledger.ts';
import { atLeast, type Figure } from '../figure.ts';
import { deleteFolder, temporaryFolder } from '../processes.ts';
import { showProgress } from '../progress.ts';
import { best, median, spread } from '../statistics.ts';

const BATCH_SIZES = [16, 64, 512, 1_024];
const KINDS = ['won', 'sold out'] as const;
const TARGET_BATCH_SIZE = 512;
const WINS_PER_SECOND_MIN = { PostgreSQL: 40_000, PGlite: 20_000 };
/** How much dearer a claim of a larger batch may be and still count as level: what rounds differ by anyway. */
const LEVEL_TOLERANCE = 0.1;

interface Subject {
  readonly name: keyof typeof WINS_PER_SECOND_MIN;
  readonly version: string;
  readonly database: Database;
  close(): Promise<void>;
}

interface Case {
  readonly subject: Subject;
  readonly kind: (typeof KINDS)[number];
  readonly batchSize: number;
  /** Claims per second, of each round. */
  readonly rounds: number[];
}

export async function ledgerFigures(quick: boolean): Promise<Figure[]> {
  const subjects = await openSubjects();
  try {
    const cases = subjects.flatMap((subject) =>
      KINDS.flatMap((kind) => BATCH_SIZES.map((batchSize): Case => ({ subject, kind, batchSize, rounds: [] }))),
    );
    const rounds = quick ? 2 : 5;
    const durationMs = quick ? 200 : 800;
    // The first round warms up caches and compilers and does not count.
    for (let round = 0; round <= rounds; round += 1) {
      for (const [number, one] of cases.entries()) {
        showProgress(round * cases.length + number + 1, (rounds + 1) * cases.length, describe(one));
        const claimsPerSecond = await measure(one, round === 0 ? durationMs / 4 : durationMs);
        if (round > 0) one.rounds.push(claimsPerSecond);
      }
    }
    return subjects.flatMap((subject) => figuresOf(cases.filter((one) => one.subject === subject)));
  } finally {
    for (const subject of subjects) await subject.close();
  }
}

function describe({ subject, kind, batchSize }: Case): string {
  return `ledger on ${subject.name}, batches of ${batchSize.toLocaleString('en-US')}, ${kind}`;
}

async function openSubjects(): Promise<Subject[]> {
  const subjects: Subject[] = [];
  const server = await startPostgres({ durable: true });
  if (server) {
    const database = new PostgresDatabase({ url: server.url, connectionsMax: 1, ledgerConnectionsMax: 1 });
    subjects.push(
      await subjectOver('PostgreSQL', database, async () => {
        await database.close();
        await server.stop();
      }),
    );
  } else process.stderr.write('No PostgreSQL 15 or newer on this machine: only PGlite is measured.\n');

  const folder = temporaryFolder();
  const database = await PgliteDatabase.open(folder);
  subjects.push(
    await subjectOver('PGlite', database, async () => {
      await database.close();
      deleteFolder(folder);
    }),
  );
  return subjects;
}

async function subjectOver(name: Subject['name'], database: Database, close: () => Promise<void>): Promise<Subject> {
  await migrate(database);
  const [row] = await database.query<{ version: string }>(`select current_setting('server_version') as version`);
  return { name, version: row?.version ?? '', database, close };
}

async function measure({ subject, kind, batchSize }: Case, durationMs: number): Promise<number> {
  const ledger = new Ledger(subject.database, newCode);
  const dropId = await insertDrop(subject.database, kind === 'won' ? 1_000_000_000 : 1);
  if (kind === 'sold out') await ledger.claim(dropId, batchOf(1));
  const expected = kind === 'won' ? 'granted' : 'sold_out';

  let claims = 0;
  let spentMs = 0;
  while (spentMs < durationMs) {
    const batch = batchOf(batchSize);
    const startedAt = performance.now();
    const answer = await ledger.claim(dropId, batch);
    spentMs += performance.now() - startedAt;
    claims += batchSize;
    if (answer?.outcomes.length !== batchSize || answer.outcomes.some(({ outcome }) => outcome !== expected)) {
      throw new Error(`the ledger did not answer ${expected} to all of a batch`);
    }
  }
  return claims / (spentMs / 1000);
}

const CREATE_DROP = `
  insert into drops (kind, title, stock, per_user_limit, opens_at, discount_percent, valid_for_days)
  values ('coupon', 'Benchmark', $1, 1, now(), 20, 30) returning id`;

async function insertDrop(database: Database, stock: number): Promise<string> {
  const [row] = await database.query<{ id: string }>(CREATE_DROP, [stock]);
  if (!row) throw new Error('no drop was made');
  return row.id;
}

let lastUserId = 0;

/** Requests as clients send them: 21 characters, as from nanoid; users in no particular order. */
function batchOf(size: number): ClaimRequest[] {
  return Array.from({ length: size }, () => {
    lastUserId += 1;
    // A multiplicative step through a prime: each id once, and neighbours far apart, as people press.
    const userId = String((lastUserId * 69_621) % 2_147_483_647);
    return { userId, requestId: `bench-${String(lastUserId).padStart(15, '0')}` };
  });
}

function figuresOf(cases: readonly Case[]): Figure[] {
  const figures = cases.map((one): Figure => {
    const { subject, kind, batchSize, rounds } = one;
    const value = median(rounds);
    return {
      what: describe(one),
      value,
      unit: '/s',
      remark: `${(1e6 / value).toFixed(1)} µs a claim, best ${Math.round(best(rounds)).toLocaleString('en-US')}/s`,
      ...(kind === 'won' &&
        batchSize === TARGET_BATCH_SIZE && { target: atLeast(WINS_PER_SECOND_MIN[subject.name], value, '/s') }),
      details: { version: subject.version, batchSize, kind, rounds, spread: spread(rounds) },
    };
  });
  const won = cases.filter(({ kind }) => kind === 'won');
  return [...figures, costFigure(won)];
}

/** Whether a claim gets cheaper, or at least not dearer, as batches grow. */
function costFigure(cases: readonly Case[]): Figure {
  const costsUs = cases.map(({ rounds }) => 1e6 / median(rounds));
  const steps = costsUs.slice(1).map((cost, index) => cost / (costsUs[index] ?? cost));
  const worst = Math.max(...steps);
  return {
    what: `ledger on ${cases[0]?.subject.name}, cost of a win from the smallest to the largest batch`,
    value: (costsUs.at(-1) ?? Number.NaN) / (costsUs[0] ?? Number.NaN),
    unit: '%',
    remark: `${costsUs.map((cost) => cost.toFixed(1)).join(' → ')} µs`,
    target: { text: 'falls or stays level', met: worst <= 1 + LEVEL_TOLERANCE },
    details: { costsUs, worstStep: worst, tolerance: LEVEL_TOLERANCE },
  };
}
