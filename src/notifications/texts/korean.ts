/** In the words of the pages (web/src/language/korean.ts, and those beside it). No particle follows what others typed: which one it would be depends on its last sound. */
import { formatCode } from '../../coupons/code.ts';
import type { NotificationData } from '../notification.ts';
import { formatOf } from './format.ts';
import type { Texts, Words } from './text.ts';

const { amount, money, time, deadline } = formatOf('ko');

const REFUSALS: Readonly<Record<NotificationData['refused']['reason'], (data: NotificationData['refused']) => Words>> =
  {
    sold_out: ({ title, arrival }) => ({
      title: `아쉽지만 마감됐어요: ${title}`,
      text: `${amount(arrival)}번째로 도착하셨는데, 준비한 수량이 이미 모두 나간 뒤였어요.`,
    }),
    limit_reached: ({ title }) => ({
      title: `이미 모두 받으셨어요: ${title}`,
      text: '한 사람이 받을 수 있는 수량을 이미 모두 받으셨어요.',
    }),
    closed: ({ title }) => ({ title: `이미 종료되었어요: ${title}`, text: '종료된 뒤에 접수된 요청이에요.' }),
  };

/** Where the money was not taken, or is not known to have been. */
const FAILURES: Readonly<Record<string, string>> = {
  card_declined: '카드사에서 거절했어요. 결제되지 않았어요.',
  insufficient_funds: '잔액이 부족했어요. 결제되지 않았어요.',
  approval_expired: '승인 시간이 지났어요. 결제되지 않았어요.',
  approval_invalid: '승인이 확인되지 않았어요. 결제되지 않았어요.',
  provider_refused: '결제사에서 거절했어요. 결제되지 않았어요.',
  no_answer: '결제사의 응답이 없었어요. 혹시 결제되었다면 자동으로 환불돼요.',
  slot_expired: '결제 시간이 지난 뒤였어요.',
  slot_returned: '이미 반납한 구매권이었어요.',
  slot_confirmed: '이미 결제한 구매권이었어요.',
};

/** Why money that had been taken went back. */
const REFUNDS: Readonly<Record<string, string>> = {
  slot_expired: '결제 시간이 지난 뒤였어요.',
  slot_returned: '이미 반납한 구매권이었어요.',
  slot_confirmed: '이미 결제한 구매권이었어요.',
  no_answer: '결제사의 응답이 너무 늦었어요.',
  amount_differs: '가격과 다른 금액이 승인되었어요.',
};

const PAYMENTS: Readonly<
  Record<NotificationData['payment_result']['state'], (data: NotificationData['payment_result']) => Words>
> = {
  succeeded: (data) => ({
    title: `구매가 완료되었어요: ${data.title}`,
    text: `${money(data.amount, data.currency)} 결제가 완료되었어요. 영수증을 확인해 보세요.`,
  }),
  failed: (data) => ({
    title: `결제하지 못했어요: ${data.title}`,
    text: sentences(`${money(data.amount, data.currency)} 결제가 완료되지 않았어요.`, FAILURES[data.failure ?? '']),
  }),
  refunded: (data) => ({
    title: `환불되었어요: ${data.title}`,
    text: sentences(
      // What was taken was another amount than the one we know.
      data.failure === 'amount_differs'
        ? '결제된 금액을 모두 환불해 드렸어요.'
        : `결제하신 금액(${money(data.amount, data.currency)})을 환불해 드렸어요.`,
      REFUNDS[data.failure ?? ''],
    ),
  }),
};

export const korean: Texts = {
  signed_up: ({ username }) => ({
    title: '만나서 반가워요! 회원가입이 완료되었어요',
    text: `아이디: ${username}\n\n오픈 전에 미리 로그인해 두면 누르는 순간 바로 접수돼요.`,
  }),
  password_reset: ({ expiresAt }) => ({
    title: '비밀번호를 새로 설정해 주세요',
    text: `비밀번호를 새로 설정하려는 요청이 있었어요. 링크는 ${time(expiresAt)}까지 사용할 수 있어요.\n\n직접 요청하지 않으셨다면 아무것도 하지 않으셔도 돼요. 비밀번호는 그대로예요.`,
  }),
  email_changed: ({ username, changedAt }) => ({
    title: '이메일 주소가 변경되었어요',
    text: `${username} 계정의 이메일 주소가 ${time(changedAt)}에 변경되었어요. 앞으로 메일은 새 주소로 보내 드려요.\n\n직접 변경하지 않으셨다면 바로 로그인해서 비밀번호를 새로 설정하고(다른 기기에서는 모두 로그아웃돼요) 이메일 주소를 되돌려 주세요. 로그인할 수 없다면 상점에 알려 주세요.`,
  }),
  password_changed: ({ username, changedAt }) => ({
    title: '비밀번호가 변경되었어요',
    text: `${username} 계정의 비밀번호가 ${time(changedAt)}에 변경되었고, 다른 기기에서는 모두 로그아웃되었어요.\n\n직접 변경하지 않으셨다면 바로 새로 설정해 주세요. ‘비밀번호를 잊으셨나요?’에서 이메일로 링크를 보내 드려요. 메일이 오지 않는다면 상점에 알려 주세요.`,
  }),
  granted: (data) => ({
    title: `${data.kind === 'coupon' ? '쿠폰을 받았어요' : '구매권을 받았어요'}: ${data.title}`,
    text: sentences(`${amount(data.arrival)}번째로 도착하셨어요.`, unit(data)),
  }),
  refused: (data) => REFUSALS[data.reason](data),
  slot_expiring: ({ title, holdUntil }) => ({
    title: `아직 결제 전이에요: ${title}`,
    text: `구매권을 ${deadline(holdUntil)}까지 보관해 드려요. 그 뒤에는 다음 대기자나 다른 분께 돌아가요.`,
  }),
  slot_expired: ({ title }) => ({
    title: `결제 시간이 지났어요: ${title}`,
    text: '시간 안에 결제되지 않아 구매권이 다음 대기자나 다른 분께 돌아갔어요.',
  }),
  payment_result: (data) => PAYMENTS[data.state](data),
  drop_opening: ({ title, opensAt }) => ({
    title: `곧 오픈해요: ${title}`,
    text: `${time(opensAt)}에 오픈해요. 미리 로그인해 두면 누르는 순간 바로 접수돼요.`,
  }),
  sold_out: ({ title, stock }) => ({
    title: `품절되었어요: ${title}`,
    text: `준비한 ${amount(stock)}개가 모두 나갔어요.`,
  }),
  back_in_stock: ({ title, remaining }) => ({
    title: `다시 받을 수 있어요: ${title}`,
    text: `알림을 보낸 시점에 ${amount(remaining)}개가 남아 있었어요. 도착한 순서대로 드려요.`,
  }),
  your_turn: (data) => ({
    title: `차례가 되었어요: ${data.title}`,
    text: sentences(
      data.kind === 'coupon'
        ? '대기하시던 쿠폰이 반납되어 순서대로 받으셨어요.'
        : '대기하시던 구매권이 반납되어 순서대로 받으셨어요.',
      unit(data),
    ),
  }),
};

/** What there is to know about a coupon or a slot; it may have been used or paid since. */
function unit({ kind, code, validUntil, holdUntil }: NotificationData['granted']): string {
  if (kind === 'product') return holdUntil ? `${deadline(holdUntil)}까지 보관해 드리니 그 전에 결제해 주세요.` : '';
  return sentences(
    code && `쿠폰 코드: ${formatCode(code)}.`,
    validUntil && `${time(validUntil)}까지 사용할 수 있어요.`,
  );
}

function sentences(...all: readonly (string | null | undefined)[]): string {
  return all.filter(Boolean).join(' ');
}
