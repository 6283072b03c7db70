/** A line without axes, beside figures that say the same. */
export function Sparkline({ values }: { values: readonly number[] }) {
  const top = Math.max(1, ...values);
  const last = Math.max(1, values.length - 1);
  const points = values.map(
    (value, index) => `${((index / last) * 100).toFixed(2)} ${(30 - (value / top) * 28).toFixed(2)}`,
  );
  const line = points.length === 0 ? 'M0 30H100' : `M${points.join('L')}`;
  return (
    <svg class="sparkline" viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden="true">
      <path d={`${line}L100 30L0 30Z`} />
      <path d={line} />
    </svg>
  );
}
