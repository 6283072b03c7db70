import { describe, expect, it } from 'vitest';
import { isMailAddress, readMailAddress } from './mail-address.ts';

describe('email addresses', () => {
  it.each(['a@localhost', 'alice+drops@mail.example.co.kr', "o'neill@example.org", '앨리스@예시.한국', 'a_b-c@x.org'])(
    'are such as %s',
    (address) => expect(isMailAddress(address)).toBe(true),
  );

  it.each([
    ['', 'alice', '@example.org', 'alice@', 'a@b@c', 'a b@c.org'],
    ['a@b.org, c@d.org', 'a@b.org\r\nBcc: c@d.org', 'a@b.org\n', '<a@b.org>', '"a b"@c.org', 'a..b@c.org', 'a@[::1]'],
    ['a@b..org', 'a@b.org>', `${'a'.repeat(250)}@b.org`],
  ])('are not such as %s', (...wrong) => {
    for (const address of wrong) expect(isMailAddress(address), address).toBe(false);
  });

  it('may have a name before them', () => {
    expect(readMailAddress('Shop <shop@example.com>')).toEqual({ name: 'Shop', address: 'shop@example.com' });
    expect(readMailAddress('반짝, 상점<shop@example.com>')).toEqual({
      name: '반짝, 상점',
      address: 'shop@example.com',
    });
    expect(readMailAddress('shop@example.com')).toEqual({ name: '', address: 'shop@example.com' });
  });

  it.each(['Shop', 'Shop <shop>', 'A <a@b.org> <c@d.org>', 'A\nB <a@b.org>', '"A" <a@b.org>', 'a@b.org <'])(
    'are not read from %j',
    (text) => expect(readMailAddress(text)).toBeUndefined(),
  );
});
