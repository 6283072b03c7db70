/** A forgotten password: from the sign-in page over a letter, that a real mail server takes, to a new one. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ReceivedLetter } from '../servers/letter.ts';
import { type SmtpServer, startSmtp } from '../servers/smtp.ts';
import { describeInBrowser, useShop } from './harness.ts';
import { camera, looks } from './pictures.ts';
import type { Person } from './shop-api.ts';
import { expectEventually, signIn } from './steps.ts';

const newPassword = 'another-long-password';

describeInBrowser('forgotten passwords', () => {
  let smtp: SmtpServer;
  beforeAll(async () => {
    smtp = await startSmtp();
  });
  afterAll(() => smtp?.stop());
  const shop = useShop(() => ({ SMTP_URL: smtp.url, MAIL_FROM: 'Doorbuster <shop@example.org>' }));

  const linkIn = ({ text }: ReceivedLetter): string[] => text.match(/\S*\/reset-password\/\S+/) ?? [];
  const lettersTo = ({ username }: Person) => smtp.letters.filter(({ to }) => to[0] === `${username}@example.com`);
  const linksTo = (person: Person): string[] => lettersTo(person).flatMap(linkIn);

  /** The link of the letter that comes. */
  async function askForLink(page: Page, person: Person): Promise<string> {
    const { length } = linksTo(person);
    await page.goto(`${shop.url}/forgotten-password`);
    await page.locator('[name=email]').fill(`${person.username}@example.com`);
    await page.locator('.account-card form button[type=submit]').click();
    await page.locator('.account-card .banner').waitFor();
    await expectEventually(async () => linksTo(person).length, length + 1);
    return linksTo(person).at(-1) ?? '';
  }

  async function setPassword(page: Page, link: string): Promise<void> {
    await page.goto(link);
    await page.locator('[name=password]').fill(newPassword);
    await page.locator('.account-card form button[type=submit]').click();
  }

  test('the letter’s link sets a new password, once, and signs everybody out', async () => {
    const person = await shop.api.newPerson();
    const elsewhere = await shop.openPage();
    await signIn(elsewhere, shop.url, person);
    await elsewhere.goto(shop.url);
    const page = await shop.openPage();
    await page.goto(`${shop.url}/sign-in`);
    await page.getByRole('link', { name: 'Forgotten your password?' }).click();
    await page.getByRole('button', { name: 'Send me a link' }).click();
    await page.getByText('Please fill this in').waitFor();
    await page.getByLabel('Email').fill('not an address');
    await page.getByRole('button', { name: 'Send me a link' }).click();
    await page.getByText('Enter an email address').waitFor();
    const link = await askForLink(page, person);
    expect(link.startsWith(`${shop.url}/reset-password/`)).toBe(true);

    await page.goto(link);
    await page.getByLabel('Password').fill('short');
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByText('Use at least 10 characters').waitFor();
    await setPassword(page, link);
    await page.getByRole('heading', { name: 'Your password is new' }).waitFor();
    await elsewhere.getByRole('link', { name: 'Sign in' }).first().waitFor();
    await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
    await page.getByLabel('Username or email').fill(person.username);
    await page.getByLabel('Password').fill(person.password);
    await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('The username, email or password is wrong').waitFor();
    await signIn(page, shop.url, { username: person.username, password: newPassword });

    await setPassword(elsewhere, link);
    await elsewhere.getByRole('heading', { name: 'This link is over' }).waitFor();
    await elsewhere.getByRole('link', { name: 'Send me a new link' }).click();
    await elsewhere.getByRole('button', { name: 'Send me a link' }).waitFor();
  });

  test('the answer is the same for an address that nobody has', async () => {
    const person = await shop.api.newPerson();
    const page = await shop.openPage();
    const answerFor = async (email: string) => {
      await page.goto(`${shop.url}/forgotten-password`);
      await page.getByLabel('Email').fill(email);
      await page.getByRole('button', { name: 'Send me a link' }).click();
      await page.getByRole('heading', { name: 'Check your mailbox' }).waitFor();
      await expectEventually(() => page.evaluate('document.activeElement.tagName'), 'H1');
      return (await page.locator('.account-card').textContent())?.replace(email, '');
    };
    const answer = await answerFor('nobody@example.com');
    expect(await answerFor(`${person.username}@example.com`)).toBe(answer);
    await page.getByRole('button', { name: 'Another address' }).click();
    await page.getByLabel('Email').waitFor();
  });

  test('what is no link at all is told as one that is over; who asks too often waits', async () => {
    const page = await shop.openPage();
    for (const token of ['nothing', 'x'.repeat(200), '%25']) {
      await setPassword(page, `${shop.url}/reset-password/${token}`);
      await page.getByRole('heading', { name: 'This link is over' }).waitFor();
    }
    const ask = async () => {
      await page.goto(`${shop.url}/forgotten-password`);
      await page.getByLabel('Email').fill('impatient@example.com');
      await page.getByRole('button', { name: 'Send me a link' }).click();
    };
    for (let letters = 0; letters < 5; letters += 1) {
      await ask();
      await page.getByRole('heading', { name: 'Check your mailbox' }).waitFor();
    }
    await ask();
    await page.getByText(/Too many letters to this address\. Try again in \d+ min\./).waitFor();
  });

  test('letters come in the language that the page was turned to', async () => {
    const person = await shop.api.newPerson();
    const page = await shop.openPage();
    await signIn(page, shop.url, person);
    await page.goto(shop.url);
    const isTold = page.waitForResponse((response) => response.url().endsWith('/v1/me/notification-settings'));
    await page.getByRole('button', { name: '한국어로 보기' }).click();
    expect((await isTold).status()).toBe(200);
    await askForLink(page, person);
    // The welcome may come later than it.
    expect(lettersTo(person).find((letter) => linkIn(letter).length > 0)?.subject).toMatch(/비밀번호/);
  });

  test.each(looks)('looks of forgotten passwords, $name', async (kind) => {
    const person = await shop.api.newPerson();
    const page = await shop.openPage(kind.options);
    const look = camera(page, kind);
    await page.goto(`${shop.url}/sign-in`);
    await page.locator('[name=login]').waitFor();
    await look('sign-in');
    await page.goto(`${shop.url}/forgotten-password`);
    await page.locator('[name=email]').waitFor();
    await look('password-forgotten');
    const link = await askForLink(page, person);
    await look('password-asked');
    await page.goto(link);
    await page.locator('[name=password]').fill('short');
    await page.locator('[name=password]').blur();
    await look('password-reset');
    await setPassword(page, link);
    await page.locator('a.button[href="/sign-in"]').waitFor();
    await look('password-set');
    await setPassword(page, link);
    await page.locator('a.button[href="/forgotten-password"]').waitFor();
    await look('password-over');
  });
});
