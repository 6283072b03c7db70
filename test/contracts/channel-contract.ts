/** What the delivery of notifications relies on in a way outside, whatever becomes of a letter: see src/notifications/channel.ts. */
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type Channel, type Letter, Postponed, Undeliverable } from '../../src/notifications/channel.ts';
import { LETTER_WORDS } from '../../src/notifications/letter-words.ts';

/** A letter as its reader sees it, without the marks that its way puts around it. */
export interface Shown {
  readonly id: string;
  readonly title: string;
  /** All of it, links included. */
  readonly whole: string;
  /** Nothing but this came: nobody else was written to, and nobody was called. */
  readonly isPlain: boolean;
}

/** What the other side does with the next letter. */
export type Fate =
  | 'refuse_for_good'
  | 'refuse_for_now'
  /** It takes the connection, and says nothing more. */
  | 'hang'
  | 'break'
  /** It takes the letter, and breaks off before it says so. */
  | 'break_after'
  /** It refuses for good, and repeats to whom, and what we sign in with. */
  | 'tell_tales';

export interface ChannelUnderTest {
  readonly channel: Channel;
  /** A new address that letters can go to. */
  readonly to: string;
  /** What no error may have in it, besides `to`. */
  readonly secrets: readonly string[];
  next(fate: Fate): void;
  /** All that were taken for `to`. */
  shown(): readonly Shown[];
  /** The other side goes away, for good. */
  leave(): Promise<void>;
}

/** `open` is called for each test; its channel gives up within `timeoutMs`. */
export function channelContract(adapter: string, timeoutMs: number, open: () => Promise<ChannelUnderTest>): void {
  describe(`contract: channel on ${adapter}`, () => {
    let letters = 0;

    function letterTo(to: string, more: Partial<Letter> = {}): Letter {
      letters += 1;
      return {
        ...{
          id: String(letters),
          to,
          language: 'en',
          title: 'It’s yours: A kettle',
          text: 'You were the 3rd to arrive.',
        },
        link: 'https://shop.example.com/coupons/7-3',
        ...more,
      };
    }

    /** The error, which must not be there when the letter was taken. */
    async function failure(sending: Promise<void>): Promise<Error> {
      const error = await sending.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      if (!(error instanceof Error)) throw new Error('the letter was taken');
      return error;
    }

    function expectToTryAgain(error: Error): void {
      expect(error).not.toBeInstanceOf(Undeliverable);
      expect(error).not.toBeInstanceOf(Postponed);
      expect(error.message).toMatch(/^[^\n]{5,300}$/);
    }

    it.each([
      ['en', 'It’s yours: A kettle', 'You were the 3rd to arrive.\n\nYour code: ABCD-2345.'],
      ['ko', '쿠폰을 받았어요: 무쇠 주전자 🫖', '3번째로 도착하셨어요.\n\n쿠폰 코드: ABCD-2345.'],
    ] as const)('brings a letter in %s, with its link', async (language, title, text) => {
      const test = await open();
      await test.channel.send(letterTo(test.to, { language, title, text }));
      const [shown, ...others] = test.shown();
      expect(others).toEqual([]);
      expect(shown).toMatchObject({ title, isPlain: true });
      for (const line of text.split('\n')) expect(shown?.whole).toContain(line);
      expect(shown?.whole).toContain('https://shop.example.com/coupons/7-3');
      expect(shown?.whole).toContain(LETTER_WORDS[language].follow);
    });

    it('brings a letter that leads nowhere', async () => {
      const test = await open();
      await test.channel.send(letterTo(test.to, { link: null }));
      await test.channel.send(letterTo(test.to, { link: 'javascript:alert(1)' }));
      for (const { whole } of test.shown()) {
        expect(whole).toContain('You were the 3rd to arrive.');
        expect(whole).not.toContain(LETTER_WORDS.en.follow);
        expect(whole).not.toContain('alert');
      }
      expect(test.shown()).toHaveLength(2);
    });

    it.each([
      ['a header', 'A kettle\r\nBcc: everybody@example.com\r\n\r\nand a body'],
      ['a mention', 'A kettle <!channel> @everyone @here <@1234> <@&5678>'],
      [
        'a link',
        'A kettle <https://example.org/|Sign in> [Sign in](https://example.org/) <a href="https://example.org/">Sign in</a>',
      ],
      ['markup', '# A *kettle* `for` ||you|| & <b>me</b> \\*'],
      ['half a character and a zero', 'A \ud83e kettle \0'],
    ])('shows a title with %s in it as one line of words', async (_, title) => {
      const test = await open();
      await test.channel.send(letterTo(test.to, { title, text: title }));
      const [shown] = test.shown();
      const line = title
        .toWellFormed()
        .replaceAll(/[\r\n\0 ]+/g, ' ')
        .trim();
      expect(shown).toMatchObject({ title: line, isPlain: true });
    });

    it('cuts what is too long, between whole characters', async () => {
      const test = await open();
      const family = '👨‍👩‍👧‍👦';
      await test.channel.send(letterTo(test.to, { title: family.repeat(200), text: `${'&'.repeat(20_000)}${family}` }));
      const [shown] = test.shown();
      expect(shown?.title).toMatch(new RegExp(`^(${family})+…$`, 'u'));
      expect(shown?.whole).toContain('https://shop.example.com/coupons/7-3');
    });

    it('tells the other side the same id at each try, also when only its answer was lost', async () => {
      const test = await open();
      const letter = letterTo(test.to);
      test.next('break_after');
      expectToTryAgain(await failure(test.channel.send(letter)));
      await test.channel.send(letter);
      await test.channel.send(letterTo(test.to));
      const [first, second, other] = test.shown();
      expect(first?.id).toContain(letter.id);
      expect(second?.id).toBe(first?.id);
      expect(other?.id).not.toBe(first?.id);
    });

    it('gives up a letter that is refused for good, says why, and brings the next one', async () => {
      const test = await open();
      test.next('refuse_for_good');
      const error = await failure(test.channel.send(letterTo(test.to)));
      expect(error).toBeInstanceOf(Undeliverable);
      expect(error.message).toMatch(/answered (404|550)[^\n]{3,200}$/);
      await test.channel.send(letterTo(test.to));
      expect(test.shown()).toHaveLength(1);
    });

    it.each<Fate>(['refuse_for_now', 'hang', 'break'])('asks to try again after: %s', async (fate) => {
      const test = await open();
      test.next(fate);
      const startedAtMs = performance.now();
      expectToTryAgain(await failure(test.channel.send(letterTo(test.to))));
      expect(performance.now() - startedAtMs).toBeLessThan(timeoutMs + 3_000);
      expect(test.shown()).toEqual([]);
      await test.channel.send(letterTo(test.to));
      expect(test.shown()).toHaveLength(1);
    });

    it('gives up at once when its caller does', async () => {
      const test = await open();
      test.next('hang');
      const caller = new AbortController();
      const startedAtMs = performance.now();
      setTimeout(() => caller.abort(), 100);
      expectToTryAgain(await failure(test.channel.send(letterTo(test.to), caller.signal)));
      expect(performance.now() - startedAtMs).toBeLessThan(timeoutMs);
      expect(test.shown()).toEqual([]);
      await test.channel.close();
    });

    it('asks to try again when nobody is there', async () => {
      const test = await open();
      await test.channel.send(letterTo(test.to));
      await test.leave();
      for (const _ of [1, 2]) expectToTryAgain(await failure(test.channel.send(letterTo(test.to))));
    });

    it('never has an address or a password in an error', async () => {
      const test = await open();
      const errors: Error[] = [];
      for (const fate of ['refuse_for_good', 'refuse_for_now', 'tell_tales', 'break', 'hang'] as const) {
        test.next(fate);
        errors.push(await failure(test.channel.send(letterTo(test.to))));
      }
      errors.push(await failure(test.channel.send(letterTo(`${test.to}\r\nX: y`))));
      await test.leave();
      errors.push(await failure(test.channel.send(letterTo(test.to))));
      for (const error of errors) {
        const all = inspect(error, { depth: 10, showHidden: true });
        for (const secret of [test.to, ...test.secrets]) expect(all).not.toContain(secret);
      }
    });

    it('takes nothing that is no address for one', async () => {
      const test = await open();
      for (const to of [
        '',
        'nobody',
        `${test.to}, ${test.to}`,
        `${test.to}\r\nBcc: x@example.com`,
        'http://127.0.0.1/',
      ]) {
        expect(await failure(test.channel.send(letterTo(to)))).toBeInstanceOf(Undeliverable);
      }
      expect(test.shown()).toEqual([]);
    });

    it('brings many at once, each one once', async () => {
      const test = await open();
      await Promise.all(Array.from({ length: 30 }, () => test.channel.send(letterTo(test.to))));
      expect(new Set(test.shown().map(({ id }) => id)).size).toBe(30);
      expect(test.shown()).toHaveLength(30);
    });

    it('can be closed, also twice', async () => {
      const test = await open();
      await test.channel.send(letterTo(test.to));
      await test.channel.close();
      await test.channel.close();
      expect(test.shown()).toHaveLength(1);
    });
  });
}
