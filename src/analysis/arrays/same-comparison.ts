import type { Catalog } from '../catalog/catalog.ts';
import { firstDifference, type InItsPlace } from '../optional/same-tree.ts';
import { step } from '../steps.ts';
import { type Expr, type QueryNode, Rte, Sub, type TargetEntry } from '../tree/nodes.ts';
import { isNode } from '../tree/read.ts';
import { isUnnested } from './unnested.ts';

/** The lists of a statement that are sent as arrays, and the types of its `$n`. */
interface Lists {
  readonly types: readonly number[];
  /** The `$n` of lists of single values. */
  readonly values: ReadonlySet<number>;
  /** The `$n` of each list of rows, in order, and of each list of values that are cast. */
  readonly rows: readonly (readonly number[])[];
}

/**
 * Whether a text compares with each element of arrays as the statement does with each element of its lists; both trees
 * complete.
 */
export function isSameComparison(sent: QueryNode, whole: QueryNode, lists: Lists, catalog: Catalog): boolean {
  const numbers = new Map(lists.types.map((_, i) => [i + 1, i + 1]));
  const isSame = (inItsPlace: (node: Expr | TargetEntry) => InItsPlace | null) =>
    firstDifference(sent, whole, inItsPlace, numbers) === null;
  const given = lists.rows.length === 0 ? [] : givenRows(whole);
  const ofEach = (node: Expr | TargetEntry | QueryNode) =>
    node.tag === 'SUBLINK'
      ? comparisonOfRow(node, lists)
      : node.tag === 'QUERY'
        ? rowsInFrom(node, lists, given)
        : comparisonOfEach(node, lists);
  if (lists.rows.length === 0) return isSame(ofEach);
  // NOT IN compares with the opposite operators if there is a list, and not if there is a subquery. `NOT a IN` never does.
  return isSame((node) => notIn(node, lists, catalog) ?? ofEach(node)) || isSame(ofEach);
}

/** What `x = ANY ($1)` is for each element: `x = $1`; null for all else. */
function comparisonOfEach(node: Expr | TargetEntry, { types, values }: Lists): Expr | null {
  if (node.tag !== 'SCALARARRAYOPEXPR') return null;
  const [compared, array] = node.args ?? [];
  if (compared === undefined || array?.tag !== 'PARAM' || array.paramkind !== 0) return null;
  if (!values.has(array.paramid)) return null;
  const { opno, opfuncid, inputcollid } = node;
  const element = { ...array, paramtype: types[array.paramid - 1] ?? 0 };
  const rest = { opresulttype: BOOL, opretset: false, opcollid: 0, location: -1 };
  return { tag: 'OPEXPR', opno, opfuncid, inputcollid, args: [compared, element], ...rest } as Expr;
}

const BOOL = 16;

/** What `(a, b) IN (SELECT … FROM unnest($1, $2))` is for each row: `a = $1 AND b = $2`; null for all else. */
function comparisonOfRow(node: Expr, { rows, types }: Lists): Expr | null {
  if (node.tag !== 'SUBLINK' || node.subLinkType !== Sub.any || node.testexpr === null) return null;
  const slots = rows.find((one) => isUnnested(node.subselect, one, types));
  return slots === undefined ? null : withParameters(node.testexpr, slots);
}

/** The same with the parameters of a row for the columns of the subquery, which operators have on their right. */
function withParameters(test: Expr, slots: readonly number[]): Expr {
  if (test.tag === 'PARAM' && test.paramkind === SUBLINK) {
    return { ...test, paramkind: 0, paramid: slots[test.paramid - 1] ?? 0 };
  }
  if (test.tag === 'BOOLEXPR') return { ...test, args: test.args.map((arg) => withParameters(arg, slots)) };
  if (test.tag === 'OPEXPR') {
    const args = test.args?.map((arg, i) => (i === 0 ? arg : withParameters(arg, slots))) ?? null;
    return { ...test, args };
  }
  return 'arg' in test && test.arg !== null && test.tag === 'RELABELTYPE'
    ? { ...test, arg: withParameters(test.arg, slots) }
    : test;
}

/** ParamKind: a column of the subquery behind IN. */
const SUBLINK = 2;

/** What `(a, b) NOT IN` is for each row: `a <> $1 OR b <> $2`, by operators that are the opposites; null for all else. */
function notIn(node: Expr | TargetEntry, lists: Lists, catalog: Catalog): Expr | null {
  if (node.tag !== 'BOOLEXPR' || node.boolop !== 'not') return null;
  const [arg] = node.args;
  const test = arg === undefined ? null : comparisonOfRow(arg, lists);
  return test === null ? null : opposite(test, catalog);
}

function opposite(test: Expr, catalog: Catalog): Expr | null {
  if (test.tag === 'BOOLEXPR' && test.boolop === 'and') {
    const args = test.args.flatMap((arg) => opposite(arg, catalog) ?? []);
    return args.length < test.args.length ? null : { ...test, boolop: 'or', args };
  }
  if (test.tag !== 'OPEXPR') return null;
  const operator = catalog.operators.get(catalog.operators.get(test.opno)?.negator ?? 0);
  return operator === undefined ? null : { ...test, opno: operator.oid, opfuncid: operator.function };
}

/** The subqueries from VALUES of nothing but parameters; the tree is complete. */
function givenRows(node: unknown): readonly GivenRows[] {
  if (Array.isArray(node)) return node.flatMap(givenRows);
  if (typeof node !== 'object' || node === null) return [];
  step();
  const inside = Object.values(node).flatMap(givenRows);
  if (!isNode(node) || node.tag !== 'QUERY') return inside;
  const [values, another] = node.rtable?.[0]?.subquery?.rtable ?? [];
  const [row] = values?.rtekind === Rte.values && another === undefined ? (values.values_lists ?? []) : [];
  const slots = row?.flatMap((value) =>
    value.tag === 'PARAM' && value.paramkind === 0 ? [value.paramid] : [],
  );
  return slots === undefined || slots.length === 0 ? inside : [...inside, { query: node, slots }];
}

interface GivenRows {
  readonly query: QueryNode;
  readonly slots: readonly number[];
}

/** What `FROM unnest($1, $2)` is for each row; null for all else. */
function rowsInFrom(node: QueryNode, { rows, types }: Lists, given: readonly GivenRows[]): Expr | null {
  const slots = rows.find((one) => isUnnested(node, one, types));
  const same = given.find((one) => one.slots.join() === slots?.join());
  // Queries are compared as expressions are.
  return (same?.query as unknown as Expr | undefined) ?? null;
}
