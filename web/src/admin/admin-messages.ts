import { computed } from '@preact/signals';
import { language } from '../language/language.ts';
import { type AdminMessages, adminEnglish } from './admin-english.ts';
import { adminKorean } from './admin-korean.ts';

const catalogues = { en: adminEnglish, ko: adminKorean };

export const adminMessages = computed<AdminMessages>(() => catalogues[language.value]);
