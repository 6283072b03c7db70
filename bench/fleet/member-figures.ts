/** What a process of the fleet tells of itself: its metrics and its log. */

interface LogLine {
  readonly msg: string;
  readonly err?: { readonly message: string };
  readonly part?: string;
  readonly state?: string;
}

/** Of lines of JSON; the others are for the person who starts one process. */
export function messagesIn(log: string): string[] {
  const lines = log.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => {
    const { msg, err, part, state } = JSON.parse(line) as LogLine;
    const more = [part, state, err?.message].filter((each) => each !== undefined);
    return [msg, ...more].join(', ');
  });
}

/** A figure of its metrics, summed over its labels. */
export async function readFigure(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(name));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}
