import { Choice } from '../../design/Choice.tsx';
import { Field, FieldHint, type InputAttributes } from '../../design/Field.tsx';
import { dropAdminMessages } from '../drops/drop-admin-messages.ts';
import type { FormAccess } from './DropForm.tsx';
import type { Draft } from './draft.ts';

type TextField = { [Name in keyof Draft]: Draft[Name] extends string ? Name : never }[keyof Draft];

interface DraftFieldProps extends InputAttributes {
  access: FormAccess;
  field: TextField;
  label: string;
  hint?: string;
  isFixed?: boolean;
}

function DraftField({ access, field, label, hint, isFixed = false, ...attributes }: DraftFieldProps) {
  return (
    <Field
      {...attributes}
      label={label}
      name={field}
      value={access.draft[field]}
      error={access.error(field)}
      hint={isFixed ? dropAdminMessages.value.fixed : hint}
      disabled={isFixed}
      onValue={(value) => access.set({ [field]: value })}
      onBlur={() => access.leave(field)}
    />
  );
}

export function WhatSection(access: FormAccess) {
  const words = dropAdminMessages.value;
  const { draft } = access;
  return (
    <fieldset class="panel form-section">
      <legend>{words.sections.what}</legend>
      <Choice
        label={words.kind}
        name="kind"
        value={draft.kind}
        options={words.kinds}
        isFixed={!access.isNew}
        onValue={(kind) => access.set({ kind })}
      />
      <DraftField access={access} field="title" label={words.dropTitle} maxLength={200} />
      <div class="field">
        <label class="field-label" for="description">
          {words.description}
        </label>
        <textarea
          id="description"
          name="description"
          class="input"
          value={draft.description}
          aria-invalid={access.error('description') !== undefined}
          aria-describedby="description-hint"
          onInput={(event) => access.set({ description: event.currentTarget.value })}
        />
        <FieldHint id="description-hint" error={access.error('description')} />
      </div>
      <DraftField access={access} field="imageUrl" label={words.imageUrl} hint={words.imageUrlHint} inputMode="url" />
    </fieldset>
  );
}

export function HowManySection(access: FormAccess) {
  const words = dropAdminMessages.value;
  return (
    <fieldset class="panel form-section">
      <legend>{words.sections.howMany}</legend>
      <div class="form-pair">
        <DraftField access={access} field="stock" label={words.stock} inputMode="numeric" />
        <DraftField access={access} field="perUserLimit" label={words.perUserLimit} inputMode="numeric" />
      </div>
      <label class="form-check">
        <input
          type="checkbox"
          name="waitingLine"
          checked={access.draft.waitingLine}
          onChange={(event) => access.set({ waitingLine: event.currentTarget.checked })}
        />
        <span>
          <strong>{words.waitingLine}</strong>
          <span class="small soft">{words.waitingLineHint}</span>
        </span>
      </label>
    </fieldset>
  );
}

export function WhenSection(access: FormAccess) {
  const words = dropAdminMessages.value;
  const { draft, isNew, isFixed } = access;
  const zone = words.timeZone(Intl.DateTimeFormat().resolvedOptions().timeZone);
  return (
    <fieldset class="panel form-section">
      <legend>{words.sections.when}</legend>
      {isNew && (
        <Choice
          label={words.opens}
          name="opens"
          value={draft.opens}
          options={{ later: words.opensLater, now: words.opensNow }}
          onValue={(opens) => access.set({ opens })}
        />
      )}
      <div class="form-pair">
        {draft.opens === 'later' && (
          <DraftField
            access={access}
            field="opensAt"
            type="datetime-local"
            label={words.opensAt}
            hint={zone}
            isFixed={isFixed}
          />
        )}
        <DraftField
          access={access}
          field="closesAt"
          type="datetime-local"
          label={words.closesAt}
          hint={words.closesAtHint}
        />
      </div>
    </fieldset>
  );
}

export function TermsSection(access: FormAccess) {
  const words = dropAdminMessages.value;
  return (
    <fieldset class="panel form-section">
      <legend>{words.sections.terms}</legend>
      {access.draft.kind === 'product' ? <ProductTerms {...access} /> : <CouponTerms {...access} />}
    </fieldset>
  );
}

function ProductTerms(access: FormAccess) {
  const words = dropAdminMessages.value;
  const shared = { access, isFixed: access.isFixed };
  return (
    <>
      <div class="form-pair">
        <DraftField {...shared} field="price" label={words.price} inputMode="decimal" />
        <DraftField {...shared} field="currency" label={words.currency} maxLength={3} />
      </div>
      <DraftField
        {...shared}
        field="holdMinutes"
        label={words.holdMinutes}
        hint={words.holdMinutesHint}
        inputMode="decimal"
      />
    </>
  );
}

function CouponTerms(access: FormAccess) {
  const words = dropAdminMessages.value;
  const { draft, isFixed } = access;
  const shared = { access, isFixed };
  return (
    <>
      <Choice
        label={words.discount}
        name="discountKind"
        value={draft.discountKind}
        options={words.discounts}
        isFixed={isFixed}
        onValue={(discountKind) => access.set({ discountKind })}
      />
      {draft.discountKind === 'percent' ? (
        <DraftField {...shared} field="percent" label={words.percent} inputMode="numeric" />
      ) : (
        <div class="form-pair">
          <DraftField {...shared} field="amount" label={words.amount} inputMode="decimal" />
          <DraftField {...shared} field="currency" label={words.currency} maxLength={3} />
        </div>
      )}
      <Choice
        label={words.validity}
        name="validity"
        value={draft.validity}
        options={words.validities}
        isFixed={isFixed}
        onValue={(validity) => access.set({ validity })}
      />
      {draft.validity === 'days' ? (
        <DraftField {...shared} field="validForDays" label={words.validForDays} inputMode="numeric" />
      ) : (
        <DraftField {...shared} field="validUntil" type="datetime-local" label={words.validUntil} />
      )}
    </>
  );
}
