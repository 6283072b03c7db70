/** The server's resident memory with 10,000 open, authenticated sockets that watch a drop, and with the live stock pushed to all of them. */
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ConnectSocket, Ready } from '../clients/protocol.ts';
import { createAccounts, createDrop } from '../drops.ts';
import { below, type Figure } from '../figure.ts';
import { memoryMibOf } from '../machine.ts';
import { ask, startNode, stopProcess } from '../processes.ts';
import { showProgress } from '../progress.ts';
import { startServer } from '../server.ts';

const MIB_MAX = 900;
const SETTLE_MS = 3_000;
const SOCKET_CLIENT = fileURLToPath(new URL('../clients/socket-client.ts', import.meta.url));

export async function memoryFigures(quick: boolean): Promise<Figure[]> {
  const sockets = quick ? 1_000 : 10_000;
  const what = `server memory with ${sockets.toLocaleString('en-US')} open sockets`;
  showProgress(1, 2, `${what}: opening them`);
  const server = await startServer(undefined);
  const client = startNode(SOCKET_CLIENT, [], { core: undefined });
  try {
    const processId = server.process.pid ?? 0;
    const dropId = await createDrop(server, 1_000);
    const tokens = await createAccounts(server, sockets);
    const before = memoryMibOf(processId);
    if (!before) {
      process.stderr.write('No /proc on this machine: memory is not measured.\n');
      return [];
    }
    const connect: ConnectSocket = {
      type: 'connect',
      port: server.port,
      dropId,
      tokens,
      round: 'memory',
      claims: 0,
      watch: true,
    };
    await ask<Ready>(client, connect);

    showProgress(2, 2, `${what}: with the live stock moving`);
    await server.call('PATCH', `/v1/drops/${dropId}`, { stock: 2_000 });
    await pause(SETTLE_MS);
    const after = memoryMibOf(processId) ?? before;
    const each = ((after.now - before.now) * 1024) / sockets;
    return [
      {
        what,
        value: after.now,
        unit: 'MiB',
        remark: `peak ${Math.round(after.peak)} MiB, ${Math.round(before.now)} MiB before; ${each.toFixed(1)} KiB a socket`,
        target: below(MIB_MAX, after.peak, 'MiB'),
        details: { before, after, sockets },
      },
    ];
  } finally {
    await stopProcess(client);
    await server.stop();
  }
}
