import { useEffect, useId, useRef } from 'preact/hooks';
import '../design/dialog.css';
import './accounts.css';
import { accountMessages } from './account-messages.ts';
import { SignInForm } from './SignInForm.tsx';
import { goOnAsGuest } from './session.ts';
import type { Account } from './session-store.ts';

/** Over a page whose session has ended. Only signing in, here or in another tab, or leaving what the page holds, takes it away: Escape does not. */
export function SessionOver({ of }: { of: Account }) {
  const words = accountMessages.value;
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const interrupted = document.activeElement;
    dialog.current?.showModal();
    // Who it was is known.
    dialog.current?.querySelector<HTMLElement>('[name=password]')?.focus();
    return () => {
      if (interrupted instanceof HTMLElement) interrupted.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class="dialog panel session-over"
      aria-labelledby={`${id}-title`}
      onCancel={(event) => event.preventDefault()}
      // A second Escape closes it all the same.
      onClose={() => dialog.current?.showModal()}
    >
      <h2 id={`${id}-title`}>{words.overTitle}</h2>
      <p>{words.overText}</p>
      <SignInForm login={of.username} />
      <button type="button" class="button plain wide" onClick={goOnAsGuest}>
        {words.leavePage}
      </button>
    </dialog>
  );
}
