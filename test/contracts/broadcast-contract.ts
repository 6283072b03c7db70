/** What processes rely on when they tell each other something, with as many processes as the adapter serves. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Broadcast } from '../../src/fleet/broadcast.ts';

/** `open` gives one end for each process of a fleet; all are connected. */
export function broadcastContract(adapter: string, open: () => Promise<readonly Broadcast[]>): void {
  describe(`contract: broadcast on ${adapter}`, () => {
    let processes: readonly Broadcast[];
    let channels = 0;

    beforeAll(async () => {
      processes = await open();
    });
    afterAll(() => Promise.all(processes.map((process) => process.close())));

    /** What each process has heard on a new channel. */
    async function listen(): Promise<{ channel: string; heard: string[][] }> {
      channels += 1;
      const channel = `channel-${channels}`;
      const heard = processes.map((): string[] => []);
      await Promise.all(
        processes.map((process, place) => process.subscribe(channel, (text) => heard[place]?.push(text))),
      );
      return { channel, heard };
    }

    /** When all have heard the end, whatever was told before has come. */
    async function tellTheEnd(): Promise<void> {
      const { channel, heard } = await listen();
      for (const process of processes) process.publish(channel, 'end');
      const others = processes.length - 1;
      await expect.poll(() => heard.map(({ length }) => length)).toEqual(heard.map(() => others));
    }

    it('is heard by all others in the order of telling, and not by oneself', async () => {
      const { channel, heard } = await listen();
      const texts = Array.from({ length: 200 }, (_, number) => `told ${number} `);
      for (const text of texts) processes[0]?.publish(channel, text);
      await tellTheEnd();
      expect(heard).toEqual(processes.map((_, place) => (place === 0 ? [] : texts)));
    });

    it('brings any text as it is', async () => {
      const { channel, heard } = await listen();
      const texts = ['', ' ', '{"a":"ä😀\\n"}', 'line\r\nline', 'x'.repeat(100_000)];
      for (const text of texts) processes[0]?.publish(channel, text);
      await tellTheEnd();
      for (const others of heard.slice(1)) expect(others).toEqual(texts);
    });

    it('keeps channels apart, and tells all who listen on one', async () => {
      const [one, other] = [await listen(), await listen()];
      const again: string[] = [];
      for (const process of processes) await process.subscribe(one.channel, (text) => again.push(text));
      processes[0]?.publish(one.channel, 'one');
      await tellTheEnd();
      const others = processes.slice(1);
      expect(one.heard.slice(1)).toEqual(others.map(() => ['one']));
      expect(again).toEqual(others.map(() => 'one'));
      expect(other.heard).toEqual(processes.map(() => []));
    });

    it('goes on when a listener throws', async () => {
      const { channel, heard } = await listen();
      for (const process of processes) {
        await process.subscribe(channel, () => {
          throw new Error('a listener of the tests fails');
        });
      }
      processes[0]?.publish(channel, 'one');
      processes[0]?.publish(channel, 'two');
      await tellTheEnd();
      for (const others of heard.slice(1)) expect(others).toEqual(['one', 'two']);
      expect(processes.map(({ connected }) => connected)).toEqual(processes.map(() => true));
    });

    it('is silent after it was closed, and does not mind', async () => {
      const fleet = await open();
      const heard: string[] = [];
      for (const process of fleet) await process.subscribe('closing', (text) => heard.push(text));
      await Promise.all(fleet.map((process) => process.close()));
      for (const process of fleet) process.publish('closing', 'too late');
      await tellTheEnd();
      expect(heard).toEqual([]);
    });
  });
}
