import { requestAsMember } from '../accounts/session.ts';
import type { Page } from '../http/request.ts';
import { type Language, language } from '../language/language.ts';
import type { Notification } from '../realtime/messages.ts';

export const channels = ['in_app', 'email', 'slack', 'discord'] as const;
export type Channel = (typeof channels)[number];

export type NotificationPage = Page<Notification> & { unread: number };

export function loadNotifications(cursor: string | null): Promise<NotificationPage> {
  const query = new URLSearchParams({ limit: '20', language: language.value });
  if (cursor !== null) query.set('cursor', cursor);
  return requestAsMember<NotificationPage>(`/v1/me/notifications?${query}`);
}

/** This one, and all that was told before it. */
export function markRead(upTo: string): Promise<void> {
  return requestAsMember('/v1/me/notifications/read', { method: 'PUT', body: { upTo } });
}

/** Of what, over which channels (docs/api.md, `GET /v1/me/notification-settings`). */
export interface NotificationSettings {
  /** Of letters and of messages elsewhere. */
  language: Language;
  email: { address: string; on: boolean; available: boolean };
  /** Addresses are shown masked. */
  slack: { webhookUrl: string | null };
  discord: { webhookUrl: string | null };
  types: TypeSettings[];
}

export interface TypeSettings {
  type: string;
  channels: Channel[];
  defaults: Channel[];
  /** It comes whatever one chooses. */
  fixed: boolean;
}

export interface SettingsChange {
  language?: Language;
  email?: boolean;
  slack?: string | null;
  discord?: string | null;
  choices?: Record<string, Channel[] | null>;
}

const settingsPath = '/v1/me/notification-settings';

export function loadSettings(): Promise<NotificationSettings> {
  return requestAsMember<NotificationSettings>(settingsPath);
}

export function changeSettings(change: SettingsChange): Promise<NotificationSettings> {
  return requestAsMember<NotificationSettings>(settingsPath, { method: 'PUT', body: change });
}

/** Whether anything differs from what everybody begins with. */
export function isAsBegun({ channels: chosen, defaults }: TypeSettings): boolean {
  return chosen.length === defaults.length && chosen.every((channel) => defaults.includes(channel));
}

export function toggled<Value>(values: readonly Value[], value: Value): Value[] {
  return values.includes(value) ? values.filter((known) => known !== value) : [...values, value];
}
