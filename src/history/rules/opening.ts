/** The drop's hours: nothing is granted outside of them, nobody is refused for them inside. */
import { isGateRefusal } from '../attempt.ts';
import { type Rule, who } from '../violation.ts';
import type { Step } from '../walk.ts';

export const grantedOutsideHours: Rule = {
  name: 'granted_outside_hours',
  promise: 'A claim is granted only after the drop opens, before it closes, and while it is not cancelled.',
  breaches: ({ ledger, steps }) =>
    steps
      .filter(({ claim }) => claim.outcome === 'granted')
      .flatMap((step) => {
        const at = Date.parse(step.claim.claimedAt);
        if (at < Date.parse(ledger.drop.opensAt)) return [`${told(step)} before the opening at ${ledger.drop.opensAt}`];
        const { closesAt, cancelled } = step.conditions;
        if (typeof closesAt === 'string' && at > Date.parse(closesAt))
          return [`${told(step)} after the end at ${closesAt}`];
        return cancelled ? [`${told(step)} after the drop was cancelled`] : [];
      }),
};

export const closedTooEarly: Rule = {
  name: 'closed_too_early',
  promise:
    'A claim is refused with closed only after the drop closed or was cancelled; at the gate only if it ever was.',
  breaches: ({ ledger, steps, stories }) => {
    const breaches = steps
      .filter(({ claim }) => claim.outcome === 'closed')
      .filter(({ claim, conditions: { cancelled, closesAt } }) => {
        const open =
          closesAt === null || (closesAt !== undefined && Date.parse(claim.claimedAt) < Date.parse(closesAt));
        return open && !cancelled;
      })
      .map(
        ({ claim }) =>
          `arrival ${claim.arrival} (${who(claim)}) was refused at ${claim.claimedAt}, when the drop was open`,
      );
    const neverCloses = steps.every(({ conditions }) => conditions.closesAt === null && !conditions.cancelled);
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

function told({ claim }: Step): string {
  return `arrival ${claim.arrival} (${who(claim)}) was granted at ${claim.claimedAt},`;
}
