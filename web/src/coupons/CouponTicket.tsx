import type { Signal } from '@preact/signals';
import { CodeText } from '../design/CodeText.tsx';
import { CopyButton } from '../design/CopyButton.tsx';
import { discountText } from '../drops/offer.ts';
import { type CouponState, type Grant, grantPath } from '../grants/grant.ts';
import { useGrantState } from '../grants/useGrant.ts';
import { messages } from '../language/language.ts';
import { couponMessages } from './coupon-messages.ts';

const soonMilliseconds = 3 * 24 * 60 * 60_000;

export function CouponTicket({ source }: { source: Signal<Grant> }) {
  const coupon = source.value;
  const { state, leftMs } = useGrantState(coupon);
  const words = couponMessages.value;
  const isUsable = state === 'usable';
  return (
    <li class="ticket" data-state={state}>
      <div class="ticket-stub">
        <strong>{coupon.discount ? discountText(coupon.discount) : ''}</strong>
        <span class="small number">No. {coupon.serial}</span>
      </div>
      <div class="ticket-body">
        <div class="card-line">
          <h2 class="ticket-title">
            <a href={grantPath(coupon)}>{coupon.title}</a>
          </h2>
          {isUsable && leftMs !== null && leftMs < soonMilliseconds && <span class="chip warn">{words.lastDay}</span>}
          {!isUsable && <span class="chip">{words.state[state as CouponState]}</span>}
        </div>
        <p class="small soft">
          {coupon.validUntil === null ? words.noEnd : messages.value.claims.validUntil(coupon.validUntil)}
          <br />
          {coupon.settledAt === null ? words.received(coupon.grantedAt) : words.usedAt(coupon.settledAt)}
        </p>
        {coupon.code !== null && (
          <div class="ticket-code">
            <CodeText code={coupon.code} />
            {isUsable && <CopyButton text={coupon.code} label={messages.value.claims.copyCode(coupon.code)} />}
          </div>
        )}
      </div>
    </li>
  );
}
