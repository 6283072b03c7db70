import { signal } from '@preact/signals';
import { MembersOnly } from '../accounts/MembersOnly.tsx';
import { GrantLists } from '../grants/GrantLists.tsx';
import type { CouponState } from '../grants/grant.ts';
import { useTitle } from '../shell/useTitle.ts';
import { CouponTicket } from './CouponTicket.tsx';
import { couponMessages } from './coupon-messages.ts';

/** Kept while a single coupon is looked at. */
const tab = signal<CouponState>('usable');

export default function CouponsPage() {
  const words = couponMessages.value;
  useTitle(words.title);
  return (
    <MembersOnly>
      <GrantLists
        kind="coupon"
        title={words.title}
        tab={tab}
        tabs={words.state}
        empty={words.empty}
        ticket={(coupon) => <CouponTicket key={coupon.peek().id} source={coupon} />}
      />
    </MembersOnly>
  );
}
