import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OwnerScope, ownerScopes } from '../../../src/analysis/ownership/owner-scope.ts';
import { ownership } from '../../../src/analysis/ownership/prove.ts';
import { type Analysed, analysed } from '../../support/analysed.ts';
import { tested } from '../../support/tested.ts';
import { furtherSchema, furtherTables, refuted, refutedSince17 } from './refuted.ts';
import { schema, settings } from './schema.ts';

describe.each(tested([15, 16, 17, 18]))('what was proven wrongly, on %s', (server) => {
  const known = server < 17 ? refuted : [...refuted, ...refutedSince17];
  let database: Analysed;
  let owner: OwnerScope;
  beforeAll(async () => {
    database = await analysed(server, schema + furtherSchema);
    const tables = { ...settings.tables, ...furtherTables };
    const { scopes, problems } = ownerScopes({ user: { ...settings, tables } }, database.catalog);
    expect(problems).toEqual([]);
    owner = scopes[0] as OwnerScope;
    await database.prepare(known);
  });
  afterAll(() => database.close());

  it.each(known)('%s', async (sql) => {
    const { tree } = await database.tree(sql);
    const { unproven } = ownership(tree, database.catalog, owner, new Set([1]), new Set());
    expect(unproven).not.toEqual([]);
  });
});

describe('a statement that is nested', () => {
  let database: Analysed;
  let owner: OwnerScope;
  beforeAll(async () => {
    database = await analysed(18, schema);
    owner = ownerScopes({ user: settings }, database.catalog).scopes[0] as OwnerScope;
  });
  afterAll(() => database.close());

  it('more deeply than can be followed is not proven', async () => {
    const sql = `${'SELECT ('.repeat(1500)}SELECT count(*) FROM tasks WHERE user_id = $1${')'.repeat(1500)}`;
    const { tree } = await database.tree(sql);
    const { unproven } = ownership(tree, database.catalog, owner, new Set([1]), new Set());
    expect(unproven.map(({ kind }) => kind)).toEqual(['costly']);
  });
});
