import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ConfirmDialog } from '../../design/ConfirmDialog.tsx';
import { messages } from '../../language/language.ts';
import { formMessages } from './form-messages.ts';
import type { Less } from './less.ts';

interface LessDialogProps {
  /** Null: nothing is asked. */
  less: Less | null;
  onAnswer: (isSure: boolean) => void;
}

/** Says what a change takes away, before it does. */
export function LessDialog({ less, onAnswer }: LessDialogProps) {
  const words = formMessages.value.less;
  const isOpen = useSignal(false);
  useEffect(() => {
    isOpen.value = less !== null;
  }, [less]);
  return (
    <ConfirmDialog
      isOpen={isOpen}
      title={less?.noLine ? words.titleWaiting : words.title}
      confirm={words.confirm}
      isDangerous
      onConfirm={async () => onAnswer(true)}
      onRefuse={() => onAnswer(false)}
      tell={() => messages.value.errors.internal}
    >
      <ul class="less">
        {less?.stock && (
          <li>
            {words.stock(less.stock.before, less.stock.after)} {words.left(less.stock.left)}
          </li>
        )}
        {less?.earlier && <li>{words.earlier(less.earlier.before, less.earlier.after)}</li>}
        {less && less.noLine > 0 && <li>{words.noLine(less.noLine)}</li>}
      </ul>
      <p class="soft">{words.kept}</p>
    </ConfirmDialog>
  );
}
