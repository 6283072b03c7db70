import type { AdminMessages } from './admin-english.ts';

export const adminKorean: AdminMessages = {
  menu: '관리 메뉴',
  sections: {
    overview: '현황',
    drops: '드롭',
    till: '매장',
    payments: '결제',
    deliveries: '발송',
  },
  drop: {
    menu: '이 드롭',
    live: '실시간',
    people: '참여자',
    edit: '수정',
    page: '고객 페이지',
    copyLink: '링크 복사',
  },
};
