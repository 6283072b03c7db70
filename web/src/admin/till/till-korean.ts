import { amount } from '../../language/format.ts';
import type { TillMessages } from './till-english.ts';

export const tillKorean: TillMessages = {
  title: '매장 쿠폰 사용',
  code: '쿠폰 코드',
  codeHint: '열두 글자. 대소문자, 하이픈, 띄어쓰기는 상관없어요',
  notACode: '올바른 코드가 아니에요. 한 글자씩 다시 확인해 주세요',
  tooMany: (minutes) => `잘못된 코드를 너무 많이 입력했어요. ${amount(minutes)}분 후에 다시 시도해 주세요.`,
  search: '조회하기',
  holder: '보유자',
  states: {
    usable: '사용할 수 있어요',
    used: '이미 사용했어요',
    expired: '기간이 지났어요',
    cancelled: '보유자가 취소했어요',
  },
  usedAt: '사용 일시',
  reference: '참조 번호',
  referenceHint: '선택 항목: 영수증이나 주문 번호',
  use: '사용 처리하기',
  next: '다음 쿠폰',
};
