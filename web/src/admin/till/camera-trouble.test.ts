import { expect, test } from 'vitest';
import { cameraTrouble } from './camera-trouble.ts';

test.each([
  ['NotAllowedError', 'denied'],
  ['SecurityError', 'denied'],
  ['NotFoundError', 'missing'],
  ['NotReadableError', 'busy'],
  ['TypeError', 'failed'],
])('%s: %s', (name, trouble) => {
  expect(cameraTrouble(new DOMException('…', name))).toBe(trouble);
});
