import { expect, it } from 'vitest';
import { securityHeaders } from './pages.ts';

const policy = (window: Parameters<typeof securityHeaders>[0]) =>
  new Map(
    securityHeaders(window)
      ['content-security-policy']?.split('; ')
      .map((rule) => [rule.split(' ')[0] ?? '', rule.split(' ').slice(1)]),
  );

it('pages run nothing that is not from here', () => {
  const rules = policy(null);
  expect(rules.get('default-src')).toEqual(["'self'"]);
  expect(rules.get('script-src')).toEqual(["'self'"]);
  expect(rules.get('form-action')).toEqual(["'self'"]);
});

it('a payment window may be opened where there is one, and nothing else', () => {
  const rules = policy({ scripts: 'https://js.pay.example', pages: 'https://*.pay.example' });
  expect(rules.get('script-src')).toEqual(["'self'", 'https://js.pay.example']);
  expect(rules.get('frame-src')).toEqual(["'self'", 'https://*.pay.example']);
  expect(rules.get('form-action')).toEqual(["'self'", 'https://*.pay.example']);
  expect(rules.get('default-src')).toEqual(["'self'"]);
});
