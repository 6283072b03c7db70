/** A shop that has been at it for a while, as the overview's answer would tell it. */
import { pretendedFleet } from './pretended-sale.ts';
import type { DropView } from './shop-api.ts';

interface PretendedShop {
  live: DropView[];
  upcoming: DropView[];
  days: number;
  /** Nothing that needs a look. */
  isWell?: boolean;
}

export function pretendedDashboard({ live, upcoming, days, isWell = false }: PretendedShop): object {
  const now = Date.now();
  return {
    serverTime: new Date(now).toISOString(),
    drops: { scheduled: upcoming.length, open: live.length, soldOut: 3, closed: 41, cancelled: 2 },
    accounts: 128_402,
    totals: {
      ...{ granted: 48_211, arrivals: 1_204_882, held: 188, confirmed: 30_114, used: 12_903, expired: 1_209 },
      ...{ cancelled: 210, returned: 96, waiting: 2_310 },
    },
    days: Array.from({ length: days }, (_, index) => pretendedDay(days - 1 - index, isWell, now)),
    deliveries: {
      ...{ pending: 14, failed: isWell ? 0 : 1_204, sent24h: 30_211, failed24h: isWell ? 0 : 12 },
      channels: [
        { channel: 'in_app', pending: 0, sent24h: 20_100, failed24h: 0 },
        { channel: 'email', pending: 12, sent24h: 9_800, failed24h: isWell ? 0 : 9 },
        { channel: 'slack', pending: 2, sent24h: 311, failed24h: isWell ? 0 : 3 },
      ],
    },
    payments: {
      ...{ pending: 12, refunding: isWell ? 0 : 2 },
      currencies: [
        {
          currency: 'KRW',
          succeeded: { count: 3_021, amount: 570_969_000 },
          refunded: { count: 14, amount: 2_646_000 },
        },
        { currency: 'USD', succeeded: { count: 40, amount: 170_000 }, refunded: { count: 0, amount: 0 } },
      ],
    },
    live: live.map((drop, which) => ({
      drop,
      perMinute: Array.from({ length: 60 }, (_, minute) =>
        minute < 20 + which * 15 ? 0 : Math.round(180 * Math.exp(-(minute - 20 - which * 15) / 9)),
      ),
    })),
    upcoming,
    fleet: pretendedFleet(isWell),
  };
}

function pretendedDay(daysAgo: number, isWell: boolean, now: number): object {
  const busy = daysAgo % 7 === 2 ? 4 : daysAgo % 3 === 0 ? 2 : 1;
  return {
    day: new Date(now - daysAgo * 86_400_000 + 9 * 3_600_000).toISOString().slice(0, 10),
    granted: 310 * busy + ((daysAgo * 37) % 90),
    refused: 9_000 * busy + ((daysAgo * 911) % 4_000),
    faults: daysAgo === 0 && !isWell ? 14 : 0,
    deliveriesSent: 1_000 * busy,
    deliveriesFailed: daysAgo % 5,
    payments: 90 * busy,
    paid: { KRW: 90 * busy * 189_000, ...(daysAgo % 9 === 0 ? { USD: 4_250 } : {}) },
    refunded: daysAgo % 6 === 0 ? { KRW: 189_000 } : {},
  };
}
