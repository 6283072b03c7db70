import { useEffect } from 'preact/hooks';
import { useLocation } from 'preact-iso/router';
import { answerOf } from '../claims/grant-answer.ts';
import { WinTicket } from '../claims/WinTicket.tsx';
import { Icon } from '../design/Icon.tsx';
import { grantPath } from '../grants/grant.ts';
import { messages } from '../language/language.ts';
import { closeOffer, offers } from './offers.ts';

/** The turn in a line has come, wherever on the site its owner is: it lies on top until it is seen to. */
export function OfferToasts() {
  const words = messages.value.line;
  const { path } = useLocation();
  const shown = offers.value.filter(({ grant }) => !isSeenAt(path, grant.dropId, grantPath(grant)));
  useEffect(() => {
    for (const offer of offers.value) if (!shown.includes(offer)) closeOffer(offer.grant.id);
  }, [path, offers.value]);
  return (
    <div class="offers" role="alert">
      {shown.map(({ grant, isFresh = false }) => (
        <section key={grant.id} class="stage offer" data-mood="won" aria-label={words.yourTurn}>
          <p class="offer-title">{grant.title}</p>
          <WinTicket title={words.yourTurn} kind={grant.kind} stock={null} answer={{ ...answerOf(grant), isFresh }} />
          <button type="button" class="offer-close" aria-label={words.close} onClick={() => closeOffer(grant.id)}>
            <Icon name="cross" />
          </button>
        </section>
      ))}
    </div>
  );
}

/** Where the board itself celebrates, or the unit itself lies, nothing needs to lie on top. */
function isSeenAt(path: string, dropId: string, ownPath: string): boolean {
  return path === `/drops/${dropId}` || path === ownPath;
}
