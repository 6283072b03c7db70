interface ChoiceProps<Value extends string> {
  label: string;
  name: string;
  value: Value;
  options: Record<Value, string>;
  isFixed?: boolean;
  /** Where the alternatives tell by themselves what they are. */
  isLabelHidden?: boolean;
  onValue: (value: Value) => void;
}

/** A few alternatives side by side: radio buttons in the clothes of tabs. */
export function Choice<Value extends string>({
  label,
  name,
  value,
  options,
  isFixed,
  isLabelHidden,
  onValue,
}: ChoiceProps<Value>) {
  return (
    <fieldset class="field" disabled={isFixed}>
      <legend class={isLabelHidden ? 'for-readers' : 'field-label'}>{label}</legend>
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
