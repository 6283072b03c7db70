/**
 * What clients were told, against what the database holds.
 *
 * A told answer must be there (`lost_grant`, `lost_refusal`) and be there in the same words (`told_differently`,
 * `grant_id_reused`). A request has one answer (`one_answer`): before the ledger has answered, a gate may refuse and be
 * overruled; after it, nothing else is ever said. A grant that nobody was told of is no fault, the answer was lost on
 * the way and can be asked for; it is one when the last thing its owner heard is something else (`dangling_grant`).
 */
import { type Attempt, isLedgerAnswer, isUnknownClaim } from '../attempt.ts';
import type { Evidence, Story } from '../evidence.ts';
import { type Rule, who } from '../violation.ts';

export const lostGrant: Rule = {
  name: 'lost_grant',
  promise:
    "Every grant that a client was told of is in the database: its claim is granted, and its unit is the same user's.",
  breaches: ({ stories, grantBySerial }) =>
    stories.flatMap((story) => {
      const told = story.ledgerAnswers.find((answer) => answer.outcome === 'granted');
      if (told === undefined) return [];
      if (story.claim === undefined)
        return [`${who(story)} was told granted, serial ${told.serial}; the ledger has no such claim`];
      if (story.claim.outcome !== 'granted')
        return [`${who(story)} was told granted, serial ${told.serial}; the ledger has ${story.claim.outcome}`];
      const grant = grantBySerial.get(story.claim.serial ?? 0);
      return grant?.userId === story.userId
        ? []
        : [`${who(story)} was told granted, serial ${told.serial}; no grant of theirs has it`];
    }),
};

export const lostRefusal: Rule = {
  name: 'lost_refusal',
  promise: 'Every refusal told with an arrival is in the ledger.',
  breaches: ({ stories }) =>
    stories.flatMap((story) => {
      const told = story.ledgerAnswers.find((answer) => answer.outcome !== 'granted');
      if (told === undefined || story.claim !== undefined) return [];
      return [`${who(story)} was told ${told.outcome}, arrival ${told.arrival}; the ledger has no such claim`];
    }),
};

export const toldDifferently: Rule = {
  name: 'told_differently',
  promise: 'Outcome, arrival, serial, code and grant id that a client was told are those in the database.',
  breaches: (evidence) =>
    evidence.stories.flatMap((story) => story.ledgerAnswers.flatMap((answer) => differences(evidence, story, answer))),
};

function differences({ ledger, grantBySerial }: Evidence, story: Story, answer: Attempt): string[] {
  const { claim } = story;
  if (claim === undefined) return [];
  const grant = grantBySerial.get(claim.serial ?? 0);
  const pairs: [string, unknown, unknown][] = [
    ['outcome', answer.outcome, claim.outcome],
    ['arrival', answer.arrival, claim.arrival],
    // A claim has one answer: a unit that it got later from the line is no part of it.
    ['serial', answer.serial, claim.outcome === 'granted' ? claim.serial : null],
  ];
  if (grant !== undefined && answer.outcome === 'granted') {
    pairs.push(['arrival of the grant', answer.arrival, grant.arrival]);
    if (ledger.drop.kind === 'coupon') pairs.push(['code', bare(answer.code), bare(grant.code)]);
    if (grant.id !== undefined) pairs.push(['grant id', answer.grantId, grant.id]);
  }
  return pairs
    .filter(([, told, stored]) => told !== stored)
    .map(([field, told, stored]) => `${who(story)} was told ${field} ${told}; the database has ${stored}`);
}

/** Codes are shown in groups and may be stored without the dashes between them. */
function bare(code: string | null): string | undefined {
  return code?.replaceAll('-', '');
}

export const grantIdReused: Rule = {
  name: 'grant_id_reused',
  promise: 'A grant has one id and an id one grant, whoever is told.',
  breaches: ({ stories }) => {
    const serialById = new Map<string, number | null>();
    const idBySerial = new Map<number | null, string | null>();
    const breaches: string[] = [];
    for (const answer of stories.flatMap((story) => story.ledgerAnswers.filter((told) => told.outcome === 'granted'))) {
      if (answer.grantId === null)
        breaches.push(`${who(answer)} was granted serial ${answer.serial} without a grant id`);
      else if ((serialById.get(answer.grantId) ?? answer.serial) !== answer.serial)
        breaches.push(
          `grant id ${answer.grantId} was told for serials ${serialById.get(answer.grantId)} and ${answer.serial}`,
        );
      else if ((idBySerial.get(answer.serial) ?? answer.grantId) !== answer.grantId)
        breaches.push(
          `serial ${answer.serial} was told with grant ids ${idBySerial.get(answer.serial)} and ${answer.grantId}`,
        );
      else {
        serialById.set(answer.grantId, answer.serial);
        idBySerial.set(answer.serial, answer.grantId);
      }
    }
    return breaches;
  },
};

export const oneAnswer: Rule = {
  name: 'one_answer',
  promise:
    'All ledger answers to one request are equal, and nothing sent after the first of them gets another outcome.',
  breaches: ({ stories }) =>
    stories.flatMap((story) => {
      const [first, ...rest] = story.ledgerAnswers;
      if (first === undefined) return [];
      const other = rest.find((answer) => inWords(answer) !== inWords(first));
      if (other !== undefined) return [`${who(story)} was told ${inWords(first)} and ${inWords(other)}`];
      const later = story.attempts.find(
        (attempt) => attempt.sentAt > (first.answeredAt ?? 0) && contradicts(attempt, first),
      );
      return later === undefined ? [] : [`${who(story)} was told ${inWords(first)}, and later ${inWords(later)}`];
    }),
};

function contradicts(attempt: Attempt, first: Attempt): boolean {
  return isUnknownClaim(attempt) || (attempt.outcome !== null && attempt.outcome !== first.outcome);
}

export const danglingGrant: Rule = {
  name: 'dangling_grant',
  promise:
    'Whoever holds a unit is not left with a refusal, nor with "no such claim", as the last answer to the request that took it.',
  breaches: ({ stories }) =>
    stories.flatMap((story) => {
      const last = story.attempts.at(-1);
      if (story.claim?.outcome !== 'granted' || last === undefined || isLedgerAnswer(last)) return [];
      if (story.ledgerAnswers.length > 0 || (last.outcome === null && !isUnknownClaim(last))) return [];
      return [`${who(story)} holds serial ${story.claim.serial}, but was last told ${inWords(last)}`];
    }),
};

function inWords(answer: Attempt): string {
  if (answer.outcome === null) return answer.errorCode ?? 'nothing';
  const fields = [answer.arrival, answer.serial, answer.grantId, answer.code].map((field) => field ?? '-');
  return isLedgerAnswer(answer)
    ? `${answer.outcome} (arrival, serial, id, code: ${fields.join(', ')})`
    : `${answer.outcome} at the gate`;
}
