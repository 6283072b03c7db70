import { textsOf } from '../../language/language.ts';
import { peopleEnglish } from './people-english.ts';
import { peopleKorean } from './people-korean.ts';

export const peopleMessages = textsOf({ en: peopleEnglish, ko: peopleKorean });
