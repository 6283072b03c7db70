import { connect, createServer, type Socket } from 'node:net';
import { freePort } from '../../ops/servers/free-port.ts';

/** The wire between browser and server, in a test's hand. */
export interface Gate {
  url: string;
  /** Every connection breaks, and no new one is taken. */
  cut(): void;
  /** Connections are taken again. */
  restore(): void;
  /** What the server says over WebSockets that are open now is never delivered; what the browser says is. */
  swallowAnswers(): void;
  close(): Promise<void>;
}

export async function openGate(targetPort: number): Promise<Gate> {
  const port = await freePort();
  const pairs = new Set<{ client: Socket; server: Socket; isWebSocket: boolean; isSwallowed: boolean }>();
  let isCut = false;
  const listener = createServer((client) => {
    if (isCut) {
      client.destroy();
      return;
    }
    const server = connect(targetPort, '127.0.0.1');
    const pair = { client, server, isWebSocket: false, isSwallowed: false };
    pairs.add(pair);
    client.on('data', (chunk) => {
      if (/^GET \/v1\/socket /.test(chunk.toString('latin1', 0, 20))) pair.isWebSocket = true;
      server.write(chunk);
    });
    server.on('data', (chunk) => {
      if (!pair.isSwallowed) client.write(chunk);
    });
    const end = () => {
      pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on('close', end).on('error', end);
  });
  await new Promise<void>((resolve) => listener.listen(port, '127.0.0.1', resolve));
  const breakAll = () => {
    for (const { client, server } of pairs) {
      client.destroy();
      server.destroy();
    }
  };
  return {
    url: `http://127.0.0.1:${port}`,
    cut() {
      isCut = true;
      breakAll();
    },
    restore() {
      isCut = false;
    },
    swallowAnswers() {
      for (const pair of pairs) if (pair.isWebSocket) pair.isSwallowed = true;
    },
    close() {
      breakAll();
      return new Promise((resolve) => listener.close(() => resolve()));
    },
  };
}
