import { parameterUses } from '../sql/postgres-text.ts';
import type { Statement } from '../sql/statement.ts';
import { standsFor } from './cardinality/terms.ts';
import { visitNodes } from './optional/places.ts';
import type { StatementProblem } from './statement-problem.ts';
import { bareExpression } from './tree/bare-expression.ts';
import type { Expr, QueryNode, SortGroupClause, TargetEntry } from './tree/nodes.ts';

type Clause = 'ORDER BY' | 'PARTITION BY' | 'GROUP BY' | 'DISTINCT ON';

/** A parameter that may be all of an item of ORDER BY, GROUP BY or DISTINCT ON: most statements have none. */
const mayBeItem = /(?:\bBY|,|\bON\s*\()\s*(?:CAST\s*\(|\()*\s*\$\d/i;

/**
 * Parameters that rows are sorted by, or told apart by: each is one value for all rows, such as a column's name as a text.
 * @param text the statement's file
 */
export function constantOrderProblems(
  statement: Statement,
  tree: QueryNode,
  text: string,
): readonly StatementProblem[] {
  if (!/\bBY\b|\bON\s*\(/i.test(statement.sql) || !mayBeItem.test(statement.sql)) return [];
  const slots = new Map<number, Clause>();
  const collect = (
    clauses: readonly SortGroupClause[] | null,
    entries: readonly TargetEntry[] | null,
    word: Clause,
    query: QueryNode | null = null,
  ) => {
    for (const { tleSortGroupRef } of clauses ?? []) {
      const entry = entries?.find(({ ressortgroupref }) => ressortgroupref === tleSortGroupRef);
      // What the statement returns may be sorted by all the same.
      const slot = entry?.resjunk ? parameterOf(entry.expr, query) : null;
      if (slot !== null && !slots.has(slot)) slots.set(slot, word);
    }
  };
  visitNodes(tree, (node) => {
    if (node.tag === 'QUERY') {
      collect(node.sortClause, node.targetList, 'ORDER BY');
      if (node.hasDistinctOn) collect(node.distinctClause, node.targetList, 'DISTINCT ON');
      collect(node.groupClause, node.targetList, 'GROUP BY', node);
      for (const { partitionClause, orderClause } of node.windowClause ?? []) {
        collect(orderClause, node.targetList, 'ORDER BY', node);
        collect(partitionClause, node.targetList, 'PARTITION BY', node);
      }
    }
    if (node.tag === 'AGGREF') collect(node.aggorder, node.args, 'ORDER BY');
    return true;
  });
  return [...slots].flatMap(([slot, word]) => {
    const index = statement.params.findIndex((param) => param.kind === 'scalar' && param.index === slot);
    const name = statement.params[index]?.name;
    if (name === undefined) return [];
    const uses = parameterUses(statement).filter(({ param }) => param === index);
    const use = uses.find(({ start }) => /(?:\bBY|,|\()\s*$/i.test(text.slice(0, start))) ?? uses[0];
    const written = use === undefined ? `:${name}` : text.slice(use.start, use.end);
    return [
      {
        code: 'ND3026',
        message: `${word} ${written} is the same value for every row, and not the column of that name`,
        hint: `Write a CASE for each column: ${word === 'DISTINCT ON' ? 'ORDER BY' : word} CASE WHEN ${written} = 'price' THEN price END.`,
        ...(use && { offset: use.start, end: use.end }),
      },
    ];
  });
}

/** The `$n` of a parameter, also within casts; null: it is something else. */
function parameterOf(expr: Expr, query: QueryNode | null): number | null {
  // What rows are grouped by is a column of its own.
  const grouped = expr.tag === 'VAR' && query !== null ? standsFor(expr, query) : null;
  const bare = bareExpression(grouped ?? expr);
  return bare.tag === 'PARAM' && bare.paramkind === 0 ? bare.paramid : null;
}
