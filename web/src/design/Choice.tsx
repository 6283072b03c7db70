interface ChoiceProps<Value extends string> {
  label: string;
  name: string;
  value: Value;
  options: Record<Value, string>;
  isFixed?: boolean;
  onValue: (value: Value) => void;
}

/** A few alternatives side by side: radio buttons in the clothes of tabs. */
export function Choice<Value extends string>({ label, name, value, options, isFixed, onValue }: ChoiceProps<Value>) {
  return (
    <fieldset class="field" disabled={isFixed}>
      <legend class="field-label">{label}</legend>
      <div class="tabs choice">
        {(Object.keys(options) as Value[]).map((option) => (
          <label key={option}>
            <input
              type="radio"
              class="for-readers"
              name={name}
              value={option}
              checked={value === option}
              onChange={() => onValue(option)}
            />
            {options[option]}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
