import { account, requestAsMember } from '../accounts/session.ts';
import { type Language, language } from '../language/language.ts';

let isTelling = false;

/**
 * Notifications and letters follow the language that a member chooses for the pages. Told once for each choice, one after the other; without
 * an answer nothing is said: it can be set on the settings page, too.
 */
export async function tellLanguage(): Promise<void> {
  if (isTelling) return;
  isTelling = true;
  let told: Language | null = null;
  while (account.value !== null && told !== language.value) {
    told = language.value;
    const change = { method: 'PUT', body: { language: told } } as const;
    await requestAsMember('/v1/me/notification-settings', change).catch(() => undefined);
  }
  isTelling = false;
}
