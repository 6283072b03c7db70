import type { Signal } from '@preact/signals';
import { CodeText } from '../design/CodeText.tsx';
import { CopyButton } from '../design/CopyButton.tsx';
import { Icon } from '../design/Icon.tsx';
import { Countdown } from '../drops/Countdown.tsx';
import { discountText } from '../drops/offer.ts';
import { GrantFacts } from '../grants/GrantFacts.tsx';
import { GrantLoader } from '../grants/GrantLoader.tsx';
import type { CouponState, Grant } from '../grants/grant.ts';
import { useGrantState } from '../grants/useGrant.ts';
import { dateTime } from '../language/format.ts';
import { messages } from '../language/language.ts';
import { useTitle } from '../shell/useTitle.ts';
import { CouponActions } from './CouponActions.tsx';
import { CouponQrPlace } from './CouponQrPlace.tsx';
import './coupon-page.css';
import { couponMessages } from './coupon-messages.ts';

const lastDayMilliseconds = 24 * 60 * 60_000;

export default function CouponPage({ id = '' }: { id?: string }) {
  return <GrantLoader id={id}>{(coupon) => <CouponView source={coupon} />}</GrantLoader>;
}

function CouponView({ source }: { source: Signal<Grant> }) {
  const coupon = source.value;
  const { state, leftMs } = useGrantState(coupon);
  const words = couponMessages.value;
  useTitle(coupon.title);
  return (
    <article class="page narrow coupon-page">
      <a class="back-link" href="/coupons">
        <Icon name="back" size={18} />
        {words.title}
      </a>
      <section class="coupon-sheet" data-state={state} aria-label={coupon.title}>
        <header class="coupon-head">
          <strong class="coupon-discount">{coupon.discount ? discountText(coupon.discount) : ''}</strong>
          <h1>{coupon.title}</h1>
        </header>
        <div class="coupon-code">
          <p class="coupon-state" role="status">
            {state === 'usable' ? words.show : words.told[state as Exclude<CouponState, 'usable'>]}
          </p>
          {coupon.code !== null && <CodeText code={coupon.code} />}
          {coupon.code !== null && state === 'usable' && (
            <>
              <CopyButton text={coupon.code} label={messages.value.claims.copyCode(coupon.code)} />
              <CouponQrPlace code={coupon.code} title={coupon.title} />
            </>
          )}
          <p class="coupon-validity">
            {coupon.validUntil === null ? words.noEnd : messages.value.claims.validUntil(coupon.validUntil)}
            {state === 'usable' && leftMs !== null && leftMs < lastDayMilliseconds && (
              <>
                {' · '}
                <Countdown milliseconds={leftMs} />
              </>
            )}
          </p>
        </div>
      </section>
      {state === 'usable' && <CouponActions source={source} />}
      <GrantFacts grant={coupon}>
        {coupon.settledAt !== null && (
          <div>
            <dt>{words.state.used}</dt>
            <dd class="number">{dateTime(coupon.settledAt)}</dd>
          </div>
        )}
        {coupon.reference !== null && (
          <div>
            <dt>{words.reference}</dt>
            <dd>{coupon.reference}</dd>
          </div>
        )}
      </GrantFacts>
    </article>
  );
}
