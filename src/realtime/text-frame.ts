/**
 * One WebSocket text frame, as a server sends it (RFC 6455, 5.2): final, not masked, not compressed.
 *
 * Made once and written to every watcher's socket as it is: ten thousand people who see the same number cost one serialisation.
 */
const FINAL_TEXT = 0x81;
const LENGTH_IN_HEADER_MAX = 125;
const LENGTH_IN_TWO_BYTES = 126;
const TWO_BYTES_MAX = 0xffff;

/** Throws for a payload over 64 KiB: no message of ours comes near it. */
export function textFrame(payload: string): Buffer {
  const length = Buffer.byteLength(payload);
  if (length > TWO_BYTES_MAX) throw new Error(`a socket message of ${length} bytes`);
  const headerLength = length <= LENGTH_IN_HEADER_MAX ? 2 : 4;
  const frame = Buffer.allocUnsafe(headerLength + length);
  frame[0] = FINAL_TEXT;
  if (headerLength === 2) {
    frame[1] = length;
  } else {
    frame[1] = LENGTH_IN_TWO_BYTES;
    frame.writeUInt16BE(length, 2);
  }
  frame.write(payload, headerLength);
  return frame;
}
