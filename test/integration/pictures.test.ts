import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { EXAMPLE_PICTURES } from '../../src/pictures/example-pictures.ts';
import { putPicture } from '../../src/pictures/store.ts';
import { couponDrop, useRunningApp } from './running-app.ts';

const app = useRunningApp();
let admin = '';
beforeAll(async () => {
  admin = await app.current.administrator();
});

const { png, jpeg, avif } = EXAMPLE_PICTURES;
const all = Object.entries(EXAMPLE_PICTURES);

async function put(bytes: Buffer | undefined, type: string | undefined, token: string | undefined = admin) {
  const response = await fetch(`${app.current.url}/v1/pictures`, {
    method: 'POST',
    headers: { ...(type && { 'content-type': type }), ...(token && { authorization: `Bearer ${token}` }) },
    ...(bytes && { body: new Uint8Array(bytes) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function look(path: string, init: RequestInit = {}) {
  const response = await fetch(app.current.url + path, init);
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
}

/** A PNG as large as this, and different each time. */
function pngOf(length: number): Buffer {
  const data = randomBytes(length - png.bytes.length - 12);
  const named = Buffer.concat([Buffer.from('teXt'), data]);
  const sizes = Buffer.alloc(8);
  sizes.writeUInt32BE(data.length);
  sizes.writeUInt32BE(crc32(named), 4);
  const end = png.bytes.length - 12;
  const text = Buffer.concat([sizes.subarray(0, 4), named, sizes.subarray(4)]);
  return Buffer.concat([png.bytes.subarray(0, end), text, png.bytes.subarray(end)]);
}

const countOf = async (name: string) => {
  const rows = await app.current.database.query('select from pictures where name = $1', [name]);
  return rows.length;
};

describe('putting in a picture', () => {
  it.each(all)('%s is named by what is in it, and everyone sees it', async (_name, { type, bytes }) => {
    const answer = await put(bytes, type);
    expect(answer).toEqual({
      status: 201,
      body: { imageUrl: expect.stringMatching(/^\/pictures\/[0-9a-f]{32}\.\w+$/), type, bytes: bytes.length },
    });
    const url = String(answer.body['imageUrl']);
    expect(url).toContain(createHash('sha256').update(bytes).digest('hex').slice(0, 32));
    const seen = await look(url);
    expect(seen.bytes.equals(bytes)).toBe(true);
    expect(Object.fromEntries(seen.headers)).toMatchObject({
      'content-type': type,
      'content-length': String(bytes.length),
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'",
    });
  });

  it('twice is the same as once', async () => {
    const first = await put(png.bytes, png.type);
    expect(await put(png.bytes, png.type)).toEqual(first);
    expect(await countOf(String(first.body['imageUrl']).slice('/pictures/'.length))).toBe(1);
  });

  it('tells what it is, whatever it was called', async () => {
    const { body } = await put(jpeg.bytes, 'image/png');
    expect(body).toMatchObject({ type: 'image/jpeg', imageUrl: expect.stringMatching(/\.jpg$/) });
    expect((await look(String(body['imageUrl']))).headers.get('content-type')).toBe('image/jpeg');
  });

  it('keeps nothing that stands behind its end', async () => {
    const { status, body } = await put(Buffer.concat([png.bytes, Buffer.from('<script>alert(1)</script>')]), png.type);
    expect({ status, body }).toEqual(await put(png.bytes, png.type));
    expect((await look(String(body['imageUrl']))).bytes.equals(png.bytes)).toBe(true);
  });

  it.each<[string, Buffer | undefined, string | undefined, number, string]>([
    ['a page', Buffer.from('<!doctype html><script>alert(1)</script>'), 'image/png', 400, 'not_a_picture'],
    ['a drawing', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/png', 400, 'not_a_picture'],
    ['half a picture', jpeg.bytes.subarray(0, 200), 'image/jpeg', 400, 'not_a_picture'],
    ['nothing', undefined, 'image/png', 400, 'not_a_picture'],
    ['nothing of no type', undefined, undefined, 400, 'not_a_picture'],
    ['a drawing that says so', Buffer.from('<svg/>'), 'image/svg+xml', 415, 'unsupported_media_type'],
    ['a GIF', Buffer.from('GIF89a'), 'image/gif', 415, 'unsupported_media_type'],
    ['JSON', Buffer.from('{"imageUrl":"https://a.example/b.png"}'), 'application/json', 415, 'unsupported_media_type'],
    ['a form', Buffer.from('--x--'), 'multipart/form-data; boundary=x', 415, 'unsupported_media_type'],
    ['bytes of no type', png.bytes, undefined, 415, 'unsupported_media_type'],
    ['too much', pngOf(2 * 1024 * 1024 + 1), 'image/png', 413, 'body_too_large'],
  ])('refuses %s', async (_name, bytes, type, status, code) => {
    expect(await put(bytes, type)).toMatchObject({ status, body: { code, detail: expect.any(String) } });
  });

  it('says how large it is, and how large it may be', async () => {
    const wide = Buffer.from(avif.bytes);
    wide.writeUInt32BE(8_001, wide.indexOf('ispe') + 8);
    expect(await put(wide, avif.type)).toMatchObject({
      status: 400,
      body: { code: 'picture_too_large', width: 8_001, height: 2, pixelsMax: 8_000 },
    });
    wide.writeUInt32BE(8_000, wide.indexOf('ispe') + 8);
    expect(await put(wide, avif.type)).toMatchObject({ status: 201 });
  });

  it('takes two mebibytes', async () => {
    const bytes = pngOf(2 * 1024 * 1024);
    const { status, body } = await put(bytes, png.type);
    expect(status).toBe(201);
    expect((await look(String(body['imageUrl']))).bytes.equals(bytes)).toBe(true);
  });

  it('is for administrators: others are refused before they have sent it', async () => {
    const [person] = await app.current.people(1);
    expect(await put(png.bytes, png.type, person?.token)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(await put(png.bytes, png.type, '')).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  });

  it('lets other bodies be what they were', async () => {
    const answer = await app.current.call('POST', '/v1/drops', {
      token: admin,
      text: png.bytes.toString('latin1'),
      headers: { 'content-type': 'image/png' },
    });
    expect(answer).toMatchObject({ status: 415, body: { code: 'unsupported_media_type', detail: 'Send JSON' } });
  });
});

describe('a picture', () => {
  let url = '';
  beforeAll(async () => {
    url = String((await put(jpeg.bytes, jpeg.type)).body['imageUrl']);
  });

  it('is the picture of a drop', async () => {
    const drop = { ...couponDrop(), imageUrl: url };
    const { status, body } = await app.current.call('POST', '/v1/drops', { token: admin, body: drop });
    expect({ status, imageUrl: body.imageUrl }).toEqual({ status: 201, imageUrl: url });
  });

  it('is not sent to who has it', async () => {
    const tag = (await look(url)).headers.get('etag') ?? '';
    for (const header of [tag, `W/${tag}`, `"other", ${tag}`]) {
      const { status, headers, bytes } = await look(url, { headers: { 'if-none-match': header } });
      expect({ status, tag: headers.get('etag'), length: bytes.length }).toEqual({ status: 304, tag, length: 0 });
      expect(headers.get('cache-control')).toContain('immutable');
    }
    expect((await look(url, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });

  it('answers HEAD without its bytes', async () => {
    const { status, headers, bytes } = await look(url, { method: 'HEAD' });
    expect({ status, bytes: bytes.length, type: headers.get('content-type') }).toEqual({
      status: 200,
      bytes: 0,
      type: 'image/jpeg',
    });
    expect(headers.get('content-length')).toBe(String(jpeg.bytes.length));
  });

  it.each([
    `/pictures/${'0'.repeat(32)}.png`,
    '/pictures/kettle.png',
    '/pictures/',
    '/pictures',
    '/pictures/a/b.png',
    `/pictures/${'A'.repeat(32)}.png`,
    `/pictures/${'0'.repeat(500)}.png`,
    '/pictures/..%2f..%2fpackage.json',
    "/pictures/'%3b--.png",
  ])('that there is not is a problem, not a page: %.60s', async (path) => {
    const { status, headers } = await look(path);
    expect(status).toBe(404);
    expect(headers.get('content-type')).toContain('application/problem+json');
  });
});

describe('a drop’s picture', () => {
  const save = (imageUrl: string) =>
    app.current.call('POST', '/v1/drops', { token: admin, body: { ...couponDrop(), imageUrl } });

  it('is kept as its path, also when it is given by its whole address', async () => {
    const { imageUrl } = (await put(jpeg.bytes, jpeg.type)).body;
    const address = `https://${new URL(app.current.url).host}${imageUrl}?v=2`;
    const drop = await save(address);
    expect(drop).toMatchObject({ status: 201, body: { imageUrl } });
    const amended = await app.current.call('PATCH', `/v1/drops/${drop.body.id}`, {
      token: admin,
      body: { imageUrl: address },
    });
    expect(amended).toMatchObject({ status: 200, body: { imageUrl } });
    expect((await save('https://elsewhere.example/a.png')).body.imageUrl).toBe('https://elsewhere.example/a.png');
  });

  it.each(['/pictures/gone.jpg', `/pictures/${'0'.repeat(32)}.png`, '/pictures/'])(
    'that is not here is refused: %s',
    async (imageUrl) => {
      expect(await save(imageUrl)).toMatchObject({
        status: 400,
        body: { code: 'invalid_request', errors: [{ field: 'imageUrl' }] },
      });
    },
  );
});

describe('from one address', () => {
  const hurried = useRunningApp({ REQUESTS_PER_ADDRESS_PER_SECOND: '5' });

  it('a picture is looked at as often as one likes; only who asks for what there is not is held up', async () => {
    const { url, database } = hurried.current;
    const name = await putPicture(database, png, '1');
    const statuses = async (names: readonly string[]) => {
      const looks = names.map(async (each) => (await fetch(`${url}/pictures/${each}`)).status);
      return new Set(await Promise.all(looks));
    };
    expect(await statuses([name])).toEqual(new Set([200]));
    expect(await statuses(Array.from({ length: 60 }, () => name))).toEqual(new Set([200]));
    const missing = Array.from({ length: 60 }, (_, n) => `${n.toString(16).padStart(32, '0')}.png`);
    expect(await statuses(missing)).toEqual(new Set([404, 429]));
    expect(await statuses([name])).toEqual(new Set([200]));
  });
});
