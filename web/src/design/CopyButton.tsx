import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { messages } from '../language/language.ts';
import { Icon } from './Icon.tsx';

const thanksMilliseconds = 2_000;

export function CopyButton({ text, label, word }: { text: string; label: string; word?: string }) {
  const copied = useSignal(false);
  const words = messages.value.claims;
  useEffect(() => {
    if (!copied.value) return undefined;
    const timer = setTimeout(() => {
      copied.value = false;
    }, thanksMilliseconds);
    return () => clearTimeout(timer);
  }, [copied.value]);
  return (
    <button
      type="button"
      class="button copy-button"
      aria-label={copied.value ? words.copied : label}
      onClick={async () => {
        copied.value = await copyText(text);
      }}
    >
      {/* Both faces lie in the same cell, so that the button keeps its width. */}
      <span class="swap" data-second={copied.value}>
        <span class="copy-face">
          <Icon name="copy" size={18} />
          {word ?? words.copy}
        </span>
        <span class="copy-face">
          <Icon name="check" size={18} />
          {words.copied}
        </span>
      </span>
      <span class="for-readers" aria-live="polite">
        {copied.value ? words.copied : ''}
      </span>
    </button>
  );
}

/** The clipboard API exists only in secure contexts; a hidden field serves the rest. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement('textarea');
    field.value = text;
    field.className = 'for-readers';
    document.body.append(field);
    field.select();
    const copied = document.execCommand('copy');
    field.remove();
    return copied;
  }
}
