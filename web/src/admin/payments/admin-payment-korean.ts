import { amount, dateTime } from '../../language/format.ts';
import type { AdminPaymentMessages } from './admin-payment-english.ts';

export const adminPaymentKorean: AdminPaymentMessages = {
  title: '결제',
  state: '상태',
  method: '결제 수단',
  currency: '통화',
  none: '아직 결제가 없어요.',
  oneDrop: '한 드롭의 결제만 보고 있어요.',
  allDrops: '모든 드롭의 결제 보기',
  back: '모든 결제',
  onePayment: '결제',
  notFound: '없는 결제예요',
  person: '회원',
  drop: '드롭',
  slot: '구매권',
  begun: '시작',
  decided: '결정',
  refunded: '환불',
  receipt: '영수증',
  providerKey: '결제사 키',
  checks: '결제사에 확인',
  checked: (checks, next) => {
    const times = checks === 0 ? '아직 없음' : `${amount(checks)}회`;
    return next === null ? times : `${times}, 다음 확인 ${dateTime(next)}`;
  },
  theirs: '이 회원의 모든 결제',
  inDrop: '이 드롭에서 이 회원',
  id: '번호',
  failures: {
    card_declined: '카드가 거절됐어요. 출금되지 않았어요.',
    insufficient_funds: '잔액이 부족했어요. 출금되지 않았어요.',
    approval_expired: '승인이 너무 늦었어요. 출금되지 않았어요.',
    approval_invalid: '승인이 받아들여지지 않았어요. 출금되지 않았어요.',
    provider_refused: '결제사가 거절했어요. 출금되지 않았어요.',
    no_answer: '결제사가 제때 답하지 않았어요. 출금됐더라도 자동으로 환불돼요.',
    amount_differs: '가격과 다른 금액이 승인돼 전액 환불돼요.',
    slot_expired: '결제 시간이 지났어요. 출금된 금액은 환불돼요.',
    slot_returned: '이미 반납된 구매권이에요. 출금된 금액은 환불돼요.',
    slot_confirmed: '이미 결제된 구매권이에요. 출금된 금액은 환불돼요.',
  },
};
