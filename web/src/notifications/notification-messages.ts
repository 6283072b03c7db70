import { textsOf } from '../language/language.ts';
import { notificationEnglish } from './notification-english.ts';
import { notificationKorean } from './notification-korean.ts';

export const notificationMessages = textsOf({ en: notificationEnglish, ko: notificationKorean });
