import { useSignal } from '@preact/signals';
import { type FormErrors, focusFirstError, formErrorsFrom, noErrors } from '../../http/form-errors.ts';
import { messages } from '../../language/language.ts';
import { dropAdminMessages } from '../drops/drop-admin-messages.ts';
import { DraftPreview } from './DraftPreview.tsx';
import { type Draft, limitDefaults } from './draft.ts';
import { draftErrors, formFieldOf } from './draft-rules.ts';
import './drop-form.css';
import { HowManySection, TermsSection, WhatSection, WhenSection } from './FormSections.tsx';

interface DropFormProps {
  first: Draft;
  /** Terms that people acted on stay once a drop has opened. */
  isFixed: boolean;
  isNew: boolean;
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
}

export function DropForm({ first, isFixed, isNew, onSubmit }: DropFormProps) {
  const draft = useSignal(first);
  const touched = useSignal<ReadonlySet<string>>(new Set());
  const isSubmitted = useSignal(false);
  const server = useSignal<FormErrors>(noErrors);
  const isBusy = useSignal(false);
  const wrong = draftErrors(draft.value, isFixed);

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
    },
    leave: (field) => {
      touched.value = new Set([...touched.value, field]);
    },
  };

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    if (isBusy.value) return;
    isSubmitted.value = true;
    if (Object.keys(wrong).length > 0) return focusFirstError(form);
    isBusy.value = true;
    try {
      await onSubmit(draft.value);
    } catch (error) {
      const words = dropAdminMessages.value.wrong;
      const { fields, form: whole } = formErrorsFrom(error, {
        stock_below_granted: { field: 'stock', text: words.stockBelowGranted },
        drop_cancelled: { field: 'title', text: words.cancelled },
      });
      const named = Object.entries(fields).map(([field, text]) => [formFieldOf(field, draft.value), text] as const);
      server.value = { fields: Object.fromEntries(named), form: whole };
      focusFirstError(form);
    }
    isBusy.value = false;
  }

  const words = dropAdminMessages.value;
  return (
    <form class="drop-form" noValidate onSubmit={(event) => void submit(event)}>
      <div class="drop-form-fields">
        <WhatSection {...access} />
        <HowManySection {...access} />
        <WhenSection {...access} />
        <TermsSection {...access} />
      </div>
      <aside class="drop-form-side">
        <h2 class="soft small">{words.preview}</h2>
        <DraftPreview draft={draft.value} />
        {server.value.form !== null && (
          <p class="banner wrong" role="alert">
            {server.value.form}
          </p>
        )}
        <button type="submit" class="button primary wide" disabled={isBusy.value}>
          {isNew ? words.publish : words.save}
        </button>
        <a class="button plain wide" href="/admin/drops">
          {messages.value.drops.back}
        </a>
      </aside>
    </form>
  );
}
