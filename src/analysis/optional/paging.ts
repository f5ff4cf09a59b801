import type { Param, Statement } from '../../sql/statement.ts';
import { missingKeys } from '../cardinality/problem.ts';
import { cardinality } from '../cardinality.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { ResultField } from '../marks.ts';
import { columnFacts } from '../nullability.ts';
import type { ParameterFacts } from '../parameters.ts';
import { resultEntries } from '../scope.ts';
import type { StatementProblem } from '../statement-problem.ts';
import { conjuncts } from '../tree/conjuncts.ts';
import { expressionType } from '../tree/expression-type.ts';
import { Cmd, type Expr, type ParamNode, type QueryNode } from '../tree/nodes.ts';
import { columnText, cursorOf, isSame, isSameBesideCollation } from './page-columns.ts';
import { comparedKeys, expandedKeys, type Key } from './page-keys.ts';
import { visitNodes } from './places.ts';

export type CursorFacts = Required<Pick<ParameterFacts, 'column' | 'comment' | 'cursor'>>;

/** What the conditions of `@optional` that begin a page say. */
export interface Paging {
  readonly problems: readonly StatementProblem[];
  /** What is known of the parameters that hold the last row of the page before, by `$n`. */
  readonly cursor: ReadonlyMap<number, CursorFacts>;
}

type ObjectParam = Param & { readonly kind: 'object' };

/** A condition that begins a page. */
interface Page {
  readonly query: QueryNode;
  /** Its parameters, as messages name them. */
  readonly name: string;
  readonly keys: readonly Key[];
  /** The object whose fields are compared; null: each has a parameter of its own. */
  readonly object: ObjectParam | null;
  readonly isHaving: boolean;
  /** Which of the conditions of `@optional` it is. */
  readonly index: number;
}

interface SortItem {
  readonly expr: Expr;
  readonly equality: number;
  /** Null: neither by `<` nor by `>`. */
  readonly descending: boolean | null;
}

type Problem = readonly [message: string, hint: string];

/**
 * Checks the conditions of `@optional` that begin a page: those that compare columns by order with an object of
 * `@optional`, or with one parameter for each column as `a > :a OR (a = :a AND b < :b)`, in the WHERE or HAVING of a SELECT
 * with LIMIT. Pages omit and repeat no rows if ORDER BY is by the same columns in the same directions, if no two rows
 * have the same values in them, and none has NULL.
 *
 * @param guarded in which each condition of `@optional` is `(condition OR $n)`, with an n above `count`
 * @param count how many `$n` the statement itself has
 * @param places where those conditions are in the file, in their order
 */
export function paging(
  guarded: QueryNode,
  { params, optional = [] }: Statement,
  count: number,
  places: readonly number[],
  fields: readonly ResultField[],
  catalog: Catalog,
): Paging {
  const names = new Set(optional.map(({ name }) => name));
  const objects = params.filter((param) => param.kind === 'object').filter(({ name }) => names.has(name));
  const problems: StatementProblem[] = [];
  const cursor = new Map<number, CursorFacts>();
  visitNodes(guarded, (node) => {
    if (node.tag !== 'QUERY' || node.commandType !== Cmd.select || node.limitCount === null) return true;
    if (node !== guarded && refersOutside(node)) return true;
    for (const page of pagesOf(node, params, objects, count, catalog)) {
      const found =
        orderProblem(page, catalog) ??
        rowsProblem(page, catalog) ??
        (node === guarded ? fieldProblem(page, fields) : null);
      const offset = places[page.index];
      if (found !== null) {
        const [message, hint] = found;
        problems.push({ code: 'ND3019', message, hint, ...(offset !== undefined && { offset }) });
      }
      for (const { expr, param } of page.keys) cursor.set(param.paramid, cursorOf(expr, node, catalog));
    }
    return true;
  });
  return { problems, cursor };
}

function pagesOf(
  query: QueryNode,
  params: readonly Param[],
  objects: readonly ObjectParam[],
  count: number,
  catalog: Catalog,
): readonly Page[] {
  const { jointree, havingQual } = query;
  const pages: Page[] = [];
  for (const clause of [jointree?.quals ?? null, havingQual]) {
    for (const term of conjuncts(clause)) {
      if (term.tag !== 'BOOLEXPR' || term.boolop !== 'or') continue;
      const own = term.args.find((arg) => arg.tag === 'PARAM' && arg.paramid > count);
      if (own?.tag !== 'PARAM') continue;
      const alternatives = term.args.filter((arg) => arg !== own);
      const found = beginning(alternatives, params, objects, catalog);
      if (found === null) continue;
      pages.push({ ...found, query, isHaving: clause === havingQual, index: own.paramid - count - 1 });
    }
  }
  return pages;
}

/** What a condition, or one of several alternatives, compares if it begins a page; null: it does not. */
function beginning(
  alternatives: readonly Expr[],
  params: readonly Param[],
  objects: readonly ObjectParam[],
  catalog: Catalog,
): Pick<Page, 'keys' | 'name' | 'object'> | null {
  const [only, another] = alternatives;
  if (only === undefined) return null;
  if (another !== undefined) {
    const keys = expandedKeys(alternatives, catalog);
    if (keys === null || keys.length < 2) return null;
    const names = keys.map(({ param }) =>
      params.find((one) => one.kind === 'scalar' && one.index === param.paramid),
    );
    return { keys, name: names.map((one) => `:${one?.name}`).join(', '), object: null };
  }
  const keys = comparedKeys(only, catalog);
  const object = objects.find(
    ({ fields }) =>
      keys?.length === fields.length && fields.every(({ index }, i) => keys[i]?.param.paramid === index),
  );
  return keys === null || object === undefined ? null : { keys, name: `:${object.name}`, object };
}

/** Whether a query names something of the queries around it. */
function refersOutside(query: QueryNode): boolean {
  const depths = new Map<object, number>();
  let found = false;
  const visit = (value: unknown, depth: number): void => {
    visitNodes(value, (node) => {
      if (node.tag === 'QUERY' && node !== value) {
        depths.set(node, depth + 1);
        return false;
      }
      if ('varlevelsup' in node && Number(node.varlevelsup) > depth) found = true;
      if ('ctelevelsup' in node && Number(node.ctelevelsup) > depth) found = true;
      return !found;
    });
  };
  depths.set(query, 0);
  for (const [inner, depth] of depths) visit(inner, depth);
  return found;
}

/** What is wrong with the order of the rows. */
function orderProblem({ query, name, keys, object }: Page, catalog: Catalog): Problem | null {
  const order = sortItems(query, catalog);
  const wanted = orderText(keys, query, catalog);
  const noPage =
    object === null ? '' : ' If it is a filter and no page, give its columns parameters of their own.';
  if (order.length === 0) {
    return [
      `${name} begins a page, but the rows have no order, so that pages omit and repeat rows`,
      `Write ORDER BY ${wanted}.${noPage}`,
    ];
  }
  const strange = keys.findIndex(({ expr }, i) => !isSame(expr, order[i]?.expr, query));
  if (strange !== -1) {
    const column = columnText(keys[strange]?.expr, query, catalog);
    return [
      `${name} begins a page, but position ${strange + 1} of ORDER BY is not ${column}, as in the condition, so that pages omit and repeat rows`,
      `Write ORDER BY ${wanted}.${noPage}`,
    ];
  }
  const against = keys.findIndex(({ operator }, i) => order[i]?.descending !== operator.startsWith('<'));
  if (against !== -1) {
    const { expr, operator = '' } = keys[against] ?? {};
    const column = columnText(expr, query, catalog);
    const isMixed = new Set(order.slice(0, keys.length).map(({ descending }) => descending)).size > 1;
    return [
      `${name} begins a page, but "${operator}" goes against the direction that ORDER BY gives ${column}, so that pages omit and repeat rows`,
      object !== null && isMixed
        ? `A row is compared in one direction. Write ${expandedText(keys, order, query, catalog)}, with a parameter for each column.`
        : `Write ORDER BY ${wanted}, or turn the comparison around.`,
    ];
  }
  const inclusive = keys.find(({ operator }) => operator.endsWith('='));
  if (inclusive !== undefined) {
    const { operator } = inclusive;
    return [
      `${name} begins a page, and with "${operator}" its row is on the page before, too`,
      `Write "${operator.charAt(0)}".${noPage}`,
    ];
  }
  const collated = keys.find(({ isCollated }) => isCollated);
  return collated === undefined
    ? null
    : [
        `${name} begins a page, but compares ${columnText(collated.expr, query, catalog)} by another collation than ORDER BY sorts it by`,
        'Write COLLATE behind the column, in the condition and in ORDER BY.',
      ];
}

function sortItems({ sortClause, targetList }: QueryNode, catalog: Catalog): readonly SortItem[] {
  return (sortClause ?? []).flatMap(({ tleSortGroupRef, eqop, sortop }) => {
    const target = targetList?.find(({ ressortgroupref }) => ressortgroupref === tleSortGroupRef);
    const operator = catalog.operators.get(sortop)?.name;
    const descending = operator === '<' ? false : operator === '>' ? true : null;
    return target === undefined ? [] : [{ expr: target.expr, equality: eqop, descending }];
  });
}

/** What is wrong with the rows: some have NULL where they are compared, or the same values. */
function rowsProblem({ query, name, keys, isHaving }: Page, catalog: Catalog): Problem | null {
  const hidden = (query.targetList ?? []).map((entry) => ({ ...entry, resjunk: true }));
  const compared = keys.map(({ expr }, i) => ({
    ...{ tag: 'TARGETENTRY' as const, expr, resno: hidden.length + i + 1, resname: null },
    ...{ ressortgroupref: 0, resorigtbl: 0, resorigcol: 0, resjunk: false },
  }));
  const facts = columnFacts({ ...query, targetList: [...hidden, ...compared] }, catalog);
  const nullable = keys.find((_, i) => facts[i]?.nullable !== false);
  if (nullable !== undefined) {
    const column = columnText(nullable.expr, query, catalog);
    return [
      `${name} begins a page, but ${column} can be NULL, and a comparison with NULL is not true: such rows are on no page`,
      `Add ${column} IS NOT NULL, or compare and sort by coalesce(${column}, …).`,
    ];
  }
  const order = sortItems(query, catalog);
  const fixed = keys.map(
    ({ expr, collation }, i): Expr => ({
      ...{ tag: 'OPEXPR', opno: order[i]?.equality ?? 0, opfuncid: 0, opresulttype: BOOL, opretset: false },
      ...{ inputcollid: collation, args: [expr, anyValue(expressionType(expr) ?? 0, i)] },
    }),
  );
  const single = { ...withConditions(query, fixed, isHaving), limitCount: null, limitOffset: null };
  const { max } = cardinality(single, catalog, new Set());
  if (max !== null && max <= 1) return null;
  const unique = missingKeys(single, catalog, new Set());
  const columns = keys.map(({ expr }) => columnText(expr, query, catalog)).join(', ');
  return [
    `${name} begins a page, but several rows can have the same ${columns}: a page that ends between them omits the others`,
    `Put the columns of a unique key last, in the condition and in ORDER BY${unique.length === 0 ? '' : `: ${unique.join('; ')}`}.`,
  ];
}

const BOOL = 16;

/** A parameter of its own, unlike those of the statement. */
function anyValue(type: number, i: number): ParamNode {
  return { tag: 'PARAM', paramkind: 0, paramid: 1_000_000 + i, paramtype: type };
}

function withConditions(query: QueryNode, added: readonly Expr[], isHaving: boolean): QueryNode {
  const all = (quals: Expr | null): Expr => ({
    tag: 'BOOLEXPR',
    boolop: 'and',
    args: [...(quals === null ? [] : [quals]), ...added],
  });
  return query.jointree === null || isHaving
    ? { ...query, havingQual: all(query.havingQual) }
    : { ...query, jointree: { ...query.jointree, quals: all(query.jointree.quals) } };
}

/** What is wrong where a returned row is given back: a field that is named like another column than it is compared with. */
function fieldProblem({ query, name, keys, object }: Page, fields: readonly ResultField[]): Problem | null {
  const columns = resultEntries(query);
  for (const [i, { name: own }] of object?.fields.entries() ?? []) {
    const at = fields.findIndex((field) => plainName(field.name) === plainName(own));
    const key = keys[i];
    if (at === -1 || key === undefined || isSameBesideCollation(key.expr, columns[at]?.expr, query)) continue;
    return [
      `${name} begins a page, but its field ${own} is compared with something else than the column ${fields[at]?.name} of the result`,
      'Write the fields in the order of the columns that they are compared with.',
    ];
  }
  return null;
}

/** With and without camel case. */
function plainName(name: string): string {
  return name.replaceAll('_', '').toLowerCase();
}

function orderText(keys: readonly Key[], query: QueryNode, catalog: Catalog): string {
  return keys
    .map(({ expr, operator }) => {
      const direction = operator.startsWith('<') ? ' DESC' : '';
      return columnText(expr, query, catalog) + direction;
    })
    .join(', ');
}

/** `a > :a OR (a = :a AND b < :b)`, as ORDER BY has them. */
function expandedText(
  keys: readonly Key[],
  order: readonly SortItem[],
  query: QueryNode,
  catalog: Catalog,
): string {
  return keys.reduceRight((rest, { expr }, i) => {
    const column = columnText(expr, query, catalog);
    const own = `${column} ${order[i]?.descending ? '<' : '>'} :${column}`;
    if (rest === '') return own;
    return `${own} OR (${column} = :${column} AND ${i === keys.length - 2 ? rest : `(${rest})`})`;
  }, '');
}
