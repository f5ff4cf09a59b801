import { step } from '../steps.ts';
import { LAZY } from '../tree/field-runs.ts';
import type { BoolExpr, Expr, Node, QueryNode, SortGroupClause, TargetEntry } from '../tree/nodes.ts';
import { isNode } from '../tree/read.ts';
import { referredEntries } from './sort-keys.ts';

/** What a text has in the place of a node: `TRUE`, NULL rows, DEFAULT, nothing at all, or another expression. */
export type InItsPlace = 'true' | 'null' | 'default' | 'nothing' | Expr;

/**
 * Fields that may differ between two texts that do the same: places, what is counted and collected for the planner, the
 * privileges that are asked for, which are fewer for less, as are the columns that are assigned to, and how views show
 * casts, which makes no other expression (CoercionForm in src/include/nodes/primnodes.h). A cast can give a subquery's
 * column another name; those that matter are compared as names of what is in FROM and WITH, or of the result.
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
  ...['queryId', 'hasSubLinks', 'cterefcount', 'requiredPerms', 'selectedCols'],
  ...['updatedCols', 'extraUpdatedCols', 'resname'],
  ...['funcformat', 'relabelformat', 'coerceformat', 'coercionformat'],
]);

/** What of a query is told by `ressortgroupref`; those that can be sorted anew have no others. */
const REFERENCES = new Set(['targetList', 'sortClause', 'groupClause']);

/**
 * Compares the tree of a text that is sent with that of the whole statement, both complete.
 *
 * @param inItsPlace what the text has for a node of the whole statement; null: the same
 * @param numbers for each `$n` of the whole statement its number in the text
 * @returns the first difference, as tag and field; null: they are the same
 */
export function firstDifference(
  whole: Node,
  sent: Node,
  inItsPlace: (node: Expr | TargetEntry) => InItsPlace | null,
  numbers: ReadonlyMap<number, number>,
): string | null {
  return compare(whole, sent, 'QUERY');

  function compare(a: unknown, b: unknown, where: string): string | null {
    if (Array.isArray(a)) {
      const left = a.filter(
        (one) => !isNode(one) || one.tag !== 'TARGETENTRY' || inItsPlace(one) !== 'nothing',
      );
      if (!Array.isArray(b) || left.length !== b.length) return where;
      return first(left.length, (i) => compare(left[i], b[i], where));
    }
    if (!isNode(a)) {
      // Plain values, and what is no node, such as a list of names.
      return a === b ? null : where;
    }
    const expected = inItsPlace(a as Expr) ?? (a as Expr);
    if (typeof expected !== 'string' && isList(expected)) {
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
    if (expected === 'null') return isNull(b) ? null : where;
    if (expected === 'default') return isNode(b) && b.tag === 'SETTODEFAULT' ? null : where;
    return expected === 'nothing' ? where : compare(expected, b, where);
  }

  function compareNodes(a: Node, b: unknown): string | null {
    step();
    if (!isNode(b) || a.tag !== b.tag) return a.tag;
    const sorts = a.tag === 'QUERY' && b.tag === 'QUERY' && isSortedAnew(a);
    const fields = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    const difference = first(fields.length, (i) => {
      const field = fields[i] ?? '';
      if (sorts && REFERENCES.has(field)) return null;
      if (INCIDENTAL.has(field) || LAZY.has(field)) return null;
      const [left, right]: unknown[] = [Reflect.get(a, field), Reflect.get(b, field)];
      const isParameter = field === 'paramid' && Reflect.get(a, 'paramkind') === 0;
      return compare(isParameter ? numbers.get(left as number) : left, right, `${a.tag}.${field}`);
    });
    return difference ?? (sorts ? compareSorted(a, b) : null);
  }

  function isSortedAnew(query: QueryNode): boolean {
    const entries = referredEntries(query);
    return (query.sortClause ?? []).some(({ tleSortGroupRef }) => {
      const expr = entries.get(tleSortGroupRef)?.expr;
      return expr?.tag === 'CASEEXPR' && inItsPlace(expr) !== null;
    });
  }

  /** What refers to the columns of a query by numbers, which are others where it sorts by something else. */
  function compareSorted(a: QueryNode, b: QueryNode): string | null {
    const [columns, others] = [a, b].map(({ targetList }) =>
      (targetList ?? []).filter(({ resjunk }) => !resjunk),
    );
    if (columns?.length !== others?.length) return 'QUERY.targetList';
    const column = first(columns?.length ?? 0, (i) =>
      compare(
        { ...columns?.[i], ressortgroupref: 0 },
        { ...others?.[i], ressortgroupref: 0 },
        'QUERY.targetList',
      ),
    );
    if (column !== null) return column;
    const [of, ofOther] = [referredEntries(a), referredEntries(b)];
    const [groups, otherGroups] = [a.groupClause ?? [], b.groupClause ?? []];
    if (groups.length !== otherGroups.length) return 'QUERY.groupClause';
    const group = first(groups.length, (i) => compareClauses(groups[i], otherGroups[i]));
    if (group !== null) return group;
    const sent = b.sortClause ?? [];
    let at = 0;
    for (const clause of a.sortClause ?? []) {
      const expr = of.get(clause.tleSortGroupRef)?.expr;
      if (expr?.tag === 'CASEEXPR' && inItsPlace(expr) === 'nothing') continue;
      if (compareClauses(clause, sent[at]) === null) at += 1;
      // Postgres omits what it has sorted by already, in whatever direction.
      else if (!sent.slice(0, at).some((before) => compareSorting(clause, before) === null))
        return 'QUERY.sortClause';
    }
    return at === sent.length ? null : 'QUERY.sortClause';

    function compareClauses(
      one: SortGroupClause | undefined,
      other: SortGroupClause | undefined,
    ): string | null {
      if (one === undefined || other === undefined) return 'QUERY.sortClause';
      return (
        compare({ ...one, tleSortGroupRef: 0 }, { ...other, tleSortGroupRef: 0 }, 'QUERY.sortClause') ??
        compareSorting(one, other)
      );
    }

    function compareSorting(one: SortGroupClause, other: SortGroupClause): string | null {
      if (one.eqop !== other.eqop) return 'QUERY.sortClause';
      const [expr, otherExpr] = [of.get(one.tleSortGroupRef)?.expr, ofOther.get(other.tleSortGroupRef)?.expr];
      return compare(expr, otherExpr, 'QUERY.sortClause');
    }
  }

  /** Operands of a chain of AND or OR, with what is in their places; those of the same operator in it are its own. */
  function operands(node: Expr, operator: BoolExpr['boolop']): readonly InItsPlace[] {
    const found = inItsPlace(node) ?? node;
    if (typeof found === 'string' || !isList(found)) return [found];
    if (found.boolop === operator) return found.args.flatMap((arg) => operands(arg, operator));
    const parts = found.args.flatMap((arg) => operands(arg, found.boolop));
    const [only, another] = parts;
    // What is left of it may be a chain of the operator itself.
    return only !== undefined && another === undefined && typeof only !== 'string'
      ? operands(only, operator)
      : [found];
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
const INT8 = 20;

/** As LIMIT and OFFSET have it. */
function isNull(node: unknown): boolean {
  return isNode(node) && node.tag === 'CONST' && node.consttype === INT8 && node.constisnull;
}

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
