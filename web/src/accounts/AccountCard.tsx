import type { ComponentChildren } from 'preact';
import './accounts.css';

export function AccountCard({ title, lead, children }: { title: string; lead: string; children: ComponentChildren }) {
  return (
    <div class="page">
      <section class="account-card panel">
        <h1>{title}</h1>
        <p class="soft">{lead}</p>
        {children}
      </section>
    </div>
  );
}
