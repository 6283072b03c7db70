/**
 * The end of keep-alive. A closed server takes no new connections, but one that was answering when it closed goes back to idle and would stay for as long
 * as its keep-alive allows. So idle connections are closed again and again while the last answers go out, and whatever is still open after that, too.
 */
import type { Server } from 'node:http';

const LOOK_EVERY_MS = 20;
const LAST_ANSWERS_WITHIN_MS = 3_000;

/** Resolves when `closed`, the promise of the server's own close, does. */
export async function closeConnections(server: Server, closed: PromiseLike<unknown>): Promise<void> {
  server.closeIdleConnections();
  const looking = setInterval(() => server.closeIdleConnections(), LOOK_EVERY_MS);
  const patience = setTimeout(() => server.closeAllConnections(), LAST_ANSWERS_WITHIN_MS);
  try {
    await closed;
  } finally {
    clearInterval(looking);
    clearTimeout(patience);
  }
}
