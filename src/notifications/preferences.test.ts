import { describe, expect, it } from 'vitest';
import { NOTIFICATION_TYPES, type NotificationType } from './notification.ts';
import { channelsOf, defaultsOf, isOffByDefault, NO_PREFERENCES, type Preferences } from './preferences.ts';

const all: Preferences = { ...NO_PREFERENCES, slack: true, discord: true };

/** The person, the type, whether there is a mail server; and over which channels it comes. */
const table: [
  person: string,
  preferences: Partial<Preferences>,
  type: NotificationType,
  mail: boolean,
  over: string,
][] = [
  ['has everything', all, 'back_in_stock', true, 'in_app email slack discord'],
  ['has everything', all, 'back_in_stock', false, 'in_app slack discord'],
  ['has everything', all, 'granted', true, 'in_app'],
  ['has everything', all, 'refused', true, ''],
  ['has no webhook', NO_PREFERENCES, 'back_in_stock', true, 'in_app email'],
  ['wants no email', { email: false }, 'back_in_stock', true, 'in_app'],
  ['wants no email', { email: false }, 'password_reset', true, 'email'],
  ['wants no email', { email: false }, 'signed_up', true, ''],
  ['wants nothing', { choices: { back_in_stock: [] } }, 'back_in_stock', true, ''],
  ['chose Slack', { slack: true, choices: { refused: ['slack'] } }, 'refused', true, 'slack'],
  ['chose Slack, and has none', { choices: { refused: ['slack'] } }, 'refused', true, ''],
  [
    'chose all for what is fixed',
    { ...all, choices: { password_reset: ['slack', 'in_app'] } },
    'password_reset',
    true,
    'email',
  ],
  ['chose all for what is fixed', { ...all, choices: { password_reset: ['slack'] } }, 'password_reset', false, ''],
  ['wants nothing', { ...all, email: false, choices: { email_changed: [] } }, 'email_changed', true, 'in_app email'],
  ['wants nothing', { email: false, choices: { password_changed: [] } }, 'password_changed', true, 'in_app email'],
  ['has everything', all, 'password_changed', false, 'in_app'],
];

describe('channels', () => {
  it.each(table)('who %s %o hears of %s (mail server: %s) over: %s', (_person, preferences, type, email, over) => {
    expect(channelsOf(type, { ...NO_PREFERENCES, ...preferences }, { email }).join(' ')).toBe(over);
  });

  it('by default only refusals come over none', () => {
    expect(NOTIFICATION_TYPES.filter(isOffByDefault)).toEqual(['refused']);
    expect(defaultsOf('slot_expiring')).toEqual(['in_app', 'email', 'slack', 'discord']);
  });
});
