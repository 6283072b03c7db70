import { expect, test } from 'vitest';
import { isPictureAddress } from './picture-address.ts';

test.each([
  'https://example.com/a.png',
  'https://example.com:8443/a%20b.png?size=2#top',
  'https://한국.example/그림.png',
  'https://example.com',
  '/pictures/a.webp',
  ' /a.png ',
])('%j can be a picture', (typed) => {
  expect(isPictureAddress(typed)).toBe(true);
});

test.each([
  '//evil.example/x.png',
  '/\\evil.example/x.png',
  '/\t/evil.example/x.png',
  '/a\\b.png',
  'https://',
  'https:///x.png',
  'https://somebody@example.com/a.png',
  'https://exa mple.com/a.png',
  'https://%/a.png',
  'http://example.com/a.png',
  'javascript:alert(1)',
  'a.png',
  '/',
  '',
])('%j can be none', (typed) => {
  expect(isPictureAddress(typed)).toBe(false);
});
