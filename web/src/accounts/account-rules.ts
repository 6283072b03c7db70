import { messages } from '../language/language.ts';
import { accountMessages } from './account-messages.ts';

/** The server's rules for an account (docs/api.md, "People"), told while one types. Undefined: fine. */
export function usernameError(username: string): string | undefined {
  const words = messages.value;
  if (username === '') return words.errors.required;
  return /^[a-zA-Z0-9][a-zA-Z0-9_.-]{2,31}$/.test(username) ? undefined : accountMessages.value.usernameWrong;
}

export function emailError(email: string): string | undefined {
  const words = messages.value;
  if (email === '') return words.errors.required;
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email) ? undefined : accountMessages.value.emailWrong;
}

export function passwordError(password: string): string | undefined {
  const words = messages.value;
  if (password === '') return words.errors.required;
  if (password.length < 10) return accountMessages.value.passwordShort;
  return password.length > 200 ? accountMessages.value.passwordLong : undefined;
}
