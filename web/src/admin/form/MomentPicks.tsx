interface MomentPicksProps {
  label: string;
  options: ReadonlyArray<readonly [name: string, value: string]>;
  value: string;
  onPick: (value: string) => void;
}

/** Times that are likely to be meant, one press each. */
export function MomentPicks({ label, options, value, onPick }: MomentPicksProps) {
  return (
    <fieldset class="moment-picks" aria-label={label}>
      {options.map(([name, moment]) => (
        <button
          key={name}
          type="button"
          class="moment-pick"
          aria-pressed={moment === value}
          onClick={() => onPick(moment)}
        >
          {name}
        </button>
      ))}
    </fieldset>
  );
}
