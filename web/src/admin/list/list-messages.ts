import { textsOf } from '../../language/language.ts';
import { listEnglish } from './list-english.ts';
import { listKorean } from './list-korean.ts';

export const listMessages = textsOf({ en: listEnglish, ko: listKorean });
