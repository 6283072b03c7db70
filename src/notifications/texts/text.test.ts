import { describe, expect, it } from 'vitest';
import { LANGUAGES, NOTIFICATION_TYPES, type NotificationData, type NotificationType } from '../notification.ts';
import { textOf } from './text.ts';

const DROP = { dropId: '7', title: 'A kettle' };
const GRANT = { ...DROP, grantId: '7-3' };
const UNIT = { ...GRANT, serial: 3, arrival: 1_203, code: null, validUntil: null, holdUntil: null };
const COUPON = { ...UNIT, kind: 'coupon', code: 'ABCD2345WXYZ', validUntil: '2027-01-01T14:59:00.000Z' } as const;
const SLOT = { ...UNIT, kind: 'product', holdUntil: '2026-11-21T10:04:40.900Z' } as const;
const PAYMENT = { ...GRANT, paymentId: 'p1', amount: 12_900, currency: 'KRW', failure: null };

const ACCOUNT = { username: 'alice', address: 'alice@example.com', changedAt: '2026-11-21T10:00:00.000Z' };

type Case = {
  [Type in NotificationType]: readonly [type: Type, data: NotificationData[Type], path: string | null];
}[NotificationType];

const CASES: readonly Case[] = [
  ['signed_up', { username: 'alice' }, '/'],
  ['password_reset', { resetId: '5', expiresAt: '2026-11-21T11:00:00.000Z' }, null],
  ['email_changed', ACCOUNT, '/profile'],
  ['password_changed', ACCOUNT, '/forgotten-password'],
  ['granted', COUPON, '/coupons/7-3'],
  ['granted', SLOT, '/slots/7-3'],
  ['refused', { ...DROP, reason: 'sold_out', arrival: 2_001 }, '/drops/7'],
  ['refused', { ...DROP, reason: 'limit_reached', arrival: 2_002 }, '/drops/7'],
  ['refused', { ...DROP, reason: 'closed', arrival: 2_003 }, '/drops/7'],
  ['slot_expiring', { ...GRANT, holdUntil: '2026-11-21T10:04:40.000Z' }, '/slots/7-3'],
  ['slot_expired', GRANT, '/slots/7-3'],
  ['payment_result', { ...PAYMENT, state: 'succeeded' }, '/receipts/p1'],
  ['payment_result', { ...PAYMENT, state: 'failed', failure: 'card_declined' }, '/slots/7-3'],
  ['payment_result', { ...PAYMENT, state: 'failed', failure: 'no_answer' }, '/slots/7-3'],
  ['payment_result', { ...PAYMENT, state: 'refunded', failure: 'slot_expired' }, '/slots/7-3'],
  ['payment_result', { ...PAYMENT, state: 'refunded', failure: 'amount_differs' }, '/slots/7-3'],
  ['drop_opening', { ...DROP, opensAt: '2026-11-21T10:00:00.000Z' }, '/drops/7'],
  ['sold_out', { ...DROP, stock: 1_000 }, '/drops/7'],
  ['back_in_stock', { ...DROP, remaining: 1 }, '/drops/7'],
  ['your_turn', COUPON, '/coupons/7-3'],
  ['your_turn', SLOT, '/slots/7-3'],
];

function textsOf(language: 'ko' | 'en'): string {
  return CASES.map(([type, data]) => {
    const { title, text } = textOf<NotificationType>(language, type, data);
    return `${type}\n  ${title}\n  ${text.replaceAll('\n', '\n  ')}`;
  }).join('\n');
}

describe('the texts of notifications', () => {
  it('are there for each type', () => {
    expect(new Set(CASES.map(([type]) => type))).toEqual(new Set(NOTIFICATION_TYPES));
  });

  it('lead to the page of what they tell of', () => {
    for (const language of LANGUAGES) {
      for (const [type, data, path] of CASES) expect(textOf<NotificationType>(language, type, data).path).toBe(path);
    }
  });

  it('read so in English', () => {
    expect(textsOf('en')).toMatchInlineSnapshot(`
      "signed_up
        Welcome! Your account is ready
        Your username is alice. Sign in before a drop opens, so that your press counts at once.
      password_reset
        Set a new password
        Somebody asked to set a new password for your account. The link works until Sat, Nov 21, 2026, 11:00 AM UTC.
        
        If it was not you, there is nothing to do: your password stays as it is.
      email_changed
        Your email address has changed
        The email address of the account alice was changed on Sat, Nov 21, 2026, 10:00 AM UTC. From now on letters go to the new one.
        
        If it was not you, sign in at once, set a new password, which signs everybody else out, and put your address back. If you cannot sign in any more, tell the shop.
      password_changed
        Your password has changed
        The password of the account alice was changed on Sat, Nov 21, 2026, 10:00 AM UTC, and all other devices were signed out.
        
        If it was not you, set a new one at once: “Forgotten your password?” sends a link to your email address. If none comes, tell the shop.
      granted
        It’s yours: A kettle
        You were the 1,203rd to arrive. Your code: ABCD-2345-WXYZ. Valid until Fri, Jan 1, 2027, 2:59 PM UTC.
      granted
        You’re in: A kettle
        You were the 1,203rd to arrive. It is held for you until Sat, Nov 21, 2026, 10:04:40 AM UTC: pay before then.
      refused
        So close: A kettle
        You were the 2,001st to arrive, and all had been given out.
      refused
        You have your share: A kettle
        You already had as many as one person can get.
      refused
        It had already closed: A kettle
        Your press came after the end.
      slot_expiring
        Not paid yet: A kettle
        Your slot is held for you until Sat, Nov 21, 2026, 10:04:40 AM UTC. After that it goes to the next in line, or back on sale.
      slot_expired
        Time ran out: A kettle
        Your slot was not paid in time. It went to the next in line, or back on sale.
      payment_result
        Bought. It’s yours: A kettle
        Your payment of ₩12,900 succeeded. Your receipt is ready.
      payment_result
        Payment failed: A kettle
        Your payment of ₩12,900 did not go through. The card was declined. No money was taken.
      payment_result
        Payment failed: A kettle
        Your payment of ₩12,900 did not go through. The provider did not answer. Should money have been taken after all, it goes back to you by itself.
      payment_result
        Refunded: A kettle
        Your payment of ₩12,900 has gone back to you. The time to pay had run out.
      payment_result
        Refunded: A kettle
        All that was taken for your payment has gone back to you. Another amount had been approved than the price.
      drop_opening
        Opening soon: A kettle
        It opens Sat, Nov 21, 2026, 10:00 AM UTC. Sign in a little before, so that your press counts at once.
      sold_out
        Sold out: A kettle
        All 1,000 are gone.
      back_in_stock
        Back on sale: A kettle
        When this was sent, 1 was left. First come, first served.
      your_turn
        It’s your turn: A kettle
        A coupon came back, and as the next in line you have it. Your code: ABCD-2345-WXYZ. Valid until Fri, Jan 1, 2027, 2:59 PM UTC.
      your_turn
        It’s your turn: A kettle
        A slot came back, and as the next in line you have it. It is held for you until Sat, Nov 21, 2026, 10:04:40 AM UTC: pay before then."
    `);
  });

  it('read so in Korean', () => {
    expect(textsOf('ko')).toMatchInlineSnapshot(`
      "signed_up
        만나서 반가워요! 회원가입이 완료되었어요
        아이디: alice
        
        오픈 전에 미리 로그인해 두면 누르는 순간 바로 접수돼요.
      password_reset
        비밀번호를 새로 설정해 주세요
        비밀번호를 새로 설정하려는 요청이 있었어요. 링크는 2026년 11월 21일 (토) 오후 8:00 KST까지 사용할 수 있어요.
        
        직접 요청하지 않으셨다면 아무것도 하지 않으셔도 돼요. 비밀번호는 그대로예요.
      email_changed
        이메일 주소가 변경되었어요
        alice 계정의 이메일 주소가 2026년 11월 21일 (토) 오후 7:00 KST에 변경되었어요. 앞으로 메일은 새 주소로 보내 드려요.
        
        직접 변경하지 않으셨다면 바로 로그인해서 비밀번호를 새로 설정하고(다른 기기에서는 모두 로그아웃돼요) 이메일 주소를 되돌려 주세요. 로그인할 수 없다면 상점에 알려 주세요.
      password_changed
        비밀번호가 변경되었어요
        alice 계정의 비밀번호가 2026년 11월 21일 (토) 오후 7:00 KST에 변경되었고, 다른 기기에서는 모두 로그아웃되었어요.
        
        직접 변경하지 않으셨다면 바로 새로 설정해 주세요. ‘비밀번호를 잊으셨나요?’에서 이메일로 링크를 보내 드려요. 메일이 오지 않는다면 상점에 알려 주세요.
      granted
        쿠폰을 받았어요: A kettle
        1,203번째로 도착하셨어요. 쿠폰 코드: ABCD-2345-WXYZ. 2027년 1월 1일 (금) 오후 11:59 KST까지 사용할 수 있어요.
      granted
        구매권을 받았어요: A kettle
        1,203번째로 도착하셨어요. 2026년 11월 21일 (토) 오후 7:04:40 KST까지 보관해 드리니 그 전에 결제해 주세요.
      refused
        아쉽지만 마감됐어요: A kettle
        2,001번째로 도착하셨는데, 준비한 수량이 이미 모두 나간 뒤였어요.
      refused
        이미 모두 받으셨어요: A kettle
        한 사람이 받을 수 있는 수량을 이미 모두 받으셨어요.
      refused
        이미 종료되었어요: A kettle
        종료된 뒤에 접수된 요청이에요.
      slot_expiring
        아직 결제 전이에요: A kettle
        구매권을 2026년 11월 21일 (토) 오후 7:04:40 KST까지 보관해 드려요. 그 뒤에는 다음 대기자나 다른 분께 돌아가요.
      slot_expired
        결제 시간이 지났어요: A kettle
        시간 안에 결제되지 않아 구매권이 다음 대기자나 다른 분께 돌아갔어요.
      payment_result
        구매가 완료되었어요: A kettle
        12,900원 결제가 완료되었어요. 영수증을 확인해 보세요.
      payment_result
        결제하지 못했어요: A kettle
        12,900원 결제가 완료되지 않았어요. 카드사에서 거절했어요. 결제되지 않았어요.
      payment_result
        결제하지 못했어요: A kettle
        12,900원 결제가 완료되지 않았어요. 결제사의 응답이 없었어요. 혹시 결제되었다면 자동으로 환불돼요.
      payment_result
        환불되었어요: A kettle
        결제하신 금액(12,900원)을 환불해 드렸어요. 결제 시간이 지난 뒤였어요.
      payment_result
        환불되었어요: A kettle
        결제된 금액을 모두 환불해 드렸어요. 가격과 다른 금액이 승인되었어요.
      drop_opening
        곧 오픈해요: A kettle
        2026년 11월 21일 (토) 오후 7:00 KST에 오픈해요. 미리 로그인해 두면 누르는 순간 바로 접수돼요.
      sold_out
        품절되었어요: A kettle
        준비한 1,000개가 모두 나갔어요.
      back_in_stock
        다시 받을 수 있어요: A kettle
        알림을 보낸 시점에 1개가 남아 있었어요. 도착한 순서대로 드려요.
      your_turn
        차례가 되었어요: A kettle
        대기하시던 쿠폰이 반납되어 순서대로 받으셨어요. 쿠폰 코드: ABCD-2345-WXYZ. 2027년 1월 1일 (금) 오후 11:59 KST까지 사용할 수 있어요.
      your_turn
        차례가 되었어요: A kettle
        대기하시던 구매권이 반납되어 순서대로 받으셨어요. 2026년 11월 21일 (토) 오후 7:04:40 KST까지 보관해 드리니 그 전에 결제해 주세요."
    `);
  });

  it('tell no amount where another one was taken', () => {
    const data = { ...PAYMENT, state: 'refunded', failure: 'amount_differs' } as const;
    for (const language of LANGUAGES) expect(textOf(language, 'payment_result', data).text).not.toContain('12,900');
  });

  it('say of a failure that they do not know no more than that it failed', () => {
    const data = { ...PAYMENT, state: 'failed', failure: 'a_new_one' } as const;
    expect(textOf('en', 'payment_result', data).text).toBe('Your payment of ₩12,900 did not go through.');
  });

  it.each([
    ['KRW', 12_900, '12,900원', '₩12,900'],
    ['USD', 12_900, '$129.00', '$129.00'],
    ['JPY', 500, '¥500', '¥500'],
    ['KWD', 1_500, '1.500', '1.500'],
  ])('count %s in its smallest unit', (currency, amount, korean, english) => {
    const data = { ...PAYMENT, state: 'succeeded', amount, currency } as const;
    expect(textOf('ko', 'payment_result', data).text).toContain(korean);
    expect(textOf('en', 'payment_result', data).text).toContain(english);
  });

  it('keep a title on one line', () => {
    const data = { ...DROP, title: 'A kettle\r\nBcc: everybody@example.com', stock: 1 };
    expect(textOf('en', 'sold_out', data)).toMatchObject({
      title: 'Sold out: A kettle Bcc: everybody@example.com',
      text: 'The only one is gone.',
    });
  });
});
