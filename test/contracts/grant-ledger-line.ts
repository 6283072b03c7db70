/** Walks through a drop's log and keeps the waiting line by it: whoever gets a unit must have been its head. */

export interface LineEntry {
  readonly number: string;
  readonly kind: string;
  readonly body: {
    readonly arrivals?: readonly number[];
    readonly passed?: readonly number[];
    readonly serials?: readonly number[];
    readonly outcomes?: string;
  };
}

/** For a drop that was on sale all the time, with a line, whose stock has not changed. */
export function lineBreaches(entries: readonly LineEntry[], stock: number): string[] {
  const breaches: string[] = [];
  const line = new Set<number>();
  let granted = 0;
  /** Units that came back in the entry before, for people who wait. */
  let owed = 0;
  for (const [place, { number, kind, body }] of entries.entries()) {
    const breach = (text: string): void => {
      breaches.push(`entry ${number}, ${kind}: ${text}`);
    };
    if (Number(number) !== place + 1) breach('the log has a gap');
    if (owed > 0 && kind !== 'offered') breach(`${owed} units came back and were not offered`);
    owed = 0;
    const { arrivals = [], passed = [], serials = [], outcomes = '' } = body;
    switch (kind) {
      case 'claims':
        granted += outcomes.split('g').length - 1;
        if (outcomes.includes('g') && stock - granted < line.size) breach('newcomers have overtaken the line');
        break;
      case 'joined':
        for (const arrival of arrivals) {
          if (line.has(arrival)) breach(`(${arrival}) stood in line already`);
          line.add(arrival);
        }
        break;
      case 'left':
        for (const arrival of arrivals) if (!line.delete(arrival)) breach(`(${arrival}) did not stand in line`);
        break;
      case 'released':
        granted -= serials.length;
        owed = Math.min(serials.length, line.size);
        break;
      case 'offered': {
        granted += arrivals.length;
        const heads = [...line].sort((a, b) => a - b).slice(0, arrivals.length + passed.length);
        const gone = [...arrivals, ...passed].sort((a, b) => a - b);
        if (heads.join() !== gone.join()) breach(`${gone.join()} went, ${heads.join()} were the heads`);
        for (const arrival of gone) line.delete(arrival);
        break;
      }
    }
    if (granted > stock) breach(`${granted} of ${stock} are granted`);
  }
  if (line.size > 0 && granted < stock) breaches.push(`${line.size} still wait for ${stock - granted} units`);
  return breaches;
}
