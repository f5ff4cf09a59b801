import { limitedRows } from '../cardinality/limit.ts';
import { minRows } from '../cardinality/min-rows.ts';
import { type Facts, notNull, unknownFacts } from '../facts.ts';
import { innerScope, resultExpressions } from '../scope.ts';
import { expressionType } from '../tree/expression-type.ts';
import { isGrouped } from '../tree/groups.ts';
import { type QueryNode, Sub, type SubLink } from '../tree/nodes.ts';
import type { Context, Frame } from './context.ts';
import { arrayOfArrays } from './dimensions.ts';
import { withNullable } from './join-facts.ts';
import { reachesRow } from './reached-row.ts';

/** What is proven of a subquery's value in an expression (PostgreSQL documentation, 9.24). */
export function subLinkFacts(link: SubLink, context: Context): Facts {
  if (link.subLinkType === Sub.exists) return notNull;
  const opened = context.frame.engine.open(link.subselect, context);
  const columns = opened.columns();
  const first = columns[0] ?? unknownFacts;
  switch (link.subLinkType) {
    // No row is false for ANY and true for ALL; rows give what their comparisons give.
    case Sub.any:
    case Sub.all:
      return link.testexpr === null ? unknownFacts : comparison(link, columns, context);
    case Sub.rowCompare:
      return link.testexpr === null || minRows(innerScope(context.frame.scope, link.subselect)) === 0
        ? unknownFacts
        : comparison(link, columns, context);
    case Sub.expr:
      return withNullable(first, first.nullable || !hasRow(link.subselect, opened.frame, context));
    case Sub.array: {
      const { catalog } = context.frame.engine;
      const [column] = resultExpressions(link.subselect);
      const type = column === undefined ? null : expressionType(column);
      const ofArrays = type === null || (catalog.types.get(type)?.element ?? 0) !== 0;
      return ofArrays ? arrayOfArrays(first, false) : { nullable: false, element: first };
    }
    default:
      return unknownFacts;
  }
}

/** Also where it follows a foreign key: `(SELECT name FROM author WHERE id = book.author_id)`. */
function hasRow(query: QueryNode, inside: Frame, context: Context): boolean {
  if (minRows(innerScope(context.frame.scope, query)) > 0) return true;
  return keepsItsRows(query) && reachesRow(inside);
}

/** Whether a query has a row where FROM and WHERE let one through. */
function keepsItsRows(query: QueryNode): boolean {
  return (
    query.setOperations === null &&
    !query.hasTargetSRFs &&
    !isGrouped(query) &&
    limitedRows(query, { min: 1, max: null }).min === 1
  );
}

function comparison(link: SubLink, columns: readonly Facts[], context: Context): Facts {
  if (link.testexpr === null) return unknownFacts;
  const { nullable } = context.frame.engine.facts(link.testexpr, { ...context, sublink: columns });
  return { nullable };
}
