/**
 * Email, over SMTP. A few connections stay open between letters: signing in costs more than a letter does.
 *
 *   2yz                                      taken
 *   5yz of the recipient or of the letter    Undeliverable, with what the server said
 *   5yz before: sign-in, sender              an error: the fault is in our settings, and letters can go when they are put right
 *   503, 530 to 538                          an error: these are about the session, wherever they are said
 *   4yz, silence, no connection              an error: trying again may help
 *
 * A connection that breaks when the letter is taken and only the answer is missing makes its caller send it again, with the same `Message-ID`: most mail programs
 * show such a pair once.
 *
 * Errors are made here and carry no cause: nodemailer's have the recipient in them, and may have the password.
 */
import { createTransport, type NodemailerError, type SMTPPoolSentMessageInfo, type Transporter } from 'nodemailer';
import { type Channel, type Letter, Undeliverable } from '../notifications/channel.ts';
import { LETTER_WORDS, linkOf } from '../notifications/letter-words.ts';
import { isMailAddress, type MailAddress, readMailAddress } from '../notifications/mail-address.ts';
import { oneLine, shortened } from '../notifications/one-line.ts';
import { letterHtml } from './letter-html.ts';
import { endsWithin } from './time-limit.ts';

/** For a letter, all in all, with its wait for a connection. */
const TIMEOUT_MS = 30_000;
const CONNECTING_MS_MAX = 10_000;
/** Shorter than servers allow a client to be silent: a connection that they have closed fails the next letter. */
const IDLE_MS = 20_000;
const CONNECTIONS_MAX = 10;
const SUBJECT_LENGTH_MAX = 200;
const ANSWER_LENGTH_MAX = 200;
/** What is shorter is no secret, and stands in many words. */
const SECRET_LENGTH_MIN = 4;
/** Where a server speaks of the recipient and of the letter. */
const ABOUT_THE_LETTER: readonly (string | undefined)[] = ['RCPT TO', 'DATA'];

export interface SmtpChannelOptions {
  /** `smtp://` or `smtps://`, with user and password. */
  readonly smtpUrl: string;
  /** `address` or `Name <address>`. */
  readonly mailFrom: string;
  readonly connectionsMax?: number;
  readonly timeoutMs?: number;
}

export class SmtpChannel implements Channel {
  readonly name = 'email';
  readonly #from: MailAddress;
  /** What no reason may have in it. */
  readonly #secrets: readonly string[];
  readonly #timeoutMs: number;
  readonly #transport: Transporter<SMTPPoolSentMessageInfo>;
  readonly #sending = new Set<Promise<unknown>>();

  constructor({ smtpUrl, mailFrom, connectionsMax = CONNECTIONS_MAX, timeoutMs = TIMEOUT_MS }: SmtpChannelOptions) {
    const from = readMailAddress(mailFrom);
    if (!from) throw new Error('MAIL_FROM must look like shop@example.com or Shop <shop@example.com>');
    this.#from = from;
    const { username, password } = new URL(smtpUrl);
    const credentials = [username, password].flatMap((each) => [each, decodeURIComponent(each)]);
    this.#secrets = credentials.filter(({ length }) => length >= SECRET_LENGTH_MIN);
    this.#timeoutMs = timeoutMs;
    this.#transport = createTransport({
      pool: true,
      url: smtpUrl,
      maxConnections: connectionsMax,
      idleTimeout: IDLE_MS,
      // Who calls us tries again, and knows when.
      maxRequeues: 0,
      connectionTimeout: Math.min(CONNECTING_MS_MAX, timeoutMs),
      greetingTimeout: Math.min(CONNECTING_MS_MAX, timeoutMs),
      dnsTimeout: Math.min(CONNECTING_MS_MAX, timeoutMs),
      socketTimeout: TIMEOUT_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  async send(letter: Letter, signal?: AbortSignal): Promise<void> {
    // One address, and nothing that a header could take for the beginning of another.
    if (!isMailAddress(letter.to)) throw new Undeliverable('the address is none that letters can go to');
    const sending = this.#transport.sendMail({ ...this.#compose(letter), signal: endsWithin(this.#timeoutMs, signal) });
    this.#sending.add(sending);
    try {
      await sending;
    } catch (error) {
      throw this.#said(error as NodemailerError, letter);
    } finally {
      this.#sending.delete(sending);
    }
  }

  /** Waits for letters on their way, none of which takes longer than its time, or than its sender's patience. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#sending);
    this.#transport.close();
  }

  #compose({ id, to, language, title, text, link }: Letter) {
    const sender = this.#from.name || this.#from.address;
    const subject = shortened(oneLine(title), SUBJECT_LENGTH_MAX);
    const domain = this.#from.address.slice(this.#from.address.lastIndexOf('@') + 1);
    const words = LETTER_WORDS[language];
    const address = linkOf(link);
    const plain = [text, address && `${words.follow}: ${address}`, `-- \n${words.automatic(sender)}`];
    return {
      from: this.#from,
      // As a pair, so that nobody looks for several addresses in it.
      to: { name: '', address: to },
      subject,
      messageId: `<${id.replaceAll(/[^\w.-]/g, '_')}@${domain}>`,
      // RFC 3834: no machine answers a machine. Exchange has a word of its own.
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All', 'Content-Language': language },
      text: plain.filter(Boolean).join('\n\n'),
      html: letterHtml({ language, title: subject, text, link, sender }),
    };
  }

  #said({ code, originalCode, command, responseCode, response, permanent }: NodemailerError, { to }: Letter): Error {
    if (responseCode === undefined) {
      if (code === 'EABORT') return new Error(`the mail server did not take the letter within ${this.#timeoutMs} ms`);
      return new Error(`the mail server could not be reached: ${originalCode ?? code ?? 'the connection broke'}`);
    }
    const answer = this.#cleaned(response || String(responseCode), to);
    const isOfSession = responseCode >= 530 && responseCode <= 538;
    if (permanent && !isOfSession && ABOUT_THE_LETTER.includes(command)) {
      return new Undeliverable(`the mail server answered ${answer}`);
    }
    if (code === 'EAUTH') return new Error(`the mail server answered ${answer} to our sign-in: check SMTP_URL`);
    if (permanent && command === 'MAIL FROM') return new Error(`the mail server answered ${answer}: check MAIL_FROM`);
    return new Error(`the mail server answered ${answer}`);
  }

  /** One line, without addresses (servers like to repeat them) and without what we sign in with. */
  #cleaned(response: string, to: string): string {
    let text = oneLine(response);
    for (const secret of [to, ...this.#secrets]) text = text.replaceAll(secret, '…');
    return shortened(text.replaceAll(/[^\s<>()"',;:]+@[^\s<>()"',;:]+/g, '…'), ANSWER_LENGTH_MAX);
  }
}
