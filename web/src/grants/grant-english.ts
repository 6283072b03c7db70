/** Texts that the pages of coupons, slots and payments share; they travel with those pages only. */
export const grantEnglish = {
  notFound: 'There is no such coupon or slot of yours',
  back: 'Back',
  received: 'Received',
  number: 'Number',
  arrival: 'Arrival',
  toDrop: 'To the drop',
  /** By the code of a problem document. */
  refusals: {
    grant_not_found: 'There is no such coupon or slot of yours.',
    payment_not_found: 'There is no such payment of yours.',
    coupon_not_found: 'No coupon has this code.',
    coupon_used: 'This coupon has been used already.',
    coupon_expired: 'This coupon has expired.',
    coupon_cancelled: 'This coupon has been cancelled.',
    slot_confirmed: 'This slot has been paid already.',
    slot_expired: 'The time to pay has run out.',
    slot_returned: 'This slot has been given back.',
    payment_in_flight: 'A payment for this slot is on its way. Wait for its result.',
    wrong_kind: 'This does not go with this kind of drop.',
    invalid_request: 'The server did not accept this. Please check what you entered.',
    forbidden: 'You may not do this.',
    session_ended: 'Your session ended. Please sign in again.',
    unauthenticated: 'Your session ended. Please sign in again.',
  },
};

export type GrantMessages = typeof grantEnglish;
