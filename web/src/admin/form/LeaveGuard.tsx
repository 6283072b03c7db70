import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { useLocation } from 'preact-iso/router';
import { ConfirmDialog } from '../../design/ConfirmDialog.tsx';
import { messages } from '../../language/language.ts';
import { formMessages } from './form-messages.ts';

/** Goes to another page, in the form's place. */
export type LeaveForGood = ((to: string) => Promise<void>) | undefined;

interface LeaveGuardProps {
  isDirty: boolean;
  leave: { current: LeaveForGood };
}

/**
 * What was typed is not lost by accident. Three ways lead away from a form: closing or reloading the tab, where the browser asks in its own words; a link
 * of ours; and the way back. That one has been gone when one hears of it, so that the form stands twice in the history from its first letter on: the step
 * back leads to itself.
 *
 *   clean --a first letter--> dirty, in a second place of the history
 *   dirty --as it was before--> clean, in the second place: a step back is one step, and goes on to where the form was opened
 *   dirty --a link--> asked --leave--> there, in the second place's stead
 *   dirty --the way back--> asked, in the first place --leave--> one more step back
 *                                                     --stay--> dirty, in a second place again
 *   any --for good (`leave`)--> there, in the form's stead: both places are given up, what was sent is not stepped back to
 */
export function LeaveGuard({ isDirty, leave }: LeaveGuardProps) {
  const { route } = useLocation();
  const isAsked = useSignal(false);
  /** Where one wanted to go; null is the way back. */
  const target = useSignal<string | null>(null);
  const hasSecondPlace = useRef(false);
  const isLeaving = useRef(false);
  const words = formMessages.value.leave;

  function takeSecondPlace(): void {
    if (hasSecondPlace.current) return;
    history.pushState(history.state, '');
    hasSecondPlace.current = true;
  }

  function goBack(): void {
    isLeaving.current = true;
    history.back();
  }

  leave.current = async (to) => {
    isLeaving.current = true;
    if (hasSecondPlace.current) await stepBack();
    route(to, true);
  };

  // Before the first letter is seen: a link may be pressed as soon as it is.
  useLayoutEffect(() => {
    if (isDirty) takeSecondPlace();
    if (!hasSecondPlace.current) return undefined;
    const here = location.pathname + location.search;
    const onUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    const ask = (to: string | null) => {
      target.value = to;
      isAsked.value = true;
    };
    const onClick = (event: MouseEvent) => {
      const to = placeOf(event);
      if (to === null || to === here) return;
      event.preventDefault();
      // Before the router hears of it.
      event.stopImmediatePropagation();
      ask(to);
    };
    const onBack = () => {
      if (isLeaving.current || location.pathname + location.search + location.hash !== here) return;
      hasSecondPlace.current = false;
      if (isDirty) ask(null);
      else goBack();
    };
    addEventListener('popstate', onBack);
    if (isDirty) {
      addEventListener('beforeunload', onUnload);
      document.addEventListener('click', onClick, true);
    }
    return () => {
      removeEventListener('popstate', onBack);
      removeEventListener('beforeunload', onUnload);
      document.removeEventListener('click', onClick, true);
    };
  }, [isDirty]);

  return (
    <ConfirmDialog
      isOpen={isAsked}
      title={words.title}
      confirm={words.confirm}
      refuse={words.stay}
      isDangerous
      onConfirm={async () => {
        if (target.value === null) goBack();
        else route(target.value, true);
      }}
      onRefuse={takeSecondPlace}
      tell={() => messages.value.errors.internal}
    >
      <p>{words.text}</p>
    </ConfirmDialog>
  );
}

function stepBack(): Promise<void> {
  return new Promise((arrived) => {
    addEventListener('popstate', () => arrived(), { once: true });
    history.back();
  });
}

/** Where a press on a link of ours leads in this tab, as the router sees it; null for any other press. */
function placeOf(event: MouseEvent): string | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.button !== 0) return null;
  const link = event.composedPath().find((part) => part instanceof HTMLAnchorElement && part.href !== '');
  if (!(link instanceof HTMLAnchorElement) || link.origin !== location.origin || link.download !== '') return null;
  if (!/^(_self)?$/i.test(link.target) || link.getAttribute('href')?.startsWith('#')) return null;
  return link.pathname + link.search;
}
