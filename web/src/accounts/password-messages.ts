import { textsOf } from '../language/language.ts';
import { passwordEnglish } from './password-english.ts';
import { passwordKorean } from './password-korean.ts';

export const passwordMessages = textsOf({ en: passwordEnglish, ko: passwordKorean });
