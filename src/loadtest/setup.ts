/** Before the opening: people, their connections, the drop. */
import type { AdministratorApi } from './api.ts';
import type { Buyer, Connection } from './connection.ts';
import { HttpConnection } from './http-client.ts';
import { connectionsMax, type Options } from './options.ts';
import { showProgress } from './progress.ts';
import { SocketConnection, type SocketTally } from './socket-client.ts';
import { forEachBounded, within } from './wait.ts';

/** All of one shop; users take turns in choosing one. */
export type Gateways = readonly [URL, ...URL[]];

const accountsPerCall = 1000;
/** More at once do not come in faster: a server takes about one new connection per turn of its event loop. */
const connectingAtOnce = 100;
const firstViewWithinMs = 30_000;

/** Makes the buyers, signed in. Their names start with something new, so that a database may see many runs. */
export async function makeBuyers(api: AdministratorApi, count: number, signal: AbortSignal): Promise<Buyer[]> {
  const run = Date.now().toString(36);
  const buyers: Buyer[] = [];
  const progress = showProgress('making accounts', count);
  while (buyers.length < count) {
    signal.throwIfAborted();
    const wanted = Math.min(accountsPerCall, count - buyers.length);
    const made = await api.createBuyers(wanted, `load-${run}-${Math.floor(buyers.length / accountsPerCall)}-`);
    if (made.length !== wanted) throw new Error(`asked for ${wanted} accounts, got ${made.length}`);
    buyers.push(...made);
    progress.update(buyers.length);
  }
  progress.stop();
  return buyers;
}

/** One connection per buyer, all of them open; over HTTP, beyond `connectionsMax`, buyers share. */
export async function openConnections(
  options: Options,
  gateways: Gateways,
  buyers: readonly Buyer[],
  tally: SocketTally,
  signal: AbortSignal,
): Promise<Connection[]> {
  const urlOf = (connection: number): URL => gateways[connection % gateways.length] ?? gateways[0];
  const connections: Connection[] =
    options.transport === 'ws'
      ? buyers.map((buyer, index) => new SocketConnection(urlOf(index), buyer, tally))
      : Array.from({ length: Math.min(buyers.length, connectionsMax) }, (_, index) => new HttpConnection(urlOf(index)));
  const progress = showProgress('opening connections', connections.length);
  let open = 0;
  try {
    await forEachBounded(connections, connectingAtOnce, signal, async (connection) => {
      await connection.open();
      open += 1;
      progress.update(open);
    });
  } catch (error) {
    for (const connection of connections) connection.close();
    throw new Error(`${open} of ${connections.length} connections were open, then: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    progress.stop();
  }
  return connections;
}

/** Has every socket follow the drop, and waits for each one's first view of it. */
export async function watchDrop(
  connections: readonly Connection[],
  dropId: string,
  signal: AbortSignal,
): Promise<void> {
  const sockets = connections.filter((connection) => connection instanceof SocketConnection);
  const views = sockets.map((socket) => socket.watch(dropId));
  await within(
    Promise.all(views),
    firstViewWithinMs,
    `the first view of the drop on all ${sockets.length} sockets`,
    signal,
  );
}
