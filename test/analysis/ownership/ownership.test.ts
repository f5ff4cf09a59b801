import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OwnerScope, ownerScopes } from '../../../src/analysis/ownership/owner-scope.ts';
import { ownership } from '../../../src/analysis/ownership/prove.ts';
import type { QueryNode } from '../../../src/analysis/tree/nodes.ts';
import { readQuery } from '../../../src/analysis/tree/read.ts';
import { describe as describeStatements } from '../../../src/analysis/wire.ts';
import { type Analysed, analysed } from '../../support/analysed.ts';
import { tested } from '../../support/tested.ts';
import { besideTraps } from './beside-traps.ts';
import { blind } from './blind.ts';
import { cases, casesSince17 } from './cases.ts';
import { schema, settings } from './schema.ts';

describe.each(tested([15, 16, 17, 18, 'PGlite']))('whose rows a statement uses, on %s', (server) => {
  const all = [...cases, ...besideTraps];
  const known = server === 15 || server === 16 ? all : [...all, ...casesSince17];
  let database: Analysed;
  let owner: OwnerScope;
  const trees = new Map<string, QueryNode>();
  beforeAll(async () => {
    database = await analysed(server, schema);
    const { scopes, problems } = ownerScopes({ user: settings }, database.catalog);
    expect(problems).toEqual([]);
    owner = scopes[0] as OwnerScope;
    const sqls = [...known.map(([sql]) => sql), ...blind.map(([, sql]) => sql)];
    await describeStatements(database.client, sqls, (described, index) => {
      if (!described.ok) throw new Error(`${described.error.message}: ${sqls[index]}`);
      trees.set(sqls[index] ?? '', readQuery(described.tree ?? ''));
      return undefined;
    });
  });
  afterAll(() => database.close());

  it.each(known)('%s', (sql, ...expected) => {
    const tree = trees.get(sql);
    if (tree === undefined) throw new Error('It has no tree');
    const { unproven } = ownership(tree, database.catalog, owner, new Set([1]), new Set());
    const named = unproven.map(({ kind, relation, name }) => `${kind} ${relation?.name ?? name}`);
    expect(named.sort()).toEqual([...expected].sort());
  });

  it.each(blind)('%s: %s', (isProven, sql) => {
    const tree = trees.get(sql);
    if (tree === undefined) throw new Error('It has no tree');
    const { unproven } = ownership(tree, database.catalog, owner, new Set([1]), new Set());
    expect(unproven.length === 0).toBe(isProven);
  });
});
