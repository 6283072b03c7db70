import type { GrantMessages } from './grant-english.ts';

export const grantKorean: GrantMessages = {
  notFound: '쿠폰이나 구매권을 찾을 수 없어요',
  back: '뒤로',
  received: '받은 날',
  number: '번호',
  arrival: '도착 순서',
  toDrop: '드롭 보기',
  refusals: {
    grant_not_found: '쿠폰이나 구매권을 찾을 수 없어요.',
    payment_not_found: '결제 내역을 찾을 수 없어요.',
    coupon_not_found: '이 코드의 쿠폰이 없어요.',
    coupon_used: '이미 사용한 쿠폰이에요.',
    coupon_expired: '기간이 지난 쿠폰이에요.',
    coupon_cancelled: '취소된 쿠폰이에요.',
    slot_confirmed: '이미 결제한 구매권이에요.',
    slot_expired: '결제 시간이 지났어요.',
    slot_returned: '반납한 구매권이에요.',
    payment_in_flight: '결제가 진행 중이에요. 결과를 기다려 주세요.',
    wrong_kind: '이 드롭에서는 할 수 없어요.',
    invalid_request: '입력한 내용을 다시 확인해 주세요.',
    forbidden: '권한이 없어요.',
    session_ended: '로그인이 만료되었어요. 다시 로그인해 주세요.',
    unauthenticated: '로그인이 만료되었어요. 다시 로그인해 주세요.',
  },
};
