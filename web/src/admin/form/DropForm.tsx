import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { type FormErrors, focusFirstError, noErrors } from '../../http/form-errors.ts';
import { DraftPreview } from './DraftPreview.tsx';
import { announcedAgain, type Draft, limitDefaults } from './draft.ts';
import { type DraftErrors, draftErrors, mayMend } from './draft-rules.ts';
import './drop-form.css';
import { HowManySection, TermsSection, WhatSection, WhenSection } from './FormSections.tsx';
import { formMessages } from './form-messages.ts';
import { type LeaveForGood, LeaveGuard } from './LeaveGuard.tsx';
import { Mistakes } from './Mistakes.tsx';
import { objections } from './objections.ts';

interface DropFormProps {
  first: Draft;
  /** Already typed elsewhere. */
  typed?: Draft | null;
  /** Terms that people acted on stay once a drop has opened. */
  isFixed: boolean;
  isNew: boolean;
  /** Where the form was opened from. */
  back: string;
  /** While it is being sent. */
  note?: string | null;
  /** Resolves with where to go from here, or with null to stay. */
  onSubmit: (draft: Draft) => Promise<string | null>;
  /** It was cancelled: nothing can be saved any more. What was typed can become a new drop. */
  isOver?: boolean;
  onNewFrom?: (draft: Draft) => void;
}

/** What the sections of the form need to show one field. */
export interface FormAccess {
  draft: Draft;
  first: Draft;
  isFixed: boolean;
  isNew: boolean;
  /** Nothing is taken any more. */
  isOver: boolean;
  error: (field: keyof Draft) => string | undefined;
  set: (changes: Partial<Draft>) => void;
  leave: (field: keyof Draft) => void;
  /** Something is on its way that belongs to the draft: it is not sent before. */
  hold: (isHeld: boolean) => void;
  /** Wrong with a field, though its text can be right. */
  object: (field: keyof Draft, objection: string | undefined) => void;
}

/** Whoever pauses this long has typed what they meant. */
const pauseMs = 700;

/**
 * The form of a drop, new or changed.
 *
 *   typing --sent, something is wrong--> typing, with all mistakes told and the cursor at the first
 *   typing --sent--> busy --done--> left for where the drop is (or typing, where `onSubmit` says so)
 *                    busy --refused, or no answer--> typing, with the objections at their fields
 *   held: a picture is on its way; what is typed is not sent before
 *   the drop opens meanwhile: terms that are fixed now are as announced again, once, and that is said
 *   over: the drop was cancelled; nothing can be typed or sent any more, but a new drop made of it. A form in which nothing was typed goes away.
 *
 * A mistake is told when its field is left, after a pause in typing, and from the first attempt to send on. An objection of the server's stays until its field
 * is changed.
 */
export function DropForm(props: DropFormProps) {
  const { first, typed, isFixed, isNew, back, note = null, onSubmit, isOver = false, onNewFrom } = props;
  const words = formMessages.value;
  const draft = useSignal(typed ?? first);
  const touched = useSignal<ReadonlySet<string>>(new Set());
  const isSubmitted = useSignal(false);
  const server = useSignal<FormErrors>(noErrors);
  const isBusy = useSignal(false);
  const isHeld = useSignal(false);
  const hasPutBack = useSignal(false);
  /** What is wrong with a picture is known only when somebody has looked at it. */
  const seen = useSignal<DraftErrors>({});
  const wasFixed = useRef(isFixed);
  const leave = useRef<LeaveForGood>(undefined);
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined);
  const form = useRef<HTMLFormElement>(null);
  const wrong = { ...seen.value, ...draftErrors(draft.value, first, isFixed) };
  const told = { ...(isSubmitted.value ? wrong : {}), ...server.value.fields };
  const isDirty = isHeld.value || JSON.stringify(draft.value) !== JSON.stringify(first);

  const touch = (fields: string[]) => {
    touched.value = new Set([...touched.value, ...fields]);
  };

  const access: FormAccess = {
    draft: draft.value,
    first,
    isFixed,
    isNew,
    isOver,
    error: (field) =>
      server.value.fields[field] ?? (isSubmitted.value || touched.value.has(field) ? wrong[field] : undefined),
    set: (changes) => {
      if (isOver) return;
      const followsKind = changes.kind && draft.value.perUserLimit === limitDefaults[draft.value.kind];
      const limit = followsKind && changes.kind ? { perUserLimit: limitDefaults[changes.kind] } : {};
      draft.value = { ...draft.value, ...changes, ...limit };
      const kept = Object.entries(server.value.fields).filter(([field]) => !(field in changes));
      server.value = { fields: Object.fromEntries(kept), form: null };
      const fields = (Object.keys(changes) as (keyof Draft)[]).filter((field) => !mayMend(field, draft.value));
      clearTimeout(pause.current);
      pause.current = setTimeout(() => touch(fields), pauseMs);
    },
    leave: (field) => touch([field]),
    hold: (next) => {
      isHeld.value = next;
    },
    object: (field, objection) => {
      seen.value = objection === undefined ? {} : { [field]: objection };
    },
  };
  useEffect(() => () => clearTimeout(pause.current), []);

  // It opens while somebody types: what they cannot change any more is as it was announced, or the form could never be sent.
  useEffect(() => {
    if (!isFixed || wasFixed.current) return;
    wasFixed.current = true;
    const again = announcedAgain(first, draft.peek());
    hasPutBack.value = Object.keys(again).length > 0;
    draft.value = { ...draft.peek(), ...again };
    const kept = Object.entries(server.peek().fields).filter(([field]) => !(field in again));
    server.value = { ...server.peek(), fields: Object.fromEntries(kept) };
  }, [isFixed]);

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (isBusy.value || isHeld.value || isOver || form.current === null) return;
    isSubmitted.value = true;
    if (Object.keys(wrong).length > 0) return focusFirstError(form.current);
    isBusy.value = true;
    try {
      const next = await onSubmit(draft.value);
      if (next !== null) await leave.current?.(next);
    } catch (error) {
      server.value = objections(error, draft.value);
      focusFirstError(form.current);
    }
    isBusy.value = false;
  }

  if (isOver && !isDirty) return null;
  return (
    <>
      <LeaveGuard isDirty={isDirty} leave={leave} />
      <form ref={form} class="drop-form" noValidate onSubmit={(event) => void submit(event)}>
        {(isOver || hasPutBack.value) && (
          <p class="banner warn drop-form-news" role="alert">
            {isOver ? words.cancelledMeanwhile : words.openedMeanwhile}
          </p>
        )}
        <fieldset class="drop-form-fields" disabled={isOver}>
          <WhatSection {...access} />
          <HowManySection {...access} />
          <WhenSection {...access} />
          <TermsSection {...access} />
        </fieldset>
        <aside class="drop-form-side">
          <DraftPreview draft={draft.value} />
          <Mistakes fields={isOver ? {} : told} form={form} />
          {server.value.form !== null && (
            <p class="banner wrong" role="alert">
              {server.value.form}
            </p>
          )}
          {note !== null && (
            <p class="banner warn" role="status">
              {note}
            </p>
          )}
          {isOver ? (
            <button type="button" class="button primary wide" onClick={() => onNewFrom?.(draft.value)}>
              {words.newFromThis}
            </button>
          ) : (
            <button
              type="submit"
              class="button primary wide"
              disabled={isBusy.value || isHeld.value}
              aria-busy={isBusy.value || isHeld.value}
            >
              {isHeld.value ? words.picture.waiting : isNew ? words.publish : words.save}
            </button>
          )}
          <a class="button plain wide" href={back}>
            {words.cancel}
          </a>
        </aside>
      </form>
    </>
  );
}
