import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type { Drop } from './drop.ts';
import { offerOf } from './offer.ts';

/** Ground, shape, second shape, and ink for the words on it. */
const palettes = [
  ['#f2c14e', '#e4572e', '#fbe3a3', '#2b1608'],
  ['#a9d6c5', '#0f5c4a', '#e7f4ea', '#06271f'],
  ['#f4a58a', '#8c1c2e', '#fbdccb', '#3a0810'],
  ['#b7cde8', '#1d3f72', '#eaf1fa', '#0b1c38'],
  ['#e9d8a6', '#946b1f', '#fbf4dc', '#33240a'],
  ['#c8d49a', '#42602a', '#eff3d6', '#19260c'],
] as const;

const columns = 6;
const rows = 4;

/** A picture for a drop: its own, or a quiet pattern grown from its id, the same on every visit. */
export function DropArt({ drop, isFirst = false }: { drop: Drop; isFirst?: boolean }) {
  const brokenUrl = useSignal<string | null>(null);
  const { imageUrl } = drop;
  if (imageUrl !== null && imageUrl !== brokenUrl.value)
    return (
      <div class="art">
        <img
          src={imageUrl}
          alt=""
          decoding="async"
          // What lies further down is loaded when somebody comes near.
          loading={isFirst ? 'eager' : 'lazy'}
          fetchpriority={isFirst ? 'high' : 'auto'}
          onError={() => {
            brokenUrl.value = imageUrl;
          }}
        />
      </div>
    );
  const random = numbersFrom(drop.id + drop.kind);
  const [ground, shape, second, ink] = palettes[Math.floor(random() * palettes.length)] ?? palettes[0];
  const tiles: VNode[] = [];
  for (let tile = 0; tile < columns * rows; tile += 1) {
    const path = tilePaths[Math.floor(random() * 7)];
    if (!path) continue;
    const move = `translate(${(tile % columns) * 20} ${Math.floor(tile / columns) * 20})`;
    const turn = `rotate(${Math.floor(random() * 4) * 90} 10 10)`;
    tiles.push(<path key={tile} d={path} fill={random() < 0.6 ? shape : second} transform={`${move} ${turn}`} />);
  }
  return (
    <div class="art">
      <svg viewBox="0 0 120 80" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
        <rect width="120" height="80" fill={ground} />
        {tiles}
      </svg>
      <span class="art-offer number" style={{ background: ground, color: ink }} aria-hidden="true">
        {offerOf(drop)}
      </span>
    </div>
  );
}

/** A quarter disc, a half disc, a leaf, a triangle; the rest of the draws leave the ground bare. */
const tilePaths: ReadonlyArray<string | undefined> = [
  'M0 0h20A20 20 0 0 1 0 20Z',
  'M0 0a10 10 0 0 0 20 0Z',
  'M0 0h10a10 10 0 0 1 10 10v10H10A10 10 0 0 1 0 10Z',
  'M0 0h20L0 20Z',
];

/** A small seeded generator (mulberry32) over an FNV-1a hash of the text: looks random, and never changes. */
function numbersFrom(text: string): () => number {
  let state = 2_166_136_261;
  for (const character of text) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 16_777_619);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
