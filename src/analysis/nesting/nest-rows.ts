import type { NestedField, Nesting } from '../analysed-query.ts';
import { type Block, blockOf } from '../cardinality/block.ts';
import { missingKeyHint } from '../cardinality/key-hint.ts';
import { rowAnalysis } from '../cardinality/max-rows.ts';
import { bareColumn } from '../cardinality/terms.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Facts } from '../facts.ts';
import { columnFacts } from '../nullability.ts';
import { resultExpressions, rootScope } from '../scope.ts';
import type { Expr, QueryNode } from '../tree/nodes.ts';
import { walk } from '../tree/walk.ts';
import {
  aliasPath,
  columnsBesideLists,
  listsOf,
  type NameNode,
  type ObjectName,
  ownColumns,
  readAliases,
} from './alias-path.ts';
import { type ElementKey, elementKey, keysOf, relationOf } from './element-key.ts';
import { isInOrder } from './order.ts';
import { type Absence, absences, bareVariable, whereThere } from './presence.ts';
import { entriesIn, type Fixed, isSameRow, isSameValue, rowsAgreeingIn, severalRows } from './same-row.ts';

/** A column of the result as far as it matters here. */
export interface NamedColumn {
  readonly name: string;
  /** By a mark of its alias; null: what is proven. */
  readonly markedNullable: boolean | null;
}

export interface NestingProblem {
  readonly message: string;
  readonly hint: string;
  /** The alias that it is about. */
  readonly alias: string;
}

/** What is made of the rows, or what is wrong with that. */
export interface NestedRows {
  readonly nesting: Nesting;
  readonly problems: readonly NestingProblem[];
  /** Null where the statement has no list, so that each row is an object. */
  readonly objects: {
    /** Whether all rows are of one object. */
    readonly isOne: boolean;
    /** The keys that would prove it, for a hint. */
    readonly missingKeys: readonly string[];
  } | null;
}

/**
 * Finds out what the dotted aliases of a statement make of its rows: where objects and elements of lists are absent, and
 * which rows are of one object. Null if there are no such aliases.
 *
 * @param params what the callers of `$1`, `$2`, ... keep to
 */
export function nestRows(
  query: QueryNode,
  columns: readonly NamedColumn[],
  catalog: Catalog,
  params: readonly Facts[],
  variadicParams: ReadonlySet<number>,
): NestedRows | null {
  const names = columns.map(({ name }) => name);
  if (!names.some((name) => aliasPath(name) !== null)) return null;
  const nothing: NestedRows = { nesting: { fields: [] }, problems: [], objects: null };
  const root = readAliases(names);
  if (typeof root === 'string') {
    const problem = {
      message: `"${root}" is the name of several things: of a column, an object or a list`,
      hint: 'Give each of them a name of its own.',
      alias: names.find((name) => (aliasPath(name) ?? []).some((step) => step.name === root)) ?? root,
    };
    return { ...nothing, problems: [problem] };
  }
  const expressions = resultExpressions(query);
  const sides = absences(query);
  const problems: NestingProblem[] = [];
  const known = new Map<string, RowsWhereThere>();

  const report = (column: number, message: string, hint: string) => {
    problems.push({ alias: names[column] ?? '', message, hint });
  };
  /** The rows in which these sides are there. */
  const rowsIn = (there: readonly Absence[]): RowsWhereThere => {
    const ids = [...new Set(there.map((side) => sides.indexOf(side)))].sort((a, b) => a - b);
    let found = known.get(ids.join());
    if (found === undefined) {
      const narrowed = whereThere(
        query,
        ids.flatMap((id) => sides[id]?.sides ?? []),
      );
      found = {
        facts: columnFacts(narrowed, catalog, params),
        block: blockOf(rowAnalysis(narrowed, catalog, variadicParams), rootScope(catalog, narrowed)),
      };
      known.set(ids.join(), found);
    }
    return found;
  };
  const { block } = rowsIn([]);
  // A window function considers other rows, too.
  const seesOthers = expressions.map((expr) => query.hasWindowFuncs && hasWindow(expr, block));
  const isNullable = (column: number, there: readonly Absence[]) =>
    rowsIn(seesOthers[column] ? [] : there).facts[column]?.nullable ?? true;
  const nullable = (column: number, there: readonly Absence[]) =>
    columns[column]?.markedNullable ?? isNullable(column, there);

  const of = (all: readonly number[]): readonly Expr[] => all.flatMap((column) => expressions[column] ?? []);

  /**
   * What tells whether an object or an element is there, where these sides are: a column of its own that is NULL only
   * together with the outer join's side that it is of. If there are several such sides, the one that the others need.
   */
  const presenceOf = (node: ObjectName, there: readonly Absence[], says: boolean): Presence => {
    const always = { present: null, there };
    const own = ownColumns(node);
    const entryOf = (column: number): number | null => {
      const expr = expressions[column];
      return (bareColumn(expr, query) ?? (expr && bareVariable(expr)))?.varno ?? null;
    };
    const others = sides.filter((side) =>
      side.sides.some((one) => !there.some(({ sides: known }) => known.includes(one))),
    );
    const isSure = (column: number) => {
      const index = entryOf(column);
      return (
        index !== null && (!isNullable(column, there) || !others.some(({ entries }) => entries.has(index)))
      );
    };
    if (own.length === 0 || own.some(isSure)) return always;
    const touched = new Set(entriesIn(of(own), block));
    const possible = others.flatMap((side) => {
      if (![...side.entries].some((index) => touched.has(index))) return [];
      const within = [...there, side];
      const present = own.filter(
        (column) => side.entries.has(entryOf(column) ?? 0) && !isNullable(column, within),
      );
      return [{ side, present }];
    });
    if (possible.length === 0) return always;
    const certain = possible.filter(({ present }) => present.length > 0);
    const widest = certain.find(({ present }) =>
      possible.every(({ side }) => !isNullable(present[0] ?? 0, [...there, side])),
    );
    const present = widest?.present[0];
    if (widest !== undefined && present !== undefined) return { present, there: [...there, widest.side] };
    if (certain.length === 0 && own.some((column) => !isNullable(column, there))) return always;
    if (says && certain.length < possible.length) {
      const element =
        node.kind === 'list' ? `whether "${node.path}" has an element` : `whether "${node.path}" is there`;
      const alias = node.value === null ? `"${node.path}.id"` : `"${node.path}"`;
      report(
        own[0] ?? 0,
        `nothing tells ${element}, as all columns of it can be NULL`,
        `Select one that is NULL only where the outer join finds nothing, such as the key, as ${alias}.`,
      );
    } else if (says) {
      report(
        own[0] ?? 0,
        `the columns of "${node.path}" are of several outer joins, each of which may find nothing`,
        `Put the columns of one join into an object of their own: "${node.path}.other.name".`,
      );
    }
    return always;
  };

  const fieldsOf = (node: ObjectName, there: readonly Absence[]): readonly NestedField[] =>
    [...node.children].map(([name, child]) => fieldOf(name, child, there));
  const fieldOf = (name: string, child: NameNode, there: readonly Absence[]): NestedField => {
    if (child.kind === 'column')
      return { kind: 'column', name, column: child.column, nullable: nullable(child.column, there) };
    const { present, there: inside } = presenceOf(child, there, true);
    if (child.kind === 'object') return { kind: 'object', name, fields: fieldsOf(child, inside), present };
    const key = keys.get(child);
    const of =
      child.value === null
        ? fieldsOf(child, inside)
        : { column: child.value, nullable: nullable(child.value, inside) };
    return { kind: 'list', name, of, present, ...(key && { key: key.columns }) };
  };

  const keys = new Map<ObjectName, ElementKey>();
  let objects: NestedRows['objects'] = null;
  let inOrder = false;
  let fixed: readonly Fixed[] = [];
  let there: readonly Absence[] = [];
  for (let node = root; ; ) {
    const [first, second] = listsOf(node);
    if (first === undefined) {
      if (node !== root) proveElements(node, fixed);
      break;
    }
    const { list, within } = first;
    if (node === root && !canHaveLists(list)) break;
    if (second !== undefined) {
      report(
        columnIn(second.list),
        `each element of "${list.path}" is repeated for each of "${second.list.path}", as both are lists of one object`,
        `Select one of them as a column: ARRAY(SELECT x FROM (SELECT …) AS x) AS ${second.list.path.replace(/\[\]$/, '').split('.').at(-1)}.`,
      );
      break;
    }
    const beside = columnsBesideLists(node);
    const key = keyOf(node, list, beside);
    if (key === null) break;
    keys.set(node, key);
    ({ fixed } = key);
    if (node === root) {
      const isOne = key.columns.length === 0;
      objects = { isOne, missingKeys: isOne ? [] : missingKeys(entriesIn(of(beside), block), block) };
      inOrder = isOne || isInOrder(block, entriesIn(of(beside), block), key.known);
    }
    const inside = presenceOf(list, there, false).there;
    for (const object of within) {
      const { present } = presenceOf(object, there, false);
      if (present === null || !isNullable(present, inside)) continue;
      report(
        columnIn(list),
        `"${list.path}" can have an element where "${object.path}" is absent`,
        `Take the list out of "${object.path}", or join its table inside of the same outer join.`,
      );
    }
    there = inside;
    node = list;
  }
  const key = keys.get(root)?.columns;
  const nesting: Nesting = {
    fields: fieldsOf(root, []),
    ...(key && { key }),
    ...(inOrder && { inOrder }),
  };
  return { nesting, problems, objects };

  function columnIn(node: ObjectName): number {
    const [first] = ownColumns(node);
    if (first !== undefined) return first;
    for (const child of node.children.values())
      return child.kind === 'column' ? child.column : columnIn(child);
    return 0;
  }

  function canHaveLists(list: ObjectName): boolean {
    const { setOperations, groupingSets, limitCount, limitOffset } = query;
    if (setOperations !== null || groupingSets !== null) {
      report(
        columnIn(list),
        `"${list.path}" needs a plain SELECT, and this is ${setOperations === null ? 'one with GROUPING SETS' : 'a set operation'}`,
        'Put it into a subquery: SELECT … FROM (…) AS x.',
      );
      return false;
    }
    if (limitCount === null && limitOffset === null) return true;
    report(
      columnIn(list),
      `LIMIT and OFFSET count rows, and "${list.path}" is made of several rows`,
      'Limit the objects in a subquery: FROM (SELECT … LIMIT :limit) AS x LEFT JOIN ….',
    );
    return false;
  }

  /** The key of the objects that have a list; null if there is none, or not all columns beside the list are the same. */
  function keyOf(node: ObjectName, list: ObjectName, beside: readonly number[]): ElementKey | null {
    const what = node === root ? 'object' : `element of "${node.path}"`;
    const entries = entriesIn(of(beside), block);
    const candidates = beside.flatMap((column) => {
      const expr = expressions[column];
      return expr === undefined || isNullable(column, there) ? [] : [{ column, expr }];
    });
    const found = beside.length === 0 ? null : elementKey(rowsIn(there).block, entries, candidates, fixed);
    if (found === null) {
      const wanted = entries.flatMap((index) => {
        const relation = relationOf(index, block);
        const [columnsOfKey] = relation === undefined ? [] : keysOf(relation);
        const key = columnsOfKey?.map((attnum) => relation?.columns.get(attnum)?.name).join(', ');
        return relation === undefined || key === undefined
          ? []
          : [`${relation.schema}.${relation.name} has (${key})`];
      });
      report(
        columnIn(list),
        `nothing proves which rows are one ${what}, for "${list.path}"`,
        `Select a unique key that is never NULL beside the list${wanted.length === 0 ? '' : `: ${[...new Set(wanted)].join('; ')}`}.`,
      );
      return null;
    }
    for (const column of beside) {
      const expr = expressions[column];
      if (expr === undefined || isSameValue(expr, found.known)) continue;
      const path = aliasPath(names[column] ?? '')?.at(-1)?.name ?? names[column];
      report(
        column,
        `"${names[column]}" can differ between the rows of one ${what}`,
        `Put it into the list, as "${list.path}.${path}", or compute it in a subquery.`,
      );
      return null;
    }
    return found;
  }

  /** Whether each row is another element of the innermost list. */
  function proveElements(list: ObjectName, around: readonly Fixed[]): void {
    // Groups, and rows that are all different, are what was asked for.
    if (query.groupClause !== null || (query.distinctClause !== null && !query.hasDistinctOn)) return;
    const rows = rowsIn(there).block;
    const several = severalRows(rowsAgreeingIn(rows, around, entriesIn(of(columnsBesideLists(list)), rows)));
    if (several.length === 0) return;
    const culprits = several.flatMap((index) => nameOfEntry(index, block) ?? []);
    const joined = culprits.length === 0 ? 'a join' : culprits.join(', ');
    report(
      columnIn(list),
      `elements of "${list.path}" can be repeated, as ${joined} may have several rows for one of them`,
      `Select a unique key of ${joined} in the list, or use EXISTS or a subquery instead of the join.`,
    );
  }
}

interface RowsWhereThere {
  /** What is proven of the result's columns. */
  readonly facts: readonly Facts[];
  readonly block: Block;
}

/** What tells whether an object is there, and which sides are there with it. */
interface Presence {
  readonly present: number | null;
  readonly there: readonly Absence[];
}

function hasWindow(expr: Expr, { scope, analysis }: Block): boolean {
  let found = false;
  walk(analysis.catalog, expr, scope, (node, inside) => {
    found ||= node.tag === 'WINDOWFUNC' && inside?.query === scope.query;
    return !found;
  });
  return found;
}

function nameOfEntry(index: number, block: Block): string | undefined {
  return block.query.rtable?.[index - 1]?.alias?.aliasname ?? relationOf(index, block)?.name;
}

function missingKeys(entries: readonly number[], block: Block): readonly string[] {
  const counting = rowsAgreeingIn(block, []);
  return entries.flatMap((index) => {
    const relation = relationOf(index, block);
    if (relation === undefined || isSameRow(counting, index)) return [];
    const state = counting.layerOf.get(index) ?? counting.root;
    const inherited = block.query.rtable?.[index - 1]?.inh ?? false;
    return [missingKeyHint({ relation, index, inherited, state, counting })];
  });
}
