import { amount, money } from '../../language/format.ts';
import { notificationMessages } from '../../notifications/notification-messages.ts';
import { Fact } from '../Fact.tsx';
import { WideFigures } from '../WideFigures.tsx';
import type { Dashboard } from './dashboard.ts';
import { overviewMessages } from './overview-messages.ts';

/** What was sent, by channel. */
export function DeliveriesPanel({ deliveries }: { deliveries: Dashboard['deliveries'] | null }) {
  const words = overviewMessages.value.deliveries;
  const names = notificationMessages.value.settings.channels as Record<string, string>;
  const address = (channel: string, state: string) => `/admin/deliveries?state=${state}&channel=${channel}`;
  return (
    <section class="panel admin-panel" aria-busy={deliveries === null}>
      <h2>{words.title}</h2>
      {deliveries === null ? (
        <div class="skeleton overview-skeleton" />
      ) : deliveries.channels.length === 0 ? (
        <p class="soft">{words.none}</p>
      ) : (
        <WideFigures label={words.title}>
          <thead>
            <tr>
              <th scope="col">{words.channel}</th>
              <th scope="col">{words.pending}</th>
              <th scope="col">{words.sent}</th>
              <th scope="col">{words.failed}</th>
            </tr>
          </thead>
          <tbody>
            {deliveries.channels.map(({ channel, pending, sent24h, failed24h }) => (
              <tr key={channel}>
                <th scope="row">{names[channel] ?? channel}</th>
                <td>{amount(pending)}</td>
                <td>{amount(sent24h)}</td>
                <td>
                  {failed24h === 0 ? (
                    amount(0)
                  ) : (
                    <a class="figure-failed" href={address(channel, 'failed')}>
                      {amount(failed24h)}
                    </a>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </WideFigures>
      )}
      <a class="overview-more" href="/admin/deliveries">
        {words.all}
      </a>
    </section>
  );
}

/** Money on its way, and what was taken in the days above. */
export function PaymentsPanel({ payments }: { payments: Dashboard['payments'] | null }) {
  const words = overviewMessages.value.payments;
  return (
    <section class="panel admin-panel" aria-busy={payments === null}>
      <h2>{words.title}</h2>
      <dl class="facts-grid">
        <Fact term={words.pending}>{payments && <Found count={payments.pending} state="pending" />}</Fact>
        <Fact term={words.refunding}>{payments && <Found count={payments.refunding} state="refunding" />}</Fact>
        {payments?.currencies.flatMap(({ currency, succeeded, refunded }) => [
          <Fact key={`${currency} taken`} term={words.succeeded(currency)} isWide>
            {money(succeeded.amount, currency)} <span class="small soft">{words.count(succeeded.count)}</span>
          </Fact>,
          refunded.count > 0 && (
            <Fact key={`${currency} back`} term={words.refunded(currency)} isWide>
              {money(refunded.amount, currency)} <span class="small soft">{words.count(refunded.count)}</span>
            </Fact>
          ),
        ])}
      </dl>
      <a class="overview-more" href="/admin/payments">
        {words.all}
      </a>
    </section>
  );
}

/** Where there is none there is nothing to look at. */
function Found({ count, state }: { count: number; state: 'pending' | 'refunding' }) {
  const figure = amount(count);
  return <span>{count === 0 ? figure : <a href={`/admin/payments?state=${state}`}>{figure}</a>}</span>;
}
