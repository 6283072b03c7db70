/** Over which channels a person hears of what: what they chose, or else the manner of its type. Pure rules; settings.ts stores what they chose. */
import { CHANNELS, type ChannelName, type Language, MANNERS, type NotificationType } from './notification.ts';

/** Of people who never chose one. */
export const LANGUAGE_DEFAULT: Language = 'ko';

export type Choices = Partial<Record<NotificationType, readonly ChannelName[]>>;

/** What of a person's settings decides over which channels they hear. */
export interface Preferences {
  readonly language: Language;
  /** Whether anything may come by email that they did not ask for. */
  readonly email: boolean;
  /** Whether they have set an address there. */
  readonly slack: boolean;
  readonly discord: boolean;
  readonly choices: Choices;
}

/** Of people who have set nothing. */
export const NO_PREFERENCES: Preferences = {
  ...{ language: LANGUAGE_DEFAULT, email: true, slack: false, discord: false },
  choices: {},
};

/** What this installation can send over. Slack and Discord need nothing but their owner's address. */
export interface Ways {
  readonly email: boolean;
  /** Something is told to so many people over these channels; before the commit, so a transaction that fails is counted, too. */
  readonly onTold?: (type: NotificationType, channels: readonly ChannelName[]) => void;
}

/** What a type comes over, as far as the person has it and this installation sends it, and its sender asks for it, in the order of CHANNELS. */
export function channelsOf(
  type: NotificationType,
  preferences: Preferences,
  ways: Pick<Ways, 'email'>,
  asked: readonly ChannelName[] = CHANNELS,
): ChannelName[] {
  if (MANNERS[type].fixed) return defaultsOf(type).filter((channel) => channel !== 'email' || ways.email);
  const wished = preferences.choices[type] ?? defaultsOf(type);
  const has = { in_app: true, ...preferences, email: preferences.email && ways.email };
  return CHANNELS.filter((channel) => wished.includes(channel) && has[channel] && asked.includes(channel));
}

/** What a type comes over unless its hearer has chosen otherwise. */
export function defaultsOf(type: NotificationType): ChannelName[] {
  const { inApp, outside, fixed } = MANNERS[type];
  return CHANNELS.filter((channel) => (channel === 'in_app' ? inApp : outside && (!fixed || channel === 'email')));
}

/** Whether nobody hears of it who has not chosen to. */
export function isOffByDefault(type: NotificationType): boolean {
  return defaultsOf(type).length === 0;
}
