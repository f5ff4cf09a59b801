import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Scope } from '../../../src/analysis/scope.ts';
import type { QueryNode } from '../../../src/analysis/tree/nodes.ts';
import { walk } from '../../../src/analysis/tree/walk.ts';
import { corpusQueries, corpusSchema } from '../../soundness/corpus.ts';
import { type Analysed, analysed } from '../../support/analysed.ts';
import { majors } from '../../support/postgres.ts';

const schema = `${corpusSchema};
CREATE FUNCTION walked_inner(a int, b int DEFAULT 1 + 2) RETURNS int LANGUAGE sql RETURN a + b;
CREATE FUNCTION walked(a int, b int DEFAULT walked_inner(7), c int DEFAULT length('x')) RETURNS int LANGUAGE sql RETURN a + b + c;
CREATE TABLE walked_rows (id int PRIMARY KEY, n int)`;

const own = [
  'SELECT walked(walked_inner(1), c => 2) + walked((SELECT walked(n) FROM walked_rows), 3) FROM walked_rows',
  `WITH w AS (UPDATE walked_rows SET n = walked(1) WHERE id IN (SELECT walked(2)) RETURNING n)
   INSERT INTO walked_rows SELECT n FROM w ON CONFLICT (id) DO UPDATE SET n = excluded.n RETURNING walked(n)`,
  'SELECT id FROM walked_rows a FULL JOIN walked_rows b USING (id) WHERE EXISTS (SELECT FROM walked_rows c WHERE c.id = a.id)',
];

describe.each([...majors, 'PGlite'] as const)('walking the trees of %s', (server) => {
  let on: Analysed;
  beforeAll(async () => {
    on = await analysed(server, schema);
  });
  afterAll(() => on.close());

  const queries = [
    ...own,
    ...corpusQueries.filter(({ since }) => server === 'PGlite' || since <= server).map(({ sql }) => sql),
  ];

  it('visits a query as it was read as it visits a copy, whose fields it looks through', async () => {
    let defaults = 0;
    for (const sql of queries) {
      const { tree } = await on.tree(sql);
      const visited = visits(tree, on);
      expect(visited, sql).toEqual(visits(structuredClone(tree), on));
      defaults += visited.filter((visit) => visit.includes('"consttype":25')).length;
      for (const tag of ['SUBLINK', 'FUNCEXPR', 'QUERY', 'TARGETENTRY'])
        expect(visits(tree, on, tag), sql).toEqual(visits(structuredClone(tree), on, tag));
    }
    expect(defaults).toBeGreaterThan(0);
  });

  it('looks through the fields of no query as it was read: the reader has found what is below', async () => {
    for (const sql of own) {
      const { tree } = await on.tree(sql);
      const all = visits(tree, on);
      for (const field of ['targetList', 'rtable', 'jointree', 'cteList', 'returningList'])
        Object.defineProperty(tree, field, {
          get() {
            throw new Error(`${field} is looked at`);
          },
        });
      expect(visits(tree, on, null, () => '')).toHaveLength(all.length);
      expect(() => visits({ ...tree }, on)).toThrow('is looked at');
    }
  });
});

/** What is visited, in order, and how deep in queries; nothing below nodes with the tag `past`. */
function visits(
  tree: QueryNode,
  { catalog }: Analysed,
  past: string | null = null,
  written: (node: object) => string = JSON.stringify,
): readonly string[] {
  const found: string[] = [];
  walk(catalog, tree, null, (node, scope) => {
    found.push(`${node.tag} ${depth(scope)} ${written(node)}`);
    return node.tag !== past;
  });
  return found;
}

function depth(scope: Scope | null): number {
  return scope === null ? 0 : 1 + depth(scope.outer);
}
