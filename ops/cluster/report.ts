/** What the person at the terminal is told. */

const NAME_WIDTH = 24;

export class Report {
  readonly say = (line: string): void => console.log(`  ${line}`);

  took(what: string, startedAtMs: number): void {
    this.say(`${what.padEnd(NAME_WIDTH)} ${seconds(performance.now() - startedAtMs)}`);
  }

  async timed<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    const startedAtMs = performance.now();
    const result = await work();
    this.took(what, startedAtMs);
    return result;
  }
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
