import { amount, dateTime, secondOfDay } from '../../language/format.ts';
import type { PeopleMessages } from './people-english.ts';

export const peopleKorean: PeopleMessages = {
  title: '참여자',
  asOf: (at, hasMoved) => `${secondOfDay(at)} 기준${hasMoved ? ' · 그 뒤로 바뀐 내용이 있어요' : ''}`,
  who: '구분',
  groups: { holders: '받은 사람', waiting: '대기 중', refused: '못 받은 사람', all: '전체' },
  state: '상태',
  states: {
    usable: '사용 전',
    used: '사용 완료',
    cancelled: '취소',
    held: '결제 전',
    confirmed: '구매 완료',
    expired: '기한 만료',
    returned: '반납',
  },
  none: {
    holders: '아직 받은 사람이 없어요.',
    waiting: '대기 중인 사람이 없어요.',
    refused: '못 받은 사람이 없어요.',
    all: '아직 아무도 누르지 않았어요.',
  },
  noClaim: (name) =>
    `${name}님의 요청은 원장에 도착하지 않았어요. 누르지 않았거나, 오픈 전에 눌렀거나, 이미 품절된 뒤에 눌러 입구에서 번호 없이 거절됐어요.`,
  story: (name) => `이 드롭에서 ${name}님`,
  serial: (serial) => `${amount(serial)}번`,
  arrived: (arrival) => `${amount(arrival)}번째 도착`,
  outcomes: { granted: '받음', sold_out: '품절', limit_reached: '한도 초과', closed: '종료 후' },
  why: {
    granted: (arrival) => `${amount(arrival)}번째로 도착해 받았어요.`,
    fromLine: (arrival) => `${amount(arrival)}번째로 도착해 대기하다가 반납된 수량을 받았어요.`,
    soldOut: (arrival, last) =>
      last === null || last >= arrival
        ? `${amount(arrival)}번째로 도착했을 때 남은 수량이 없었어요.`
        : `${amount(arrival)}번째로 도착했어요. 마지막 수량은 ${amount(last)}번째로 도착한 사람이 받았어요.`,
    limit: (limit) => `1인당 최대 수량인 ${amount(limit)}개를 이미 받았어요.`,
    closed: '종료된 뒤에 눌렀어요.',
  },
  lines: {
    waiting: (position) => (position === null ? '대기 중이에요.' : `대기 ${amount(position)}번째예요.`),
    offered: '차례가 왔어요.',
    left: '대기를 그만뒀어요.',
    passed: '차례가 지나갔어요.',
  },
  grantedAt: (at) => `${at} 지급`,
  holdUntil: (at) => `${dateTime(at)}까지 결제`,
  validUntil: (at) => `${dateTime(at)}까지 유효`,
  usedAt: (at) => `${dateTime(at)} 사용`,
  paidAt: (at) => `${dateTime(at)} 결제`,
  reference: (reference) => `참조 번호 ${reference}`,
  paying: '결제 진행 중',
  payment: '결제',
  csv: {
    save: 'CSV로 저장',
    busy: (rows) => `${amount(rows)}행…`,
    stop: '중지',
    done: (rows) => `${amount(rows)}행을 저장했어요.`,
    cut: (rows) => `처음 ${amount(rows)}행만 저장했어요. 한 번에 저장할 수 있는 것보다 많아요.`,
    failed: '모든 행을 가져오지 못해 저장하지 않았어요.',
  },
};
