/**
 * What bytes are, by what stands in them: neither a file's name nor what its sender calls it is believed. A file is followed from its first part to its last, without decoding
 * it, so that one that was cut off on its way is noticed, and so that what somebody has put behind its end is not kept: a picture for browsers that is an archive or a page
 * for something else.
 *
 *   PNG     8 bytes, then chunks: length, name, data, CRC-32; from IHDR (the size) to IEND               (W3C Portable Network Graphics, chapter 5)
 *   JPEG    markers, most with a length: SOI, … SOFn (the size), … SOS and coded data …, EOI             (ITU-T T.81, annex B)
 *   WebP    RIFF chunks: VP8X (the canvas) and then frames, or VP8 or VP8L alone (the size is in them)   (RFC 9649)
 *   AVIF    ISO boxes: ftyp (the brand), meta/iprp/ipco/ispe (sizes: of all parts, the largest is that of the whole), mdat   (AOM AVIF, ISO/IEC 23008-12)
 *
 * No SVG: it is a program.
 */
import { crc32 } from 'node:zlib';
import type { PictureType } from './picture.ts';

export interface Measures {
  readonly width: number;
  readonly height: number;
  /** How many bytes belong to the picture. */
  readonly length: number;
}

interface Format {
  readonly type: PictureType;
  begins(bytes: Buffer): boolean;
  /** Undefined for one that is damaged, or ends in the middle. */
  measure(bytes: Buffer): Measures | undefined;
}

const FORMATS: readonly Format[] = [
  { type: 'image/jpeg', begins: (bytes) => bytes.readUIntBE(0, 3) === 0xffd8ff, measure: measureJpeg },
  { type: 'image/png', begins: (bytes) => bytes.toString('latin1', 0, 8) === '\x89PNG\r\n\x1a\n', measure: measurePng },
  {
    type: 'image/webp',
    begins: (bytes) => bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP',
    measure: measureWebp,
  },
  { type: 'image/avif', begins: isAvif, measure: measureAvif },
];

/** The shortest of which it can be said what they are. */
const BEGINNING_BYTES = 16;

/** Undefined for what is no picture of these types; without measures when it is a damaged one. */
export function sniff(bytes: Buffer): { type: PictureType; measures: Measures | undefined } | undefined {
  if (bytes.length < BEGINNING_BYTES) return undefined;
  const format = FORMATS.find(({ begins }) => begins(bytes));
  if (format === undefined) return undefined;
  const measures = format.measure(bytes);
  return { type: format.type, measures: measures && measures.width > 0 && measures.height > 0 ? measures : undefined };
}

function measurePng(bytes: Buffer): Measures | undefined {
  let size: Omit<Measures, 'length'> | undefined;
  let hasData = false;
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const name = bytes.toString('latin1', at + 4, at + 8);
    const end = at + 12 + length;
    if (end > bytes.length || crc32(bytes.subarray(at + 4, end - 4)) !== bytes.readUInt32BE(end - 4)) return undefined;
    if (size === undefined) {
      if (name !== 'IHDR' || length !== 13) return undefined;
      size = { width: bytes.readUInt32BE(at + 8), height: bytes.readUInt32BE(at + 12) };
    }
    hasData ||= name === 'IDAT';
    if (name === 'IEND') return hasData ? { ...size, length: end } : undefined;
    at = end;
  }
  return undefined;
}

const JPEG = { startOfScan: 0xda, end: 0xd9 } as const;

function measureJpeg(bytes: Buffer): Measures | undefined {
  let size: Omit<Measures, 'length'> | undefined;
  let hasData = false;
  for (let at = 2; at + 4 <= bytes.length || bytes[at + 1] === JPEG.end; ) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1; // any number of these may stand before a marker
      continue;
    }
    at += 2;
    if (marker === JPEG.end) return size && hasData ? { ...size, length: at } : undefined;
    const length = bytes.readUInt16BE(at);
    if (length < 2 || at + length > bytes.length) return undefined;
    if (isStartOfFrame(marker) && length >= 7) {
      size = { height: bytes.readUInt16BE(at + 3), width: bytes.readUInt16BE(at + 5) };
    }
    at += length;
    if (marker === JPEG.startOfScan) {
      hasData = true;
      at = endOfScan(bytes, at);
    }
  }
  return undefined;
}

/** C0 to CF, but for those that define tables, and one that is reserved. */
function isStartOfFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** Where the next marker stands: in coded data FF is followed by 00, and restart markers (D0 to D7) belong to it. */
function endOfScan(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 2)) {
    const next = bytes[at + 1] ?? 0;
    if (next !== 0 && (next < 0xd0 || next > 0xd7)) return at;
  }
  return bytes.length;
}

function measureWebp(bytes: Buffer): Measures | undefined {
  const end = 8 + bytes.readUInt32LE(4);
  if (end > bytes.length) return undefined;
  let canvas: Omit<Measures, 'length'> | undefined;
  for (let at = 12; at + 8 <= end; ) {
    const name = bytes.toString('latin1', at, at + 4);
    const length = bytes.readUInt32LE(at + 4);
    const data = at + 8;
    at = data + length + (length % 2);
    if (at > end) return undefined;
    if (name === 'VP8X' && length >= 10) {
      canvas = { width: bytes.readUIntLE(data + 4, 3) + 1, height: bytes.readUIntLE(data + 7, 3) + 1 };
    } else if (name === 'ANMF') {
      return canvas && { ...canvas, length: end };
    } else if (name === 'VP8 ' || name === 'VP8L') {
      const frame = name === 'VP8 ' ? lossyFrame(bytes, data, length) : losslessFrame(bytes, data, length);
      return frame && { ...(canvas ?? frame), length: end };
    }
  }
  return undefined;
}

/** Behind three bytes, and a start code of three, the size, each side in 14 bits. */
function lossyFrame(bytes: Buffer, at: number, length: number): Omit<Measures, 'length'> | undefined {
  if (length < 10 || bytes.readUIntBE(at + 3, 3) !== 0x9d012a) return undefined;
  return { width: bytes.readUInt16LE(at + 6) & 0x3fff, height: bytes.readUInt16LE(at + 8) & 0x3fff };
}

function losslessFrame(bytes: Buffer, at: number, length: number): Omit<Measures, 'length'> | undefined {
  if (length < 5 || bytes[at] !== 0x2f) return undefined;
  const bits = bytes.readUInt32LE(at + 1);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

function isAvif(bytes: Buffer): boolean {
  if (bytes.toString('latin1', 4, 8) !== 'ftyp') return false;
  const end = Math.min(bytes.readUInt32BE(0), bytes.length);
  // Its own brand, four bytes for the brand's version, and other brands that it goes by.
  for (let at = 8; at + 4 <= end; at += at === 8 ? 8 : 4) {
    const brand = bytes.toString('latin1', at, at + 4);
    if (brand === 'avif' || brand === 'avis') return true;
  }
  return false;
}

function measureAvif(bytes: Buffer): Measures | undefined {
  const boxes = boxesIn(bytes, 0, bytes.length);
  const meta = boxes?.find(({ name }) => name === 'meta');
  if (boxes === undefined || meta === undefined) return undefined;
  // Behind its version and flags.
  const inMeta = boxesIn(bytes, meta.start + 4, meta.end);
  const hasData = [...boxes, ...(inMeta ?? [])].some(({ name }) => name === 'mdat' || name === 'idat');
  const properties = innerBoxes(bytes, innerBoxes(bytes, inMeta, 'iprp'), 'ipco');
  const sizes = properties.filter(({ name, start, end }) => name === 'ispe' && end - start >= 12);
  if (!hasData || sizes.length === 0) return undefined;
  let [width, height] = [0, 0];
  for (const { start } of sizes) {
    width = Math.max(width, bytes.readUInt32BE(start + 4));
    height = Math.max(height, bytes.readUInt32BE(start + 8));
  }
  return { width, height, length: bytes.length };
}

interface Box {
  readonly name: string;
  /** Of what is in it. */
  readonly start: number;
  readonly end: number;
}

function innerBoxes(bytes: Buffer, boxes: readonly Box[] | undefined, name: string): readonly Box[] {
  const box = boxes?.find((each) => each.name === name);
  return (box && boxesIn(bytes, box.start, box.end)) ?? [];
}

/** Undefined unless they fill the place exactly. */
function boxesIn(bytes: Buffer, from: number, to: number): Box[] | undefined {
  const boxes: Box[] = [];
  for (let at = from; at < to; ) {
    if (at + 8 > to) return undefined;
    const size = bytes.readUInt32BE(at);
    const isLong = size === 1; // then it stands behind the name, in eight bytes
    if (isLong && at + 16 > to) return undefined;
    const length = isLong ? Number(bytes.readBigUInt64BE(at + 8)) : size || to - at;
    const start = at + (isLong ? 16 : 8);
    const end = at + length;
    if (end < start || end > to) return undefined;
    boxes.push({ name: bytes.toString('latin1', at + 4, at + 8), start, end });
    at = end;
  }
  return boxes;
}
