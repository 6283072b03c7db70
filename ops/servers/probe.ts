import { connect } from 'node:net';

const ANSWER_TIMEOUT_MS = 1_000;

/** Connects to a port of 127.0.0.1, sends a request, and says whether what comes back is an answer. Without a request, a connection is answer enough. */
export function answersOn(port: number, request?: Buffer, isAnswer?: (received: Buffer) => boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let received = Buffer.alloc(0);
    const finish = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
    socket.once('connect', () => (request ? socket.write(request) : finish(true)));
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (isAnswer?.(received)) finish(true);
    });
  });
}
