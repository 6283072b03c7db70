/**
 * What an entry of a drop's log means to people: who gets which message on their sockets, who is notified of what, and what is to be told later, or not any more.
 * Pure: the same entry means the same, however often it is read.
 *
 *   claims    granted        message `grant`, notification `granted`, and for a slot a warning before its hold ends
 *             refused        notification `refused`, for those who want it
 *   offered   a turn came    message `grant`, notification `your_turn`, and a warning as above
 *   released  a unit is gone message `grant`, notification `slot_expired` if time took it; its warning is withdrawn
 *   settled   used, paid     message `grant`; its warning is withdrawn
 *   created, amended   the announcement before the opening is made, moved, withdrawn
 *   cancelled          all announcements that are still to come are withdrawn
 *
 * What the whole of a drop's entries means to those who follow it, that all are sold or some are back: stock.ts. What becomes of payments: payment-tidings.ts.
 */
import type { Drop } from '../drops/drop.ts';
import type { Because, Grant } from '../grants/grant.ts';
import { grantView } from '../grants/grant.ts';
import type { LedgerGrant } from '../ledger/grant-ledger.ts';
import type { LogEvent } from '../ledger/log-event.ts';
import { grantIdOf } from '../ledger/outcome.ts';
import { type Announcement, FOLLOWED_TYPES, type FollowedType, type Notice } from '../notifications/notification.ts';
import type { PersonalMessage } from '../realtime/inbox.ts';
import { grantMessage } from '../realtime/messages.ts';

export interface Tidings {
  readonly messages: PersonalMessage[];
  readonly notices: Notice[];
  /** Scheduled notices that are not to be told any more. */
  readonly withdrawn: { readonly userId: string; readonly dedupeKey: string }[];
  readonly announcements: Announcement[];
  /** Scheduled announcements of this type that are not to be made any more, but for the one with this key; those above are made after that. */
  readonly silenced: { readonly dropId: string; readonly type: FollowedType; readonly butFor?: string }[];
}

export function noTidings(): Tidings {
  return { messages: [], notices: [], withdrawn: [], announcements: [], silenced: [] };
}

/** S-24: so long before its hold ends the holder of a slot is warned. */
const WARN_BEFORE_MS = 5 * 60_000;
/** Of a hold that is shorter than twice that, the half. */
const WARN_BEFORE_SHARE = 0.5;
/** S-42: so long before a drop opens those who follow it are told. */
const OPENING_BEFORE_MS = 10 * 60_000;

export interface Context {
  readonly drop: Drop;
  readonly nowMs: number;
  /** As it now stands; undefined for one that there is not. */
  grant(serial: number): LedgerGrant | undefined;
}

/** The serials of the grants that an entry tells of. */
export function serialsOf(event: LogEvent): number[] {
  switch (event.kind) {
    case 'claims': {
      let serial = event.firstSerial;
      return event.outcomes.flatMap((outcome) => (outcome === 'granted' ? [serial++] : []));
    }
    case 'offered':
      return event.userIds.map((_userId, nth) => event.firstSerial + nth);
    case 'released':
    case 'settled':
      return [...event.serials];
    default:
      return [];
  }
}

/** How many people an entry tells of: the units of some, the refusals of others. */
export function peopleOf(event: LogEvent): number {
  return event.kind === 'claims' ? event.outcomes.length : serialsOf(event).length;
}

/** The part of an entry that tells of its people from one up to another, as if it were one of its own. */
export function partOf(event: LogEvent, from: number, to: number): LogEvent {
  if (from === 0 && to >= peopleOf(event)) return event;
  switch (event.kind) {
    case 'claims': {
      const grantedBefore = event.outcomes.slice(0, from).filter((outcome) => outcome === 'granted').length;
      return {
        ...{
          kind: event.kind,
          firstArrival: event.firstArrival + from,
          firstSerial: event.firstSerial + grantedBefore,
        },
        outcomes: event.outcomes.slice(from, to),
        userIds: event.userIds.slice(from, to),
        requestIds: event.requestIds.slice(from, to),
      };
    }
    case 'offered':
      return {
        ...{ ...event, firstSerial: event.firstSerial + from },
        ...{ arrivals: event.arrivals.slice(from, to), userIds: event.userIds.slice(from, to) },
      };
    case 'released':
    case 'settled':
      return { ...event, serials: event.serials.slice(from, to) };
    default:
      return event;
  }
}

/** Adds what this entry means. */
export function tell(tidings: Tidings, event: LogEvent, context: Context): void {
  switch (event.kind) {
    case 'claims':
      for (const serial of serialsOf(event)) tellOfUnit(tidings, context, serial, 'granted');
      tellOfRefusals(tidings, event, context);
      break;
    case 'offered':
      for (const serial of serialsOf(event)) tellOfUnit(tidings, context, serial, 'offered');
      break;
    case 'released':
    case 'settled':
      for (const serial of event.serials) tellOfEnd(tidings, context, serial, event.state as Because);
      break;
    case 'created':
    case 'amended':
      announceOpening(tidings, context);
      break;
    case 'cancelled':
      silenceAll(tidings, context.drop.id);
  }
}

export function warningKey(grantId: string): string {
  return `slot_expiring ${grantId}`;
}

function tellOfUnit(tidings: Tidings, context: Context, serial: number, because: 'granted' | 'offered'): void {
  const grant = context.grant(serial);
  if (grant === undefined) return;
  const { userId } = grant;
  const view = grantView(grant, context.drop, context.nowMs);
  tidings.messages.push({ userId, body: grantMessage(because, view) });
  const { id: grantId, dropId, title, kind, arrival, code, validUntil, holdUntil } = view;
  const data = { dropId, title, grantId, kind, serial, arrival, code, validUntil, holdUntil };
  const type = because === 'granted' ? 'granted' : 'your_turn';
  tidings.notices.push({ userId, type, data, dedupeKey: `${type} ${grantId}` });
  if (view.state === 'held' && holdUntil !== null) warn(tidings, userId, view, holdUntil);
}

function warn(tidings: Tidings, userId: string, { id: grantId, dropId, title, grantedAt }: Grant, until: string): void {
  const endsMs = Date.parse(until);
  const beforeMs = Math.min(WARN_BEFORE_MS, (endsMs - Date.parse(grantedAt)) * WARN_BEFORE_SHARE);
  tidings.notices.push({
    ...{ userId, type: 'slot_expiring', dedupeKey: warningKey(grantId) },
    data: { dropId, title, grantId, holdUntil: until },
    dueAt: new Date(endsMs - beforeMs).toISOString(),
  });
}

function tellOfEnd(tidings: Tidings, context: Context, serial: number, because: Because): void {
  const grant = context.grant(serial);
  if (grant === undefined) return;
  const { drop, nowMs } = context;
  const { userId } = grant;
  const grantId = grantIdOf(drop.id, serial);
  tidings.messages.push({ userId, body: grantMessage(because, grantView(grant, drop, nowMs)) });
  if (drop.kind !== 'product') return;
  tidings.withdrawn.push({ userId, dedupeKey: warningKey(grantId) });
  if (because !== 'expired') return;
  const data = { dropId: drop.id, title: drop.title, grantId };
  tidings.notices.push({ userId, type: 'slot_expired', data, dedupeKey: `slot_expired ${grantId}` });
}

function tellOfRefusals(tidings: Tidings, event: LogEvent & { kind: 'claims' }, { drop }: Context): void {
  for (const [place, reason] of event.outcomes.entries()) {
    const [userId, requestId] = [event.userIds[place], event.requestIds[place]];
    if (reason === 'granted' || userId === undefined) continue;
    const data = { dropId: drop.id, title: drop.title, reason, arrival: event.firstArrival + place };
    tidings.notices.push({ userId, type: 'refused', data, dedupeKey: `refused ${drop.id} ${requestId}` });
  }
}

function silenceAll({ silenced }: Tidings, dropId: string): void {
  silenced.push(...FOLLOWED_TYPES.map((type) => ({ dropId, type })));
}

/** Whoever follows a drop that is moved to open sooner than that has the opening before their eyes. One that is being told goes on, as long as its hour is the same. */
function announceOpening({ announcements, silenced }: Tidings, { drop, nowMs }: Context): void {
  const { id: dropId, title, opensAtMs } = drop;
  const opensAt = new Date(opensAtMs).toISOString();
  const dedupeKey = `drop_opening ${dropId} ${opensAt}`;
  const isToCome = opensAtMs > nowMs && !drop.cancelled;
  silenced.push({ dropId, type: 'drop_opening', ...(isToCome && { butFor: dedupeKey }) });
  const dueMs = opensAtMs - OPENING_BEFORE_MS;
  if (!isToCome || dueMs <= nowMs) return;
  const dueAt = new Date(dueMs).toISOString();
  announcements.push({ dropId, type: 'drop_opening', data: { dropId, title, opensAt }, dedupeKey, dueAt });
}
