import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import './accounts.css';

interface AccountCardProps {
  title: string;
  lead: string;
  /** It takes a form's place: readers go on here. */
  isNews?: boolean;
  children: ComponentChildren;
}

export function AccountCard({ title, lead, isNews = false, children }: AccountCardProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (isNews) heading.current?.focus();
  }, [isNews]);
  return (
    <div class="page">
      <section class="account-card panel">
        <h1 ref={heading} tabIndex={isNews ? -1 : undefined}>
          {title}
        </h1>
        <p class="soft">{lead}</p>
        {children}
      </section>
    </div>
  );
}
