import { Icon } from '../../design/Icon.tsx';
import { overviewMessages } from './overview-messages.ts';

/** A shop without any drop: one thing to do. */
export function FirstDrop() {
  const words = overviewMessages.value.first;
  return (
    <section class="first-drop">
      <Icon name="door" size={48} />
      <h2>{words.title}</h2>
      <p>{words.text}</p>
      <a class="button primary" href="/admin/drops/new">
        {words.create}
      </a>
    </section>
  );
}
