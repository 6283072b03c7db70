/**
 * From a commit to the sockets on another gateway. Everybody presses through gateway A; on gateway B a thousand people watch the drop, and a few press.
 *
 *   age of a frame      when a live view comes: how old the newest commit is that it tells of
 *   commit to frame     how long until a commit is in a live view. At most five are sent a second, so that half of all commits wait for more than 100 ms by design
 *   commit to answer    from a commit to the answer of somebody on B that it decided: sequencer, Redis, gateway, socket
 *
 * The commit's time is the database's clock of the same machine, read when it has the drop's lock: what the decision itself takes, and its way to the disk, are in all three.
 */
import { fileURLToPath } from 'node:url';
import type { ConnectWatchers, Watched } from '../clients/protocol.ts';
import { createAccounts } from '../drops.ts';
import { below, type Figure } from '../figure.ts';
import { answerAgesMs, type Commit, firstTellingsMs, frameAgesMs } from '../fleet/fan-out.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { askPostgres } from '../fleet/servers.ts';
import { latestDropId, nextDrop } from '../fleet/steady-load.ts';
import { withFleet } from '../fleet/with-fleet.ts';
import { problemOf, type Sale } from '../loadtest.ts';
import { ask, startNode, stopProcess } from '../processes.ts';
import { showProgress } from '../progress.ts';
import { median, percentile } from '../statistics.ts';

const WATCHER = fileURLToPath(new URL('../clients/watcher.ts', import.meta.url));
const WATCHERS = 1_000;
const PROBERS = 100;
const PROBES_PER_SECOND = 20;
const USERS = 2_000;
const FRAME_AGE_P99_MS_MAX = 100;
const COMMITS = `
  select extract(epoch from at)::float8 * 1000 as "atMs", (body->>'firstArrival')::integer as "firstArrival", body->>'outcomes' as outcomes
  from log_entries where drop_id = $1 and kind = 'claims' order by number`;

interface Run {
  readonly sale: Sale;
  readonly frames: number;
  /** Presses on the watched gateway that got no outcome. */
  readonly faults: readonly string[];
  readonly ages: Percentiles;
  readonly tellings: Percentiles;
  readonly answers: Percentiles;
}

type Percentiles = Readonly<Record<'p50' | 'p99' | 'max', number>>;

export function fleetFanOutFigures(quick: boolean): Promise<Figure[]> {
  const perSecond = quick ? 1_000 : 3_000;
  const seconds = quick ? 4 : 15;
  const rounds = quick ? 1 : 3;
  showProgress(0, rounds, 'fleet: starting');
  return withFleet(2, async (fleet) => {
    const runs: Run[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      showProgress(round, rounds, `fleet, fan-out at ${perSecond} claims/s`);
      runs.push(await run(fleet, perSecond, seconds));
    }
    return figuresOf(runs, perSecond);
  });
}

async function run(fleet: Fleet, perSecond: number, seconds: number): Promise<Run> {
  const [pressedAt = '', watchedAt = ''] = fleet.urls;
  const client = startNode(WATCHER, [], { core: undefined });
  try {
    const tokens = await createAccounts(fleet.api, WATCHERS + PROBERS);
    const [watcherTokens, proberTokens] = [tokens.slice(PROBERS), tokens.slice(0, PROBERS)];
    const connect: ConnectWatchers = { type: 'connect-watchers', url: watchedAt, watcherTokens, proberTokens };
    await ask(client, connect);

    const presses = perSecond * seconds;
    const limit = 2 * Math.ceil(presses / USERS);
    const people = ['--users', String(USERS), '--stock', String(2 * presses), '--limit', String(limit), '--no-watch'];
    const lastDropId = await latestDropId(fleet);
    const playing = fleet.play(
      [...people, '--rate', String(perSecond), '--seconds', String(seconds), '--lead', '5'],
      [pressedAt],
    );
    const { id: dropId, opensAtMs } = await nextDrop(fleet, lastDropId, playing);
    await ask(client, { type: 'watch', dropId });
    await new Promise((resolve) => setTimeout(resolve, opensAtMs + 1_000 - Date.now()));
    const probes = (seconds - 2) * PROBES_PER_SECOND;
    await ask(client, { type: 'press', dropId, perSecond: PROBES_PER_SECOND, presses: probes });
    await new Promise((resolve) => setTimeout(resolve, opensAtMs + seconds * 1000 - Date.now()));
    const watched = await ask<Watched>(client, { type: 'finish' });
    const sale = await playing;
    const commits = await askPostgres<Commit>(fleet.databaseUrl, COMMITS, [dropId]);
    return {
      sale,
      frames: watched.frames.length,
      faults: watched.probes.flatMap(({ fault, answeredAtMs }) => fault ?? (answeredAtMs === 0 ? 'unanswered' : [])),
      ages: percentiles(frameAgesMs(commits, watched.frames)),
      tellings: percentiles(firstTellingsMs(commits, watched.frames, WATCHERS)),
      answers: percentiles(answerAgesMs(commits, watched.probes)),
    };
  } finally {
    await stopProcess(client);
  }
}

function percentiles(values: readonly number[]): Percentiles {
  return { p50: percentile(values, 0.5), p99: percentile(values, 0.99), max: percentile(values, 1) };
}

function figuresOf(runs: readonly Run[], perSecond: number): Figure[] {
  const rate = `${perSecond.toLocaleString('en-US')} claims/s`;
  const of = (name: 'ages' | 'tellings' | 'answers', which: keyof Percentiles): number =>
    median(runs.map((run) => run[name][which]));
  const figure = (what: string, name: 'ages' | 'tellings' | 'answers', remark: string): Figure => ({
    what: `fleet, ${rate} on another gateway, ${what}, p99`,
    value: of(name, 'p99'),
    unit: 'ms',
    remark: `p50 ${of(name, 'p50').toFixed(1)} ms, max ${of(name, 'max').toFixed(0)} ms; ${remark}`,
    details: { runs: runs.map((run) => run[name]) },
  });
  const problems = runs.map(({ sale }) => problemOf(sale)).filter((problem) => problem !== '');
  const ages = figure(
    'age of a live view',
    'ages',
    `${runs[0]?.frames.toLocaleString('en-US')} frames to ${WATCHERS.toLocaleString('en-US')} sockets; ${problems.join('; ') || 'no errors, clean history'}; ${runs.length} runs`,
  );
  // What was measured while something failed is no figure.
  const { text, met } = below(FRAME_AGE_P99_MS_MAX, ages.value, 'ms');
  const faults = runs.flatMap((run) => run.faults);
  return [
    { ...ages, target: { text, met: met && problems.length === 0 } },
    figure('from a commit to the first live view with it', 'tellings', 'at most five a second, by design'),
    figure(
      'from a commit to the answer',
      'answers',
      `${PROBES_PER_SECOND} a second were looked at${faults.length > 0 ? `; ${faults.length} got no outcome: ${[...new Set(faults)].join(', ')}` : ''}`,
    ),
  ];
}
