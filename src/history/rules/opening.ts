/** The drop's hours: nothing is given outside of them, nobody is refused for them inside. */
import { isGateRefusal } from '../attempt.ts';
import { closedBecause, isGiven } from '../facts.ts';
import { type Rule, which, who } from '../violation.ts';

export const grantedOutsideHours: Rule = {
  name: 'granted_outside_hours',
  promise:
    'A unit is given, to a claim or to the line, only after the drop opens, before it closes, and while it is not cancelled.',
  breaches: ({ ledger, walk }) =>
    walk.steps.filter(isGiven).flatMap((step) => {
      const reason = closedBecause(ledger.drop, step);
      return reason === undefined ? [] : [`${which(step)} got a unit at ${step.entry.at}, ${reason}`];
    }),
};

export const closedTooEarly: Rule = {
  name: 'closed_too_early',
  promise:
    'A claim is refused with closed only after the drop closed or was cancelled; at the gate only if it ever was.',
  breaches: ({ ledger, walk, stories }) => {
    const breaches = walk.steps
      .filter(({ outcome, conditions }) => outcome === 'closed' && !conditions.cancelled)
      .filter(
        ({ entry, conditions: { closesAt } }) =>
          closesAt === null || (closesAt !== undefined && Date.parse(entry.at) < Date.parse(closesAt)),
      )
      .map((step) => `${which(step)} was refused at ${step.entry.at}, when the drop was open`);
    const neverCloses = walk.moments.every(({ conditions }) => conditions.closesAt === null && !conditions.cancelled);
    if (!neverCloses || ledger.drop.closesAt !== null || ledger.drop.cancelledAt !== null) return breaches;
    const refusals = stories.flatMap((story) =>
      story.attempts.filter((attempt) => isGateRefusal(attempt) && attempt.outcome === 'closed'),
    );
    return [
      ...breaches,
      ...refusals.map((refusal) => `${who(refusal)} was refused at the gate, but the drop never closed`),
    ];
  },
};
