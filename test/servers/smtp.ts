/**
 * A mail server on this machine, whose letters tests can read, and that can be told to misbehave.
 *
 *     const smtp = await startSmtp();
 *     smtp.refuse({ code: 550, text: '5.1.1 no such mailbox' });                  // the next letter
 *     …
 *     expect(smtp.letters.at(-1)).toMatchObject({ to: ['alice@example.org'], subject: 'It’s yours' });
 *     await smtp.stop();
 */
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import { type ReceivedLetter, readLetter } from './letter.ts';

/** Characters that an address must escape. */
const USERNAME = 'shop@example.org';
const PASSWORD = 'p/ss w:rd';

export type SmtpFault =
  | {
      readonly code: number;
      readonly text: string;
      /** Where it is said; at the recipient, if left out. */
      readonly at?: 'sign-in' | 'sender' | 'recipient' | 'letter';
      /** Only for this recipient, whenever a letter to them comes. */
      readonly to?: string;
    }
  /** Nothing more is said after the recipient. */
  | 'hang'
  /** The connection breaks: at the recipient, or when the letter is taken and only the answer is missing. */
  | 'break'
  | 'break_after';

export interface SmtpServer {
  /** With user and password. */
  readonly url: string;
  readonly password: string;
  /** All that were taken, in that order. */
  readonly letters: ReceivedLetter[];
  /** One fault for each of the next letters. */
  refuse(...faults: readonly SmtpFault[]): void;
  stop(): Promise<void>;
}

export interface SmtpServerOptions {
  /** To come back where it was before. */
  readonly port?: number;
  /** Speaks TLS from the start, with a certificate of its own. */
  readonly secure?: boolean;
}

export async function startSmtp({ port = 0, secure = false }: SmtpServerOptions = {}): Promise<SmtpServer> {
  const letters: ReceivedLetter[] = [];
  const faults: SmtpFault[] = [];

  const where = (fault: SmtpFault | undefined) => (typeof fault === 'object' ? (fault.at ?? 'recipient') : 'recipient');
  /** The fault of this letter, when this is where it is said. */
  function faultAt(place: string, recipient?: string): Error | undefined {
    const index = faults.findIndex((fault) => typeof fault !== 'object' || [undefined, recipient].includes(fault.to));
    const fault = faults[index];
    if (typeof fault !== 'object' || where(fault) !== place) return undefined;
    faults.splice(index, 1);
    return Object.assign(new Error(fault.text), { responseCode: fault.code });
  }
  function breakOff({ id }: SMTPServerSession): void {
    for (const connection of server.connections) if (connection.session.id === id) connection._socket.destroy();
  }

  const server = new SMTPServer({
    secure,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    closeTimeout: 1,
    logger: false,
    onAuth({ username, password }, _, done) {
      const refused = faultAt('sign-in');
      if (refused) done(refused);
      else if (username === USERNAME && password === PASSWORD) done(null, { user: username });
      else done(null, { message: `5.7.8 authentication failed: ${username}`, responseCode: 535 });
    },
    onMailFrom(_, __, done) {
      done(faultAt('sender'));
    },
    onRcptTo({ address }, session, done) {
      if (faults[0] === 'hang') return void faults.shift();
      if (faults[0] === 'break') {
        faults.shift();
        return breakOff(session);
      }
      done(faultAt('recipient', address));
    },
    onData(stream, session, done) {
      void buffer(stream).then((bytes) => {
        const refused = faultAt('letter');
        if (refused) return done(refused);
        const { mailFrom, rcptTo } = session.envelope;
        const to = rcptTo.map(({ address }) => address);
        letters.push(readLetter(mailFrom ? mailFrom.address : '', to, bytes.toString('latin1')));
        if (faults[0] !== 'break_after') return done();
        faults.shift();
        breakOff(session);
      });
    },
  });
  // A client that goes away in the middle is what some tests are about.
  server.on('error', () => {});
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.server.address() as AddressInfo;
  return {
    url: `${secure ? 'smtps' : 'smtp'}://${encodeURIComponent(USERNAME)}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${address.port}`,
    password: PASSWORD,
    letters,
    refuse: (...more) => void faults.push(...more),
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}
