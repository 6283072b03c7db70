import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { type FormErrors, focusFirstError, formErrorsFrom, noErrors } from '../../http/form-errors.ts';
import { Problem } from '../../http/problem.ts';
import { DraftPreview } from './DraftPreview.tsx';
import { type Draft, limitDefaults } from './draft.ts';
import { draftErrors, formFieldOf, mayMend } from './draft-rules.ts';
import './drop-form.css';
import { HowManySection, TermsSection, WhatSection, WhenSection } from './FormSections.tsx';
import { formMessages } from './form-messages.ts';
import { LeaveGuard } from './LeaveGuard.tsx';
import { Mistakes } from './Mistakes.tsx';

interface DropFormProps {
  first: Draft;
  /** Terms that people acted on stay once a drop has opened. */
  isFixed: boolean;
  isNew: boolean;
  /** Where the form was opened from. */
  back: string;
  /** While it is being sent. */
  note?: string | null;
  onSubmit: (draft: Draft) => Promise<void>;
}

/** What the sections of the form need to show one field. */
export interface FormAccess {
  draft: Draft;
  isFixed: boolean;
  isNew: boolean;
  error: (field: keyof Draft) => string | undefined;
  set: (changes: Partial<Draft>) => void;
  leave: (field: keyof Draft) => void;
  /** Something is on its way that belongs to the draft: it is not sent before. */
  hold: (isHeld: boolean) => void;
}

/** Whoever pauses this long has typed what they meant. */
const pauseMs = 700;

export function DropForm({ first, isFixed, isNew, back, note = null, onSubmit }: DropFormProps) {
  const words = formMessages.value;
  const draft = useSignal(first);
  const touched = useSignal<ReadonlySet<string>>(new Set());
  const isSubmitted = useSignal(false);
  const server = useSignal<FormErrors>(noErrors);
  const isBusy = useSignal(false);
  const isHeld = useSignal(false);
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined);
  const form = useRef<HTMLFormElement>(null);
  const wrong = draftErrors(draft.value, first, isFixed);
  const told = { ...(isSubmitted.value ? wrong : {}), ...server.value.fields };
  const isDirty = isHeld.value || JSON.stringify(draft.value) !== JSON.stringify(first);

  const touch = (fields: string[]) => {
    touched.value = new Set([...touched.value, ...fields]);
  };

  const access: FormAccess = {
    draft: draft.value,
    isFixed,
    isNew,
    error: (field) =>
      server.value.fields[field] ?? (isSubmitted.value || touched.value.has(field) ? wrong[field] : undefined),
    set: (changes) => {
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
  };
  useEffect(() => () => clearTimeout(pause.current), []);

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (isBusy.value || isHeld.value || form.current === null) return;
    isSubmitted.value = true;
    if (Object.keys(wrong).length > 0) return focusFirstError(form.current);
    isBusy.value = true;
    try {
      await onSubmit(draft.value);
    } catch (error) {
      server.value = objections(error, draft.value);
      focusFirstError(form.current);
    }
    isBusy.value = false;
  }

  return (
    <>
      <LeaveGuard isDirty={isDirty} />
      <form ref={form} class="drop-form" noValidate onSubmit={(event) => void submit(event)}>
        <div class="drop-form-fields">
          <WhatSection {...access} />
          <HowManySection {...access} />
          <WhenSection {...access} />
          <TermsSection {...access} />
        </div>
        <aside class="drop-form-side">
          <DraftPreview draft={draft.value} />
          <Mistakes fields={told} form={form} />
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
          <button
            type="submit"
            class="button primary wide"
            disabled={isBusy.value || isHeld.value}
            aria-busy={isBusy.value || isHeld.value}
          >
            {isHeld.value ? words.picture.waiting : isNew ? words.publish : words.save}
          </button>
          <a class="button plain wide" href={back}>
            {words.cancel}
          </a>
        </aside>
      </form>
    </>
  );
}

/** The server's objections, each at its field. */
function objections(error: unknown, draft: Draft): FormErrors {
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
  const named = Object.entries(fields).map(([field, text]) => [formFieldOf(field, draft), text] as const);
  return { fields: Object.fromEntries(named), form };
}
