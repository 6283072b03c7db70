import { useTitle } from '../../shell/useTitle.ts';
import '../../grants/tickets.css';
import '../../payments/payments.css';
import '../../accounts/accounts.css';
import { Controls } from './Controls.tsx';
import { Foundations } from './Foundations.tsx';
import './gallery.css';
import { Sale } from './Sale.tsx';
import { States } from './States.tsx';

/**
 * The design system on one page, for whoever works on it (`npm run design`): every colour, size and component in every state, light and dark side by side
 * where there is room. It is no part of what is built.
 */
export default function DesignPage() {
  useTitle('Design');
  return (
    <div class="gallery">
      <h1>Design</h1>
      <div class="gallery-sides">
        {['light', 'dark'].map((side) => (
          <div key={side} class="gallery-side" data-side={side}>
            <p class="soft">{side}</p>
            <Foundations />
            <Controls side={side} />
            <Sale />
            <States />
          </div>
        ))}
      </div>
    </div>
  );
}
