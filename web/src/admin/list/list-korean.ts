import type { ListMessages } from './list-english.ts';

export const listKorean: ListMessages = {
  all: '전체',
  noneSuch: '조건에 맞는 기록이 없어요.',
  clear: '모두 보기',
  reload: '새로 고침',
  nobody: '없어진 계정',
  onlyThis: '이 회원의 기록만 보기',
};
