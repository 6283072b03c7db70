/** What a page costs on the wire, by the browser's own account: every response with its bytes, as it was asked for with gzip. */
import type { Page } from 'playwright-core';

export interface Exchange {
  readonly path: string;
  /** By content: `text/javascript`. */
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of the body as it was sent. */
  bodyBytes: number;
  /** With the response's head; none if it came from the browser's own cache. */
  wireBytes: number;
  isFromCache: boolean;
}

interface Told {
  readonly requestId: string;
}

/** Listens from now on. What is asked for meanwhile is in the list; what is not answered yet has no bytes. */
export async function listenToTraffic(page: Page): Promise<Exchange[]> {
  const exchanges = new Map<string, Exchange>();
  const list: Exchange[] = [];
  const cached = new Set<string>();
  const client = await page.context().newCDPSession(page);
  await client.send('Network.enable');
  // The weight is counted in gzip, which everybody understands; over TLS browsers get Brotli, which weighs less.
  await client.send('Network.setExtraHTTPHeaders', { headers: { 'Accept-Encoding': 'gzip' } });
  client.on('Network.requestServedFromCache', ({ requestId }: Told) => cached.add(requestId));
  client.on('Network.responseReceived', ({ requestId, response }) => {
    const headers = Object.fromEntries(
      Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
    const exchange: Exchange = {
      ...{ path: new URL(response.url).pathname, type: response.mimeType, headers, bodyBytes: 0, wireBytes: 0 },
      isFromCache: response.fromDiskCache === true || cached.has(requestId),
    };
    exchanges.set(requestId, exchange);
    list.push(exchange);
  });
  client.on('Network.dataReceived', ({ requestId, encodedDataLength }) => {
    const exchange = exchanges.get(requestId);
    if (exchange) exchange.bodyBytes += encodedDataLength;
  });
  client.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const exchange = exchanges.get(requestId);
    if (exchange) exchange.wireBytes = encodedDataLength;
  });
  return list;
}
