/** Every rule of docs/socket.md on the real server, embedded and scaled, and on the pages' client. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Result } from '../../conformance/case.ts';
import { tryClient } from '../../conformance/client/suite.ts';
import { isClean, writeReport } from '../../conformance/report.ts';
import { rulesOf } from '../../conformance/rules.ts';
import { type ServerSettings, TIMES } from '../../conformance/server/settings.ts';
import { tryServer } from '../../conformance/server/suite.ts';
import { hasDocker } from '../../ops/servers/docker.ts';
import { isCi } from '../../ops/servers/packages.ts';
import { findPostgresBinaries } from '../../ops/servers/postgres-binaries.ts';
import { ADMIN_PASSWORD, RunningCluster } from './running-cluster.ts';
import { ServerProcess } from './server-process.ts';

const WITHIN_MS = 240_000;
const hasServers = isCi || hasDocker() || findPostgresBinaries() !== undefined;

/** What lets every rule be tried, quickly. */
const ENVIRONMENT = {
  ACCESS_TOKEN_SECONDS: '10',
  SOCKET_HEARTBEAT_SECONDS: '2',
  SOCKET_MESSAGES_PER_SECOND: '400',
  SOCKET_UNSENT_BYTES_MAX: '65536',
  SOCKETS_PER_USER_MAX: '6',
  SOCKETS_PER_ADDRESS_MAX: '150',
  SIGN_UPS_PER_ADDRESS_PER_HOUR: '100000',
  CLAIMS_PER_USER_PER_SECOND: '1000',
  REQUESTS_PER_USER_PER_SECOND: '1000',
};

function settingsFor(servers: readonly string[], restart: string | null): ServerSettings {
  return {
    servers,
    admin: { login: 'admin', password: ADMIN_PASSWORD },
    tokenSeconds: 10,
    messagesPerSecond: 400,
    unsentBytes: 65_536,
    socketsPerUser: 6,
    socketsPerAddress: 150,
    restart,
    times: TIMES,
  };
}

const untried = (results: readonly Result[]) => {
  const rules = results.filter(({ state }) => state === 'not tried').map(({ rule }) => rule);
  return [...new Set(rules)].toSorted();
};

describe('every rule of docs/socket.md holds', () => {
  // They mostly wait: these two do so at the same time.
  it.concurrent('on the embedded server, restarts included', { timeout: WITHIN_MS }, async () => {
    let server = await ServerProcess.start(ENVIRONMENT);
    const restarts = createServer(async (_, response) => {
      await server.stop();
      server = await server.startAgain();
      response.end();
    }).listen(0, '127.0.0.1');
    await once(restarts, 'listening');
    const { port } = restarts.address() as AddressInfo;
    const command = `"${process.execPath}" -e "fetch('http://127.0.0.1:${port}').then((answer) => answer.text())"`;
    try {
      const results = await tryServer(settingsFor([server.url], command), { isTriedTwice: true });
      expect(isClean(results), writeReport(rulesOf('S'), results)).toBe(true);
      // What one node cannot show.
      expect(untried(results)).toEqual(['S5', 'S9']);
    } finally {
      restarts.close();
      await server.remove();
    }
  });

  it.concurrent('on the client of the pages', { timeout: WITHIN_MS }, async () => {
    const program = fileURLToPath(new URL('../../conformance/clients/live-client.ts', import.meta.url));
    const results = await tryClient(`"${process.execPath}" "${program}"`, { isTriedTwice: true });
    expect(isClean(results), writeReport(rulesOf('C'), results)).toBe(true);
    expect(untried(results)).toEqual([]);
  });

  it.skipIf(!hasServers)('on two gateways with PostgreSQL and Redis', { timeout: WITHIN_MS }, async () => {
    const cluster = await RunningCluster.start(ENVIRONMENT);
    try {
      const gateways = cluster.processes.filter(({ name }) => name.startsWith('gateway-')).map(({ url }) => url);
      expect(gateways).toHaveLength(2);
      const results = await tryServer(
        { ...settingsFor(gateways, null), socketsPerAddress: null },
        { isTriedTwice: true },
      );
      expect(isClean(results), writeReport(rulesOf('S'), results)).toBe(true);
      // A cluster for load tests takes any number from one address.
      expect(untried(results)).toEqual(['S18', 'S19', 'S23']);
    } finally {
      await cluster.stop();
    }
  });
});
