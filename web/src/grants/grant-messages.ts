import { textsOf } from '../language/language.ts';
import { grantEnglish } from './grant-english.ts';
import { grantKorean } from './grant-korean.ts';

export const grantMessages = textsOf({ en: grantEnglish, ko: grantKorean });
