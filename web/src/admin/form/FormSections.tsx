import { Choice } from '../../design/Choice.tsx';
import { FieldHint } from '../../design/Field.tsx';
import { serverNow } from '../../realtime/clock.ts';
import { DraftField } from './DraftField.tsx';
import type { FormAccess } from './DropForm.tsx';
import { toMinor } from './draft.ts';
import { formMessages } from './form-messages.ts';
import { MomentPicks } from './MomentPicks.tsx';
import { hoursAfter, nextHour, soon, toLocal, tomorrowAtTen } from './moments.ts';
import { PictureField } from './PictureField.tsx';

export function WhatSection(access: FormAccess) {
  const words = formMessages.value;
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
      <p class="small soft">{words.kindHint[draft.kind]}</p>
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
          onBlur={() => access.leave('description')}
        />
        <FieldHint id="description-hint" hint={words.descriptionHint} error={access.error('description')} />
      </div>
      <PictureField {...access} />
    </fieldset>
  );
}

export function HowManySection(access: FormAccess) {
  const words = formMessages.value;
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
  const words = formMessages.value;
  const { draft, isNew, isFixed } = access;
  const zone = words.timeZone(Intl.DateTimeFormat().resolvedOptions().timeZone);
  const isLater = draft.opens === 'later';
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
        {isLater && (
          <div class="form-moment">
            <DraftField
              access={access}
              field="opensAt"
              type="datetime-local"
              label={words.opensAt}
              hint={zone}
              isFixed={isFixed}
            />
            {!isFixed && <OpeningPicks {...access} />}
          </div>
        )}
        <div class="form-moment">
          <DraftField
            access={access}
            field="closesAt"
            type="datetime-local"
            label={words.closesAt}
            hint={isLater ? words.closesAtHint : zone}
          />
          <ClosingPicks {...access} />
        </div>
      </div>
    </fieldset>
  );
}

function OpeningPicks({ draft, set }: FormAccess) {
  const { openingPicks, picks } = formMessages.value;
  const now = serverNow();
  const options = [
    [picks.soon, toLocal(soon(now))],
    [picks.hour, toLocal(nextHour(now))],
    [picks.tomorrow, toLocal(tomorrowAtTen(now))],
  ] as const;
  return (
    <MomentPicks label={openingPicks} options={options} value={draft.opensAt} onPick={(opensAt) => set({ opensAt })} />
  );
}

/** Counted from the opening; of one that is open, from now. */
function ClosingPicks({ draft, set, isFixed }: FormAccess) {
  const { closingPicks, picks } = formMessages.value;
  const opening = draft.opens === 'now' || isFixed ? serverNow() : Date.parse(draft.opensAt);
  if (Number.isNaN(opening)) return null;
  const after = (hours: number) => toLocal(hoursAfter(new Date(opening), hours));
  const options = [
    [picks.hourLong, after(1)],
    [picks.dayLong, after(24)],
    [picks.weekLong, after(168)],
    [picks.noEnd, ''],
  ] as const;
  return (
    <MomentPicks
      label={closingPicks}
      options={options}
      value={draft.closesAt}
      onPick={(closesAt) => set({ closesAt })}
    />
  );
}

export function TermsSection(access: FormAccess) {
  const words = formMessages.value;
  return (
    <fieldset class="panel form-section">
      <legend>{words.sections.terms}</legend>
      {access.isFixed && <p class="banner">{words.fixedTerms}</p>}
      {access.draft.kind === 'product' ? <ProductTerms {...access} /> : <CouponTerms {...access} />}
    </fieldset>
  );
}

function ProductTerms(access: FormAccess) {
  const words = formMessages.value;
  const isFree = toMinor(access.draft.price, access.draft.currency) === 0;
  const shared = { access, isFixed: access.isFixed };
  return (
    <>
      <div class="form-pair">
        <DraftField
          {...shared}
          field="price"
          label={words.price}
          hint={isFree ? words.freePrice : ''}
          inputMode="decimal"
        />
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
  const words = formMessages.value;
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
