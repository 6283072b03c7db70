import { messages } from '../language/language.ts';
import { Problem } from './problem.ts';

/** What went wrong with a form: at fields where the server named them, else for the whole. */
export interface FormErrors {
  fields: Record<string, string>;
  form: string | null;
}

export const noErrors: FormErrors = { fields: {}, form: null };

/** `codes` tells which field a code of this form belongs to, and in which words. */
export function formErrorsFrom(error: unknown, codes: Record<string, { field: string; text: string }>): FormErrors {
  const words = messages.value.errors;
  if (!(error instanceof Problem)) return { fields: {}, form: words.network };
  const known = codes[error.code];
  if (known) return { fields: { [known.field]: known.text }, form: null };
  if (error.status === 429) return { fields: {}, form: words.wait(error.retryAfterSeconds ?? 60) };
  if (error.fields.length > 0) {
    // In the validator's words, which are for whoever writes programs: forms say more themselves, before they send anything.
    const fields = error.fields.map(
      ({ field, message }) => [field, message === 'is required' ? words.required : words.checkField] as const,
    );
    return { fields: Object.fromEntries(fields), form: null };
  }
  return { fields: {}, form: error.status >= 500 ? words.internal : error.message };
}

/** The first wrong field gets the cursor, once the errors are on the page. */
export function focusFirstError(form: HTMLFormElement): void {
  requestAnimationFrame(() => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
}
