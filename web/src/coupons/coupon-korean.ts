import { dateTime } from '../language/format.ts';
import type { CouponMessages } from './coupon-english.ts';

export const couponKorean: CouponMessages = {
  title: '내 쿠폰',
  state: { usable: '사용 가능', used: '사용 완료', expired: '기간 만료', cancelled: '취소됨' },
  empty: {
    usable: '아직 사용할 수 있는 쿠폰이 없어요. 다음 드롭에서 받아 보세요.',
    used: '사용한 쿠폰이 여기에 모여요.',
    expired: '기간이 지난 쿠폰이 없어요.',
    cancelled: '취소한 쿠폰이 없어요.',
  },
  noEnd: '기간 제한 없음',
  lastDay: '곧 만료',
  received: (at) => `${dateTime(at)} 받음`,
  usedAt: (at) => `${dateTime(at)} 사용`,
  show: '매장에서 이 화면을 보여 주세요',
  qr: (code) => `쿠폰 ${code}의 QR 코드`,
  qrLarger: '눌러서 크게 보기',
  qrHint: '계산대 스캐너에 화면을 비춰 주세요',
  told: {
    used: '사용한 쿠폰이에요',
    expired: '기간이 지난 쿠폰이에요',
    cancelled: '취소한 쿠폰이에요',
  },
  useHint:
    '매장에서는 코드만 보여 주세요. 직원이 사용 처리해 드려요. 온라인 쇼핑몰에서 안내받았다면 여기서 사용하세요.',
  use: '온라인에서 사용하기',
  useTitle: '지금 사용할까요?',
  useText: '쿠폰은 한 번만 사용할 수 있어요. 매장에서는 직원에게 맡겨 주세요.',
  useConfirm: '지금 사용하기',
  reference: '주문 번호',
  referenceHint: '안내받은 번호가 있을 때만 입력하세요',
  cancel: '쿠폰 취소',
  cancelTitle: '쿠폰을 취소할까요?',
  cancelText: '코드는 바로 쓸 수 없게 되고, 쿠폰은 대기하는 분이나 다른 분께 돌아가요. 되돌릴 수 없어요.',
  cancelConfirm: '취소하기',
};
