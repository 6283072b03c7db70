import { useId } from 'preact/hooks';

interface SelectFieldProps<Value extends string> {
  label: string;
  name: string;
  value: Value;
  options: Record<Value, string>;
  onValue: (value: Value) => void;
}

/** One of several, where side by side would take too much room. */
export function SelectField<Value extends string>({ label, name, value, options, onValue }: SelectFieldProps<Value>) {
  const id = useId();
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      <select
        id={id}
        class="input"
        name={name}
        value={value}
        onChange={(event) => onValue(event.currentTarget.value as Value)}
      >
        {(Object.keys(options) as Value[]).map((option) => (
          <option key={option} value={option}>
            {options[option]}
          </option>
        ))}
      </select>
    </div>
  );
}
