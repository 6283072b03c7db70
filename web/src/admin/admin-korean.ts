import type { AdminMessages } from './admin-english.ts';

export const adminKorean: AdminMessages = {
  menu: '관리 메뉴',
  adminOnly: '관리자만 볼 수 있는 페이지예요.',
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
  fresh: {
    waiting: '현황을 불러오는 중…',
    live: (time) => `실시간 · ${time} 기준`,
    stale: (time) => `서버가 응답하지 않아요. ${time} 기준 값이고, 다시 시도하고 있어요…`,
    never: '아직 서버의 응답이 없어요. 다시 시도하고 있어요…',
    refused: (time) => `서버가 현황을 주지 않아요. ${time} 기준 값이고, 다시 시도하고 있어요…`,
  },
};
