import { describe, expect, it } from 'vitest';
import type { Database } from '../database/database.ts';
import { Sessions } from './sessions.ts';
import { SignInAttempts } from './sign-in-attempts.ts';
import { AccessTokens } from './tokens.ts';

const HOUR_MS = 3_600_000;
const SESSION_ID = 'a'.repeat(22);
const SPENT_REFRESH_TOKEN = `${SESSION_ID}.${'b'.repeat(43)}`;

/** A database with one session, or none. No refresh token is the current one. */
function sessionsOf({ known, endedAtMs = Date.now() }: { known: boolean; endedAtMs?: number }) {
  const database = {
    async query(text: string, parameters: unknown[]) {
      if (text.includes('as found')) return [{ found: known && parameters[0] === SESSION_ID }];
      if (text.includes('make_interval(secs => $1)')) {
        const isRecent = endedAtMs > Date.now() - Number(parameters[0]) * 1000;
        return isRecent ? [{ id: SESSION_ID, ended_at: new Date(endedAtMs) }] : [];
      }
      return [];
    },
  } as unknown as Database;
  const tokens = new AccessTokens('a secret of at least thirty-two characters');
  const sessions = new Sessions(database, tokens, new SignInAttempts());
  const ended: string[] = [];
  sessions.onEnded((sessionId) => ended.push(sessionId));
  return { sessions, tokens, ended };
}

describe('a spent refresh token', () => {
  it('ends its session', async () => {
    const { sessions, tokens, ended } = sessionsOf({ known: true });
    const token = tokens.issue({ id: '7', role: 'buyer' }, SESSION_ID);
    await expect(sessions.refresh(SPENT_REFRESH_TOKEN)).rejects.toMatchObject({ code: 'session_ended' });
    expect(tokens.identify(token)).toBeUndefined();
    expect(ended).toEqual([SESSION_ID]);
  });

  it('leaves no trace when its session was invented', async () => {
    const { sessions, tokens, ended } = sessionsOf({ known: false });
    await expect(sessions.refresh(SPENT_REFRESH_TOKEN)).rejects.toMatchObject({ code: 'session_ended' });
    expect(tokens.endedSessions).toBe(0);
    expect(ended).toEqual([]);
  });
});

it('a session that ended hours before a restart stays ended: a token of a load test lives a day', async () => {
  const { sessions, tokens } = sessionsOf({ known: true, endedAtMs: Date.now() - 23 * HOUR_MS });
  const token = tokens.issue({ id: '7', role: 'buyer' }, SESSION_ID, 24 * 60 * 60);
  await sessions.recall();
  expect(tokens.identify(token)).toBeUndefined();
});
