import { textsOf } from '../../language/language.ts';
import { adminPaymentEnglish } from './admin-payment-english.ts';
import { adminPaymentKorean } from './admin-payment-korean.ts';

export const adminPaymentMessages = textsOf({ en: adminPaymentEnglish, ko: adminPaymentKorean });
