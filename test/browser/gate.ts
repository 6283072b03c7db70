import { connect, createServer, type Socket } from 'node:net';
import { freePort } from '../../ops/servers/free-port.ts';

type Said = string | Uint8Array;

interface Way {
  say(chunk: Said): void;
  end(): void;
}

/** The wire between browser and server, in a test's hand. */
export interface Gate {
  url: string;
  port: number;
  /** Every connection breaks, and no new one is taken. */
  cut(): void;
  /** Connections are taken again. */
  restore(): void;
  /** What the server says over WebSockets that are open now is never delivered; what the browser says is. */
  swallowAnswers(): void;
  /** From now on what is said takes its time, in order: that of the browser first, then that of the server. Each next piece takes the next time, and then the first again. */
  delay(upMs: readonly number[], downMs: readonly number[]): void;
  close(): Promise<void>;
}

export async function openGate(targetPort: number): Promise<Gate> {
  const port = await freePort();
  const pairs = new Set<{ client: Socket; server: Socket; isWebSocket: boolean; isSwallowed: boolean }>();
  let isCut = false;
  const delays = { up: [0] as readonly number[], down: [0] as readonly number[] };
  const listener = createServer((client) => {
    if (isCut) {
      client.destroy();
      return;
    }
    const server = connect(targetPort, '127.0.0.1');
    const pair = { client, server, isWebSocket: false, isSwallowed: false };
    pairs.add(pair);
    const up = slowly(
      (chunk) => server.write(chunk),
      () => server.destroy(),
      () => delays.up,
    );
    const down = slowly(
      (chunk) => client.write(chunk),
      () => client.destroy(),
      () => delays.down,
    );
    client.on('data', (chunk) => {
      if (/^GET \/v1\/socket /.test(chunk.toString('latin1', 0, 20))) pair.isWebSocket = true;
      up.say(chunk);
    });
    server.on('data', (chunk) => {
      if (!pair.isSwallowed) down.say(chunk);
    });
    client.on('close', up.end);
    server.on('close', () => {
      pairs.delete(pair);
      down.end();
    });
    // An error is followed by the end.
    for (const socket of [client, server]) socket.on('error', () => {});
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
    port,
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
    delay(upMs, downMs) {
      Object.assign(delays, { up: upMs, down: downMs });
    },
    close() {
      breakAll();
      return new Promise((resolve) => listener.close(() => resolve()));
    },
  };
}

/** Nothing overtakes what was said before it; `end` comes last. */
function slowly(write: (chunk: Said) => void, end: () => void, delays: () => readonly number[]): Way {
  const underWay: { readonly arrive: () => void; readonly at: number }[] = [];
  let pieces = 0;

  function send(arrive: () => void, delay: number): void {
    if (underWay.length === 0 && delay === 0) {
      arrive();
      return;
    }
    const at = Math.max(underWay.at(-1)?.at ?? 0, performance.now() + delay);
    underWay.push({ arrive, at });
    if (underWay.length === 1) waitForFirst();
  }

  /** One timer for all: of two, the one that was set later may be called first. */
  function waitForFirst(): void {
    const [first] = underWay;
    if (first === undefined) return;
    setTimeout(
      () => {
        first.arrive();
        underWay.shift();
        waitForFirst();
      },
      Math.max(0, first.at - performance.now()),
    );
  }

  return {
    say(chunk) {
      const all = delays();
      send(() => write(chunk), all[pieces % all.length] ?? 0);
      pieces += 1;
    },
    end: () => send(end, 0),
  };
}
