import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { analyse } from '../../../src/analysis/analyse.ts';
import { loadCatalog } from '../../../src/analysis/catalog/load.ts';
import { ownerScopes } from '../../../src/analysis/ownership/owner-scope.ts';
import { readStatements } from '../../../src/sql/read.ts';
import { createDatabase } from '../../support/postgres.ts';
import { schema, settings } from './schema.ts';

let client: Client;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await createDatabase(18, schema);
  client = new Client({ connectionString: database.url });
  await client.connect();
  drop = database.drop;
});
afterAll(async () => {
  await client.end();
  await drop();
});

async function analysed(text: string, scopes = { user: settings }) {
  const { statements, diagnostics: unread } = readStatements('q.sql', text);
  expect(unread).toEqual([]);
  const options = {
    texts: new Map([['q.sql', text]]),
    lenientParameters: false,
    scopes: ownerScopes(scopes, await loadCatalog(client, [])).scopes,
  };
  const { queries, diagnostics } = await analyse(client, statements, options);
  return {
    scopes: queries.map(({ scopes: found }) => found ?? []),
    errors: diagnostics.map(({ line, column, message }) => `${line}:${column} ${message}`),
  };
}

test('@unscoped has its reason, and is an error where it is about nothing', async () => {
  const proven = '/* @name A :many */\nSELECT id FROM tasks WHERE user_id = :userId;\n';
  const all = '/* @name B :one @unscoped statistics, nightly */\nSELECT count(*) FROM tasks;\n';
  const other = '/* @name C :many */\nSELECT id FROM tags;\n';
  expect(await analysed(proven + all + other)).toEqual({
    scopes: [[{ name: 'user', unscoped: null }], [{ name: 'user', unscoped: 'statistics, nightly' }], []],
    errors: [],
  });
  const { errors } = await analysed('/* @name D :many @unscoped why not */\nSELECT id FROM tags;\n');
  expect(errors).toEqual(['1:10 D: @unscoped, although it does not use a table of a scope']);
});

test('row-level security is named where it is what proves it', async () => {
  await client.query(`CREATE TABLE guarded (id int, user_id int);
    ALTER TABLE guarded ENABLE ROW LEVEL SECURITY; ALTER TABLE guarded FORCE ROW LEVEL SECURITY;
    CREATE POLICY own ON guarded USING (user_id = current_setting('app.user_id')::int)`);
  try {
    const tables = { ...settings.tables, guarded: 'user_id' };
    const text =
      '/* @name A :many */\nSELECT id FROM guarded;\n/* @name B :many */\nSELECT id FROM guarded WHERE user_id = :userId;\n';
    expect(await analysed(text, { user: { ...settings, tables } })).toEqual({
      scopes: [[{ name: 'user', unscoped: null, rowSecurity: true }], [{ name: 'user', unscoped: null }]],
      errors: [],
    });
    const more = '/* @name A :many */\nSELECT g.id FROM guarded g, tasks t;\n';
    const { errors } = await analysed(more, { user: { ...settings, tables } });
    expect(errors).toEqual(['2:29 A: rows of tasks may belong to another user']);
  } finally {
    await client.query('DROP TABLE guarded');
  }
});

test('@unscoped without a reason', () => {
  const { diagnostics } = readStatements(
    'q.sql',
    '/*\n  @name A :many\n  @unscoped\n*/\nSELECT id FROM tags;\n',
  );
  expect(diagnostics.map(({ line, column, message }) => `${line}:${column} ${message}`)).toEqual([
    '3:3 @unscoped without a reason.',
  ]);
});

test.each([
  ['omitted', '@optional userId', 'SELECT id FROM tasks WHERE user_id = :userId', 1],
  ['in a guard', '', 'SELECT id FROM tasks WHERE (:userId::int IS NULL OR user_id = :userId)', 1],
  ['a list', '@param userId -> (...)', 'SELECT id FROM tasks WHERE user_id IN :userId', 1],
  [
    'the field of an object',
    '@param task -> (id, userId, title)',
    'INSERT INTO tasks (id, user_id, title) VALUES :task RETURNING id',
    0,
  ],
  [
    'a field of each object',
    '@param tasks -> ((id, userId, title)...)',
    'INSERT INTO tasks (id, user_id, title) VALUES :tasks RETURNING id',
    1,
  ],
  [
    'one of two',
    '@param task -> (id, userId, title)',
    'WITH a AS (SELECT count(*) AS n FROM tasks WHERE user_id = :userId) INSERT INTO tasks (id, user_id, title) VALUES :task RETURNING id',
    2,
  ],
  ['of another name', '', 'SELECT id FROM tasks WHERE user_id = :otherId', 1],
  ['cast', '', 'SELECT id FROM tasks WHERE user_id = :userId::int', 0],
  [
    'omitted as an assignment',
    '@optional title',
    'UPDATE tasks SET title = :title WHERE user_id = :userId AND id = :id RETURNING id',
    0,
  ],
])('a parameter that is %s', async (_, tags, sql, errors) => {
  const found = await analysed(`/*\n  @name A :many\n  ${tags}\n*/\n${sql};\n`);
  expect(found.errors.length, found.errors.join('\n')).toBe(errors);
});

test('the table is where it is written, also behind a star and with a schema', async () => {
  const { errors } = await analysed(
    '/* @name A :many */\nSELECT t.*\nFROM tags g\nJOIN public.tasks AS t ON t.n = g.id;\n/* @name B :many */\nSELECT title FROM first_tasks WHERE user_id = :userId;\n',
  );
  expect(errors).toEqual([
    '4:13 A: rows of tasks may belong to another user',
    '5:10 B: rows of tasks may belong to another user',
  ]);
});

test('several scopes are proven each for itself', async () => {
  const scopes = {
    user: settings,
    tag: { parameter: 'tagOwner', tables: { tags: 'owner' } },
  };
  const text =
    '/* @name A :many */\nSELECT t.id, g.name FROM tasks t JOIN tags g ON g.id = t.n WHERE t.user_id = :userId';
  expect((await analysed(`${text};\n`, scopes)).errors).toEqual([
    '2:39 A: rows of tags may belong to another tag',
  ]);
  expect(await analysed(`${text} AND g.owner = :tagOwner;\n`, scopes)).toEqual({
    scopes: [
      [
        { name: 'user', unscoped: null },
        { name: 'tag', unscoped: null },
      ],
    ],
    errors: [],
  });
});

test('a utility statement needs a reason', async () => {
  const { errors } = await analysed('/* @name A :many */\nEXPLAIN SELECT 1;\n');
  expect(errors).toEqual(['1:10 A: nothing is known of the rows that it uses']);
});
