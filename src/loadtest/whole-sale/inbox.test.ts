import { describe, expect, it } from 'vitest';
import { Inbox, type News } from './inbox.ts';

const never = new AbortController().signal;
const offer = (id: string) => ({ type: 'grant', because: 'offered', grant: { id, state: 'held', holdUntil: '' } });
const idOf = (news: News) => (news.type === 'grant' ? news.grant.id : undefined);

function open(): { inbox: Inbox; heard: News[] } {
  const heard: News[] = [];
  return { inbox: new Inbox((news) => heard.push(news)), heard };
}

describe('an inbox', () => {
  it('keeps what comes before somebody waits for it, in order, and gives each once', async () => {
    const { inbox } = open();
    for (const id of ['7-1', '7-2']) inbox.onMessage(offer(id));
    expect(await inbox.next(idOf, 0, never)).toBe('7-1');
    expect(await inbox.next(idOf, 0, never)).toBe('7-2');
    expect(await inbox.next(idOf, 0, never)).toBeNull();
  });

  it('gives what comes to who waits for it, and keeps the rest', async () => {
    const { inbox, heard } = open();
    const waited = inbox.next((news) => (news.type === 'payment' ? news.payment.state : undefined), 1000, never);
    inbox.onMessage(offer('7-1'));
    inbox.onMessage({ type: 'payment', payment: { id: 'p', state: 'succeeded', failure: null } });
    expect(await waited).toBe('succeeded');
    expect(await inbox.next(idOf, 0, never)).toBe('7-1');
    expect(heard).toHaveLength(2);
  });

  it('tells that the socket was lost', async () => {
    const { inbox } = open();
    const waited = inbox.next((news) => news.type, 1000, never);
    inbox.onReopened();
    expect(await waited).toBe('reopened');
  });

  it('leaves out what it cannot read, and what is no news', async () => {
    const { inbox, heard } = open();
    inbox.onMessage({ type: 'line', position: 3 });
    inbox.onMessage({ type: 'grant', because: 'offered', grant: null });
    inbox.onMessage({ type: 'payment', payment: 'rubbish' });
    expect(heard).toEqual([]);
  });

  it('rejects when the sale is over', async () => {
    const { inbox } = open();
    const over = new AbortController();
    const waited = inbox.next(idOf, 1000, over.signal);
    over.abort(new Error('over'));
    await expect(waited).rejects.toThrow('over');
    expect(() => inbox.next(idOf, 1000, over.signal)).toThrow('over');
  });
});
