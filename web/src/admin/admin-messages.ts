import { textsOf } from '../language/language.ts';
import { adminEnglish } from './admin-english.ts';
import { adminKorean } from './admin-korean.ts';

export const adminMessages = textsOf({ en: adminEnglish, ko: adminKorean });
