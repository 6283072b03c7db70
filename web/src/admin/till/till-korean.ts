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
  done: '방금 사용 처리했어요',
  usedAt: '사용 일시',
  reference: '참조 번호',
  referenceHint: '선택 항목: 영수증이나 주문 번호',
  use: '사용 처리하기',
  useTitle: '이 쿠폰을 사용할까요?',
  useText: (title, holder) =>
    `${holder}님의 ‘${title}’ 쿠폰을 사용한 것으로 처리해요. 쿠폰은 한 번만 쓸 수 있고 되돌릴 수 없어요.`,
  scan: {
    start: '카메라로 스캔',
    stop: '카메라 끄기',
    starting: '카메라를 켜는 중…',
    aim: '쿠폰의 QR 코드를 화면 안에 비춰 주세요.',
    view: '카메라 화면',
    notACode: 'QR 코드이지만 쿠폰 코드가 아니에요.',
    read: (code) => `읽음: ${code}`,
    insecure:
      '카메라는 https:// 페이지나 매장 서버가 있는 기기에서만 쓸 수 있어요. 코드를 입력하거나 핸드 스캐너를 사용해 주세요.',
    denied:
      '이 페이지에서 카메라를 쓸 수 없게 되어 있어요. 주소창 옆에서 허용한 뒤 다시 누르거나 코드를 입력해 주세요.',
    missing: '카메라를 찾지 못했어요. 코드를 입력하거나 핸드 스캐너를 사용해 주세요.',
    busy: '다른 프로그램이 카메라를 쓰고 있어요. 그 프로그램을 닫고 다시 눌러 주세요.',
    failed: '카메라를 켜지 못했어요. 다시 누르거나 코드를 입력해 주세요.',
  },
  next: '다음 쿠폰',
};
