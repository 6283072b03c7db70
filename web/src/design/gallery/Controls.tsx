import { useSignal } from '@preact/signals';
import { PasswordField } from '../../accounts/PasswordField.tsx';
import { RadioCard } from '../../payments/RadioCard.tsx';
import { Choice } from '../Choice.tsx';
import { CodeText } from '../CodeText.tsx';
import { ConfirmDialog } from '../ConfirmDialog.tsx';
import { CopyButton } from '../CopyButton.tsx';
import { Field, FieldHint } from '../Field.tsx';
import { Icon } from '../Icon.tsx';
import { QrCode } from '../QrCode.tsx';
import { SelectField } from '../SelectField.tsx';
import { Group, Specimen } from './Specimen.tsx';

const noop = () => {};

export function Controls({ side }: { side: string }) {
  return (
    <>
      <Group title="Buttons">
        <div class="specimens">
          {['', 'primary', 'danger', 'plain'].map((kind) => (
            <Specimen key={kind} name={kind || 'button'}>
              <button type="button" class={`button ${kind}`}>
                Give it back
              </button>
            </Specimen>
          ))}
          <Specimen name="disabled">
            <button type="button" class="button primary" disabled>
              Save
            </button>
          </Specimen>
          <Specimen name="with an icon">
            <button type="button" class="button">
              <Icon name="print" />
              Print
            </button>
          </Specimen>
          <Specimen name="icon">
            <button type="button" class="button plain icon" aria-label="Notifications">
              <Icon name="bell" />
            </button>
          </Specimen>
          <Specimen name="copy">
            <CopyButton text="2Q6Y067ZXQQN" label="Copy the code" />
          </Specimen>
        </div>
      </Group>
      <Group title="Fields">
        <Fields side={side} />
      </Group>
      <Group title="Choices">
        <Choices side={side} />
      </Group>
      <Group title="Dialogs">
        <Dialogs />
      </Group>
      <Group title="Chips, banners, codes">
        <div class="specimens">
          {['', 'open', 'good', 'warn'].map((kind) => (
            <Specimen key={kind} name={kind || 'chip'}>
              <span class={`chip ${kind}`}>Sold out</span>
            </Specimen>
          ))}
          <Specimen name="code">
            <CodeText code="2Q6Y067ZXQQN" />
          </Specimen>
        </div>
        {['', 'warn', 'wrong'].map((kind) => (
          <p key={kind} class={`banner ${kind}`}>
            {kind || 'banner'}: the card was declined. No money was taken.
          </p>
        ))}
        <div class="qr-sample">
          <QrCode text="2Q6Y-067Z-XQQN" label="A QR code" />
        </div>
      </Group>
    </>
  );
}

function Fields({ side }: { side: string }) {
  const password = useSignal('a-long-password');
  return (
    <div class="field-samples">
      <Field label="Empty, with a hint" name={`empty-${side}`} value="" hint="3–32 letters" onValue={noop} />
      <Field label="Filled" name={`filled-${side}`} value="early-bird" onValue={noop} />
      <Field label="Wrong" name={`wrong-${side}`} value="x" error="Use at least 10 characters" onValue={noop} />
      <Field label="Disabled" name={`disabled-${side}`} value="fixed" disabled onValue={noop} />
      <PasswordField
        name={`password-${side}`}
        autocomplete="current-password"
        value={password.value}
        error={undefined}
        onValue={(value) => {
          password.value = value;
        }}
      />
      <SelectField
        label="One of several"
        name={`select-${side}`}
        value={'email' as 'email' | 'slack'}
        options={{ email: 'Email', slack: 'Slack' }}
        onValue={noop}
      />
      <div class="field">
        <label class="field-label" for={`text-${side}`}>
          Longer text
        </label>
        <textarea id={`text-${side}`} class="input" />
        <FieldHint id={`text-${side}-hint`} hint="Up to 2,000 characters" />
      </div>
    </div>
  );
}

function Choices({ side }: { side: string }) {
  const kind = useSignal<'coupon' | 'product'>('coupon');
  const card = useSignal('good');
  const tab = useSignal('usable');
  return (
    <div class="field-samples">
      <Choice
        label="Side by side"
        name={`kind-${side}`}
        value={kind.value}
        options={{ coupon: 'Coupon', product: 'Product' }}
        onValue={(value) => {
          kind.value = value;
        }}
      />
      <Choice
        label="Fixed"
        name={`fixed-${side}`}
        value={'coupon' as 'coupon' | 'product'}
        options={{ coupon: 'Coupon', product: 'Product' }}
        isFixed
        onValue={noop}
      />
      <div class="tabs" role="tablist" aria-label={`Tabs, ${side}`}>
        {['usable', 'used', 'expired'].map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            aria-selected={tab.value === name}
            onClick={() => {
              tab.value = name;
            }}
          >
            {name}
          </button>
        ))}
      </div>
      <div class="pay-methods">
        {['good', 'declined'].map((value) => (
          <RadioCard
            key={value}
            name={`card-${side}`}
            value={value}
            isChosen={card.value === value}
            onChoose={() => {
              card.value = value;
            }}
            title="4242 4242 4242 4242"
            text="The payment succeeds"
          />
        ))}
      </div>
    </div>
  );
}

function Dialogs() {
  const isCalm = useSignal(false);
  const isDangerous = useSignal(false);
  const isFailing = useSignal(false);
  const samples = [
    { name: 'calm', isOpen: isCalm },
    { name: 'dangerous', isOpen: isDangerous },
    { name: 'does not work', isOpen: isFailing },
  ];
  return (
    <div class="specimens">
      {samples.map(({ name, isOpen }) => (
        <Specimen key={name} name={name}>
          <button
            type="button"
            class="button"
            onClick={() => {
              isOpen.value = true;
            }}
          >
            Open
          </button>
          <ConfirmDialog
            isOpen={isOpen}
            title="Give this slot back?"
            confirm="Give it back"
            isDangerous={isOpen === isDangerous}
            onConfirm={() => (isOpen === isFailing ? Promise.reject(new Error('away')) : Promise.resolve())}
            tell={() => 'No connection. Check your network and try again.'}
          >
            <p>It goes to the next in line at once, or back on sale. This cannot be undone.</p>
          </ConfirmDialog>
        </Specimen>
      ))}
    </div>
  );
}
