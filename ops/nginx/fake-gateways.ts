/** For shop.test.ts: two gateways that answer as a test wants them to, and an nginx in front. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { LocalServer } from '../servers/local-server.ts';
import { startNginx } from '../servers/nginx.ts';
import { shopConfig } from './shop-config.ts';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export class FakeShop {
  /** What both gateways were asked, in this order. */
  readonly asked: IncomingMessage[] = [];
  readonly #gateways: Server[];
  readonly #nginx: LocalServer;

  static async start(answer: Answer): Promise<FakeShop> {
    const gateways = [createServer(), createServer()];
    for (const gateway of gateways) await once(gateway.listen(0, '127.0.0.1'), 'listening');
    const addresses = gateways.map((gateway) => `127.0.0.1:${(gateway.address() as AddressInfo).port}`);
    const nginx = await startNginx({
      workers: 1,
      config: (port) => shopConfig({ listen: [`127.0.0.1:${port}`], gateways: addresses }),
    });
    if (!nginx) throw new Error('there is no nginx');
    return new FakeShop(gateways, nginx, answer);
  }

  private constructor(gateways: Server[], nginx: LocalServer, answer: Answer) {
    this.#gateways = gateways;
    this.#nginx = nginx;
    const sockets = new WebSocketServer({ noServer: true });
    for (const gateway of gateways) {
      gateway.on('request', (request, response) => {
        this.asked.push(request);
        answer(request, response);
      });
      gateway.on('upgrade', (request, stream, head) => {
        this.asked.push(request);
        sockets.handleUpgrade(request, stream, head, (webSocket) => {
          webSocket.on('message', (data) => webSocket.send(`heard ${data}`));
        });
      });
    }
  }

  get url(): string {
    return this.#nginx.url;
  }

  /** One of them does not listen any more. */
  async stopGateway(number: 0 | 1): Promise<void> {
    const gateway = this.#gateways[number];
    if (!gateway?.listening) return;
    gateway.closeAllConnections();
    await new Promise((resolve) => gateway.close(resolve));
  }

  async stop(): Promise<void> {
    await this.#nginx.stop();
    await this.stopGateway(0);
    await this.stopGateway(1);
  }
}
