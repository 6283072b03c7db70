import { expect, it } from 'vitest';
import { EXAMPLE_PICTURES } from './example-pictures.ts';
import { PICTURE_BYTES_MAX } from './picture.ts';
import { readPicture } from './read-picture.ts';

const { png } = EXAMPLE_PICTURES;

it('a picture is what is in it, and ends where it ends', () => {
  expect(readPicture(png.bytes)).toEqual(png);
  const followed = Buffer.concat([png.bytes, Buffer.alloc(PICTURE_BYTES_MAX - png.bytes.length)]);
  expect(readPicture(followed)).toEqual(png);
});

it('what stood behind it is not kept in memory with it', () => {
  const followed = Buffer.concat([png.bytes, Buffer.alloc(PICTURE_BYTES_MAX - png.bytes.length)]);
  expect(readPicture(followed).bytes.buffer.byteLength).toBeLessThan(PICTURE_BYTES_MAX);
});

it.each([[undefined], ['text'], [Buffer.from('text')], [png.bytes.subarray(0, 40)]])('%j is none', (body) => {
  expect(() => readPicture(body)).toThrow(expect.objectContaining({ code: 'not_a_picture' }));
});
