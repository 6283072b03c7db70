import { textsOf } from '../../language/language.ts';
import { fleetEnglish } from './fleet-english.ts';
import { fleetKorean } from './fleet-korean.ts';

export const fleetMessages = textsOf({ en: fleetEnglish, ko: fleetKorean });
