import type { BooleanTerms, CaseText, SortList, TextRun } from '../../sql/boolean-terms.ts';
import type { Cut, Piece } from '../../sql/pieces.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { pgType } from '../catalog/pg-type.ts';
import { sqlTypeName } from '../sql-type-name.ts';
import type { CaseExpr, Expr, QueryNode, TargetEntry } from '../tree/nodes.ts';
import { decide, type TestedParameters } from './decisions.ts';
import type { ParameterTest } from './parameter-tests.ts';
import { locationOf, visitNodes } from './places.ts';

/** An item of ORDER BY that is a CASE whose WHENs test parameters alone. */
export interface SortKey {
  readonly node: CaseExpr;
  readonly tests: readonly ParameterTest[];
  /** Whether it is none of the above, as one of its WHENs is no such test. */
  readonly isMixed: boolean;
  /** The columns of its query's result by name: for a bare name, ORDER BY takes these. */
  readonly columns: ReadonlyMap<string, Expr>;
  readonly refusal: string | null;
}

/** The sort keys of a statement that parameters decide on. */
export function sortKeysOf(
  query: QueryNode,
  testOf: (expr: Expr, operand?: Expr | null) => ParameterTest | null,
): readonly SortKey[] {
  const found: SortKey[] = [];
  visitNodes(query, (node) => {
    if (node.tag !== 'QUERY') return true;
    const entries = referredEntries(node);
    for (const clause of node.sortClause ?? []) {
      const expr = entries.get(clause.tleSortGroupRef)?.expr;
      if (expr?.tag !== 'CASEEXPR') continue;
      const tests = expr.args.map((when) => testOf(when.expr, expr.arg));
      const known = tests.flatMap((test) => test ?? []);
      if (known.length === 0) continue;
      found.push({
        node: expr,
        tests: known,
        isMixed: known.length < tests.length,
        columns: new Map(
          (node.targetList ?? []).flatMap(({ resname, resjunk, expr: column }) =>
            resjunk ? [] : [[String(resname), column]],
          ),
        ),
        refusal: refusalOf(node, entries.get(clause.tleSortGroupRef)),
      });
    }
    return true;
  });
  return found;
}

/** Why what is sorted by means something else in a query, too; null: it does not. */
function refusalOf(query: QueryNode, entry: TargetEntry | undefined): string | null {
  if (query.distinctClause !== null) return 'its query has DISTINCT';
  if (query.groupingSets !== null) return 'its query has grouping sets';
  const isWindowed = (query.windowClause ?? []).some(
    ({ partitionClause, orderClause }) => partitionClause !== null || orderClause !== null,
  );
  if (isWindowed) return 'a window of its query has PARTITION BY or ORDER BY';
  if (entry?.resjunk !== true) return 'it is a column of the result';
  return (query.groupClause ?? []).some(({ tleSortGroupRef }) => tleSortGroupRef === entry.ressortgroupref)
    ? 'rows are grouped by it'
    : null;
}

/** What the clauses of a query refer to. */
export function referredEntries({ targetList }: QueryNode): ReadonlyMap<number, TargetEntry> {
  return new Map(
    (targetList ?? []).flatMap((entry) =>
      entry.ressortgroupref > 0 ? [[entry.ressortgroupref, entry]] : [],
    ),
  );
}

/** What a sort key is sorted by: the result of one of its WHENs, by index, of ELSE, or nothing. */
export type SortResult = number | 'else' | 'nothing';

/** Where a sort key is in the text. */
export interface SortKeyText {
  readonly list: SortList;
  readonly item: TextRun;
  readonly written: CaseText;
}

/** Null: the text has another form. */
export function sortKeyText(
  { node }: SortKey,
  terms: BooleanTerms,
  offset: (location: number) => number,
): SortKeyText | null {
  const at = offset(locationOf(node));
  const written = terms.caseAt(at);
  const list = terms.sortListOf(at);
  const item = list?.items.find(({ start, end }) => start <= at && at < end);
  if (written === null || list === null || item === undefined) return null;
  return written.results.length === node.args.length && written.end <= item.end
    ? { list, item, written }
    : null;
}

/** The expression that a sort key is sorted by; null: a constant, which sorts nothing, or none. */
export function resultOf({ node }: SortKey, result: SortResult): Expr | null {
  if (result === 'nothing') return null;
  const found = result === 'else' ? node.defresult : node.args[result]?.result;
  return found === null || found === undefined || isConstant(found) ? null : found;
}

/** All that a sort key can be sorted by. */
export function sortResultsOf({ node }: SortKey): readonly SortResult[] {
  return ['nothing', ...node.args.keys(), 'else'];
}

/** Why what a result is sorted by could differ from what the CASE is sorted by; null: it does not. */
export function uncertainOrder(key: SortKey): string | null {
  const collation: unknown = Reflect.get(key.node, 'casecollid');
  for (const result of sortResultsOf(key)) {
    const expr = resultOf(key, result);
    if (expr === null) continue;
    const own = COLLATIONS.get(expr.tag);
    if (own === undefined ? collation !== 0 : Reflect.get(expr, own) !== collation) {
      return 'its alternatives have different collations';
    }
  }
  return null;
}

/** The item for one result; empty: it is omitted. */
export function resultPieces(
  key: SortKey,
  { item, written }: SortKeyText,
  result: SortResult,
  catalog: Catalog,
  sql: string,
  cut: Cut,
): readonly Piece[] {
  const expr = resultOf(key, result);
  const run = result === 'else' ? written.otherwise : written.results[Number(result)];
  if (expr === null || run === null || run === undefined) return [];
  const text = sql.slice(run.start, run.end);
  const type = sqlTypeName(pgType(catalog, key.node.casetype));
  const column = key.columns.get(nameIn(text));
  const isCast =
    type !== null && (isImplicitCast(expr) || (column !== undefined && !isSameColumn(column, expr)));
  const inside = cut.run(run.start, run.end);
  return [
    ...cut.run(item.start, written.start),
    ...(isCast ? ['(', ...inside, `)::${type}`] : inside),
    ...cut.run(written.end, item.end),
  ];
}

/** The item for what parameters are. */
export function sortKeyPieces(
  key: SortKey,
  text: SortKeyText,
  tested: TestedParameters,
  catalog: Catalog,
  sql: string,
  cut: Cut,
): readonly Piece[] {
  const slots = [...new Set(key.tests.flatMap(({ constants }) => [...constants.keys()]))];
  return decide(
    slots,
    tested,
    (valueAt) => {
      const at = key.tests.findIndex(({ outcome }) => outcome(valueAt) === true);
      const result = at === -1 ? 'else' : at;
      return resultOf(key, result) === null ? 'nothing' : String(result);
    },
    'written',
    (leaf) => {
      if (leaf === 'written') return cut.run(text.item.start, text.item.end);
      const result = leaf === 'nothing' || leaf === 'else' ? leaf : Number(leaf);
      return resultPieces(key, text, result, catalog, sql, cut);
    },
  );
}

/** A constant, also cast. */
function isConstant(expr: Expr): boolean {
  if (expr.tag === 'CONST') return true;
  if (!FORMS.has(expr.tag)) return false;
  const args =
    expr.tag === 'FUNCEXPR' ? (expr.args ?? []) : 'arg' in expr && expr.arg !== null ? [expr.arg] : [];
  return args.length > 0 && args.every((arg) => isConstant(arg as Expr));
}

function isSameColumn(one: Expr, other: Expr): boolean {
  return (
    one.tag === 'VAR' &&
    other.tag === 'VAR' &&
    one.varno === other.varno &&
    one.varattno === other.varattno &&
    one.varlevelsup === other.varlevelsup
  );
}

function isImplicitCast(expr: Expr): boolean {
  const form = FORMS.get(expr.tag);
  return form !== undefined && Reflect.get(expr, form) === 2;
}

/** A bare name, as Postgres reads it; '' for everything else. */
function nameIn(text: string): string {
  const quoted = /^"((?:[^"]|"")*)"$/.exec(text)?.[1];
  if (quoted !== undefined) return quoted.replaceAll('""', '"');
  return /^[\w$\u0080-\uffff]+$/.test(text) ? text.toLowerCase() : '';
}

// src/include/nodes/primnodes.h
const FORMS: ReadonlyMap<string, string> = new Map([
  ['FUNCEXPR', 'funcformat'],
  ['RELABELTYPE', 'relabelformat'],
  ['COERCEVIAIO', 'coerceformat'],
  ['ARRAYCOERCEEXPR', 'coerceformat'],
  ['COERCETODOMAIN', 'coercionformat'],
]);

const COLLATIONS: ReadonlyMap<string, string> = new Map([
  ['VAR', 'varcollid'],
  ['PARAM', 'paramcollid'],
  ['AGGREF', 'aggcollid'],
  ['FUNCEXPR', 'funccollid'],
  ['OPEXPR', 'opcollid'],
  ['RELABELTYPE', 'resultcollid'],
  ['COERCEVIAIO', 'resultcollid'],
  ['COERCETODOMAIN', 'resultcollid'],
  ['COLLATEEXPR', 'collOid'],
  ['CASEEXPR', 'casecollid'],
  ['COALESCEEXPR', 'coalescecollid'],
]);
