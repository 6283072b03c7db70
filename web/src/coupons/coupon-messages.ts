import { textsOf } from '../language/language.ts';
import { couponEnglish } from './coupon-english.ts';
import { couponKorean } from './coupon-korean.ts';

export const couponMessages = textsOf({ en: couponEnglish, ko: couponKorean });
