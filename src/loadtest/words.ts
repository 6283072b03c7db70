/** Numbers as the report writes them. */

export function count(number: number): string {
  return number.toLocaleString('en-US');
}

export function ms(milliseconds: number): string {
  return milliseconds < 10 ? `${milliseconds.toFixed(2)} ms` : `${count(Math.round(milliseconds))} ms`;
}

export function mib(bytes: number): string {
  return `${Math.round(bytes / 1_048_576)} MiB`;
}
