import { SelectField } from '../../design/SelectField.tsx';
import { usePages } from '../../design/usePages.ts';
import { dateTime, money } from '../../language/format.ts';
import { methodWords } from '../../payments/method-words.ts';
import type { PaymentState } from '../../payments/payment.ts';
import { paymentMessages } from '../../payments/payment-messages.ts';
import { useTitle } from '../../shell/useTitle.ts';
import { ListBody } from '../list/ListBody.tsx';
import { listMessages } from '../list/list-messages.ts';
import { PersonButton } from '../list/PersonButton.tsx';
import { ReloadButton } from '../list/ReloadButton.tsx';
import { SettledField, UsernameField } from '../list/SettledField.tsx';
import { useAddressFilter, writeFilter } from '../list/useAddressFilter.ts';
import {
  type AdminPayment,
  loadPayments,
  type PaymentFilter,
  paymentMethods,
  paymentStates,
  readPaymentFilter,
  unfiltered,
} from './admin-payment.ts';
import { adminPaymentMessages } from './admin-payment-messages.ts';
import { failureWords } from './failure-words.ts';
import { PaymentStateChip } from './PaymentStateChip.tsx';

/** Who paid what, newest first, and what became of it. */
export default function PaymentsPage() {
  const words = adminPaymentMessages.value;
  const { filter, choose } = useAddressFilter(readPaymentFilter);
  const pages = usePages(
    writeFilter(filter.value),
    (cursor) => loadPayments(filter.peek(), cursor),
    ({ id }) => id,
  );
  const isFiltered = writeFilter(filter.value) !== '';
  useTitle(words.title);
  return (
    <div class="page">
      <div class="admin-head">
        <h1>{words.title}</h1>
        <ReloadButton onPress={pages.reload} />
      </div>
      <Filters filter={filter.value} choose={choose} />
      <ListBody
        pages={pages}
        icon="card"
        none={isFiltered ? listMessages.value.noneSuch : words.none}
        onClear={isFiltered ? () => choose(unfiltered) : undefined}
        row={(payment) => (
          <PaymentRow key={payment.id} payment={payment} onPerson={(username) => choose({ username })} />
        )}
      />
    </div>
  );
}

interface FiltersProps {
  filter: PaymentFilter;
  choose: (change: Partial<PaymentFilter>) => void;
}

function Filters({ filter, choose }: FiltersProps) {
  const words = adminPaymentMessages.value;
  const { all } = listMessages.value;
  const states = Object.fromEntries(paymentStates.map((state) => [state, paymentMessages.value.states[state]]));
  const methods = Object.fromEntries(paymentMethods.map((method) => [method, methodWords(method).name]));
  return (
    <>
      <search class="panel list-filters">
        <SelectField
          label={words.state}
          name="state"
          value={filter.state}
          options={{ '': all, ...states } as Record<PaymentState | '', string>}
          onValue={(state) => choose({ state })}
        />
        <SelectField
          label={words.method}
          name="method"
          value={filter.method}
          options={{ '': all, ...methods } as Record<string, string>}
          onValue={(method) => choose({ method })}
        />
        <SettledField
          label={words.currency}
          name="currency"
          maxLength={3}
          value={filter.currency}
          onSettled={(typed) =>
            choose({ currency: readPaymentFilter(`?currency=${encodeURIComponent(typed)}`).currency })
          }
        />
        <UsernameField username={filter.username} onUsername={(username) => choose({ username })} />
      </search>
      {filter.dropId !== '' && (
        <p class="banner">
          {words.oneDrop}{' '}
          <button type="button" class="person-button" onClick={() => choose({ dropId: '' })}>
            {words.allDrops}
          </button>
        </p>
      )}
    </>
  );
}

function PaymentRow({ payment, onPerson }: { payment: AdminPayment; onPerson: (username: string) => void }) {
  const { id, state, method, title, person, createdAt, failure, amount, currency } = payment;
  return (
    <li class="admin-row list-row">
      <div class="admin-row-text">
        <div class="card-line">
          <PaymentStateChip state={state} />
          <span class="small soft">{methodWords(method).name}</span>
        </div>
        <a class="admin-title" href={`/admin/payments/${encodeURIComponent(id)}`}>
          {title}
        </a>
        <PersonButton username={person.username} onPerson={onPerson} />
        <span class="small soft number">{dateTime(createdAt)}</span>
        {failure !== null && <p class="small">{failureWords(failure)}</p>}
      </div>
      <strong class="payment-sum number">{money(amount, currency)}</strong>
    </li>
  );
}
