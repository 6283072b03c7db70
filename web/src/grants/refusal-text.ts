import { Problem } from '../http/problem.ts';
import { messages } from '../language/language.ts';
import { grantMessages } from './grant-messages.ts';

/** What to tell people of an error: the server's refusal in their language, or what stood in the way. */
export function refusalText(error: unknown): string {
  const words = messages.value.errors;
  if (!(error instanceof Problem)) return words.network;
  if (error.status === 429) return words.wait(error.retryAfterSeconds ?? 60);
  const { refusals } = grantMessages.value;
  return refusals[error.code as keyof typeof refusals] ?? words.internal;
}
