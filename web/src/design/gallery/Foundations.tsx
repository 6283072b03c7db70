import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Confetti } from '../../claims/Confetti.tsx';
import { Icon, iconNames } from '../Icon.tsx';
import { theme } from '../theme.ts';
import { contrastOf } from './contrast.ts';
import { Group, Specimen } from './Specimen.tsx';

/** What stands on what, and how well it must be told apart from it. */
const pairs: [ink: string, ground: string, least: number][] = [
  ['ink', 'paper', 4.5],
  ['ink', 'surface', 4.5],
  ['ink', 'sunk', 4.5],
  ['ink', 'raised', 4.5],
  ['ink-soft', 'paper', 4.5],
  ['ink-soft', 'surface', 4.5],
  ['ink-soft', 'sunk', 4.5],
  ['line-strong', 'surface', 3],
  ['line-strong', 'paper', 3],
  ['accent', 'paper', 4.5],
  ['accent', 'surface', 4.5],
  ['accent-strong', 'accent-soft', 4.5],
  ['on-accent', 'accent', 4.5],
  ['on-accent', 'accent-strong', 4.5],
  ['win', 'surface', 4.5],
  ['win', 'win-soft', 4.5],
  ['warn', 'warn-soft', 4.5],
  ['error', 'surface', 4.5],
  ['error', 'error-soft', 4.5],
  ['on-stage', 'stage', 4.5],
  ['on-stage-soft', 'stage', 4.5],
  ['stage-accent', 'stage', 4.5],
  ['stage-win', 'stage', 4.5],
  ['code-ink', 'code-paper', 7],
];

const sizes = ['small', 'note', 'body', 'lead', 'title', 'headline', 'board'];
const spaces = [1, 2, 3, 4, 5, 6, 7, 8];
const radii = ['radius-small', 'radius', 'radius-large', 'radius-round'];

export function Foundations() {
  return (
    <>
      <Group title="Colours">
        <div class="swatches">
          {pairs.map(([ink, ground, least]) => (
            <Swatch key={`${ink} ${ground}`} ink={ink} ground={ground} least={least} />
          ))}
        </div>
      </Group>
      <Group title="Type">
        {sizes.map((size) => (
          <p key={size} class="type-sample" style={{ fontSize: `var(--text-${size})` }}>
            선착순 1,204 <code>{size}</code>
          </p>
        ))}
      </Group>
      <Group title="Spacing, radii, shadow">
        <div class="specimens">
          {spaces.map((space) => (
            <Specimen key={space} name={`space-${space}`}>
              <span class="space-sample" style={{ width: `var(--space-${space})` }} />
            </Specimen>
          ))}
          {radii.map((radius) => (
            <Specimen key={radius} name={radius}>
              <span class="box-sample" style={{ borderRadius: `var(--${radius})` }} />
            </Specimen>
          ))}
          <Specimen name="shadow">
            <span class="box-sample" style={{ boxShadow: 'var(--shadow)' }} />
          </Specimen>
        </div>
      </Group>
      <Group title="Motion">
        <Motion />
      </Group>
      <Group title="Icons">
        <div class="specimens">
          {iconNames.map((name) => (
            <Specimen key={name} name={name}>
              <Icon name={name} size={28} />
            </Specimen>
          ))}
        </div>
      </Group>
    </>
  );
}

function Swatch({ ink, ground, least }: { ink: string; ground: string; least: number }) {
  const element = useRef<HTMLParagraphElement>(null);
  const ratio = useSignal<number | null>(null);
  useEffect(() => {
    if (!element.current) return;
    const { color, backgroundColor } = getComputedStyle(element.current);
    ratio.value = contrastOf(color, backgroundColor);
  }, [theme.value]);
  return (
    <p
      ref={element}
      class="swatch number"
      style={{ color: `var(--${ink})`, background: `var(--${ground})` }}
      data-enough={ratio.value === null ? undefined : ratio.value >= least}
    >
      <strong>{ratio.value === null ? ' ' : ratio.value.toFixed(2)}</strong>
      <span>
        {ink} on {ground}, at least {least}
      </span>
    </p>
  );
}

/** What moves, for whoever does not mind: a win lands, paper flies, what is alive breathes. */
function Motion() {
  const played = useSignal(0);
  return (
    <div class="motion-sample">
      <button
        type="button"
        class="button"
        onClick={() => {
          played.value += 1;
        }}
      >
        Play
      </button>
      <div key={played.value} class="motion-stage">
        <Confetti />
        <span class="win-ticket" data-fresh="true">
          620 ms, ease
        </span>
      </div>
      <span class="chip open">breathes</span>
      <span class="asking-dots">
        <i />
        <i />
        <i />
      </span>
    </div>
  );
}
