/**
 * An nginx of our own, as a process of this machine. It has no data; a SIGKILL ends its workers, too.
 *
 *     startNginx({ config: (port) => `server { listen 127.0.0.1:${port}; location / { proxy_pass http://127.0.0.1:8080; } }` })
 */
import { join } from 'node:path';
import type { LocalServer } from './local-server.ts';
import { answersOn } from './probe.ts';
import { findOrInstall, findProgram } from './programs.ts';
import { startServerProcess } from './server-process.ts';
import { unprivilegedOwner, writePrivateFile } from './unprivileged.ts';

export interface NginxOptions {
  /** What stands inside `http { … }`. One of its servers listens on this port, without TLS. */
  config(port: number): string;
  /** Processes that do the work; by default one for each core. */
  readonly workers?: number;
}

/** Of each worker, to both sides. What nginx really gets is bounded by `ulimit -n`, which Node has raised as far as it goes. */
const CONNECTIONS_MAX = 40_000;
const TEMPORARY_FOLDERS = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/** Undefined where there is no nginx; throws when it is there and doesn't start. */
export async function startNginx({ config, workers }: NginxOptions): Promise<LocalServer | undefined> {
  const program = findNginx();
  if (!program) return undefined;
  const owner = unprivilegedOwner('nobody');
  return startServerProcess({
    name: 'nginx',
    owner,
    stopSignals: ['TERM'],
    url: ({ port }) => `http://127.0.0.1:${port}`,
    async prepare({ folder, port }) {
      const text = `
        daemon off;
        pid ${join(folder, 'nginx.pid')};
        error_log stderr warn;
        worker_processes ${workers ?? 'auto'};
        events { worker_connections ${CONNECTIONS_MAX}; }
        http {
          access_log off;
          ${TEMPORARY_FOLDERS.map((name) => `${name}_temp_path ${join(folder, name)};`).join(' ')}
          ${config(port)}
        }
      `;
      writePrivateFile(join(folder, 'nginx.conf'), text, owner);
    },
    command: ({ folder }) => [program, '-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'],
    answers: ({ port }) => answersOn(port),
  });
}

/** The program; installed where that is allowed (see packages.ts). */
export function findNginx(): string | undefined {
  return findOrInstall(() => findProgram('nginx'), ['nginx']);
}
