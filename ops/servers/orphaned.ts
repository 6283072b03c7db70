/** For guard.test.ts: starts the server that is named, freezes it if asked to, tells its processes, and waits to be killed. */
import { startKafka } from './kafka.ts';
import { startNginx } from './nginx.ts';
import { startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';

const [name = '', state] = process.argv.slice(2);
const starts = {
  kafka: () => startKafka({ durable: false, isShortLived: true }),
  nginx: () => startNginx({ config: (port) => `server { listen 127.0.0.1:${port}; return 204; }` }),
  postgres: () => startPostgres({ durable: false }),
  redis: () => startRedis({ durable: false }),
};
const server = await starts[name as keyof typeof starts]();
const processIds = server?.processIds();
if (state === 'frozen') await server?.pause();
console.log(JSON.stringify(processIds));
setInterval(() => {}, 1_000_000);
