import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { account, requestAsMember } from '../accounts/session.ts';
import { Icon } from '../design/Icon.tsx';
import { useLoad } from '../design/useLoad.ts';
import type { Drop, DropState } from '../drops/drop.ts';
import { toggled } from './notification.ts';
import { notificationMessages } from './notification-messages.ts';
import './tell-me.css';

const choices = ['drop_opening', 'sold_out', 'back_in_stock'] as const;
type Choice = (typeof choices)[number];

interface Interest {
  dropId: string;
  tell: Choice[];
}

/** On a drop's page: one press and I am told when it opens, or is back; then a small list of what I am told. */
export default function TellMe({ drop, state }: { drop: Drop; state: DropState }) {
  const words = notificationMessages.value.tell;
  const path = `/v1/drops/${encodeURIComponent(drop.id)}/interest`;
  const tell = useSignal<Choice[]>([]);
  const said = useSignal('');
  const sending = useRef<Promise<unknown>>(Promise.resolve());
  const hasFailed = useSignal(false);
  const place = useRef<HTMLDivElement>(null);
  const { state: loaded } = useLoad(`${drop.id} ${account.value?.id}`, async () => {
    tell.value = (await requestAsMember<Interest>(path)).tell;
  });

  /** Shown at once, sent one after the other. */
  async function follow(next: Choice[]): Promise<void> {
    const before = tell.value;
    tell.value = next;
    hasFailed.value = false;
    said.value = next.length === 0 ? words.off : before.length === 0 ? words.on : '';
    // One control takes the other's place, and the keyboard goes with it.
    if ((before.length === 0) !== (next.length === 0))
      requestAnimationFrame(() => place.current?.querySelector<HTMLElement>('summary, button')?.focus());
    const mine = sending.current.then(() =>
      next.length === 0
        ? requestAsMember(path, { method: 'DELETE' })
        : requestAsMember(path, { method: 'PUT', body: { tell: next } }),
    );
    const ended = mine.catch(() => undefined);
    sending.current = ended;
    try {
      await mine;
    } catch {
      hasFailed.value = true;
      if (sending.current === ended) tell.value = before;
    }
  }

  if (loaded.value.is !== 'ready') return null;
  const isComing = state === 'scheduled';
  return (
    <div ref={place} class="tell-me">
      {tell.value.length > 0 ? (
        <details class="tell">
          <summary class="button plain">
            <Icon name="bell" size={18} />
            {words.on}
          </summary>
          <fieldset class="tell-choices">
            <legend class="for-readers">{words.legend}</legend>
            {choices.map((choice) => (
              <label key={choice}>
                <input
                  type="checkbox"
                  checked={tell.value.includes(choice)}
                  onChange={() => void follow(toggled(tell.value, choice))}
                />
                {words.choices[choice]}
              </label>
            ))}
          </fieldset>
        </details>
      ) : (
        <button
          type="button"
          class="button plain tell-button"
          onClick={() => void follow(isComing ? ['drop_opening', 'back_in_stock'] : ['back_in_stock'])}
        >
          <Icon name="bell" size={18} />
          {isComing ? words.opening : words.back}
        </button>
      )}
      <span class={hasFailed.value ? 'small soft' : 'for-readers'} role="status">
        {hasFailed.value ? words.failed : said.value}
      </span>
    </div>
  );
}
