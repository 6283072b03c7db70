/**
 * A whole sale, from the opening until every unit is paid:
 *
 *   pressing   everybody presses at the opening, over the socket that they keep; then everybody lives their own sale (person.ts)
 *   over       `sold`     everybody who was busy is done, and every unit is paid
 *              `settled`  everybody is done, and nobody waits for what is left
 *              `stuck`    people wait for units that are left, and for a while nobody has done anything, nor was offered any
 *              `late`     the time of `--within` is over
 *
 * Whoever still waits in line when it is over goes home. Whatever happens, connections are closed in the end.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../answer.ts';
import type { Buyer, Connection } from '../connection.ts';
import type { Options } from '../options.ts';
import { Presser } from '../presser.ts';
import { closeWithinMs, progressEveryMs, sendInTime } from '../pressing.ts';
import { showProgress } from '../progress.ts';
import { seededRandom } from '../random.ts';
import type { Claim, RunRecord } from '../record.ts';
import type { Gateways } from '../setup.ts';
import { SocketConnection } from '../socket-client.ts';
import { within } from '../wait.ts';
import { PersonCalls } from './calls.ts';
import type { TestCards } from './cards.ts';
import { drawIntentions } from './conduct.ts';
import { Inbox, type News } from './inbox.ts';
import type { WholeSaleOptions } from './options.ts';
import { Person, type Sale } from './person.ts';
import { SaleRecord } from './sale-record.ts';

export type SaleEnd = 'sold' | 'settled' | 'stuck' | 'late';

export interface WholeSaleParts {
  readonly options: Options;
  readonly wholeSale: WholeSaleOptions;
  readonly gateways: Gateways;
  readonly buyers: readonly Buyer[];
  /** One socket per buyer, in their order. */
  readonly connections: readonly Connection[];
  readonly claims: readonly Claim[];
  readonly cards: TestCards;
  readonly record: RunRecord;
  /** By the monotonic clock. */
  readonly opensAt: number;
  readonly clockOffsetMs: number;
  readonly signal: AbortSignal;
}

/** Nobody is busy for so many holds: then no unit is on its way to anybody, not even one whose offer nobody heard of. */
const stuckAfterHolds = 3;

/** Plays it to its end. Rejects when the signal aborts, or a person does. */
export async function playWholeSale(parts: WholeSaleParts): Promise<{ record: SaleRecord; end: SaleEnd }> {
  const { options, claims, connections, record, signal } = parts;
  const over = new AbortController();
  const failed = new AbortController();
  const sale = makeSale(parts, over.signal);
  const people = makePeople(parts, sale);
  const lives: Promise<void>[] = [];
  const live = (claim: Claim, answer: Answer | null) => {
    const person = people.get(claim.buyer.id);
    if (person?.standing !== 'pressing') return;
    lives.push(person.live(claim.requestId, answer).catch((error: unknown) => failed.abort(error)));
  };
  const presser = new Presser(connections, record, options.timeoutSeconds * 1000, undefined, (claim) =>
    live(claim, claim.answer),
  );
  const stop = AbortSignal.any([signal, failed.signal]);
  try {
    await sendInTime(claims, (claim) => presser.press(claim, 1), stop);
    const end = await untilOver(parts, sale, [...people.values()], stop);
    return { record: sale.record, end };
  } finally {
    sale.record.overAt = performance.now();
    over.abort(new Error('the sale is over'));
    presser.giveUp();
    for (const connection of connections) connection.close();
    const closed = Promise.all([presser.whenDone(), ...lives]);
    await within(closed, closeWithinMs, 'closing the connections', new AbortController().signal);
  }
}

function makeSale({ options, wholeSale, cards, record, clockOffsetMs }: WholeSaleParts, over: AbortSignal): Sale {
  const countError = (kind: string) => record.countError(kind);
  const { stock } = options;
  return { options: wholeSale, stock, cards, clockOffsetMs, record: new SaleRecord(), countError, over };
}

function makePeople(parts: WholeSaleParts, sale: Sale): Map<string, Person> {
  const { wholeSale, gateways, buyers, connections, record, options } = parts;
  const intentions = drawIntentions(buyers.length, wholeSale, seededRandom(options.seed));
  const people = new Map<string, Person>();
  for (const [index, buyer] of buyers.entries()) {
    const inbox = new Inbox((news) => noteOffer(news, sale.record));
    const socket = connections[index];
    if (socket instanceof SocketConnection) socket.follow(inbox);
    const calls = new PersonCalls(gateways[index % gateways.length] ?? gateways[0], buyer, record, sale.over);
    const meant = intentions[index];
    if (meant !== undefined) people.set(buyer.id, new Person(buyer.id, sale, meant, calls, inbox));
  }
  return people;
}

function noteOffer(news: News, { offers }: SaleRecord): void {
  if (news.type !== 'grant' || news.because !== 'offered' || offers.has(news.grant.id)) return;
  offers.set(news.grant.id, performance.now());
}

async function untilOver(
  { options, wholeSale, opensAt }: WholeSaleParts,
  { record }: Sale,
  people: readonly Person[],
  signal: AbortSignal,
): Promise<SaleEnd> {
  const progress = showProgress('sold', options.stock);
  let movedAt = performance.now();
  let offersBefore = 0;
  try {
    for (;;) {
      const now = performance.now();
      const sold = record.count('bought');
      progress.update(sold);
      const isBusy = people.some(({ standing }) => standing === 'pressing' || standing === 'busy');
      const isAwaited = people.some(({ standing }) => standing === 'waiting');
      if (isBusy || record.offers.size !== offersBefore) movedAt = now;
      offersBefore = record.offers.size;
      if (!isBusy && sold >= options.stock) return 'sold';
      if (!isBusy && !isAwaited) return 'settled';
      if (now - movedAt > stuckAfterHolds * wholeSale.holdSeconds * 1000) return 'stuck';
      if (now - opensAt > wholeSale.withinSeconds * 1000) return 'late';
      await sleep(progressEveryMs, undefined, { signal });
    }
  } finally {
    progress.update(record.count('bought'));
    progress.stop();
  }
}
