import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { requestAsMember } from '../../accounts/session.ts';
import { Field } from '../../design/Field.tsx';
import { Problem } from '../../http/problem.ts';
import { useTitle } from '../../shell/useTitle.ts';
import { isWholeCode, tidyCode } from './coupon-code.ts';
import { type FoundCoupon, FoundCouponCard } from './FoundCouponCard.tsx';
import { Scanner } from './Scanner.tsx';
import { tillMessages } from './till-messages.ts';
import './till.css';
import { tillText } from './till-text.ts';

/** A buyer shows their coupon; whoever stands at the till types or scans its code, sees whether it is good, and uses it. */
export default function CouponTillPage() {
  const words = tillMessages.value;
  const code = useSignal('');
  const found = useSignal<FoundCoupon | null>(null);
  const failure = useSignal<string | null>(null);
  const searches = useSignal(0);
  const form = useRef<HTMLFormElement>(null);
  useTitle(words.title);

  const field = () => form.current?.querySelector('input');
  // Whoever comes here types, or holds a scanner that does.
  useEffect(() => field()?.focus(), []);

  async function search(): Promise<void> {
    found.value = null;
    failure.value = isWholeCode(code.value) ? null : words.notACode;
    if (failure.value !== null) return;
    const body = { code: tidyCode(code.value) };
    // Somebody may have typed on, or scanned the next one, before the answer is here.
    const tell = (answer: FoundCoupon | null, problem: string | null) => {
      if (tidyCode(code.value) !== body.code) return;
      found.value = answer;
      failure.value = problem;
    };
    searches.value += 1;
    try {
      tell(await requestAsMember<FoundCoupon>('/v1/coupons/search', { method: 'POST', body }), null);
    } catch (error) {
      // Its check character is wrong: a slip of the finger, not a coupon that does not exist.
      tell(null, error instanceof Problem && error.status === 400 ? words.notACode : tillText(error));
    }
    searches.value -= 1;
    if (searches.value > 0 || tidyCode(code.value) !== body.code) return;
    // The next coupon takes this one's place, wherever its code comes from.
    field()?.select();
  }

  function next(): void {
    code.value = '';
    found.value = null;
    field()?.focus();
  }

  return (
    <div class="page narrow">
      <h1>{words.title}</h1>
      <form
        ref={form}
        class="panel till-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void search();
        }}
      >
        <Field
          label={words.code}
          name="code"
          hint={words.codeHint}
          error={failure.value ?? undefined}
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
          maxLength={40}
          value={code.value}
          onValue={(typed) => {
            code.value = typed;
            failure.value = null;
            // Another coupon: the one before must not be used in its place.
            if (found.value !== null && tidyCode(typed) !== tidyCode(found.value.grant.code ?? '')) found.value = null;
          }}
          onBlur={() => {
            code.value = tidyCode(code.value);
          }}
        />
        <button type="submit" class="button primary" aria-busy={searches.value > 0}>
          {words.search}
        </button>
        <Scanner
          onCode={(read) => {
            code.value = read;
            void search();
          }}
        />
      </form>
      <div aria-live="polite">
        {found.value !== null && <FoundCouponCard key={found.value.grant.id} first={found.value} onNext={next} />}
      </div>
    </div>
  );
}
