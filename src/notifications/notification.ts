/**
 * A notification: one thing that one person is told, once, over the channels that they chose.
 *
 *   scheduled ──its hour──> told ──per channel──> a delivery (delivery.ts)
 *       └──what it tells of does not happen any more──> cancelled
 *
 * What is to be told at once is told in the transaction that receives it. Which things happen, and who hears of them, is not decided here: src/herald.
 */
import type { PaymentState } from '../payments/payment.ts';

export const CHANNELS = ['in_app', 'email', 'slack', 'discord'] as const;
export type ChannelName = (typeof CHANNELS)[number];

export const LANGUAGES = ['ko', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

interface AboutDrop {
  readonly dropId: string;
  /** The drop's, when it was told. */
  readonly title: string;
}

interface AboutGrant extends AboutDrop {
  readonly grantId: string;
}

interface AboutUnit extends AboutGrant {
  readonly kind: 'coupon' | 'product';
  readonly serial: number;
  readonly arrival: number;
  readonly code: string | null;
  /** ISO 8601, as all times here. */
  readonly validUntil: string | null;
  readonly holdUntil: string | null;
}

/** What became of an account, for whoever's it was. */
interface AboutAccount {
  readonly username: string;
  /** Where its letters went until then, and where this one goes: whoever takes an account must not get the letter that tells of it. */
  readonly address: string;
  readonly changedAt: string;
}

/** What each type tells of: everything that its texts need, and what a program wants to know. */
export interface NotificationData {
  signed_up: { readonly username: string };
  /** The link's secret follows from the id (accounts/password-resets.ts), and is stored nowhere. */
  password_reset: { readonly resetId: string; readonly expiresAt: string };
  email_changed: AboutAccount;
  password_changed: AboutAccount;
  granted: AboutUnit;
  refused: AboutDrop & {
    readonly reason: 'sold_out' | 'limit_reached' | 'closed';
    readonly arrival: number;
  };
  slot_expiring: AboutGrant & { readonly holdUntil: string };
  slot_expired: AboutGrant;
  payment_result: AboutGrant & {
    readonly paymentId: string;
    readonly state: Exclude<PaymentState, 'pending' | 'refunding'>;
    readonly amount: number;
    readonly currency: string;
    readonly failure: string | null;
  };
  drop_opening: AboutDrop & { readonly opensAt: string };
  sold_out: AboutDrop & { readonly stock: number };
  back_in_stock: AboutDrop & { readonly remaining: number };
  your_turn: AboutUnit;
}

export type NotificationType = keyof NotificationData;

interface Manner {
  /** Whether it stands in its owner's centre unless they choose otherwise. */
  readonly inApp: boolean;
  /** Whether it goes out by email, and over the webhooks that its owner has set, unless they choose otherwise. */
  readonly outside: boolean;
  /** Nobody can choose: it was asked for, or tells whose account it is. Outside it comes by email only. */
  readonly fixed?: true;
}

/** Quiet: what one sees happen stays on the page; what has a deadline, costs money, was asked for or is a matter of safety also goes outside. */
export const MANNERS: Readonly<Record<NotificationType, Manner>> = {
  signed_up: { inApp: false, outside: true },
  password_reset: { inApp: false, outside: true, fixed: true },
  email_changed: { inApp: true, outside: true, fixed: true },
  password_changed: { inApp: true, outside: true, fixed: true },
  granted: { inApp: true, outside: false },
  refused: { inApp: false, outside: false },
  slot_expiring: { inApp: true, outside: true },
  slot_expired: { inApp: true, outside: false },
  payment_result: { inApp: true, outside: true },
  drop_opening: { inApp: true, outside: true },
  sold_out: { inApp: true, outside: false },
  back_in_stock: { inApp: true, outside: true },
  your_turn: { inApp: true, outside: true },
};

export const NOTIFICATION_TYPES = Object.keys(MANNERS) as readonly NotificationType[];

/** What those who follow a drop may choose to be told of it. */
export const FOLLOWED_TYPES = ['drop_opening', 'sold_out', 'back_in_stock'] as const;
export type FollowedType = (typeof FOLLOWED_TYPES)[number];

/** Something to be told to one person. */
export type Notice = {
  [Type in NotificationType]: {
    readonly userId: string;
    readonly type: Type;
    readonly data: NotificationData[Type];
    /** Names the thing told of: the same person is told of it once, however often it is received. */
    readonly dedupeKey: string;
    /** ISO 8601; unset: now. */
    readonly dueAt?: string;
    /** Over these at most, of those that its hearer has chosen for the type; unset: over all of those. */
    readonly channels?: readonly ChannelName[];
  };
}[NotificationType];

/** Something to be told to all who follow a drop and chose to hear of it. */
export type Announcement = {
  [Type in FollowedType]: {
    readonly dropId: string;
    readonly type: Type;
    readonly data: NotificationData[Type];
    readonly dedupeKey: string;
    readonly dueAt?: string;
  };
}[FollowedType];

/** A notification as its owner sees it, over HTTP and the socket. */
export interface NotificationView {
  readonly id: string;
  readonly type: NotificationType;
  /** In the owner's language. */
  readonly title: string;
  readonly text: string;
  /** Where on the pages one goes from here, as a path; null: nowhere. */
  readonly path: string | null;
  readonly toldAt: string;
  readonly readAt: string | null;
  readonly data: NotificationData[NotificationType];
}
