import { dateTime } from '../language/format.ts';
import type { SlotMessages } from './slot-english.ts';

export const slotKorean: SlotMessages = {
  title: '내 구매권',
  tabs: { held: '결제 대기', confirmed: '구매 완료', expired: '시간 초과', returned: '반납' },
  empty: {
    held: '결제를 기다리는 구매권이 없어요. 구매권을 받으면 바로 여기에 보여요.',
    confirmed: '구매한 상품이 여기에 모여요.',
    expired: '시간이 지난 구매권이 없어요.',
    returned: '반납한 구매권이 없어요.',
  },
  state: { held: '결제 대기', confirmed: '구매 완료', expired: '시간 초과', returned: '반납함' },
  paying: '결제 확인 중',
  timeLeft: '남은 결제 시간',
  timeLeftShort: '남은 시간',
  timeLeftSpoken: (left) => `결제 시간이 ${left} 남았어요.`,
  heldUntil: (time) => `${time}까지 보관해 드려요`,
  toPay: '결제하기',
  boughtAt: (at) => `${dateTime(at)} 결제`,
  receipt: '영수증',
  receipts: '영수증 모음',
  told: {
    held: { title: '구매권을 보관하고 있어요.', text: '시간이 남아 있는 동안 다시 결제할 수 있어요.' },
    paying: {
      title: '결제를 확인하고 있어요',
      text: '구매권은 그대로 보관돼요. 결과가 나오면 바로 보여 드려요. 다시 결제하지 않아도 돼요.',
    },
    confirmed: { title: '구매가 완료되었어요!', text: '결제가 완료되었어요.' },
    expired: { title: '결제 시간이 지났어요', text: '시간 안에 결제되지 않아 다음 대기자나 다른 분께 돌아갔어요.' },
    returned: { title: '반납한 구매권이에요', text: '다음 대기자나 다른 분께 돌아갔어요.' },
  },
  giveBack: '반납하기',
  giveBackHint: '마음이 바뀌었나요? 기다리는 분이 있을 수 있어요.',
  giveBackTitle: '구매권을 반납할까요?',
  giveBackText: '반납하면 바로 다음 대기자나 다른 분께 돌아가요. 되돌릴 수 없어요.',
  giveBackConfirm: '반납하기',
};
