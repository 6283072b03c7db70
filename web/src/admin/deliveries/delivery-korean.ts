import { amount } from '../../language/format.ts';
import type { DeliveryMessages } from './delivery-english.ts';

export const deliveryKorean: DeliveryMessages = {
  title: '알림 발송 기록',
  state: '상태',
  channel: '채널',
  states: { pending: '발송 중', sent: '발송됨', failed: '실패' },
  none: '아직 보낸 알림이 없어요.',
  noneSuch: '조건에 맞는 기록이 없어요.',
  tries: (tries) => `${amount(tries)}회 시도`,
  dueAt: (at) => `다음 시도 ${at}`,
  dueNow: '곧 보내요',
  failure: '실패한 이유',
  sendAgain: '다시 보내기',
  sendAgainTitle: '다시 보낼까요?',
  triedAnew: '도착하지 않은 것으로 보여요. 최대 여덟 번까지 다시 시도해요.',
  sentTwice: '이미 보낸 알림이에요. 이 회원에게 한 번 더 도착해요.',
  sentAgain: '다시 보내고 있어요.',
};
