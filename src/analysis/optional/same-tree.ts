import { LAZY } from '../tree/field-runs.ts';
import type { BoolExpr, Expr, QueryNode, TargetEntry } from '../tree/nodes.ts';
import { isNode } from '../tree/read.ts';

/** What a text has in the place of a node: `TRUE`, DEFAULT, nothing at all, or another expression. */
export type InItsPlace = 'true' | 'default' | 'nothing' | Expr;

/**
 * Fields that may differ between two texts that do the same: places, what is counted and collected for the planner, and
 * the privileges that are asked for, which are fewer for less, as are the columns that are assigned to. A cast can give a
 * subquery's column another name; those that matter are compared as names of what is in FROM and WITH, or of the result.
 */
const INCIDENTAL = new Set([
  ...[
    'location',
    'rexpr_list_start',
    'rexpr_list_end',
    'list_start',
    'list_end',
    'stmt_location',
    'stmt_len',
  ],
  ...[
    'queryId',
    'hasSubLinks',
    'cterefcount',
    'requiredPerms',
    'selectedCols',
    'updatedCols',
    'extraUpdatedCols',
    'resname',
  ],
]);

/**
 * Compares the tree of a text that is sent with that of the whole statement, both complete.
 *
 * @param inItsPlace what the text has for a node of the whole statement; null: the same
 * @param numbers for each `$n` of the whole statement its number in the text
 * @returns the first difference, as tag and field; null: they are the same
 */
export function firstDifference(
  whole: QueryNode,
  sent: QueryNode,
  inItsPlace: (node: Expr | TargetEntry) => InItsPlace | null,
  numbers: ReadonlyMap<number, number>,
): string | null {
  return compare(whole, sent, 'QUERY');

  function compare(a: unknown, b: unknown, where: string): string | null {
    if (Array.isArray(a)) {
      const left = a.filter((one) => !isNode(one) || one.tag !== 'TARGETENTRY' || isKept(one));
      if (!Array.isArray(b) || left.length !== b.length) return where;
      return first(left.length, (i) => compare(left[i], b[i], where));
    }
    if (!isNode(a)) {
      // Plain values, and what is no node, such as a list of names.
      return a === b ? null : where;
    }
    const expected = inItsPlace(a as Expr) ?? (a as Expr);
    if (isList(expected)) {
      const parts = operands(expected, expected.boolop);
      const only = parts.length === 1 ? parts[0] : undefined;
      if (only !== undefined) return compareExpected(only, b, where);
      if (!isList(b) || b.boolop !== expected.boolop) return `${where}, ${expected.boolop.toUpperCase()}`;
      const others = plainOperands(b, b.boolop);
      if (others.length !== parts.length) return `${where}, ${expected.boolop.toUpperCase()}`;
      return first(parts.length, (i) => compareExpected(parts[i], others[i], where));
    }
    if (expected !== a) return compareExpected(expected, b, where);
    return compareNodes(a, b);
  }

  function compareExpected(expected: InItsPlace | undefined, b: unknown, where: string): string | null {
    if (expected === 'true') return isTrue(b) ? null : where;
    if (expected === 'default') return isNode(b) && b.tag === 'SETTODEFAULT' ? null : where;
    return compare(expected, b, where);
  }

  function isKept(entry: TargetEntry): boolean {
    return inItsPlace(entry) !== 'nothing';
  }

  function compareNodes(a: object & { readonly tag: string }, b: unknown): string | null {
    if (!isNode(b) || a.tag !== b.tag) return a.tag;
    const fields = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    return first(fields.length, (i) => {
      const field = fields[i] ?? '';
      if (INCIDENTAL.has(field) || LAZY.has(field)) return null;
      const [left, right]: unknown[] = [Reflect.get(a, field), Reflect.get(b, field)];
      const isParameter = field === 'paramid' && Reflect.get(a, 'paramkind') === 0;
      return compare(isParameter ? numbers.get(left as number) : left, right, `${a.tag}.${field}`);
    });
  }

  /** Operands of a chain of AND or OR, with what is in their places; those of the same operator in it are its own. */
  function operands(node: Expr, operator: BoolExpr['boolop']): readonly InItsPlace[] {
    const found = inItsPlace(node) ?? node;
    if (!isList(found)) return [found];
    if (found.boolop === operator) return found.args.flatMap((arg) => operands(arg, operator));
    const parts = found.args.flatMap((arg) => operands(arg, found.boolop));
    const [only, another] = parts;
    // What is left of it may be a chain of the operator itself.
    return isNode(only) && another === undefined ? operands(only, operator) : [found];
  }
}

function isList(node: unknown): node is BoolExpr {
  return isNode(node) && node.tag === 'BOOLEXPR' && node.boolop !== 'not';
}

function plainOperands(node: Expr, operator: BoolExpr['boolop']): readonly Expr[] {
  return isList(node) && node.boolop === operator
    ? node.args.flatMap((arg) => plainOperands(arg, operator))
    : [node];
}

const BOOL = 16;

function isTrue(node: unknown): boolean {
  return (
    isNode(node) &&
    node.tag === 'CONST' &&
    node.consttype === BOOL &&
    !node.constisnull &&
    node.constvalue?.[0] === 1
  );
}

function first(count: number, find: (index: number) => string | null): string | null {
  for (let i = 0; i < count; i++) {
    const found = find(i);
    if (found !== null) return found;
  }
  return null;
}
