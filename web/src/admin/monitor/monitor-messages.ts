import { textsOf } from '../../language/language.ts';
import { monitorEnglish } from './monitor-english.ts';
import { monitorKorean } from './monitor-korean.ts';

export const monitorMessages = textsOf({ en: monitorEnglish, ko: monitorKorean });
