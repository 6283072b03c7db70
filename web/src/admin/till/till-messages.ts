import { textsOf } from '../../language/language.ts';
import { tillEnglish } from './till-english.ts';
import { tillKorean } from './till-korean.ts';

export const tillMessages = textsOf({ en: tillEnglish, ko: tillKorean });
