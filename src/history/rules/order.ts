/** First come, first served: the numbering, its agreement with real time, and who holds the units because of it. */
import { isGateRefusal } from '../attempt.ts';
import { reservedUnits } from '../conditions.ts';
import type { Evidence } from '../evidence.ts';
import { isGiven } from '../facts.ts';
import type { LedgerClaim } from '../ledger.ts';
import { type Rule, who } from '../violation.ts';

export const arrivalNumbers: Rule = {
  name: 'arrival_numbers',
  promise: 'Arrivals are 1, 2, 3 … without gap or repeat, and the drop counts as many.',
  breaches: ({ ledger, claims }) => {
    const breaches = firstGap(
      claims.map(({ arrival }) => arrival),
      'arrival',
    );
    if (ledger.drop.arrivals !== claims.length)
      breaches.push(`the drop counts ${ledger.drop.arrivals} arrivals, the ledger has ${claims.length} claims`);
    return breaches;
  },
};

export const serialNumbers: Rule = {
  name: 'serial_numbers',
  promise:
    'Serials are 1, 2, 3 … without gap or repeat, in the order of the log, and the drop counts as many; among claims, and within each offer, they grow with the arrival.',
  breaches: ({ ledger, claims, walk }) => {
    const { drop, grants } = ledger;
    const breaches = firstGap(
      grants.map((grant) => grant.serial).sort((a, b) => a - b),
      'serial',
    );
    if (drop.serials !== grants.length)
      breaches.push(`the drop counts ${drop.serials} serials, the ledger has ${grants.length} grants`);
    const given = walk.steps.filter(isGiven).map(({ serial }) => serial ?? 0);
    breaches.push(...firstGap(given, 'serial').map((gap) => `in the log ${gap}`));
    breaches.push(...outOfOrder(claims.filter(({ outcome }) => outcome === 'granted')));
    const offers = walk.steps.filter(({ outcome }) => outcome === 'offered');
    for (const theirs of Map.groupBy(offers, ({ entry }) => entry).values()) breaches.push(...outOfOrder(theirs));
    return breaches;
  },
};

function outOfOrder(given: readonly Pick<LedgerClaim, 'arrival' | 'serial'>[]): string[] {
  return given.flatMap(({ arrival, serial }, index) => {
    const before = given[index - 1];
    if (before === undefined) return [];
    return arrival > before.arrival && (serial ?? 0) > (before.serial ?? 0)
      ? []
      : [`arrival ${arrival} has serial ${serial}, arrival ${before.arrival} before it has ${before.serial}`];
  });
}

/** Only the first, since every number after a gap is off. */
function firstGap(sorted: readonly number[], name: string): string[] {
  const at = sorted.findIndex((number, index) => number !== index + 1);
  return at < 0 ? [] : [`${name} ${at + 1} is missing or repeated: ${sorted[at]} stands in its place`];
}

export const claimedTwice: Rule = {
  name: 'claimed_twice',
  promise: 'A request enters the ledger at most once, however often it is sent.',
  breaches: ({ ledger }) =>
    [...Map.groupBy(ledger.claims, who)]
      .filter(([, claims]) => claims.length > 1)
      .map(([name, claims]) => `${name} has arrivals ${claims.map((claim) => claim.arrival).join(' and ')}`),
};

export const realTimeOrder: Rule = {
  name: 'real_time_order',
  promise: 'If a claim was answered by the ledger before another was sent, it has the smaller arrival.',
  breaches: (evidence) => {
    const answered = evidence.stories
      .flatMap((story) =>
        story.ledgerAnswers[0]?.answeredAt == null
          ? []
          : [{ story, at: story.ledgerAnswers[0].answeredAt, arrival: story.ledgerAnswers[0].arrival ?? 0 }],
      )
      .sort((a, b) => a.at - b.at);
    const sent = evidence.stories
      .flatMap((story) =>
        story.claim === undefined ? [] : [{ story, at: firstReached(story), arrival: story.claim.arrival }],
      )
      .sort((a, b) => a.at - b.at);
    // One sweep over time: the largest arrival already answered must be below that of everything sent from then on.
    const breaches: string[] = [];
    let next = 0;
    let latest = answered[0];
    for (const claim of sent) {
      for (let earlier = answered[next]; earlier !== undefined && earlier.at < claim.at; earlier = answered[++next]) {
        if (next === 0 || latest === undefined || earlier.arrival > latest.arrival) latest = earlier;
      }
      if (next === 0 || latest === undefined || latest.arrival <= claim.arrival) continue;
      breaches.push(
        `${who(claim.story)} was sent at ${claim.at} ms and got arrival ${claim.arrival}, but ${who(latest.story)} had arrival ${latest.arrival} told at ${latest.at} ms`,
      );
    }
    return breaches;
  },
};

/** When the request can first have reached the ledger: an attempt that the gate refused did not. */
function firstReached(story: Evidence['stories'][number]): number {
  const reached = story.attempts.find((attempt) => attempt.kind !== 'lookup' && !isGateRefusal(attempt));
  return reached?.sentAt ?? Number.NEGATIVE_INFINITY;
}

export const fairness: Rule = {
  name: 'fairness',
  promise:
    'Exactly the first N eligible arrivals hold the N units; of units that were added later, those who waited hold the first. (Told only of drops where no unit came back: a returned unit belongs to a later arrival by design.)',
  breaches: ({ ledger, walk }) => {
    const known = walk.moments.every(({ conditions }) => conditions.perUserLimit !== undefined);
    const cameBack = walk.endings.some(({ kind }) => kind === 'released');
    if (!known || cameBack) return [];
    const entitled = entitledArrivals(walk.steps);
    const holding = new Set(ledger.grants.map((grant) => grant.arrival));
    const passedOver = [...entitled].filter((arrival) => !holding.has(arrival));
    const outOfTurn = [...holding].filter((arrival) => !entitled.has(arrival));
    return [
      ...passedOver.map((arrival) => `arrival ${arrival} was entitled to a unit and holds none`),
      ...outOfTurn.map((arrival) => `arrival ${arrival} holds a unit out of turn`),
    ];
  },
};

/** Deals the units anew, from nothing but the order of arrival, the limit, the stock of the time and who waited. `line_order` judges the offers. */
function entitledArrivals(steps: Evidence['walk']['steps']): Set<number> {
  const entitled = new Set<number>();
  const ofUser = new Map<string, number>();
  for (const { outcome, userId, arrival, conditions, waiting } of steps) {
    const held = ofUser.get(userId) ?? 0;
    const isFull = entitled.size + reservedUnits(conditions, waiting) >= conditions.stock;
    const isEligible = outcome !== 'closed' && held < (conditions.perUserLimit ?? 0) && !isFull;
    if (outcome !== 'offered' && !isEligible) continue;
    entitled.add(arrival);
    ofUser.set(userId, held + 1);
  }
  return entitled;
}
