import { textsOf } from '../language/language.ts';
import { paymentEnglish } from './payment-english.ts';
import { paymentKorean } from './payment-korean.ts';

export const paymentMessages = textsOf({ en: paymentEnglish, ko: paymentKorean });
