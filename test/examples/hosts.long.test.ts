import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../examples/browser.ts';
import { answer } from '../../examples/neon.ts';
import { type Connection, createPool } from '../../src/runtime/index.ts';
import { migrate, openEmptyOnServer } from '../sample/database.ts';

test('a database in the browser runs each migration once, and keeps its rows', async () => {
  // IndexedDB is a folder here.
  const folder = mkdtempSync(join(tmpdir(), 'nodrift-browser-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const first = {
    '1_cars.sql': '-- Up Migration\nCREATE TABLE cars (id text);\n-- Down Migration\nDROP TABLE cars;\n',
  };
  const opened = await openDatabase(folder, first);
  await opened.exec("INSERT INTO cars VALUES ('mazda-3')");
  await opened.close();

  const broken = { ...first, '2_broken.sql': 'ALTER TABLE cars ADD make text; SELECT missing;' };
  await expect(openDatabase(folder, broken)).rejects.toThrow('column "missing" does not exist');
  const again = await openDatabase(folder, { ...first, '2_make.sql': 'ALTER TABLE cars ADD make text' });
  expect((await again.query('SELECT id, make FROM cars')).rows).toEqual([{ id: 'mazda-3', make: null }]);
  await again.close();
});

test('a function answers with the row, 404, or 503 without a server', async () => {
  const server = await openEmptyOnServer(18);
  onTestFinished(() => server.close());
  await migrate(server.client, 'up');
  await server.client.query(
    "INSERT INTO cars (id, make, model, year, body, price_mxn) VALUES ('mazda-3', 'Mazda', '3', 2021, 'sedan', 1)",
  );
  const answered = async (db: Connection, id: string) => {
    const response = await answer(db, new Request(`http://localhost/?id=${id}`));
    return [response.status, await response.text()];
  };
  expect(await answered(server.client, 'mazda-3')).toEqual([200, '{"make":"Mazda","model":"3"}']);
  expect(await answered(server.client, 'none')).toEqual([404, 'Not found']);
  const away = createPool(Pool, { connectionString: 'postgres://app@127.0.0.1:1/app' });
  expect(await answered(away, 'mazda-3')).toEqual([503, 'Try again']);
  await away.end();
});
