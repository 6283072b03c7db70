/**
 * How fast everything is in a run of the browser tests, as `TEST_PACE` says. A test that holds at one pace alone was lucky.
 *
 * - `settled`: hands are slow; a page has come to rest before the next thing is done to it.
 * - `hurried`: what browser and server say takes its time on the way, each piece another; hands are ahead of the page.
 *
 * Without it, both are as fast as the machine is.
 */
const paces = ['settled', 'hurried'] as const;

export type Pace = (typeof paces)[number];

export const pace: Pace | undefined = readPace(process.env['TEST_PACE']);

/** Before whatever is done to a page. */
export const slowHandsMs = 300;

/** From 0 to 300 ms in no order; always the same ones, so that what was found can be found again. */
export const wayMs: readonly number[] = Array.from({ length: 97 }, (_, index) => (index * 131) % 301);

function readPace(value: string | undefined): Pace | undefined {
  const known = paces.find((name) => name === value);
  if (value && !known) throw new Error(`TEST_PACE is ${value}; it can be ${paces.join(' or ')}`);
  return known;
}
