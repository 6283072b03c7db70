/**
 * The mail server in a thread of its own, so that its work is not counted as ours. The thread's side; `startSmtpThread` is the other.
 * Posts its address, and at each message how many letters it has taken, and to how many addresses.
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { startSmtp } from './smtp.ts';

const ROLE = 'a mail server';

export interface Taken {
  readonly letters: number;
  readonly addresses: number;
}

export interface SmtpThread {
  readonly url: string;
  taken(): Promise<Taken>;
  stop(): Promise<unknown>;
}

export async function startSmtpThread(): Promise<SmtpThread> {
  const thread = new Worker(new URL(import.meta.url), { workerData: ROLE });
  const next = <Answer>() => new Promise<Answer>((resolve) => thread.once('message', resolve));
  const url = await next<string>();
  return {
    url,
    taken() {
      const answer = next<Taken>();
      thread.postMessage('taken');
      return answer;
    },
    stop: () => thread.terminate(),
  };
}

if (!isMainThread && workerData === ROLE) await serve();

async function serve(): Promise<void> {
  const smtp = await startSmtp();
  parentPort?.postMessage(smtp.url);
  parentPort?.on('message', () => {
    const { letters } = smtp;
    parentPort?.postMessage({
      letters: letters.length,
      addresses: new Set(letters.map(({ to }) => to[0])).size,
    } satisfies Taken);
  });
}
