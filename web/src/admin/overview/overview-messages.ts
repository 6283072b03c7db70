import { textsOf } from '../../language/language.ts';
import { overviewEnglish } from './overview-english.ts';
import { overviewKorean } from './overview-korean.ts';

export const overviewMessages = textsOf({ en: overviewEnglish, ko: overviewKorean });
