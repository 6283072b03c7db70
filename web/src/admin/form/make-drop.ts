/**
 * Making one drop, of one form, once.
 *
 *   unmade --sent, with the form's own key--> made
 *   unmade --refused--> unmade, and the next is another request
 *   unmade --no answer after many attempts--> perhaps made: the same request again, as it was sent first
 *   made or perhaps made, and the form has changed since --> what changed is changed in the drop, too
 */
import { requestAsMember } from '../../accounts/session.ts';
import { newRequestId } from '../../claims/claim.ts';
import type { Drop } from '../../drops/drop.ts';
import { isAnswer, pressOnce } from '../../http/press-once.ts';
import { bodyOf, changesBetween, type Draft } from './draft.ts';

/** For one form. Throws what `pressOnce` throws. */
export function dropMaker(onRepeat: () => void): (draft: Draft) => Promise<Drop> {
  const subject = `drop ${newRequestId()}`;
  let sent: { draft: Draft; body: Record<string, unknown> } | null = null;
  let made: Drop | null = null;

  async function make(body: Record<string, unknown>): Promise<Drop> {
    try {
      return await pressOnce<Drop>('/v1/drops', { subject, method: 'POST', body, onRepeat });
    } catch (error) {
      if (isAnswer(error)) sent = null;
      throw error;
    }
  }

  return async (draft) => {
    sent ??= { draft, body: bodyOf(draft) };
    const { draft: first, body } = sent;
    made ??= await make(body);
    const changes = changedSince(first, draft);
    if (Object.keys(changes).length > 0) {
      made = await requestAsMember<Drop>(`/v1/drops/${made.id}`, { method: 'PATCH', body: changes });
      sent = { draft, body };
    }
    return made;
  };
}

function changedSince(first: Draft, draft: Draft): Record<string, unknown> {
  const changes = changesBetween(first, draft);
  // "At once" was the moment of the first press, and is no other one now.
  if (first.opens === 'now' && draft.opens === 'now') delete changes['opensAt'];
  return changes;
}
