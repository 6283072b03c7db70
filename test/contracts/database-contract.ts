/** What the domain folders rely on in a database. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { migrate } from '../../src/database/migrate.ts';

export function databaseContract(adapter: string, open: () => Database): void {
  describe(`contract: database on ${adapter}`, () => {
    let database: Database;

    beforeAll(async () => {
      database = open();
      await migrate(database);
      await database.execute(
        'create table notes (id int primary key, note text constraint short check (length(note) < 5)); create table more (id int)',
      );
    });

    it('answers with the same types everywhere', async () => {
      const [row] = await database.query(
        `select 9007199254740993::bigint as big, 7::int as small, true as yes, 'x'::text as words, null as nothing,
                timestamptz '2026-11-21 10:00:00.123+09' as moment, '{"a":[1]}'::json as document`,
      );
      expect(row).toEqual({
        big: '9007199254740993',
        small: 7,
        yes: true,
        words: 'x',
        nothing: null,
        moment: new Date('2026-11-21T01:00:00.123Z'),
        document: { a: [1] },
      });
    });

    it('takes parameters of all sorts, and never as SQL', async () => {
      const moment = new Date('2026-11-21T01:00:00.123Z');
      const [row] = await database.query(
        'select $1::text as words, $2::bigint as big, $3::timestamptz as moment, $4::text[] as list, $5::bigint[] as numbers, $6::bool as yes, $7::bytea as bytes',
        [
          `'; drop table notes; --`,
          '9007199254740993',
          moment,
          ['a"b', 'c,d', '{}'],
          ['1', '2'],
          true,
          Buffer.from([0, 255]),
        ],
      );
      expect(row).toMatchObject({
        words: `'; drop table notes; --`,
        big: '9007199254740993',
        moment,
        list: ['a"b', 'c,d', '{}'],
      });
      expect((row as { numbers: unknown[] }).numbers.map(String)).toEqual(['1', '2']);
      expect([...(row as { bytes: Uint8Array }).bytes]).toEqual([0, 255]);
    });

    it('names the constraint that refused a row', async () => {
      await database.query(`insert into notes values (1, 'one')`);
      await expect(database.query(`insert into notes values (1, 'uno')`)).rejects.toMatchObject({
        code: '23505',
        constraint: 'notes_pkey',
      });
      await expect(database.query(`insert into notes values (2, 'longer')`)).rejects.toMatchObject({
        code: '23514',
        constraint: 'short',
      });
    });

    it('commits all of a transaction, or nothing of it', async () => {
      await database.transaction(async (transaction) => {
        await transaction.query('insert into more values (1)');
        await transaction.query('insert into more values (2)');
      });
      const failed = database.transaction(async (transaction) => {
        await transaction.query('insert into more values (3)');
        throw new Error('changed my mind');
      });
      await expect(failed).rejects.toThrow('changed my mind');
      expect(await database.query('select id from more order by id')).toEqual([{ id: 1 }, { id: 2 }]);
    });

    it('keeps statements of others out of a transaction', async () => {
      const transaction = database.transaction(async (held) => {
        await held.query('insert into more values (10)');
        await held.query('select 1');
        throw new Error('rolled back');
      });
      const others = Promise.all([
        database.query('insert into more values (11)'),
        database.expressLane.query('insert into more values (12)'),
      ]);
      await expect(transaction).rejects.toThrow('rolled back');
      await others;
      expect(await database.query('select id from more where id >= 10 order by id')).toEqual([{ id: 11 }, { id: 12 }]);
    });

    it('goes on after an error, in and out of transactions', async () => {
      await expect(database.query('select * from nowhere')).rejects.toMatchObject({ code: '42P01' });
      await expect(database.transaction((held) => held.query('select * from nowhere'))).rejects.toMatchObject({
        code: '42P01',
      });
      expect(await database.query('select 1 as one')).toEqual([{ one: 1 }]);
      expect(await database.expressLane.query('select 1 as one')).toEqual([{ one: 1 }]);
    });

    it('is migrated once, also by many at a time', async () => {
      await Promise.all([migrate(database), migrate(database), migrate(database)]);
      const [row] = await database.query<{ version: string }>(
        'select max(version)::text as version from schema_version',
      );
      expect(row?.version).toBe('6');
    });
  });
}
