import { textsOf } from '../../language/language.ts';
import { dropAdminEnglish } from './drop-admin-english.ts';
import { dropAdminKorean } from './drop-admin-korean.ts';

export const dropAdminMessages = textsOf({ en: dropAdminEnglish, ko: dropAdminKorean });
