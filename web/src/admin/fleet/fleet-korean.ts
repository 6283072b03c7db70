import { amount } from '../../language/format.ts';
import type { FleetMessages } from './fleet-english.ts';

export const fleetKorean: FleetMessages = {
  title: '서버',
  about: '프로세스마다 몇 초에 한 번씩 상태를 알려요.',
  none: '아직 상태를 알린 프로세스가 없어요.',
  process: '프로세스',
  health: '상태',
  healths: { well: '정상', busy: '바쁨', silent: '응답 없음' },
  roles: { gateway: '게이트웨이', sequencer: '시퀀서', worker: '워커' },
  sockets: '소켓',
  people: '접속 인원',
  claimsWaiting: '처리 중인 요청',
  lag: '대기열 지연',
  noQueue: '대기열 없음',
  cpu: 'CPU',
  memory: '메모리',
  late: '지연',
  milliseconds: (value) => `${amount(value)}ms`,
  silentSince: (time) => `${time}부터 응답 없음`,
};
