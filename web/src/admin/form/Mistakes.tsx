import type { RefObject } from 'preact';
import { formMessages } from './form-messages.ts';

interface MistakesProps {
  /** What is wrong, by the field's name. */
  fields: Partial<Record<string, string>>;
  form: RefObject<HTMLFormElement | null>;
}

/** Beside the button: all that has to be mended before the form can be sent. A press leads to the field. */
export function Mistakes({ fields, form }: MistakesProps) {
  const words = formMessages.value;
  const names: Record<string, string> = { ...fieldNames(words), imageUrl: words.picture.label };
  const wrong = Object.keys(names).filter((field) => fields[field] !== undefined);
  if (wrong.length === 0) return null;
  return (
    <div class="banner wrong" role="alert">
      <p>{words.mistakes(wrong.length)}</p>
      <ul class="mistakes">
        {wrong.map((field) => (
          <li key={field}>
            <button
              type="button"
              class="mistake"
              onClick={() => form.current?.querySelector<HTMLElement>(`[name="${field}"]`)?.focus()}
            >
              {names[field]}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** In the order of the form. */
function fieldNames(words: typeof formMessages.value): Record<string, string> {
  const { dropTitle: title, description, stock, perUserLimit, opensAt, closesAt } = words;
  const { price, percent, amount, currency, holdMinutes, validForDays, validUntil } = words;
  return {
    ...{ title, description, stock, perUserLimit, opensAt, closesAt },
    ...{ price, percent, amount, currency, holdMinutes, validForDays, validUntil },
  };
}
