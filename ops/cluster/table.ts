/** Where everything is, for the person at the terminal. */
import type { Cluster } from './cluster.ts';
import type { ClusterOptions } from './options.ts';

/** The password is shown if it was generated: nobody else knows it. */
export function tableOf(cluster: Cluster, { port, loadtest }: ClusterOptions, generatedPassword?: string): string {
  const shop = `http://127.0.0.1:${port}`;
  const rows: [string, string][] = [
    ['shop', cluster.hasNginx ? `${shop}   (nginx, before all gateways)` : `${shop}   (gateway-1)`],
    ['administrator', `${process.env['ADMIN_USERNAME'] || 'admin'} / ${generatedPassword ?? '(ADMIN_PASSWORD)'}`],
    ...cluster.members.map(({ name, url, processId }) => row(name, `${url}/metrics   process ${processId}`)),
    ...cluster.servers.started.map(({ name, server }) => row(name, server.url)),
  ];
  if (loadtest) {
    const password = generatedPassword === undefined ? '' : ` --admin-password=${generatedPassword}`;
    rows.push(['load test', `npm run loadtest -- --url ${shop}${password}`]);
  }
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, where]) => `  ${name.padEnd(width)}   ${where}`).join('\n');
}

function row(name: string, where: string): [string, string] {
  return [name, where];
}
