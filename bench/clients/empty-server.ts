/** The yardstick: an empty node:http handler. What a gateway process can at most do on this machine, with this Node.js. */
import { createServer } from 'node:http';

const server = createServer((_request, response) => {
  response.end();
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: address !== null && typeof address === 'object' ? address.port : 0 });
});
process.on('SIGTERM', () => {
  server.closeAllConnections();
  server.close();
  process.disconnect?.();
});
