import { render } from 'preact';
import './design/tokens.css';
import './design/base.css';
import './design/controls.css';
import './design/forms.css';
import './shell/shell.css';
import './shell/menu.css';
import './drops/cards.css';
import './drops/board.css';
import './drops/drop-page.css';
import './claims/stage.css';
import './claims/press.css';
import './claims/win.css';
import './line/line.css';
import './design/fingers.css';
import './design/forced-colors.css';
import { startSession } from './accounts/session.ts';
import { Application } from './application.tsx';
import { startClaims } from './claims/claims.ts';
import { startDrops } from './drops/drop-store.ts';
import { startLanguage } from './language/language.ts';
import { startLines } from './line/line-store.ts';
import { startOffers } from './line/offers.ts';
import { startUnread } from './notifications/unread.ts';
import { startConnection } from './realtime/connection.ts';
import { readSession, writeSession } from './storage/storage.ts';

// After a deploy an old page asks for files that are gone: a reload brings the new page, but never twice in a row. Without a network it would bring none.
addEventListener('vite:preloadError', async () => {
  const lastReload = Number(readSession('doorbuster.reload') ?? 0);
  if (Date.now() - lastReload < 60_000) return;
  const page = await fetch('/', { cache: 'no-store' }).catch(() => null);
  if (!page?.ok) return;
  writeSession('doorbuster.reload', String(Date.now()));
  location.reload();
});

startSession();
startConnection();
startDrops();
startClaims();
startLines();
startOffers();
startUnread();

// Everything that speaks to the server is on its way before there are words to show.
void startLanguage().then(() => {
  const root = document.getElementById('application');
  if (!root) return;
  // What stood here while the page came (index.html).
  root.textContent = '';
  render(<Application />, root);
});
