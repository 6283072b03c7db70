import { batch, type Signal, signal, untracked } from '@preact/signals';
import { account } from '../accounts/session.ts';
import type { ClaimAnswer } from '../realtime/messages.ts';
import type { Answer, ClaimView } from './claim.ts';
import { claimStore } from './claim-store.ts';

/** What the pages read: per drop where its press stands, and all answers of the signed-in account, oldest first. */
const views = new Map<string, Signal<ClaimView>>();
export const answers = signal<Answer[]>([]);

export function claimView(dropId: string): Signal<ClaimView> {
  const known = views.get(dropId);
  if (known) return known;
  const made = signal<ClaimView>(untracked(() => firstView(dropId)));
  views.set(dropId, made);
  return made;
}

export function grantsHeld(dropId: string): number {
  return answers.value.filter((answer) => answer.dropId === dropId && answer.outcome === 'granted').length;
}

export function showAnswer(answer: Answer): void {
  batch(() => {
    answers.value = [...answers.value, answer];
    claimView(answer.dropId).value = { is: 'answered', answer };
  });
}

export function restoreViews(accountId: string | undefined): void {
  answers.value = claimStore.answers().filter((answer) => answer.accountId === accountId);
  for (const [dropId, view] of views) view.value = firstView(dropId);
}

/** Grants learned elsewhere (the list of my grants) count as answers too. */
export function rememberGrants(learned: ClaimAnswer[]): void {
  const accountId = account.value?.id;
  if (accountId === undefined) return;
  const known = new Set(answers.value.map((answer) => answer.grantId));
  const added = learned.filter((answer) => !known.has(answer.grantId)).map((answer) => ({ ...answer, accountId }));
  answers.value = [...added, ...answers.value];
  for (const { dropId } of added) {
    const view = claimView(dropId);
    if (view.value.is === 'unpressed') view.value = firstView(dropId);
  }
}

/** Before a press in this visit: a unit already in hand is shown; an old refusal is not, the drop may have changed. */
function firstView(dropId: string): ClaimView {
  const granted = answers.value.findLast((answer) => answer.dropId === dropId && answer.outcome === 'granted');
  return granted ? { is: 'answered', answer: granted } : { is: 'unpressed' };
}
