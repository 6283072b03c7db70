import { textsOf } from '../../language/language.ts';
import { deliveryEnglish } from './delivery-english.ts';
import { deliveryKorean } from './delivery-korean.ts';

export const deliveryMessages = textsOf({ en: deliveryEnglish, ko: deliveryKorean });
