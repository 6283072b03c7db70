import { type Signal, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { messages } from '../language/language.ts';
import './dialog.css';

interface ConfirmDialogProps {
  isOpen: Signal<boolean>;
  title: string;
  /** What will happen, and whatever has to be filled in first. */
  children: ComponentChildren;
  confirm: string;
  /** On the button that leaves all as it is. */
  refuse?: string;
  isDangerous?: boolean;
  /** Resolves when it is done; the dialog then closes. What it throws is told, and the dialog stays. */
  onConfirm: () => Promise<void>;
  onRefuse?: () => void;
  tell: (error: unknown) => string;
}

/** Asks once before something that cannot be taken back. The browser's own dialog keeps the keyboard inside and closes on Escape. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  return props.isOpen.value ? <OpenDialog {...props} /> : null;
}

function OpenDialog(props: ConfirmDialogProps) {
  const { isOpen, title, children, confirm, refuse, isDangerous, onConfirm, onRefuse, tell } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const isBusy = useSignal(false);
  const failure = useSignal<string | null>(null);
  useEffect(() => {
    const asker = document.activeElement;
    const heading = headingOver(asker);
    dialog.current?.showModal();
    return () => {
      if (asker instanceof HTMLElement) asker.focus();
      // What was confirmed may have taken its button away: then one goes on reading at the heading above, not at the top of the page.
      setTimeout(() => {
        if (document.activeElement === document.body) focusHeading(heading);
      });
    };
  }, []);

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (isBusy.value) return;
    isBusy.value = true;
    failure.value = null;
    try {
      await onConfirm();
      isOpen.value = false;
    } catch (error) {
      failure.value = tell(error);
    }
    isBusy.value = false;
  }

  return (
    <dialog
      ref={dialog}
      class="dialog panel"
      aria-labelledby={`${id}-title`}
      // What has been sent is waited for: what becomes of it would be told to nobody. A `cancel` that is prevented does not hold the dialog: Chrome closes
      // it at the second Escape. Browsers that know no `closedby` prevent the first, and open it again after the second.
      closedby={isBusy.value ? 'none' : 'closerequest'}
      onCancel={(event) => {
        if (isBusy.value) event.preventDefault();
      }}
      onClose={() => {
        if (isBusy.value) return dialog.current?.showModal();
        isOpen.value = false;
        onRefuse?.();
      }}
    >
      <form onSubmit={(event) => void submit(event)}>
        <h2 id={`${id}-title`}>{title}</h2>
        {children}
        {failure.value !== null && (
          <p class="banner wrong" role="alert">
            {failure.value}
          </p>
        )}
        <div class="dialog-buttons">
          <button type="button" class="button" disabled={isBusy.value} onClick={() => dialog.current?.close()}>
            {refuse ?? messages.value.shell.notNow}
          </button>
          <button
            type="submit"
            class={isDangerous === true ? 'button danger' : 'button primary'}
            disabled={isBusy.value}
            aria-busy={isBusy.value}
          >
            {confirm}
          </button>
        </div>
      </form>
    </dialog>
  );
}

function headingOver(asker: Element | null): HTMLElement | null {
  return asker?.closest('section, article, main')?.querySelector<HTMLElement>('h1, h2') ?? null;
}

function focusHeading(heading: HTMLElement | null): void {
  const target = heading?.isConnected === true ? heading : document.getElementById('content');
  if (target === null) return;
  target.tabIndex = -1;
  target.focus();
}
