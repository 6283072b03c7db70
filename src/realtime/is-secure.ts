import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';

/** Whether a request came over HTTPS: by our own TLS, or by the word of the proxy next to us, the last one in the header, if there is a proxy to trust. */
export function isSecure({ socket, headers }: IncomingMessage, proxyIsTrusted: boolean): boolean {
  if (socket instanceof TLSSocket) return true;
  const told = proxyIsTrusted ? headers['x-forwarded-proto'] : undefined;
  return String(told).split(',').at(-1)?.trim() === 'https';
}
