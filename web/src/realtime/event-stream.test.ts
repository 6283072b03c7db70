import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventStreamParser } from './live-client.ts';

type Event = [type: string, data: string];

function parsed(pieces: readonly string[]): Event[] {
  const events: Event[] = [];
  const parse = eventStreamParser((type, data) => events.push([type, data]));
  for (const piece of pieces) parse(piece);
  return events;
}

test.each<[string, string, Event[]]>([
  ['an event', 'data: a\n\n', [['message', 'a']]],
  ['several lines of data', 'data: a\ndata:b\ndata\n\n', [['message', 'a\nb\n']]],
  ['only the first space is taken away', 'data:  a \n\n', [['message', ' a ']]],
  ['a type and an id', 'event: close\nid: 7\ndata: a\n\n', [['close', 'a']]],
  [
    'a type counts for one event',
    'event: close\ndata: a\n\ndata: b\n\n',
    [
      ['close', 'a'],
      ['message', 'b'],
    ],
  ],
  ['comments and unknown fields', ': hello\nretry: 5\nnovelty: 1\ndata: a\n:\n\n', [['message', 'a']]],
  ['without data there is no event', 'event: close\n\n\n\nid: 5\n\n', []],
  ['one that has not ended yet', 'data: a\n', []],
  ['line separators that are none here', 'data: a\u2028b\u0085\n\n', [['message', 'a\u2028b\u0085']]],
])('%s', (_name, text, events) => {
  expect(parsed([text])).toEqual(events);
  expect(parsed([...text])).toEqual(events);
  expect(parsed([text.replaceAll('\n', '\r\n')])).toEqual(events);
  expect(parsed([...text.replaceAll('\n', '\r\n')])).toEqual(events);
  expect(parsed([...text.replaceAll('\n', '\r')])).toEqual(events);
});

/** Data has no line ends of its own: JSON escapes them. */
const data = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/[\r\n]/.test(text));

test('wherever its bytes are cut, the same events come out', () => {
  const lineEnd = fc.constantFrom('\n', '\r\n', '\r');
  const written = fc.array(fc.tuple(data, lineEnd, fc.boolean()), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(written, fc.array(fc.nat(200), { maxLength: 20 }), (events, cuts) => {
      const text = events.map(([value, end, isCommented]) => {
        const comment = isCommented ? `: 한국어 🎟${end}` : '';
        return `${comment}data: ${value}${end}${end}`;
      });
      const bytes = new TextEncoder().encode(text.join(''));
      const decoder = new TextDecoder();
      const places = [
        0,
        ...cuts.map((cut) => cut % (bytes.length + 1)).sort((left, right) => left - right),
        bytes.length,
      ];
      const pieces = places.map((place, index) =>
        decoder.decode(bytes.slice(place, places[index + 1] ?? place), { stream: true }),
      );
      expect(parsed(pieces)).toEqual(events.map(([value]) => ['message', value]));
    }),
  );
});
