/**
 * HMAC-SHA-256 (RFC 2104), written out: H(key ⊕ opad, H(key ⊕ ipad, text)), over `crypto.hash`.
 *
 * `createHmac` makes an object and an OpenSSL context for each call; two one-shot hashes over buffers that are made once take less than half of its
 * time (0.8 against 1.9 µs for a token), and this is on the way of everybody's first claim.
 */
import { hash } from 'node:crypto';

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;

export class HmacSha256 {
  readonly #inner: Buffer;
  readonly #outer: Buffer;
  readonly #textBytesMax: number;

  /** Texts of at most `textBytesMax` ASCII characters can be signed. */
  constructor(secret: string, textBytesMax: number) {
    const given = Buffer.from(secret);
    const key = Buffer.alloc(BLOCK_BYTES);
    (given.length > BLOCK_BYTES ? hash('sha256', given, 'buffer') : given).copy(key);
    this.#inner = Buffer.alloc(BLOCK_BYTES + textBytesMax);
    this.#outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES);
    this.#textBytesMax = textBytesMax;
    for (let place = 0; place < BLOCK_BYTES; place += 1) {
      this.#inner[place] = (key[place] ?? 0) ^ 0x36;
      this.#outer[place] = (key[place] ?? 0) ^ 0x5c;
    }
  }

  /** The signature in base64url. Throws for a text over the maximum. */
  sign(text: string): string {
    if (text.length > this.#textBytesMax) throw new RangeError(`a text of ${text.length} characters to sign`);
    const length = this.#inner.write(text, BLOCK_BYTES, 'latin1');
    const digest = hash('sha256', this.#inner.subarray(0, BLOCK_BYTES + length), 'latin1');
    this.#outer.write(digest, BLOCK_BYTES, 'latin1');
    return hash('sha256', this.#outer, 'base64url');
  }
}
