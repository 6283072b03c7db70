import { textsOf } from '../language/language.ts';
import { slotEnglish } from './slot-english.ts';
import { slotKorean } from './slot-korean.ts';

export const slotMessages = textsOf({ en: slotEnglish, ko: slotKorean });
