interface RadioCardProps {
  name: string;
  value: string;
  isChosen: boolean;
  onChoose: () => void;
  title: string;
  text: string;
}

/** One of several ways, large enough for a thumb: a radio button with two lines beside it. */
export function RadioCard({ name, value, isChosen, onChoose, title, text }: RadioCardProps) {
  return (
    <label class="radio-card">
      <input type="radio" name={name} value={value} checked={isChosen} onChange={onChoose} />
      <span>
        <strong>{title}</strong>
        <span class="small soft">{text}</span>
      </span>
    </label>
  );
}
