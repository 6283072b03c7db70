import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { EXAMPLE_PICTURES as examples } from './example-pictures.ts';
import { sniff } from './sniff.ts';

const { jpeg, png, lossyWebp, losslessWebp, translucentWebp, avif } = examples;
const all = Object.entries(examples);

const big = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const little = (value: number) => big(value).reverse();
const chunk = (name: string, data: Buffer) => {
  const named = Buffer.concat([Buffer.from(name), data]);
  return Buffer.concat([big(data.length), named, big(crc32(named))]);
};
const box = (name: string, ...parts: Buffer[]) => {
  const data = Buffer.concat(parts);
  return Buffer.concat([big(8 + data.length), Buffer.from(name), data]);
};
const riff = (...parts: Buffer[]) => {
  const data = Buffer.concat([Buffer.from('WEBP'), ...parts]);
  return Buffer.concat([Buffer.from('RIFF'), little(data.length), data]);
};
const part = (name: string, data: Buffer) => Buffer.concat([Buffer.from(name), little(data.length), data]);
const replaced = (bytes: Buffer, at: number, value: number) => {
  const copy = Buffer.from(bytes);
  copy[at] = value;
  return copy;
};

describe('a picture', () => {
  it.each(all)('%s is known by its bytes, and measured', (name, { type, bytes }) => {
    const width = name === 'avif' ? 2 : 3;
    expect(sniff(bytes)).toEqual({ type, measures: { width, height: 2, length: bytes.length } });
  });

  it.each(all)('%s that ends in the middle is damaged, wherever it ends', (_name, { bytes }) => {
    for (let length = 0; length < bytes.length; length += 1) {
      expect(sniff(bytes.subarray(0, length))?.measures, `${length} bytes`).toBeUndefined();
    }
  });

  it.each([
    ['JPEG', jpeg],
    ['PNG', png],
    ['WebP', lossyWebp],
    ['WebP with a canvas', translucentWebp],
  ])('%s keeps nothing that stands behind its end', (_name, { bytes }) => {
    for (const more of ['<script>alert(1)</script>', 'PK\x03\x04', '\xff\xd8\xff\xe0 another'.repeat(3)]) {
      const measures = sniff(Buffer.concat([bytes, Buffer.from(more, 'latin1')]))?.measures;
      expect(measures?.length).toBe(bytes.length);
    }
  });

  it('AVIF has nothing behind its end', () => {
    expect(sniff(Buffer.concat([avif.bytes, Buffer.from('<script>alert(1)</script>')]))).toEqual({
      type: 'image/avif',
      measures: undefined,
    });
  });

  it.each([
    ['nothing', ''],
    ['a page', '<!doctype html><title>A page of some length</title>'],
    ['a drawing that is a program', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
    ['a GIF', 'GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff;'],
    ['a PDF', '%PDF-1.7 and then some more'],
    ['an archive', 'PK\x03\x04 and then some more'],
    ['a HEIC', '\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic'],
    ['a film', '\x00\x00\x00\x18ftypisom\x00\x00\x00\x00mp41isom'],
    ['a sound', 'RIFF\x24\x00\x00\x00WAVEfmt \x10\x00'],
    ['a picture behind something', `// ${png.bytes.toString('latin1')}`],
  ])('%s is none', (_name, text) => {
    expect(sniff(Buffer.from(text, 'latin1'))).toBeUndefined();
  });
});

describe('a size', () => {
  it('of a PNG is that of its first chunk, which is IHDR', () => {
    const header = (width: number, height: number) =>
      chunk('IHDR', Buffer.concat([big(width), big(height), Buffer.from([8, 6, 0, 0, 0])]));
    const start = png.bytes.subarray(0, 8);
    const rest = png.bytes.subarray(8 + 25);
    const sized = (width: number, height: number) => sniff(Buffer.concat([start, header(width, height), rest]));
    expect(sized(9_000, 1)?.measures).toMatchObject({ width: 9_000, height: 1 });
    expect(sized(0, 2)?.measures).toBeUndefined();
    expect(sniff(Buffer.concat([start, rest]))?.measures).toBeUndefined();
    // … with a checksum that fits.
    expect(sniff(replaced(png.bytes, 8 + 8 + 3, 4))?.measures).toBeUndefined();
    // … and with something to draw.
    expect(sniff(Buffer.concat([start, header(3, 2), chunk('IEND', Buffer.alloc(0))]))?.measures).toBeUndefined();
  });

  it('of a JPEG stands behind whatever comes first, a thumbnail for example, in each kind of frame', () => {
    const thumbnail = Buffer.concat([Buffer.from([0xff, 0xe1, 0, 0]), jpeg.bytes]);
    thumbnail.writeUInt16BE(jpeg.bytes.length + 2, 2);
    const size = jpeg.bytes.indexOf(Buffer.from([0xff, 0xc0]));
    const wide = replaced(jpeg.bytes, size + 7, 0x27);
    const bytes = Buffer.concat([wide.subarray(0, 2), thumbnail, Buffer.from([0xff, 0xff]), wide.subarray(2)]);
    expect(sniff(bytes)?.measures).toEqual({ width: 0x2703, height: 2, length: bytes.length });
    const progressive = replaced(jpeg.bytes, size + 1, 0xc2);
    expect(sniff(progressive)?.measures).toMatchObject({ width: 3, height: 2 });
    // A table is no frame.
    expect(sniff(replaced(jpeg.bytes, size + 1, 0xc4))?.measures).toBeUndefined();
  });

  it('of a JPEG whose coded data has bytes that look like markers', () => {
    const end = jpeg.bytes.length - 2;
    const data = Buffer.from([0xff, 0x00, 0xff, 0xd0, 0xff, 0xd7, 0xff, 0x00]);
    const bytes = Buffer.concat([jpeg.bytes.subarray(0, end), data, jpeg.bytes.subarray(end)]);
    expect(sniff(bytes)?.measures).toEqual({ width: 3, height: 2, length: bytes.length });
  });

  it('of a WebP is that of its canvas, where it has one', () => {
    const canvas = Buffer.from([0x02, 0, 0, 0, 0x3f, 0x1f, 0, 0x3e, 0x1f, 0]);
    const moving = riff(part('VP8X', canvas), part('ANIM', Buffer.alloc(6)), part('ANMF', Buffer.alloc(16)));
    expect(sniff(moving)?.measures).toEqual({ width: 8_000, height: 7_999, length: moving.length });
    expect(sniff(riff(part('VP8X', canvas)))?.measures).toBeUndefined();
    expect(sniff(riff(part('ANMF', Buffer.alloc(16))))?.measures).toBeUndefined();
    expect(sniff(riff(part('VP8 ', Buffer.alloc(10))))?.measures).toBeUndefined();
    expect(sniff(replaced(losslessWebp.bytes, 20, 0x2e))?.measures).toBeUndefined();
    // The last bit of the height stands in the fourth byte.
    expect(sniff(replaced(losslessWebp.bytes, 24, 0x0f))?.measures).toMatchObject({ width: 3, height: 0x3c02 });
  });

  it('of an AVIF is its largest: those of its tiles are smaller', () => {
    const brand = box('ftyp', Buffer.from('mif1'), big(0), Buffer.from('avif'));
    const sized = (width: number, height: number) => box('ispe', big(0), big(width), big(height));
    const meta = (...sizes: Buffer[]) => box('meta', big(0), box('iprp', box('ipco', ...sizes)));
    const data = box('mdat', Buffer.alloc(4));
    const tiled = Buffer.concat([brand, meta(sized(512, 512), sized(9_000, 600)), data]);
    expect(sniff(tiled)?.measures).toEqual({ width: 9_000, height: 600, length: tiled.length });
    expect(sniff(Buffer.concat([brand, meta(), data]))?.measures).toBeUndefined();
    expect(sniff(Buffer.concat([brand, meta(sized(2, 2))]))?.measures).toBeUndefined();
    expect(sniff(Buffer.concat([brand, meta(sized(0, 2)), data]))?.measures).toBeUndefined();
    // The last box may reach to the end of the file without saying where that is, and a length may have eight bytes.
    const open = Buffer.concat([brand, meta(sized(4, 4)), big(0), Buffer.from('mdat'), Buffer.alloc(9)]);
    expect(sniff(open)?.measures).toMatchObject({ width: 4, height: 4 });
    const long = Buffer.concat([brand, meta(sized(4, 4)), big(1), Buffer.from('mdat'), big(0), big(20), big(7)]);
    expect(sniff(long)?.measures).toMatchObject({ width: 4, height: 4 });
    expect(sniff(long.subarray(0, -1))?.measures).toBeUndefined();
    const tooLong = Buffer.concat([brand, meta(sized(4, 4)), big(1), Buffer.from('mdat'), big(-1 >>> 0), big(0)]);
    expect(sniff(tooLong)?.measures).toBeUndefined();
  });
});

it('bytes at random, and pictures with one wrong byte, are read to an end', () => {
  let seed = 20_261_121;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  for (let round = 0; round < 20_000; round += 1) {
    const [, { bytes }] = all[random(all.length)] as (typeof all)[number];
    const spoilt = replaced(bytes, random(bytes.length), random(256));
    const measures = sniff(spoilt)?.measures;
    if (measures) expect(measures.length).toBeLessThanOrEqual(spoilt.length);
  }
});
