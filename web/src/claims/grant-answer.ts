import type { Grant } from '../grants/grant.ts';
import type { ClaimAnswer } from '../realtime/messages.ts';
import type { Answer } from './claim.ts';

/** A unit in hand, however it came there, shown as the answer to the press that won it. */
export function answerOf(grant: Grant): ClaimAnswer & Pick<Answer, 'grantState' | 'isPaying'> {
  const { id, dropId, serial, arrival, code, validUntil, holdUntil, state, paying } = grant;
  return {
    requestId: `grant-${id}`,
    outcome: 'granted',
    grantId: id,
    ...{ dropId, serial, arrival, code, validUntil, holdUntil },
    grantState: state,
    isPaying: paying,
  };
}
