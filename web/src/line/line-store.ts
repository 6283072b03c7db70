/**
 * My places in waiting lines, one signal per drop. Nothing of it is stored: the server knows.
 *
 *   absent ──ask to wait──> joining ──a place──> waiting
 *                              │ ├──a unit, mine at once, or offered before──> absent, and the board shows the unit
 *                              │ └──refused as a claim is──> absent, and the board shows that answer
 *                              └──no line, no answer──> refused ──ask again──> joining
 *   waiting ──my turn (`grant`, offered), or I left, here or elsewhere──> absent
 *      ▲  └──I leave──> absent ──no answer──┐
 *      └────────────────────────────────────┘ which is said
 *
 * Places are told over the socket while the drop is watched; they are asked for on load, and after every reconnect. If meanwhile the
 * turn came, the list of my grants tells.
 */
import { effect, type Signal, signal, untracked } from '@preact/signals';
import { account, requestAsMember } from '../accounts/session.ts';
import { newRequestId } from '../claims/claim.ts';
import { answers, rememberGrants, showAnswer, showOffered } from '../claims/claim-views.ts';
import { loadGrant, loadGrantsOf } from '../grants/grant.ts';
import { pressOnce } from '../http/press-once.ts';
import { Problem } from '../http/problem.ts';
import { connection } from '../realtime/connection.ts';
import type { ClaimAnswer } from '../realtime/messages.ts';
import { onReconnected } from '../realtime/reconnected.ts';
import { isOutcome, type LineAnswer, type LineView, linePath, loadPlace, placeIn } from './line.ts';

const views = new Map<string, Signal<LineView>>();
/** The requests that I waited with: who left and comes back has the same place again. */
const requests = new Map<string, string>();

export function lineView(dropId: string): Signal<LineView> {
  const known = views.get(dropId);
  if (known) return known;
  const made = signal<LineView>({ is: 'absent' });
  views.set(dropId, made);
  return made;
}

export function startLines(): void {
  connection.onMessage((message) => {
    if (message.type === 'line') {
      const { dropId, position, waiting } = message;
      lineView(dropId).value = position === null ? { is: 'absent' } : { is: 'waiting', position, waiting };
    } else if (message.type === 'grant' && message.because === 'offered') {
      lineView(message.grant.dropId).value = { is: 'absent' };
    }
  });
  onReconnected(() => {
    for (const [dropId, view] of views) if (view.value.is === 'waiting') void lookAgain(dropId);
  });
  // Somebody else's places are not mine.
  let accountId = account.peek()?.id;
  effect(() => {
    if (account.value?.id === accountId) return;
    accountId = account.value?.id;
    requests.clear();
    untracked(() => {
      for (const view of views.values()) view.value = { is: 'absent' };
    });
  });
}

/** Asks the server where I stand. Without an answer what is shown stays. */
export async function look(dropId: string): Promise<void> {
  const place = await loadPlace(dropId).catch(() => undefined);
  const view = lineView(dropId);
  if (place === undefined || view.value.is === 'joining') return;
  view.value = place === null ? { is: 'absent' } : { is: 'waiting', ...place };
}

async function lookAgain(dropId: string): Promise<void> {
  await look(dropId);
  if (lineView(dropId).value.is === 'waiting') return;
  // The turn may have come while nobody heard it.
  const held = await loadGrantsOf(dropId).catch(() => null);
  if (held) rememberGrants(held.items);
}

export async function join(dropId: string): Promise<void> {
  const view = lineView(dropId);
  if (view.value.is === 'joining' || view.value.is === 'waiting') return;
  view.value = { is: 'joining' };
  try {
    const known = requests.get(dropId) ?? refusedRequest(dropId);
    const answer = await ask(dropId, known ?? newRequestId()).catch((error: unknown) => {
      // That claim has had its turn: a new one waits again.
      if (error instanceof Problem && error.code === 'turn_over') return ask(dropId, newRequestId());
      throw error;
    });
    await take(dropId, answer);
  } catch (error) {
    refuse(dropId, error);
  }
}

export async function leave(dropId: string): Promise<void> {
  const view = lineView(dropId);
  const before = view.value;
  if (before.is !== 'waiting') return;
  view.value = { is: 'absent' };
  try {
    await requestAsMember(linePath(dropId), { method: 'DELETE' });
  } catch {
    // Still in it, for all we know.
    if (lineView(dropId).value.is === 'absent') view.value = { ...before, hasStayed: true };
  }
}

function ask(dropId: string, key: string): Promise<LineAnswer | ClaimAnswer> {
  requests.set(dropId, key);
  return pressOnce(linePath(dropId), { subject: `line ${dropId}`, key, method: 'PUT' });
}

/** The claim that came too late: its arrival is the place. */
function refusedRequest(dropId: string): string | undefined {
  return answers.value.findLast((answer) => answer.dropId === dropId && answer.outcome === 'sold_out')?.requestId;
}

async function take(dropId: string, answer: LineAnswer | ClaimAnswer): Promise<void> {
  const view = lineView(dropId);
  if (isOutcome(answer)) {
    view.value = { is: 'absent' };
    show(dropId, answer);
  } else if (answer.place === 'waiting') {
    // A newer place may have come over the socket meanwhile.
    if (view.value.is !== 'waiting') view.value = { is: 'waiting', ...placeIn(answer) };
  } else {
    const grant = await loadGrant(answer.grantId ?? '');
    view.value = { is: 'absent' };
    showOffered(grant);
  }
}

function refuse(dropId: string, error: unknown): void {
  const view = lineView(dropId);
  const code = error instanceof Problem ? error.code : 'network';
  const isClaims = code === 'limit_reached' || code === 'closed';
  view.value = isClaims ? { is: 'absent' } : { is: 'refused', code };
  if (isClaims) show(dropId, { outcome: code, dropId, requestId: `line-${dropId}` });
}

function show(dropId: string, answer: ClaimAnswer): void {
  const accountId = account.value?.id;
  if (accountId !== undefined) showAnswer({ ...answer, dropId, accountId, isFresh: true });
}
