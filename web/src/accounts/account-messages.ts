import { textsOf } from '../language/language.ts';
import { accountEnglish } from './account-english.ts';
import { accountKorean } from './account-korean.ts';

export const accountMessages = textsOf({ en: accountEnglish, ko: accountKorean });
