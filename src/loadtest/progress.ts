/** Progress on standard error: a bar on a terminal, elsewhere a line now and then. Standard output is the report's. */
import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
  update(done: number): void;
  stop(): void;
}

const lineEveryMs = 5000;

export function showProgress(what: string, total: number): Progress {
  return process.stderr.isTTY ? bar(what, total) : lines(what, total);
}

function bar(what: string, total: number): Progress {
  const format = `${what.padEnd(24)} {bar} {value}/{total}`;
  const single = new SingleBar({ format, stream: process.stderr, hideCursor: true, fps: 5 }, Presets.shades_classic);
  single.start(total, 0);
  return { update: (done) => single.update(done), stop: () => single.stop() };
}

function lines(what: string, total: number): Progress {
  let saidAt = performance.now();
  let last = 0;
  return {
    update: (done) => {
      last = done;
      if (performance.now() - saidAt < lineEveryMs) return;
      saidAt = performance.now();
      process.stderr.write(`${what}: ${done} of ${total}\n`);
    },
    stop: () => process.stderr.write(`${what}: ${last} of ${total}\n`),
  };
}
