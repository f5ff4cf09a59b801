import { describe, expect, it } from 'vitest';
import { regionsOf } from '../../../src/analysis/nullability/outer-join-side.ts';
import { enclosing } from '../../../src/analysis/nullability/refine.ts';
import type { QueryNode, Var } from '../../../src/analysis/tree/nodes.ts';
import { isNode, readQuery } from '../../../src/analysis/tree/read.ts';
import { describe as describeStatements } from '../../../src/analysis/wire.ts';
import { corpusQueries, corpusSchema } from '../../soundness/corpus.ts';
import { analysed } from '../../support/analysed.ts';
import { tested } from '../../support/tested.ts';

/**
 * From PostgreSQL 16 on a Var says itself which outer joins can make it NULL. The join tree, which every major has,
 * must say the same: as many as there are regions around its relation, and the same for Vars of one region.
 */
describe.each(tested([16, 17, 18]))('the regions of join trees on PostgreSQL %i', (major) => {
  it('are what varnullingrels says', async () => {
    const on = await analysed(major, corpusSchema);
    try {
      const queries = corpusQueries.filter(({ since }) => since <= major).map(({ sql }) => sql);
      let compared = 0;
      let nullable = 0;
      await describeStatements(on.client, [...queries, ...joins()], (answer) => {
        if (!answer.ok || answer.tree === null) throw new Error('not described');
        for (const query of queriesIn(readQuery(answer.tree))) {
          for (const { said, read } of nullingJoins(query)) {
            expect(read).toBe(said);
            compared++;
            if (said > 0) nullable++;
          }
        }
      });
      expect(compared).toBeGreaterThan(1500);
      expect(nullable).toBeGreaterThan(300);
    } finally {
      await on.close();
    }
  });
});

/** Every nesting of three joins of four tables. */
function joins(): readonly string[] {
  const kinds = ['JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN'];
  const list = 'a.id, b.id AS b, c.id AS c, d.id AS d, a.id = d.id AS e';
  return kinds.flatMap((x) =>
    kinds.flatMap((y) =>
      kinds.flatMap((z) => [
        `SELECT ${list} FROM customer a ${x} product b ON a.id = b.id ${y} purchase c ON c.id = b.id ${z} item i ON i.quantity = c.id CROSS JOIN nothing d WHERE b.id > 0`,
        `SELECT ${list} FROM customer a ${x} (product b ${y} (purchase c ${z} nothing d ON c.id = d.id) ON b.id = c.id) ON a.id = b.id`,
        `SELECT ${list} FROM (customer a ${x} product b ON a.id = b.id) ${y} (purchase c ${z} nothing d ON c.id = d.id) ON a.id = d.id`,
      ]),
    ),
  );
}

/** Of each Var in a query's result and WHERE: how many joins it says can make it NULL, and how many are read. */
function nullingJoins(query: QueryNode): readonly { readonly said: number; readonly read: number }[] {
  if (query.commandType !== 1) return [];
  const regions = regionsOf(query);
  return variablesIn([query.targetList, query.jointree?.quals])
    .filter(({ varlevelsup, varno }) => varlevelsup === 0 && regions.of.has(varno))
    .map((variable) => ({
      said: variable.varnullingrels?.length ?? -1,
      read: enclosing(regions.of.get(variable.varno)).length,
    }));
}

/** Vars outside of subqueries. */
function variablesIn(value: unknown): readonly Var[] {
  const found: Var[] = [];
  const visit = (node: unknown): void => {
    if (isNode(node) && node.tag === 'VAR') found.push(node);
    if (isNode(node) && node.tag === 'QUERY') return;
    if (typeof node === 'object' && node !== null) Object.values(node).forEach(visit);
  };
  visit(value);
  return found;
}

function queriesIn(value: unknown): readonly QueryNode[] {
  const found: QueryNode[] = [];
  const visit = (node: unknown): void => {
    if (isNode(node) && node.tag === 'QUERY') found.push(node);
    if (typeof node === 'object' && node !== null) Object.values(node).forEach(visit);
  };
  visit(value);
  return found;
}
