/**
 * A sale as the monitor's answers would tell it, without anybody pressing: every second's figures follow from how long ago the opening was. For pictures of a rush, for an hour
 * of figures, and for states that a real server does not stay in.
 */
import type { Page } from 'playwright-core';
import type { DropView } from './shop-api.ts';

const columns = ['granted', 'soldOut', 'limitReached', 'closed', 'notOpen', 'faults', 'atGate'] as const;

export interface PretendedSale {
  drop: DropView & Record<string, unknown>;
  /** Seconds since 1970. */
  openedAt: number;
  /** What the ledger says beside the drop's own figures. */
  totals?: Record<string, unknown>;
  states?: Record<string, number>;
}

/** What was answered in one second, so many seconds after the opening. */
export function pretendedSecond(age: number): Record<(typeof columns)[number] | 'p50' | 'p95' | 'p99', number> {
  const wave = (every: number) => (1 + Math.sin((age * 2 * Math.PI) / every)) / 2;
  const isOpen = age >= 0;
  const granted = isOpen && age < 14 ? Math.round(40 + 60 * wave(7)) : isOpen && age % 37 === 0 ? 2 : 0;
  const soldOut = age < 12 ? 0 : Math.round(900 * Math.exp(-(age - 12) / 90) + 12 * wave(11));
  const limitReached = isOpen ? Math.round((60 * wave(5)) / (1 + age / 20)) : 0;
  const notOpen = !isOpen && age > -20 ? Math.round(30 + 4 * (20 + age)) : 0;
  const faults = age === 9 || age === 10 ? 14 : 0;
  const busy = isOpen ? Math.exp(-age / 60) : 0;
  return {
    ...{ granted, soldOut, limitReached, closed: 0, notOpen, faults, atGate: Math.round(soldOut * 0.8) + notOpen },
    p50: Math.round(60 * busy + 4 + 3 * wave(13)),
    p95: Math.round(240 * busy + 9 + 5 * wave(17)),
    p99: Math.round(310 * busy + 14 + 12 * wave(19)),
  };
}

/** The last second that is over. */
const lastSecond = () => Math.floor(Date.now() / 1000) - 1;

export function pretendedAnswer(
  { drop, openedAt, totals, states }: PretendedSale,
  after: number | null,
  last = lastSecond(),
): object {
  const from = Math.max(after === null ? 0 : after - 5, last - 3_599);
  const seconds = Array.from({ length: last - from + 1 }, (_, row) => pretendedSecond(from + row - openedAt));
  const isMeasured = seconds.map((second) => second.granted + second.limitReached + second.soldOut > 0);
  const { stock, remaining } = drop as unknown as { stock: number; remaining: number };
  const inHands = drop['kind'] === 'product' ? 'held' : 'issued';
  return {
    drop,
    serverTime: new Date().toISOString(),
    totals: {
      arrivals: 4_172,
      granted: stock - remaining,
      remaining,
      waiting: drop.waiting,
      serials: stock - remaining,
      states: {
        ...{ issued: 0, used: 0, held: 0, confirmed: 0, cancelled: 0, expired: 0, returned: 0 },
        [inHands]: stock - remaining,
        ...states,
      },
      paid: { count: 0, amount: 0 },
      pendingPayments: 0,
      ...totals,
    },
    seconds: {
      from,
      ...Object.fromEntries(columns.map((name) => [name, seconds.map((second) => second[name])])),
      ...Object.fromEntries(
        (['p50', 'p95', 'p99'] as const).map((name) => [
          name,
          seconds.map((second, row) => (isMeasured[row] ? second[name] : null)),
        ]),
      ),
    },
    fleet: pretendedFleet(),
  };
}

export function pretendedFleet(isWell = false): object {
  const seenAt = new Date(Date.now() - 900).toISOString();
  const startedAt = new Date(Date.now() - 7_200_000).toISOString();
  const process = { startedAt, seenAt, sockets: 0, people: 0, claimsWaiting: 0, lag: null };
  return {
    processes: [
      {
        ...process,
        ...{ name: 'gateway-1', roles: ['gateway'], sockets: 5_120, people: 4_980, claimsWaiting: 214 },
        ...{ cpuShare: isWell ? 0.62 : 0.98, memoryBytes: 402_653_184, lateMs: 41 },
      },
      {
        ...process,
        ...{ name: 'gateway-2', roles: ['gateway'], sockets: 4_880, people: 4_741, claimsWaiting: 190 },
        ...{
          cpuShare: 0.71,
          memoryBytes: 388_000_000,
          lateMs: 12,
          seenAt: isWell ? seenAt : new Date(Date.now() - 9_000).toISOString(),
        },
      },
      {
        ...process,
        ...{
          name: 'worker-1',
          roles: ['sequencer', 'worker'],
          lag: 96,
          cpuShare: 0.44,
          memoryBytes: 188_743_680,
          lateMs: 3,
        },
      },
    ],
    ...{ sockets: 10_000, people: 9_721, claimsWaiting: 404, lag: 96 },
  };
}

interface Question {
  readonly after: number | null;
  /** The last second of its answer. */
  readonly told: number;
}

/** The page is told of this sale, and of no other figures of its drop. Returns what it asks. */
export async function pretend(page: Page, sale: PretendedSale): Promise<Question[]> {
  const asked: Question[] = [];
  await page.route(/\/v1\/drops\/[^/]+\/monitor/, (route) => {
    const text = new URL(route.request().url()).searchParams.get('after');
    const question = { after: text === null ? null : Number(text), told: lastSecond() };
    asked.push(question);
    return route.fulfill({ json: pretendedAnswer(sale, question.after, question.told) });
  });
  await page.route(`**/v1/drops/${sale.drop.id}`, (route) =>
    route.fulfill({ json: { ...sale.drop, serverTime: new Date().toISOString() } }),
  );
  await page.routeWebSocket(/\/v1\/socket$/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((text) => {
      if ((JSON.parse(String(text)) as { type: string }).type !== 'drop') socket.send(text);
    });
  });
  return asked;
}
