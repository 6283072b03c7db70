/** One line that tells what is being measured; on a terminal it is overwritten, elsewhere each step has its own. */

const isTerminal = process.stderr.isTTY;

export function showProgress(step: number, steps: number, what: string): void {
  const text = `[${step}/${steps}] ${what}`;
  process.stderr.write(isTerminal ? `\r\x1b[2K${text}` : `${text}\n`);
}

export function endProgress(): void {
  if (isTerminal) process.stderr.write('\r\x1b[2K');
}
