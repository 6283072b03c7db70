import { useSignal } from '@preact/signals';
import { MembersOnly } from '../accounts/MembersOnly.tsx';
import { account } from '../accounts/session.ts';
import { Icon } from '../design/Icon.tsx';
import { useLoad } from '../design/useLoad.ts';
import { messages } from '../language/language.ts';
import { LoadFailure } from '../shell/LoadFailure.tsx';
import { useTitle } from '../shell/useTitle.ts';
import { CouponTicket } from './CouponTicket.tsx';
import './coupons.css';
import { type Grant, loadGrants } from './grant.ts';

const tabs = ['usable', 'used', 'expired'] as const;
type Tab = (typeof tabs)[number];

export default function CouponsPage() {
  const words = messages.value.coupons;
  const tab = useSignal<Tab>('usable');
  useTitle(words.title);
  return (
    <MembersOnly>
      <div class="page narrow">
        <h1>{words.title}</h1>
        <div class="tabs" role="tablist" aria-label={words.title} onKeyDown={(event) => moveTab(event, tab)}>
          {tabs.map((name) => (
            <button
              key={name}
              type="button"
              role="tab"
              id={`tab-${name}`}
              aria-selected={tab.value === name}
              aria-controls="coupons"
              tabIndex={tab.value === name ? 0 : -1}
              onClick={() => {
                tab.value = name;
              }}
            >
              {words.tabs[name]}
            </button>
          ))}
        </div>
        <div id="coupons" role="tabpanel" aria-labelledby={`tab-${tab.value}`}>
          <CouponList key={tab.value} state={tab.value} />
        </div>
      </div>
    </MembersOnly>
  );
}

function CouponList({ state: wanted }: { state: Tab }) {
  const words = messages.value;
  const more = useSignal<Grant[]>([]);
  const next = useSignal<string | null>(null);
  const { state, reload } = useLoad(`${wanted} ${account.value?.id}`, async () => {
    const page = await loadGrants('coupon', null, wanted);
    more.value = [];
    next.value = page.next;
    return page.items;
  });

  async function loadMore(): Promise<void> {
    const page = await loadGrants('coupon', next.value, wanted).catch(() => null);
    if (!page) return;
    more.value = [...more.value, ...page.items];
    next.value = page.next;
  }

  if (state.value.is === 'failed') return <LoadFailure onRetry={reload} />;
  if (state.value.is === 'loading')
    return (
      <div class="tickets" aria-busy="true">
        <div class="skeleton ticket-skeleton" />
        <div class="skeleton ticket-skeleton" />
      </div>
    );
  const coupons = [...state.value.value, ...more.value];
  if (coupons.length === 0)
    return (
      <div class="empty">
        <Icon name="ticket" size={36} />
        <p class="soft">{words.coupons.empty[wanted]}</p>
        <a class="button primary" href="/">
          {words.shell.toDrops}
        </a>
      </div>
    );
  return (
    <>
      <ul class="tickets">
        {coupons.map((coupon) => (
          <CouponTicket key={coupon.id} coupon={coupon} />
        ))}
      </ul>
      {next.value !== null && (
        <button type="button" class="button wide" onClick={() => void loadMore()}>
          {words.shell.more}
        </button>
      )}
    </>
  );
}

/** Arrow keys move between tabs, as in every tab list. */
function moveTab(event: KeyboardEvent, tab: { value: Tab }): void {
  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  if (step === 0) return;
  event.preventDefault();
  tab.value = tabs[(tabs.indexOf(tab.value) + step + tabs.length) % tabs.length] ?? 'usable';
  requestAnimationFrame(() => document.getElementById(`tab-${tab.value}`)?.focus());
}
