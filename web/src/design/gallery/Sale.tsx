import { useSignal } from '@preact/signals';
import type { ClaimView } from '../../claims/claim.ts';
import { Stage } from '../../claims/Stage.tsx';
import { WinTicket } from '../../claims/WinTicket.tsx';
import { Countdown } from '../../drops/Countdown.tsx';
import { DropCard } from '../../drops/DropCard.tsx';
import type { Drop, DropState } from '../../drops/drop.ts';
import { FeaturedDrop } from '../../drops/FeaturedDrop.tsx';
import { StockBar } from '../../drops/StockBar.tsx';
import { messages } from '../../language/language.ts';
import type { LineView } from '../../line/line.ts';
import { Icon } from '../Icon.tsx';
import { Group, Specimen } from './Specimen.tsx';
import * as samples from './samples.ts';

const unpressed: ClaimView = { is: 'unpressed' };
const absent: LineView = { is: 'absent' };
const press = { requestId: 'sample', dropId: 'sample', accountId: 'sample', pressedAt: 0 };

/** Every scene that the board knows. */
const scenes: { name: string; drop: Drop; view?: ClaimView; line?: LineView; untilOpeningMs?: number }[] = [
  { name: 'days before', drop: samples.coming, untilOpeningMs: 200_000_000 },
  { name: 'soon', drop: samples.coming, untilOpeningMs: 3_720_000 },
  { name: 'the last seconds', drop: samples.coming, untilOpeningMs: 9_400 },
  { name: 'open', drop: samples.coupon },
  ...(['sent', 'busy', 'queued', 'offline', 'early'] as const).map((why) => ({
    name: `pressed: ${why}`,
    drop: samples.coupon,
    view: { is: 'waiting', press, waiting: { why } } as ClaimView,
  })),
  { name: 'won a coupon', drop: samples.coupon, view: { is: 'answered', answer: samples.wonCoupon } },
  { name: 'won a slot', drop: samples.product, view: { is: 'answered', answer: samples.wonProduct } },
  { name: 'lost, with a line', drop: samples.gone, view: { is: 'answered', answer: samples.lost } },
  {
    name: 'lost, without one',
    drop: { ...samples.gone, waitingLine: false },
    view: { is: 'answered', answer: samples.lost },
  },
  { name: 'over the limit', drop: samples.coupon, view: { is: 'answered', answer: samples.overLimit } },
  { name: 'in line', drop: samples.gone, line: { is: 'waiting', position: 3, waiting: 12 } },
  { name: 'not in line', drop: samples.gone, line: { is: 'refused', code: 'turn_over' } },
  { name: 'no answer', drop: samples.coupon, view: { is: 'unanswered', press } },
  { name: 'signed out meanwhile', drop: samples.coupon, view: { is: 'failed', reason: 'session_ended' } },
  { name: 'sold out', drop: samples.gone },
  { name: 'ended', drop: samples.closed },
  { name: 'cancelled', drop: samples.cancelled },
];

export function Sale() {
  const words = messages.value.claims;
  const looks = [
    ['idle', words.opensAtButton('10:00')],
    ['go', words.press.coupon],
    ['waiting', words.waiting],
    ['done', words.have],
    ['over', words.gone.sold_out],
    ['sign-in', words.signIn],
  ] as const;
  return (
    <>
      <Group title="The board">
        <div class="stage-samples">
          {scenes.map(({ name, drop, view = unpressed, line = absent, untilOpeningMs = 0 }) => (
            <Specimen key={name} name={name}>
              <Stage
                drop={drop}
                state={drop.state as DropState}
                untilOpeningMs={untilOpeningMs}
                view={view}
                line={line}
              />
            </Specimen>
          ))}
        </div>
      </Group>
      <Group title="The button">
        <div class="stage-samples">
          {looks.map(([look, label]) => (
            <Specimen key={look} name={look}>
              <button type="button" class="press" data-look={look} aria-disabled={look !== 'go' && look !== 'sign-in'}>
                {label}
              </button>
            </Specimen>
          ))}
        </div>
      </Group>
      <Group title="Countdown and stock">
        <div class="specimens">
          {[200_000_000, 3_720_000, 9_000].map((milliseconds) => (
            <Specimen key={milliseconds} name={`${milliseconds} ms`}>
              <Countdown milliseconds={milliseconds} />
            </Specimen>
          ))}
        </div>
        {[1000, 412, 60, 0].map((remaining) => (
          <Specimen key={remaining} name={`${remaining} of 1,000`}>
            <StockBar drop={{ ...samples.coupon, remaining }} />
          </Specimen>
        ))}
      </Group>
      <Group title="Drops in the list">
        <Drops />
      </Group>
      <Group title="One’s turn, on every page">
        <section class="stage offer" data-mood="won" aria-label={messages.value.line.yourTurn}>
          <p class="offer-title">{samples.product.title}</p>
          <WinTicket title={messages.value.line.yourTurn} kind="product" stock={null} answer={samples.wonProduct} />
          <button type="button" class="offer-close" aria-label={messages.value.line.close}>
            <Icon name="cross" />
          </button>
        </section>
      </Group>
    </>
  );
}

function Drops() {
  const featured = useSignal<Drop>(samples.coupon);
  const shown = [
    useSignal<Drop>(samples.product),
    useSignal<Drop>(samples.coming),
    useSignal<Drop>(samples.gone),
    useSignal<Drop>({ ...samples.coupon, id: 'sample-broken', imageUrl: '/broken.jpg' }),
  ];
  return (
    <>
      <FeaturedDrop drop={featured} />
      <div class="cards">
        {shown.map((drop) => (
          <DropCard key={drop.value.id} drop={drop} />
        ))}
      </div>
    </>
  );
}
