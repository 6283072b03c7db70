import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { createFreshDatabase, hasPostgres, useFreshDatabase } from './database.ts';

describe.skipIf(!hasPostgres)('a fresh database', () => {
  const database = useFreshDatabase();

  it('is migrated and empty, and nobody else works in it', async () => {
    const other = await createFreshDatabase();
    const [mine, theirs] = [database.url, other.url].map((url) => new pg.Client({ connectionString: url }));
    await mine?.connect();
    await theirs?.connect();
    await theirs?.query(
      `insert into drops (kind, title, stock, per_user_limit, opens_at, price, currency, hold_minutes) values ('product', 'Lamp', 1, 1, now(), 1, 'KRW', 30)`,
    );
    expect((await mine?.query('select id from drops'))?.rows).toEqual([]);
    expect((await theirs?.query('select id from drops'))?.rows).toEqual([{ id: '1' }]);
    await mine?.end();
    await theirs?.end();
    await other.drop();
  });
});
