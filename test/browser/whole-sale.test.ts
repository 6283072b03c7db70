/**
 * A whole sale by people who have never seen this shop: nobody is told an address, everything is found by what is written on it. An administrator makes the drop and
 * watches it; four people want one of three units; one waits, one gives back, and in the end all are paid.
 */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { administrator, describeInBrowser, useShop } from './harness.ts';

const english = {
  locale: 'en-US',
  signIn: 'Sign in',
  login: 'Username or email',
  password: 'Password',
  manage: 'Manage',
  management: 'Management',
  drops: 'Drops',
  newDrop: 'New drop',
  product: 'Product sale',
  title: 'Title',
  quantity: 'Quantity',
  price: 'Price',
  waitingLine: /^Waiting line/,
  opening: 'Opening time',
  create: 'Create drop',
  opensIn: 'Opens in',
  copyLink: 'Copy the link',
  press: 'Claim my slot',
  won: 'You’re in!',
  wait: 'Wait in line',
  waiting: 'You are next in line.',
  toPay: 'Pay now',
  giveBack: 'Give back',
  giveItBack: 'Give it back',
  givenBack: 'Given back',
  pay: /^Pay ₩39,000$/,
  bought: 'Bought. It’s yours!',
  soldOut: 'Sold out',
  toBePaid: '3 still have time to pay',
  inLine: '1 person in line',
  allPaid: 'All 3 sold, all paid',
  paid: 'Paid',
  moneyTaken: ['Money taken', '₩117,000'],
};

const korean: typeof english = {
  locale: 'ko-KR',
  signIn: '로그인',
  login: '아이디 또는 이메일',
  password: '비밀번호',
  manage: '관리',
  management: '관리 메뉴',
  drops: '드롭',
  newDrop: '새 드롭',
  product: '상품 판매',
  title: '제목',
  quantity: '수량',
  price: '가격',
  waitingLine: /^대기/,
  opening: '오픈 일시',
  create: '드롭 등록',
  opensIn: '오픈까지',
  copyLink: '링크 복사',
  press: '구매권 받기',
  won: '구매권을 받았어요!',
  wait: '대기하기',
  waiting: '바로 다음 차례예요.',
  toPay: '결제하기',
  giveBack: '반납하기',
  giveItBack: '반납하기',
  givenBack: '반납한 구매권이에요',
  pay: /^39,000원 결제하기$/,
  bought: '구매가 완료되었어요!',
  soldOut: '품절',
  toBePaid: '3개는 결제를 기다리고 있어요',
  inLine: '1명 대기 중',
  allPaid: '3개 모두 판매, 결제까지 완료!',
  paid: '결제 완료',
  moneyTaken: ['결제 금액', '117,000원'],
};

const opensInMs = 20_000;

/** As an administrator in Seoul types it. */
function localTime(at: number): string {
  return new Date(at + 9 * 60 * 60_000).toISOString().slice(0, 19);
}

describeInBrowser('a whole sale without reading anything', () => {
  const shop = useShop();

  test.each([english, korean])('from the form to the last paid slot, $locale', async (words) => {
    const title = `Stoneware cup ${words.locale}`;

    async function enter(person: { username: string; password: string }): Promise<Page> {
      const page = await shop.openPage({ locale: words.locale });
      await page.goto(shop.url);
      await page.getByRole('link', { name: words.signIn, exact: true }).first().click();
      await page.getByLabel(words.login).fill(person.username);
      await page.getByLabel(words.password, { exact: true }).fill(person.password);
      await page.getByRole('main').getByRole('button', { name: words.signIn }).click();
      await page.locator('.menu[data-session="member"]').waitFor();
      return page;
    }

    const buyers: Page[] = [];
    for (let person = 0; person < 4; person += 1) buyers.push(await enter(await shop.api.newPerson()));

    const keeper = await enter(administrator);
    await keeper.getByRole('link', { name: words.manage, exact: true }).first().click();
    await keeper.getByRole('navigation', { name: words.management }).getByRole('link', { name: words.drops }).click();
    await keeper.getByRole('link', { name: words.newDrop }).first().click();
    await keeper.getByText(words.product).click();
    await keeper.getByLabel(words.title, { exact: true }).fill(title);
    await keeper.getByLabel(words.quantity, { exact: true }).fill('3');
    await keeper.getByLabel(words.price, { exact: true }).fill('39000');
    await keeper.getByRole('checkbox', { name: words.waitingLine }).check();
    await keeper.getByLabel(words.opening).fill(localTime(Date.now() + opensInMs));
    await keeper.getByRole('button', { name: words.create }).click();
    await keeper.getByRole('heading', { level: 1, name: title }).waitFor();
    await keeper.getByText(words.opensIn).waitFor();
    await keeper.getByRole('main').getByRole('timer').waitFor();
    await keeper.getByRole('button', { name: words.copyLink }).first().waitFor();

    await Promise.all(
      buyers.map(async (buyer) => {
        await buyer.reload();
        await buyer.getByRole('link', { name: title }).first().click();
        await buyer.getByRole('heading', { level: 1, name: title }).waitFor();
      }),
    );
    // Whoever comes a moment too late finds the waiting line where the button was.
    const got = await Promise.all(
      buyers.map(async (buyer) => {
        const wait = buyer.getByRole('button', { name: words.wait, exact: true });
        const won = buyer.getByText(words.won, { exact: true }).filter({ visible: true });
        const waits = buyer.getByText(words.waiting);
        await buyer.getByRole('button', { name: words.press, exact: true }).or(wait).click({ timeout: 60_000 });
        // A button that has just been pressed may be on its way out.
        await expect
          .poll(async () => {
            if (await wait.isVisible()) await wait.click({ timeout: 1_000 }).catch(() => undefined);
            return (await won.count()) + (await waits.count());
          })
          .toBeGreaterThan(0);
        return (await won.count()) > 0;
      }),
    );
    const winners = buyers.filter((_, index) => got[index]);
    const losers = buyers.filter((_, index) => !got[index]);
    expect([winners.length, losers.length]).toEqual([3, 1]);
    const [first, second, third] = winners as [Page, Page, Page];
    const [waiter] = losers as [Page];

    await keeper.getByText(words.soldOut, { exact: true }).first().waitFor();
    await keeper.getByText(words.toBePaid).waitFor();
    await keeper.getByText(words.inLine).waitFor();

    async function pay(buyer: Page): Promise<void> {
      await buyer.getByRole('link', { name: words.toPay, exact: true }).click();
      await buyer.getByRole('button', { name: words.pay }).click();
      await buyer.getByText(words.bought).first().waitFor();
    }
    await pay(first);
    await pay(second);

    await third.getByRole('link', { name: words.toPay, exact: true }).click();
    await third.getByRole('button', { name: words.giveBack }).click();
    await third.getByRole('dialog').getByRole('button', { name: words.giveItBack }).click();
    await third.getByText(words.givenBack).first().waitFor();
    await pay(waiter);

    await keeper.getByText(words.allPaid).waitFor();
    const fact = (term: string) =>
      keeper.locator('div', { has: keeper.getByRole('term').getByText(term, { exact: true }) }).last();
    await expect.poll(() => fact(words.paid).textContent()).toMatch(/3$/);
    const [term = '', amount = ''] = words.moneyTaken;
    await expect.poll(() => fact(term).textContent()).toContain(amount);
  });
});
