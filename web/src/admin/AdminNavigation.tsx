import { useEffect, useRef } from 'preact/hooks';
import { useLocation } from 'preact-iso/router';
import { adminMessages } from './admin-messages.ts';

const sections = {
  overview: '/admin',
  drops: '/admin/drops',
  till: '/admin/coupons',
  payments: '/admin/payments',
  deliveries: '/admin/deliveries',
} as const;

/** The administrators' sections in a bar under the site's head; on a phone a row that scrolls. */
export function AdminNavigation() {
  const words = adminMessages.value;
  const { path } = useLocation();
  const bar = useRef<HTMLElement>(null);
  const isHere = (href: string) => path === href || (href !== '/admin' && path.startsWith(`${href}/`));
  useEffect(() => {
    bar.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [path]);
  return (
    <nav class="admin-bar" aria-label={words.menu} ref={bar}>
      <div class="admin-bar-inner">
        {(Object.keys(sections) as Array<keyof typeof sections>).map((section) => (
          <a key={section} href={sections[section]} aria-current={isHere(sections[section]) ? 'page' : undefined}>
            {words.sections[section]}
          </a>
        ))}
      </div>
    </nav>
  );
}
