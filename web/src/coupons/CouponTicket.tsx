import { CodeText } from '../design/CodeText.tsx';
import { CopyButton } from '../design/CopyButton.tsx';
import { discountText } from '../drops/offer.ts';
import { messages } from '../language/language.ts';
import type { Grant } from './grant.ts';

const soonMilliseconds = 3 * 24 * 60 * 60_000;

export function CouponTicket({ coupon }: { coupon: Grant }) {
  const words = messages.value.coupons;
  const isUsable = coupon.state === 'usable';
  const endsSoon =
    isUsable && coupon.validUntil !== null && Date.parse(coupon.validUntil) - Date.now() < soonMilliseconds;
  return (
    <li class="ticket" data-state={coupon.state}>
      <div class="ticket-stub">
        <strong>{coupon.discount ? discountText(coupon.discount) : ''}</strong>
        <span class="small number">No. {coupon.serial}</span>
      </div>
      <div class="ticket-body">
        <div class="card-line">
          <h2 class="ticket-title">
            <a href={`/drops/${coupon.dropId}`}>{coupon.title}</a>
          </h2>
          {endsSoon && <span class="chip warn">{words.lastDay}</span>}
          {!isUsable && <span class="chip">{words.state[coupon.state as keyof typeof words.state]}</span>}
        </div>
        <p class="small soft">
          {coupon.validUntil === null ? words.noEnd : words.validUntil(coupon.validUntil)}
          <br />
          {words.received(coupon.grantedAt)}
        </p>
        {coupon.code !== null && (
          <div class="ticket-code">
            <CodeText code={coupon.code} />
            {isUsable && <CopyButton text={coupon.code} label={words.copyCode(coupon.code)} />}
          </div>
        )}
      </div>
    </li>
  );
}
