const steps = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];

/** A round number above the highest value: while values move a little, the axis stands still. Never below `least`. */
export function roundTop(highest: number, least: number): number {
  const value = Math.max(Number.isFinite(highest) ? highest : 0, least) * 1.02;
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return (steps.find((step) => step * power >= value) ?? 10) * power;
}
