/** S14 to S17: how a socket ends, by its own doing. */
import { type Case, expectThat, NotTried, pause } from '../case.ts';
import { fewUnsentBytes, quickHeartbeat } from './needs.ts';
import { DeafSocket, maskedFrame } from './raw.ts';
import { CROWD_OF_DROPS, type Stage } from './stage.ts';
import { UNKNOWN_DROP } from './views.ts';

const SLACK_MS = 1_500;
/** What a busy machine is late by. */
const LATE_MS = 400;
const FRAME_BYTES_MAX = 4_096;
const UNKNOWN_DROPS_MAX = 200;
/** What two kernels may keep for a connection that nobody reads. */
const KERNEL_BYTES = 8 * 1024 * 1024;
const DEAF_SECONDS_MAX = 50;
const PINGED_SECONDS_MAX = 5;
const PINGS_AT_ONCE = 20;

const MALFORMED: readonly (readonly (string | Buffer)[])[] = [
  ['{', '7', 'null'],
  ['[]', '{}', '"ping"'],
  ['{"type":"dance"}', '{"type":7}', Buffer.from('{"type":"ping"}')],
  ['{"type":"watch"}', '{"type":"watch","dropIds":[7]}', '{"type":"watch","dropIds":"7"}'],
  ['{"type":"authenticate","token":7}', '{"type":"authenticate","cursor":7}', Buffer.from([1, 2, 3])],
  [
    '{"type":"claim","dropId":"1"}',
    '{"type":"claim","dropId":"1","requestId":"short"}',
    '{"type":"claim","dropId":{},"requestId":"request-1"}',
  ],
  [
    JSON.stringify({ type: 'watch', dropIds: Array.from({ length: 101 }, () => '1') }),
    '{"type":"claim","requestId":"request-1"}',
    '',
  ],
];

const TEXT_BEGINS = 0x01;
const RESERVED_BIT = 0xc1;
const BROKEN: readonly (readonly [what: string, code: number, bytes: Buffer])[] = [
  ['text that is not UTF-8', 1007, maskedFrame(Buffer.from([0xc3, 0x28]))],
  ['a frame with a reserved bit', 1002, maskedFrame('{"type":"ping"}', RESERVED_BIT)],
  ['a frame that is not masked', 1002, Buffer.from([0x81, 2, 0x7b, 0x7d])],
  [
    'a message over 4 KiB in frames that are smaller',
    1009,
    Buffer.concat([maskedFrame('x'.repeat(FRAME_BYTES_MAX), TEXT_BEGINS), maskedFrame('x', 0x80)]),
  ],
];
/** Of the two seconds: a busy machine is late. */
const CUT_OFF_MS = { least: 500, most: 4_000 } as const;

export const ENDS: readonly Case<Stage>[] = [
  {
    rule: 'S14',
    name: 'WebSocket pings come every heartbeatSeconds; who answers stays',
    pace: 'slow',
    async run(stage) {
      const heartbeatMs = await heartbeat(stage);
      const wire = await stage.guest();
      await pause(heartbeatMs * 3.4);
      expectThat(wire.isOpen, 'an open socket', wire.heard.describe());
      const times = wire.pingsAtMs;
      expectThat(times.length >= 2 && times.length <= 4, '2 to 4 pings in three heartbeats', `${times.length}`);
      const apartMs = (times[1] ?? 0) - (times[0] ?? 0);
      expectThat(
        Math.abs(apartMs - heartbeatMs) < heartbeatMs * 0.3 + LATE_MS,
        `${heartbeatMs} ms apart`,
        `${apartMs} ms`,
      );
    },
  },
  {
    rule: 'S14',
    name: 'who does not answer is ended by the next ping',
    pace: 'slow',
    async run(stage) {
      const heartbeatMs = await heartbeat(stage);
      const wire = await stage.socket(0, { answersPings: false });
      await wire.authenticate();
      const end = await wire.heard.when(() => wire.heard.end, { withinMs: heartbeatMs * 3 + SLACK_MS });
      expectThat(end !== undefined, 'an end by the ping after one that was not answered', 'none');
      const [firstPingMs] = wire.pingsAtMs;
      expectThat(firstPingMs !== undefined, 'a ping before the end', 'none');
      const afterMs = end.atMs - firstPingMs;
      // Life signs of its own, `authenticate` here, may count for the first one.
      expectThat(afterMs > heartbeatMs * 0.5, 'time to answer', `${afterMs} ms after the ping`);
      expectThat(afterMs < heartbeatMs * 2 + SLACK_MS, 'an end by the next ping', `${afterMs} ms after the ping`);
    },
  },
  ...MALFORMED.map((frames, place) => ({
    rule: 'S15',
    name: `malformed: ${frames.map((frame) => (Buffer.isBuffer(frame) ? 'a binary frame' : frame.slice(0, 50) || 'an empty frame')).join('  ')}`,
    async run(stage: Stage) {
      const wire = await stage.socket();
      if (place % 2 === 0) await wire.authenticate();
      for (const [number, frame] of frames.entries()) {
        if (number === 2) await wire.ping();
        await wire.ask(frame, { type: 'error', code: 'invalid_request' });
      }
      await wire.closed([4400], 3_000);
    },
  })),
  {
    rule: 'S15',
    name: 'a frame of 4 KiB is heard, one of a byte more closes with 1009',
    async run(stage) {
      const wire = await stage.guest();
      await wire.ask(pingOf(FRAME_BYTES_MAX), { type: 'pong' });
      await wire.send(pingOf(FRAME_BYTES_MAX + 1));
      await wire.closed([1009], 3_000);
    },
  },
  ...BROKEN.map(([what, code, bytes]) => ({
    rule: 'S15',
    name: `${what} closes with ${code}`,
    async run(stage: Stage) {
      const socket = await DeafSocket.open(stage.node());
      stage.keep(socket);
      socket.write(bytes);
      const came = await socket.readToTheEnd(3_000);
      expectThat(came === code, `a close with ${code}`, came ?? 'an open socket');
    },
  })),
  {
    rule: 'S16',
    name: 'more messages in a second than the setting close with 4429, less than that do not',
    async run(stage) {
      const { messagesPerSecond } = stage.settings;
      const wire = await stage.guest();
      await pause(1_100);
      const fewer = Math.max(1, Math.floor(messagesPerSecond * 0.8));
      for (let count = 0; count < fewer; count += 1) await wire.send({ type: 'ping' });
      const pongs = () => wire.messages.filter(({ type }) => type === 'pong').length;
      await wire.heard.when(() => (pongs() >= fewer ? true : undefined), { whileOpen: true });
      expectThat(wire.isOpen && pongs() === fewer, `${fewer} pongs`, `${pongs()}, open: ${wire.isOpen}`);
      await pause(1_100);
      for (let count = 0; count < messagesPerSecond * 2 + 2; count += 1) await wire.send({ type: 'ping' });
      await wire.closed([4429], 3_000);
    },
  },
  {
    rule: 'S16',
    name: 'WebSocket pings count as messages',
    async run(stage) {
      const { messagesPerSecond } = stage.settings;
      const wire = await stage.guest();
      // On a busy machine a second may end in between.
      for (let tries = 0; wire.isOpen && tries < PINGED_SECONDS_MAX; tries += 1) {
        await pause(1_100);
        for (let count = 0; count < messagesPerSecond * 0.95; count += 1) await wire.send({ type: 'ping' });
        for (let sent = 0; wire.isOpen && sent < messagesPerSecond * 0.1 + 5; ) {
          // Who sends more than can be answered at once is torn.
          const due = sent + PINGS_AT_ONCE;
          const answered = wire.pongs + PINGS_AT_ONCE;
          for (; sent < due; sent += 1) await wire.sendPing();
          await wire.heard.when(() => (wire.pongs >= answered ? true : undefined), {
            whileOpen: true,
            withinMs: 1_000,
          });
        }
      }
      await wire.closed([4429], 2_000);
    },
  },
  {
    rule: 'S16',
    name: 'a `watch` counts once, and once more for every ten drops',
    async run(stage) {
      const { messagesPerSecond } = stage.settings;
      const dropIds = await stage.shop.crowdOfDrops();
      const weight = 1 + CROWD_OF_DROPS / 10;
      const wire = await stage.guest();
      await pause(1_100);
      const count = Math.floor(messagesPerSecond * 0.8);
      expectThat(count * weight > messagesPerSecond, 'enough messages', count);
      for (let number = 0; number < count; number += 1) await wire.send({ type: 'watch', dropIds });
      await wire.closed([4429], 3_000);
    },
  },
  {
    rule: 'S16',
    name: 'an `authenticate` as another account than before counts as eleven when its cursor must be looked up, but for the first',
    async run(stage) {
      const { messagesPerSecond } = stage.settings;
      const [person, dropId] = await Promise.all([stage.person(), stage.drop()]);
      // From here on there is a message, and nobody is at the beginning.
      await person.win(stage.node(), dropId);
      const token = await person.token();
      const wire = await stage.socket();
      const pairs = async (count: number): Promise<void> => {
        for (let number = 0; number < count; number += 1) {
          await wire.send({ type: 'authenticate' });
          await wire.send({ type: 'authenticate', token, cursor: '0' });
        }
      };
      const weight = 1 + 11;
      const fewer = Math.floor((messagesPerSecond * 0.8) / weight);
      await pairs(Math.max(1, fewer));
      await wire.ping();
      await pause(1_100);
      const more = Math.floor(messagesPerSecond * 0.4);
      if (more * weight <= messagesPerSecond + weight) throw new NotTried('too few messages in a second');
      await pairs(more);
      await wire.closed([4429], 3_000);
    },
  },
  {
    rule: 'S16',
    name: 'more than 200 unknown drops close with 4429, 200 do not',
    async run(stage) {
      const { messagesPerSecond } = stage.settings;
      const size = Math.min(100, Math.max(1, (Math.floor(messagesPerSecond * 0.8) - 1) * 10));
      const wire = await stage.guest();
      let asked = 0;
      while (asked < UNKNOWN_DROPS_MAX) {
        const dropIds = Array.from({ length: Math.min(size, UNKNOWN_DROPS_MAX - asked) }, (_, place) =>
          unknown(asked + place),
        );
        asked += dropIds.length;
        await wire.send({ type: 'watch', dropIds });
        await wire.heard.next({ type: 'error', code: 'drop_not_found', dropId: unknown(asked - 1) });
        await pause(1_100);
      }
      await wire.ping();
      await wire.send({ type: 'watch', dropIds: [unknown(asked), unknown(asked + 1)] });
      await wire.closed([4429], 3_000);
    },
  },
  {
    rule: 'S17',
    name: 'who does not read is closed with 4408 or 1006, and nobody else waits for that',
    pace: 'slow',
    needs: fewUnsentBytes,
    async run(stage) {
      const { messagesPerSecond, unsentBytes } = stage.settings;
      const dropIds = await stage.shop.crowdOfDrops();
      const other = await stage.guest();
      const answer = await other.ask({ type: 'watch', dropIds }, { type: 'drop' });
      const answerBytes = JSON.stringify(answer).length * CROWD_OF_DROPS;
      const perSecond = (messagesPerSecond * 0.7) / (1 + CROWD_OF_DROPS / 10);
      const seconds = Math.min(DEAF_SECONDS_MAX, (unsentBytes + KERNEL_BYTES) / (answerBytes * perSecond));
      const deaf = await DeafSocket.open(stage.node());
      stage.keep(deaf);
      deaf.send({ type: 'authenticate' });
      const startedMs = performance.now();
      let sent = 0;
      while (performance.now() - startedMs < seconds * 1000 && !deaf.isTorn) {
        const due = Math.floor(((performance.now() - startedMs) / 1000) * perSecond);
        // Never two seconds' worth at once, when this machine was slow.
        sent = Math.max(sent, due - Math.ceil(perSecond / 4));
        for (; sent < due; sent += 1) deaf.send({ type: 'watch', dropIds });
        deaf.pong();
        await pause(20);
        if (sent % 50 === 0) await other.ping(1_500);
      }
      const code = deaf.isTorn ? 1006 : await deaf.readToTheEnd(5_000);
      const afterMb = ((answerBytes * sent) / 1024 / 1024).toFixed(1);
      expectThat(
        code === 4408 || code === 1006,
        `4408 or 1006 after ${afterMb} MiB that nobody reads`,
        code ?? 'an open socket',
      );
      await other.ping(1_500);
    },
  },
  {
    rule: 'S24',
    name: 'who does not answer a Close frame is cut off after two seconds',
    pace: 'slow',
    async run(stage) {
      const socket = await DeafSocket.open(stage.node());
      stage.keep(socket);
      socket.send({ type: 'authenticate', token: 'no-token' });
      const afterMs = await socket.cutOffAfterMs(8_000);
      const expected = 'an end two seconds after the Close frame';
      expectThat(afterMs !== undefined, expected, 'an open connection');
      expectThat(afterMs > CUT_OFF_MS.least && afterMs < CUT_OFF_MS.most, expected, `${Math.round(afterMs)} ms`);
    },
  },
];

async function heartbeat(stage: Stage): Promise<number> {
  const seconds = await stage.shop.heartbeatSeconds();
  const reason = quickHeartbeat(seconds);
  if (reason !== undefined) throw new NotTried(reason);
  return seconds * 1000;
}

function unknown(number: number): string {
  return String(UNKNOWN_DROP + 1_000 + number);
}

/** A ping of so many bytes; unknown members are nothing wrong. */
function pingOf(bytes: number): string {
  const text = '{"type":"ping","filler":""}';
  return `{"type":"ping","filler":"${'x'.repeat(bytes - text.length)}"}`;
}
