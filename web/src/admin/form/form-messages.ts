import { textsOf } from '../../language/language.ts';
import { formEnglish } from './form-english.ts';
import { formKorean } from './form-korean.ts';

export const formMessages = textsOf({ en: formEnglish, ko: formKorean });
