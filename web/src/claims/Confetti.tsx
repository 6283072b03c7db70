import { useMemo } from 'preact/hooks';

const pieces = 28;
const colours = ['#ff8257', '#ffd9a8', '#6fdcad', '#f2c14e', '#faf5ec'];

/** A short burst of paper in CSS; gone after a second and a half, and absent for who prefers no motion. */
export function Confetti() {
  const styles = useMemo(
    () =>
      Array.from({ length: pieces }, (_, piece) => ({
        '--across': `${(Math.random() - 0.5) * 22}rem`,
        '--up': `${-3 - Math.random() * 7}rem`,
        '--turn': `${(Math.random() - 0.5) * 900}deg`,
        '--late': `${Math.random() * 120}ms`,
        '--colour': colours[piece % colours.length] ?? '',
      })),
    [],
  );
  return (
    <span class="confetti" aria-hidden="true">
      {styles.map((style) => (
        <i key={style['--across']} style={style} />
      ))}
    </span>
  );
}
