import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Identity } from '../accounts/account.ts';
import { Hub, type HubParts } from './hub.ts';
import { CLOSE, type Listener } from './listener.ts';
import { Outflow } from './outflow.ts';
import type { Packet } from './packet.ts';
import { PersonalStream } from './personal-stream.ts';

/** A connection whose client answers no Close frame: it is closed, and stays. */
class Stayer implements Listener {
  readonly address = '203.0.113.7';
  identity: Identity | undefined;
  heardAtMs = 0;
  watched: readonly string[] = [];
  unknownDrops = 0;
  unsentBytes = 0;
  readonly outflow = new Outflow();
  readonly told: string[] = [];
  closedWith: number | undefined;
  readonly #hub: Hub;
  readonly stream = new PersonalStream(
    { position: 0, replay: () => Promise.reject(new Error('not asked for here')) },
    { began() {}, tell: (packet) => this.tell(packet), overrun() {} },
  );

  constructor(hub: Hub, accountId?: string) {
    this.#hub = hub;
    hub.enter(this);
    if (accountId === undefined) return;
    this.identity = { accountId, role: 'buyer', sessionId: `s${accountId}`, expiresAtMs: 60_000 };
    hub.identified(this, undefined);
    this.stream.begin(accountId, undefined);
  }

  isStuck(): boolean {
    return this.outflow.isStuck(this.unsentBytes);
  }
  send(message: string): void {
    this.told.push(message);
  }
  sendPacket({ text }: Packet): void {
    this.told.push(text);
  }
  tell({ text }: Packet): void {
    this.told.push(text);
  }
  close(code: number): void {
    if (this.closedWith !== undefined) return;
    this.closedWith = code;
    this.#hub.retire(this);
  }
}

const openHub = (parts: Partial<HubParts> = {}) => {
  let endSession: (sessionId: string) => void = () => {};
  const hub = new Hub({
    sessions: {
      onEnded: (listener) => {
        endSession = listener;
      },
    },
    liveView: { leave() {} },
    ...{ listenersMax: 1_000, perUserMax: 3, perAddressMax: 1_000, ...parts },
  });
  hub.start();
  return { hub, endSession: (sessionId: string) => endSession(sessionId) };
};

describe('the hub', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('holds an account to its number, also when those that it closes do not go', () => {
    const { hub } = openHub();
    const stayers = Array.from({ length: 40 }, () => new Stayer(hub, '7'));
    expect(stayers.filter(({ closedWith }) => closedWith === CLOSE.tooMany)).toHaveLength(37);
    hub.tellUser('7', '{"type":"outcome"}');
    hub.deliver([1, '7', '{"type":"grant"}']);
    expect(stayers.map(({ told }) => told.length).filter(Boolean)).toEqual([2, 2, 2]);
  });

  it('counts whom it has closed among the places until they have gone', () => {
    const { hub, endSession } = openHub({ listenersMax: 2, perAddressMax: 2 });
    const [one] = [new Stayer(hub, '7'), new Stayer(hub, '7')];
    expect(hub.refusal('203.0.113.7')).toBe(CLOSE.full);
    endSession('s7');
    expect([hub.size, hub.users, hub.refusal('203.0.113.7')]).toEqual([2, 0, CLOSE.full]);
    hub.leave(one);
    hub.leave(one);
    expect([hub.size, hub.refusal('203.0.113.7')]).toEqual([1, undefined]);
  });

  it('closes after about ten seconds whom nothing reaches, and not who reads slowly', () => {
    const { hub } = openHub();
    const [idle, slow, stuck] = [new Stayer(hub), new Stayer(hub), new Stayer(hub)];
    for (const listener of [slow, stuck]) {
      listener.outflow.wrote(50_000);
      listener.unsentBytes = 40_000;
    }
    for (let second = 1; second <= 10; second += 1) {
      vi.advanceTimersByTime(1_000);
      // More is written to both all the time.
      for (const listener of [slow, stuck]) {
        listener.outflow.wrote(1_000);
        listener.unsentBytes += 1_000;
      }
      if (second % 5 === 0) slow.unsentBytes -= 100;
      expect(stuck.closedWith).toBeUndefined();
    }
    vi.advanceTimersByTime(1_000);
    expect([idle, slow, stuck].map(({ closedWith }) => closedWith)).toEqual([undefined, undefined, CLOSE.tooSlow]);
  });

  it('closes those for whom the most waits when too much waits for all', () => {
    const { hub } = openHub({ unsentBytesMax: 1_000 });
    const listeners = [100, 500, 300, 400].map((unsentBytes) => Object.assign(new Stayer(hub), { unsentBytes }));
    vi.advanceTimersByTime(1_000);
    expect(listeners.map(({ closedWith }) => closedWith)).toEqual([undefined, CLOSE.tooSlow, undefined, undefined]);
    vi.advanceTimersByTime(1_000);
    expect(listeners.filter(({ closedWith }) => closedWith !== undefined)).toHaveLength(1);
  });

  it('replays nothing more to whose session has ended, before the answer of the database or between two slices', async () => {
    const { hub, endSession } = openHub();
    const told: number[] = [];
    const left: (() => void)[] = [];
    const answers: (() => void)[] = [];
    const long = JSON.stringify({ type: 'notification', text: 'x'.repeat(5_000) });
    const replay = { complete: true, messages: [4, 5, 6].map((number) => [number, long] as const), head: 6 };
    const members = ['7', '8'].map((accountId) => {
      const stream = new PersonalStream(
        { position: 6, replay: () => new Promise((resolve) => answers.push(() => resolve(replay))) },
        {
          began() {},
          tell(packet, whenSent) {
            told.push(Number(packet.cursor));
            if (whenSent) left.push(whenSent);
          },
          overrun() {},
        },
      );
      const member = Object.assign(new Stayer(hub, accountId), { stream });
      stream.begin(accountId, 3);
      return member;
    });
    endSession('s7');
    for (const answer of answers) answer();
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual([4]);
    left[0]?.();
    expect(told).toEqual([4, 5]);
    endSession('s8');
    left[1]?.();
    expect(told).toEqual([4, 5]);
    expect(members.map(({ closedWith }) => closedWith)).toEqual([CLOSE.sessionEnded, CLOSE.sessionEnded]);
  });

  it('closes whose token has expired', () => {
    const { hub } = openHub();
    const [guest, member] = [new Stayer(hub), new Stayer(hub, '7')];
    vi.advanceTimersByTime(61_000);
    expect([guest.closedWith, member.closedWith]).toEqual([undefined, CLOSE.unauthenticated]);
  });

  it('lets members begin anew, and leaves guests alone', () => {
    const { hub } = openHub();
    const [guest, member] = [new Stayer(hub), new Stayer(hub, '7')];
    hub.restartMembers();
    expect([guest.closedWith, member.closedWith]).toEqual([undefined, CLOSE.restart]);
  });
});
