/**
 * The life of a press.
 *
 *   unpressed --press--> waiting --answer--> answered
 *   waiting: sent      over the socket, or over HTTP where the socket is not open
 *            busy      told to come back: again after the time the server named, same id
 *            queued    in the queue, where it keeps its place: the outcome comes over the socket; asked for again now and then
 *            offline   no road gets through: again on reconnect, and now and then over HTTP
 *            early     not_open: again at the opening by the server's clock, a bounded number of times
 *   waiting --too many attempts without an answer--> unanswered --ask again--> waiting     (the press is kept, the id stays)
 *   waiting --the server cannot take it--> failed
 *   waiting | unanswered --the session is over--> failed, but the press is kept --its owner signs in again--> waiting
 *   answered | failed --press--> waiting     (another press, with another id)
 *
 * While the session is still being restored a press waits for the account that it belongs to, however long the network takes; only the server, or the
 * person, says that there is none: then it is dropped, and a press that has an owner is not.
 *
 * A press is stored before it is first sent and removed only when answered, so a reload in between repeats it with the
 * SAME requestId. The ledger answers a repeat with its first answer: repeating is always safe, a second id never is.
 */
import { batch, computed, effect, untracked } from '@preact/signals';
import { account, endedByServer, isUncertain, sessionState } from '../accounts/session.ts';
import { tellOutcome } from '../drops/drop-store.ts';
import { isInHandAt } from '../grants/grant.ts';
import { serverNow } from '../realtime/clock.ts';
import { connection } from '../realtime/connection.ts';
import { backoffMilliseconds } from '../realtime/live-client.ts';
import type { ClaimAnswer, GrantNews } from '../realtime/messages.ts';
import { onReconnected } from '../realtime/reconnected.ts';
import { type Answer, newRequestId, type Press, type Waiting } from './claim.ts';
import { claimStore } from './claim-store.ts';
import { claimView, rememberGrants, restoreViews, showAnswer, showOffered } from './claim-views.ts';
import { postClaim, type Reply, replyFromError } from './reply.ts';

interface Delivery {
  press: Press;
  attempts: number;
  earlyAnswers: number;
  /** An attempt was lost, which may have been decided: what the ledger repeats then was true at that time. */
  mayBeOld: boolean;
  road: 'socket' | 'http' | null;
  timer: ReturnType<typeof setTimeout> | undefined;
}

const attemptsMax = 40;
/**
 * The second click of a double click is not a second press, even where the answer came in between and the button already
 * offers one more.
 */
const pressesApartMs = 1_000;
const offlineAttemptsCounted = 6;
const queuedAttemptsCounted = 3;
/** In case its outcome was told while no socket was open. */
const queuedAskAgainMs = 4_000;
const earlyAnswersMax = 5;
/** An opening further away than this was moved by the administrator; waiting for it unseen would surprise people. */
const earlyWaitMsMax = 60_000;
/** A claim sent over the socket and not answered by then is repeated over HTTP. */
const socketAnswerMsMax = 6_000;
/** An unanswered press of long ago is not sent any more: nobody expects it. */
const pressAgeMsMax = 60 * 60_000;

const deliveries = new Map<string, Delivery>();
/** Of a press that was made before it was known by whom. */
const nobodyYet = '';
const lastPressAt = new Map<string, number>();

export function press(dropId: string): void {
  const accountId = account.value?.id;
  const view = claimView(dropId);
  if (sessionState.value === 'guest' || view.value.is === 'waiting') return;
  const now = performance.now();
  if (now - (lastPressAt.get(dropId) ?? Number.NEGATIVE_INFINITY) < pressesApartMs) return;
  lastPressAt.set(dropId, now);
  if (view.value.is === 'unanswered') {
    resume(view.value.press, true);
    return;
  }
  const made = { requestId: newRequestId(), dropId, accountId: accountId ?? nobodyYet, pressedAt: Date.now() };
  claimStore.keepPress(made);
  if (accountId === undefined) showUnsent(made);
  else resume(made, false);
}

export function startClaims(): void {
  connection.onMessage((message) => {
    if (message.type === 'outcome') take(message.requestId, { is: 'answer', answer: message });
    else if (message.type === 'queued') take(message.requestId, { is: 'queued', afterSeconds: null });
    else if (message.type === 'error' && message.requestId !== undefined)
      take(message.requestId, replyFromError(message.code, message.retryAfterSeconds ?? null));
    else if (message.type === 'grant') takeGrant(message);
  });
  // A fresh token is no other account: what the board says stays.
  const whoIsHere = computed(() => (sessionState.value === 'restoring' ? undefined : (account.value?.id ?? null)));
  effect(() => {
    const accountId = whoIsHere.value;
    if (accountId !== undefined) untracked(() => accountChanged(accountId));
  });
  effect(() => {
    isUncertain.value;
    if (sessionState.value === 'restoring') untracked(showAllUnsent);
  });
  onReconnected(sendKept);
  effect(() => {
    if (!connection.takesClaims.value) untracked(takeOtherRoad);
  });
}

/**
 * Only one's turn in a line is celebrated, while it lasts: what a press has won is celebrated by the answer to that press, in the tab where
 * it was made, and by no other.
 */
function takeGrant({ because, grant }: GrantNews): void {
  if (because === 'offered' && isInHandAt(grant, serverNow())) showOffered(grant);
  else rememberGrants([grant]);
}

function accountChanged(accountId: string | null): void {
  batch(() => {
    for (const delivery of deliveries.values()) clearTimeout(delivery.timer);
    deliveries.clear();
    restoreViews(accountId ?? undefined);
  });
  for (const unsent of pressesOfNobodyYet()) {
    if (accountId === null) claimStore.dropPress(unsent.requestId);
    else claimStore.keepPress({ ...unsent, accountId });
  }
  for (const kept of claimStore.presses()) {
    if (Date.now() - kept.pressedAt > pressAgeMsMax) claimStore.dropPress(kept.requestId);
    else if (kept.accountId === accountId) resume(kept, true);
    else if (accountId === null && endedByServer.value)
      claimView(kept.dropId).value = { is: 'failed', reason: 'session_ended' };
  }
}

function pressesOfNobodyYet(): Press[] {
  return claimStore.presses().filter((kept) => kept.accountId === nobodyYet);
}

/** By whom they are is asked: the board says whether that waits for the network. */
function showAllUnsent(): void {
  for (const unsent of pressesOfNobodyYet()) showUnsent(unsent);
}

function showUnsent(unsent: Press): void {
  const waiting: Waiting = { why: isUncertain.value ? 'offline' : 'sent' };
  claimView(unsent.dropId).value = { is: 'waiting', press: unsent, waiting };
}

/** The server can be reached again. */
function sendKept(): void {
  for (const delivery of deliveries.values())
    if (delivery.road === null && waitingOf(delivery) === 'offline') attempt(delivery);
}

/** The socket went away with what it carried. */
function takeOtherRoad(): void {
  for (const delivery of deliveries.values()) {
    if (delivery.road !== 'socket') continue;
    delivery.road = null;
    delivery.mayBeOld = true;
    again(delivery, backoffMilliseconds(0), { why: 'offline' });
  }
}

function resume(kept: Press, mayBeOld: boolean): void {
  const delivery: Delivery = { press: kept, attempts: 0, earlyAnswers: 0, mayBeOld, road: null, timer: undefined };
  deliveries.set(kept.requestId, delivery);
  show(delivery, { why: 'sent' });
  attempt(delivery);
  connection.connect();
}

function attempt(delivery: Delivery): void {
  clearTimeout(delivery.timer);
  const { press: kept } = delivery;
  if (!deliveries.has(kept.requestId)) return;
  delivery.attempts += 1;
  if (delivery.attempts > attemptsMax) {
    deliveries.delete(kept.requestId);
    claimView(kept.dropId).value = { is: 'unanswered', press: kept };
    return;
  }
  const socketFailed = delivery.road === 'socket';
  delivery.mayBeOld ||= socketFailed;
  const { requestId, dropId } = kept;
  const bySocket =
    !socketFailed && connection.takesClaims.value && connection.send({ type: 'claim', requestId, dropId });
  delivery.road = bySocket ? 'socket' : 'http';
  if (bySocket) delivery.timer = setTimeout(() => attempt(delivery), socketAnswerMsMax);
  else void postClaim(kept).then((reply) => take(requestId, reply));
}

function take(requestId: string, reply: Reply): void {
  const delivery = deliveries.get(requestId);
  // Answered already over the other road, or signed out meanwhile.
  if (!delivery) return;
  const cameBySocket = delivery.road === 'socket';
  delivery.road = null;
  if (reply.is === 'answer') takeAnswer(delivery, reply.answer);
  else if (reply.is === 'later') {
    const least = (reply.afterSeconds ?? 0) * 1000;
    again(delivery, backoffMilliseconds(least > 0 ? 0 : delivery.attempts, least), {
      why: reply.isCrowded ? 'busy' : 'sent',
    });
  } else if (reply.is === 'queued') {
    // A long queue is no reason to give up either.
    delivery.attempts = Math.min(delivery.attempts, queuedAttemptsCounted);
    again(delivery, backoffMilliseconds(0, queuedAskAgainMs), { why: 'queued' });
  } else if (reply.is === 'unreachable') {
    // Being without a network for long is no reason to give up; only the pace slows down.
    delivery.attempts = Math.min(delivery.attempts, offlineAttemptsCounted);
    delivery.mayBeOld = true;
    again(delivery, backoffMilliseconds(delivery.attempts), { why: 'offline' });
  } else if (reply.is === 'unauthenticated' && cameBySocket) {
    // HTTP knows how to refresh the token.
    delivery.road = 'socket';
    attempt(delivery);
  } else if (reply.is === 'unauthenticated') {
    // Whoever says so does not know the token yet: a session that is over would have taken this delivery with it.
    again(delivery, backoffMilliseconds(delivery.attempts), { why: 'busy' });
  } else {
    finish(delivery);
    claimView(delivery.press.dropId).value = { is: 'failed', reason: 'rejected' };
  }
}

function takeAnswer(delivery: Delivery, answer: ClaimAnswer): void {
  if (answer.outcome === 'not_open') {
    const wait = Date.parse(answer.opensAt ?? '') - serverNow();
    delivery.earlyAnswers += 1;
    if (delivery.earlyAnswers <= earlyAnswersMax && wait < earlyWaitMsMax) {
      again(delivery, Math.max(wait, 50 * delivery.earlyAnswers) + Math.random() * 100, { why: 'early' });
      return;
    }
  }
  const kept: Answer = { ...answer, accountId: delivery.press.accountId };
  finish(delivery);
  // A drop that was not open keeps no memory of the press, so neither do we over a reload.
  if (answer.outcome !== 'not_open') claimStore.keepAnswer(kept);
  if (!delivery.mayBeOld) tellOutcome(answer);
  showAnswer({ ...kept, isFresh: true });
}

function finish(delivery: Delivery): void {
  clearTimeout(delivery.timer);
  deliveries.delete(delivery.press.requestId);
  claimStore.dropPress(delivery.press.requestId);
}

function again(delivery: Delivery, milliseconds: number, waiting: Waiting): void {
  clearTimeout(delivery.timer);
  show(delivery, waiting);
  delivery.timer = setTimeout(() => attempt(delivery), milliseconds);
}

function show(delivery: Delivery, waiting: Waiting): void {
  claimView(delivery.press.dropId).value = { is: 'waiting', press: delivery.press, waiting };
}

function waitingOf(delivery: Delivery): Waiting['why'] | null {
  const view = claimView(delivery.press.dropId).value;
  return view.is === 'waiting' ? view.waiting.why : null;
}
