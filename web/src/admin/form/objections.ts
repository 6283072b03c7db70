import { type FormErrors, formErrorsFrom } from '../../http/form-errors.ts';
import { Problem } from '../../http/problem.ts';
import type { Draft } from './draft.ts';
import { formFieldOf } from './draft-rules.ts';
import { formMessages } from './form-messages.ts';

/** The server's objections to a drop, each at its field, in the words of the form. */
export function objections(error: unknown, draft: Draft): FormErrors {
  const words = formMessages.value.wrong;
  if (error instanceof Problem && error.code === 'drop_started')
    return {
      fields: Object.fromEntries(error.fields.map(({ field }) => [formFieldOf(field, draft), words.started])),
      form: null,
    };
  const granted = error instanceof Problem ? error.body['granted'] : undefined;
  const { fields, form } = formErrorsFrom(error, {
    stock_below_granted: {
      field: 'stock',
      text: words.stockBelowGranted(typeof granted === 'number' ? granted : null),
    },
    drop_cancelled: { field: 'title', text: words.cancelled },
  });
  const ours = error instanceof Problem ? error.fields.map(({ field, message }) => [field, wordsOf(message)]) : [];
  const named = Object.entries(fields).map(([field, text]) => {
    const own = ours.find(([name]) => name === field)?.[1];
    return [formFieldOf(field, draft), own ?? text] as const;
  });
  return { fields: Object.fromEntries(named), form };
}

/** What the server says of one field, as the form says it itself; undefined where it has no words of its own. */
function wordsOf(message: string): string | undefined {
  const words = formMessages.value.wrong;
  const most = /^must be <= (\d+)$/.exec(message)?.[1];
  if (most !== undefined) return words.atMost(Number(most));
  const longest = /^must NOT have more than (\d+) characters$/.exec(message)?.[1];
  if (longest !== undefined) return words.tooLong(Number(longest));
  switch (message) {
    case 'has a character that is not text':
      return words.notText;
    case 'is a picture that is not here':
      return formMessages.value.picture.cannotBeSeen;
    case 'is in the past':
      return words.past;
    case 'must be after opensAt':
    case 'must be after opensAt and in the future':
      return words.beforeOpening;
    case 'must not be after validUntil':
      return words.afterValidity;
    default:
      return undefined;
  }
}
