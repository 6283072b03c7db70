/** Pictures as they are stored, and when they are forgotten. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { amendDrop } from '../../src/drops/store.ts';
import { raiseFence } from '../../src/fleet/fences.ts';
import { EXAMPLE_PICTURES } from '../../src/pictures/example-pictures.ts';
import { nameOf, type Picture, urlOf } from '../../src/pictures/picture.ts';
import { PICTURES_RETENTION, pictureByName, putPicture } from '../../src/pictures/store.ts';
import { retentionJob } from '../../src/worker/retention.ts';
import { openDrop } from './grant-ledger-stage.ts';

const { png, jpeg, avif, lossyWebp } = EXAMPLE_PICTURES;

export function picturesContract(adapter: string, databaseOf: () => Database): void {
  describe(`contract: pictures on ${adapter}`, () => {
    let database: Database;
    beforeAll(() => {
      database = databaseOf();
    });
    beforeEach(() => database.execute('delete from pictures'));

    const put = (picture: Picture) => putPicture(database, picture, '1');
    const age = (name: string, hours: number) =>
      database.query(`update pictures set named_at = now() - $2 * interval '1 hour' where name = $1`, [name, hours]);
    const forget = async (batchMax = 2) => {
      const fence = await raiseFence(database, PICTURES_RETENTION.name);
      await retentionJob(database, PICTURES_RETENTION, batchMax).run(fence);
    };
    const names = async () => {
      const rows = await database.query<{ name: string }>('select name from pictures order by name');
      return rows.map(({ name }) => name);
    };
    const drop = async (name: string) => {
      const id = await openDrop(database, { kind: 'coupon', stock: 1, limit: 1, line: false });
      await database.query('update drops set image_url = $2 where id = $1', [id, urlOf(name)]);
      return id;
    };

    it('come back as they were', async () => {
      for (const picture of Object.values(EXAMPLE_PICTURES)) {
        const found = await pictureByName(database, await put(picture));
        expect(found?.type).toBe(picture.type);
        expect(Buffer.isBuffer(found?.bytes) && found.bytes.equals(picture.bytes)).toBe(true);
      }
      const large = { type: 'image/png', bytes: Buffer.alloc(2 * 1024 * 1024, 'a picture ') } as const;
      expect((await pictureByName(database, await put(large)))?.bytes.equals(large.bytes)).toBe(true);
      expect(await pictureByName(database, nameOf({ type: 'image/png', bytes: Buffer.from('none') }))).toBeUndefined();
    });

    it('are forgotten when no drop has named them for a day', async () => {
      const [young, old, named, over] = [await put(png), await put(jpeg), await put(avif), await put(lossyWebp)];
      await age(young, 23);
      await age(old, 25);
      await age(named, 100);
      await age(over, 100);
      await drop(named);
      await database.query('update drops set cancelled_at = now() where id = $1', [await drop(over)]);
      await forget();
      expect(await names()).toEqual([young, named, over].toSorted());
    });

    it('outlive their drop’s last word for them by a day', async () => {
      const name = await put(png);
      await age(name, 100);
      const id = await drop(name);
      await forget();
      await database.query('update drops set image_url = null where id = $1', [id]);
      await forget();
      expect(await names()).toEqual([name]);
      await age(name, 25);
      await forget();
      expect(await names()).toEqual([]);
    });

    it('that are put in again are new', async () => {
      const name = await put(png);
      await age(name, 25);
      expect(await put(png)).toBe(name);
      await forget();
      expect(await names()).toEqual([name]);
    });

    it('are named by the drops that are saved, or not at all', async () => {
      const name = await put(png);
      await age(name, 100);
      const id = await openDrop(database, { kind: 'coupon', stock: 1, limit: 1, line: false });
      const amend = (imageUrl: string | null) => amendDrop(database, id, { imageUrl }, Date.now);
      await expect(amend(urlOf(nameOf(jpeg)))).rejects.toMatchObject({ code: 'invalid_request' });
      expect((await amend(urlOf(name))).imageUrl).toBe(urlOf(name));
      const [row] = await database.query('select named_at > now() - interval $$1 minute$$ as fresh from pictures');
      expect(row).toEqual({ fresh: true });
      // It may go on as it is, though what it names has gone.
      await database.query('delete from pictures');
      const drop = await amendDrop(database, id, { title: 'Another title', imageUrl: urlOf(name) }, Date.now);
      expect(drop).toMatchObject({ title: 'Another title', imageUrl: urlOf(name) });
      await amend(null);
      await expect(amend(urlOf(name))).rejects.toMatchObject({ code: 'invalid_request' });
    });

    it('are forgotten batch by batch', async () => {
      await database.query(
        `insert into pictures (name, type, bytes, named_at, created_by) select 'old ' || n, 'image/png', '', now() - interval '2 days', 1 from generate_series(1, 9) n`,
      );
      await forget(2);
      expect(await names()).toEqual([]);
    });
  });
}
