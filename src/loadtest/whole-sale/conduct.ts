/**
 * What people mean to do, drawn before the sale, so that a seed plays the same people again.
 *
 * Of what was won, shares of the command line are paid, given back, or left to the end of the hold. Whoever is offered a unit from the
 * line has waited for it, and lets go of it the less, the more units have been offered before: the inclination falls evenly, to
 * nothing when as many were offered as are in twice the stock. So every sale comes to an end, as long as people wait.
 */
import type { Random } from '../random.ts';
import type { WholeSaleOptions } from './options.ts';

export type Deed = 'pay' | 'give back' | 'walk away';
/** What happens to the first card that somebody pays with. */
export type FirstCard = 'good' | 'declined' | 'late';

export interface Intentions {
  readonly joins: boolean;
  /** From 0 to 1: how early somebody leaves the line who has not been called; `null`: waits to the end. */
  readonly leavesAfter: number | null;
  /** From 0 to 1: how readily a unit is let go of, and how. */
  readonly inclination: number;
  readonly firstCard: FirstCard;
  /** From 0 to 1: how long things are thought over. */
  readonly slowness: number;
}

const letGoUntilStocks = 2;

export function drawIntentions(people: number, options: WholeSaleOptions, random: Random): Intentions[] {
  const isOneOf = (percent: number) => random() * 100 < percent;
  return Array.from({ length: people }, () => ({
    joins: isOneOf(options.join),
    leavesAfter: isOneOf(options.leave) ? random() : null,
    inclination: random(),
    firstCard: firstCardOf(random() * 100, options),
    slowness: random(),
  }));
}

function firstCardOf(drawn: number, { declined, late }: WholeSaleOptions): FirstCard {
  if (drawn < declined) return 'declined';
  return drawn < declined + late ? 'late' : 'good';
}

/** `offered`: how many units were offered to the line before; 0 for who has won one with the claim. */
export function deedOf(
  { inclination }: Intentions,
  { pay, giveBack }: WholeSaleOptions,
  offered: number,
  stock: number,
): Deed {
  const readiness = Math.max(0, 1 - offered / (letGoUntilStocks * stock));
  const percent = inclination * 100;
  if (percent < giveBack * readiness) return 'give back';
  return percent < (100 - pay) * readiness ? 'walk away' : 'pay';
}
