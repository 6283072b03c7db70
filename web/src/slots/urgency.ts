/** How a hold's time is shown: in the last five minutes it presses. */
export type Urgency = 'calm' | 'soon' | 'last';

const soonMilliseconds = 5 * 60_000;
const lastMilliseconds = 60_000;

export function urgencyOf(leftMs: number): Urgency {
  if (leftMs <= lastMilliseconds) return 'last';
  return leftMs <= soonMilliseconds ? 'soon' : 'calm';
}
