import type { Drop } from '../../drops/drop.ts';
import type { PersonInDrop } from './people.ts';
import { peopleMessages } from './people-messages.ts';

/** What came of a claim, and why, in a sentence or two. */
export function whyOf({ arrival, outcome, grant, line }: PersonInDrop, drop: Drop): string {
  const { why, lines } = peopleMessages.value;
  if (grant !== null) return outcome === 'granted' ? why.granted(arrival) : why.fromLine(arrival);
  const reasons: Record<PersonInDrop['outcome'], string> = {
    granted: why.granted(arrival),
    sold_out: why.soldOut(arrival, drop.lastGrantedArrival),
    limit_reached: why.limit(drop.perUserLimit),
    closed: why.closed,
  };
  if (line === null) return reasons[outcome];
  return `${reasons[outcome]} ${line.state === 'waiting' ? lines.waiting(line.position) : lines[line.state]}`;
}
