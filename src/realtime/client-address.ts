import type { IncomingMessage } from 'node:http';

/** From where a request comes: of the addresses in X-Forwarded-For the one that the outermost of our own proxies has seen. As Fastify's `request.ip`, for those that it never sees. */
export function clientAddress({ socket, headers }: IncomingMessage, proxies: number): string {
  const told = String(headers['x-forwarded-for'] ?? '').split(',');
  const addresses = [socket.remoteAddress ?? '', ...told.map((address) => address.trim()).reverse()].filter(Boolean);
  return addresses[Math.min(proxies, addresses.length - 1)] ?? '';
}
