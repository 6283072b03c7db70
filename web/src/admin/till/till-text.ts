import { refusalText } from '../../grants/refusal-text.ts';
import { Problem } from '../../http/problem.ts';
import { tillMessages } from './till-messages.ts';

/** At the till a refusal is about somebody else's coupon. */
export function tillText(error: unknown): string {
  const { tooMany } = tillMessages.value;
  if (error instanceof Problem && error.code === 'too_many_attempts')
    return tooMany(Math.ceil((error.retryAfterSeconds ?? 60) / 60));
  return refusalText(error);
}
