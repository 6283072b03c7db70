import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HttpResponse, ResponseParser } from './response-parser.ts';

function parse(...chunks: (string | Buffer)[]): { responses: HttpResponse[]; isIdle: boolean } {
  const responses: HttpResponse[] = [];
  const parser = new ResponseParser((response) => responses.push(response));
  for (const chunk of chunks) parser.push(Buffer.from(chunk));
  return { responses, isIdle: parser.isIdle };
}

const granted =
  'HTTP/1.1 201 Created\r\ncontent-type: application/json\r\nContent-Length: 21\r\n\r\n{"outcome":"granted"}';
const busy = 'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}';
const stream = Buffer.from(
  `${granted}HTTP/1.1 204 No Content\r\n\r\n${busy}HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n"서울"`,
);
const wanted: HttpResponse[] = [
  { status: 201, retryAfterSeconds: null, closes: false, body: '{"outcome":"granted"}' },
  { status: 204, retryAfterSeconds: null, closes: false, body: '' },
  { status: 503, retryAfterSeconds: 2, closes: true, body: '{}' },
  { status: 200, retryAfterSeconds: null, closes: false, body: '"서울"' },
];

describe('responses', () => {
  it('are read from one chunk', () => {
    expect(parse(stream)).toEqual({ responses: wanted, isIdle: true });
  });

  it('are the same however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: stream.length }), { maxLength: 12 }), (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), stream.length];
        const chunks = edges.slice(1).map((end, index) => stream.subarray(edges[index], end));
        expect(parse(...chunks)).toEqual({ responses: wanted, isIdle: true });
      }),
    );
  });

  it('are the same byte by byte', () => {
    expect(parse(...[...stream].map((byte) => Buffer.from([byte])))).toEqual({ responses: wanted, isIdle: true });
  });

  it('are not reported before their last byte', () => {
    expect(parse(granted.slice(0, -1))).toEqual({ responses: [], isIdle: false });
  });

  it('skip interim answers', () => {
    expect(parse(`HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n${granted}`).responses).toEqual([wanted[0]]);
  });

  it.each([
    ['no HTTP', 'SSH-2.0-OpenSSH\r\n\r\n', 'not an HTTP response'],
    ['a body without a length', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n', 'no content-length'],
    ['an endless head', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(70_000)}`, 'longer than 64 KiB'],
  ])('are refused when there is %s', (_what, bytes, message) => {
    expect(() => parse(bytes)).toThrow(message);
  });
});
