import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { PressButton } from '../../claims/PressButton.tsx';
import { Stage } from '../../claims/Stage.tsx';
import { Choice } from '../../design/Choice.tsx';
import { DropArt } from '../../drops/DropArt.tsx';
import { DropCard } from '../../drops/DropCard.tsx';
import { DropFacts } from '../../drops/DropFacts.tsx';
import { DropHead } from '../../drops/DropHead.tsx';
import type { Drop } from '../../drops/drop.ts';
import { useDropState } from '../../drops/useDropState.ts';
import type { Draft } from './draft.ts';
import { formMessages } from './form-messages.ts';
import { PreviewFrame } from './PreviewFrame.tsx';
import './preview.css';
import { previewOf } from './preview-drop.ts';

const screens = { phone: { width: 360, height: 700 }, desktop: { width: 1180, height: 820 } };
type Preview = 'card' | keyof typeof screens;

/** The drop as buyers will see it, while one types: in their list, and its own page on their screens. */
export function DraftPreview({ draft }: { draft: Draft }) {
  const words = formMessages.value;
  const drop = useSignal(previewOf(draft));
  const shown = useSignal<Preview>('card');
  useEffect(() => {
    drop.value = previewOf(draft);
  }, [draft]);
  return (
    <section class="draft-preview">
      <Choice
        label={words.preview}
        name="preview"
        value={shown.value}
        options={words.previews}
        onValue={(preview) => {
          shown.value = preview;
        }}
      />
      {shown.value === 'card' ? (
        <div inert>
          <DropCard drop={drop} />
        </div>
      ) : (
        <PreviewFrame key={shown.value} title={words.previewFrame} screen={screens[shown.value]}>
          <PreviewPage source={drop} />
        </PreviewFrame>
      )}
    </section>
  );
}

/** A drop's page before anybody has pressed. */
function PreviewPage({ source }: { source: Signal<Drop> }) {
  const drop = source.value;
  const { state, untilOpeningMs } = useDropState(drop);
  const untouched = { view: { is: 'unpressed' }, line: { is: 'absent' } } as const;
  return (
    <article class="page drop-page">
      <div class="drop-art">
        <DropArt drop={drop} />
      </div>
      <div class="drop-main">
        <DropHead drop={drop} state={state} />
        <section class="claim-panel">
          <Stage drop={drop} state={state} untilOpeningMs={untilOpeningMs} {...untouched} />
          <div class="press-bar">
            <PressButton drop={drop} state={state} {...untouched} />
          </div>
        </section>
      </div>
      <DropFacts drop={drop} />
    </article>
  );
}
