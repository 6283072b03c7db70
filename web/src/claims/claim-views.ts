import { batch, type Signal, signal, untracked } from '@preact/signals';
import { account } from '../accounts/session.ts';
import { type Grant, isInHandAt } from '../grants/grant.ts';
import { serverNow } from '../realtime/clock.ts';
import type { Answer, ClaimView } from './claim.ts';
import { claimStore } from './claim-store.ts';
import { answerOf } from './grant-answer.ts';

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
    answers.value = [...answers.value.filter((known) => !isSameGrant(known, answer.grantId)), answer];
    claimView(answer.dropId).value = { is: 'answered', answer };
  });
}

/** The turn in the waiting line has come: celebrated like a press that won. */
export function showOffered(grant: Grant): void {
  const accountId = account.value?.id;
  if (accountId !== undefined) showAnswer({ ...answerOf(grant), accountId, isFresh: true });
}

export function restoreViews(accountId: string | undefined): void {
  answers.value = claimStore.answers().filter((answer) => answer.accountId === accountId);
  for (const [dropId, view] of views) view.value = firstView(dropId);
}

/** Grants learned elsewhere count as answers too; those that have ended no longer do. */
export function rememberGrants(grants: readonly Grant[]): void {
  const accountId = account.value?.id;
  if (accountId === undefined) return;
  batch(() => {
    for (const grant of grants) {
      const known = answers.value.find((answer) => isSameGrant(answer, grant.id));
      if (!isInHandAt(grant, serverNow())) forget(grant.id);
      else if (known) replace(known, { ...known, ...answerOf(grant), requestId: known.requestId });
      else answers.value = [{ ...answerOf(grant), accountId }, ...answers.value];
      const view = claimView(grant.dropId);
      const isShown = view.value.is === 'answered' && isSameGrant(view.value.answer, grant.id);
      if (isShown || view.value.is === 'unpressed') view.value = firstView(grant.dropId);
    }
  });
}

function forget(grantId: string): void {
  answers.value = answers.value.filter((answer) => !isSameGrant(answer, grantId));
  claimStore.dropAnswer(grantId);
}

function replace(known: Answer, changed: Answer): void {
  answers.value = answers.value.map((answer) => (answer === known ? changed : answer));
}

function isSameGrant(answer: Answer, grantId: string | undefined): boolean {
  return grantId !== undefined && answer.grantId === grantId;
}

/** Before a press in this visit: a unit already in hand is shown; an old refusal is not, the drop may have changed. */
function firstView(dropId: string): ClaimView {
  const granted = answers.value.findLast((answer) => answer.dropId === dropId && answer.outcome === 'granted');
  return granted ? { is: 'answered', answer: granted } : { is: 'unpressed' };
}
