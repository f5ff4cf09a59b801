import type { ColumnReference } from '../analysed-query.ts';
import { baseType } from '../catalog/base-type.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { isRewritten, type WriteEvent, writeTargets } from '../catalog/updatable.ts';
import { Cmd, type Expr, type ParamNode, type QueryNode } from '../tree/nodes.ts';
import { insertedRows, type Write, writesOf } from './written-values.ts';

/**
 * By the `$n`, the columns of tables that a statement assigns it to as it is. For a value that such a column does not take the
 * statement raises an error, or it writes nothing and returns no row: a schema can refuse that value.
 */
export function assignedColumns(
  query: QueryNode,
  catalog: Catalog,
): ReadonlyMap<number, readonly ColumnReference[]> {
  const found = new Map<number, ColumnReference[]>();
  const add = (from: QueryNode, event: WriteEvent) => {
    for (const { exprs, restriction } of writesOf(from, from.targetList, event, catalog)) {
      for (const expr of exprs) {
        const param = assignedParameter(expr, catalog);
        const column = param && storedColumn(restriction.column, param, event, catalog);
        if (column) found.set(param.paramid, [...(found.get(param.paramid) ?? []), column]);
      }
    }
  };
  const modifying = (query.cteList ?? [])
    .map(({ ctequery }) => ctequery)
    .filter(({ commandType }) => commandType !== Cmd.select);
  // These are run to their end, whatever the statement asks of them.
  for (const one of [query, ...modifying]) if (insertsAlways(one)) add(one, 'insert');
  if (modifying.length > 0) return found;
  if (query.commandType === Cmd.insert && !insertsAlways(query)) add(query, 'insert');
  if (query.commandType === Cmd.update) add(query, 'update');
  return found;
}

/** Whether it is an INSERT of VALUES. */
function insertsAlways(query: QueryNode): boolean {
  if (query.commandType !== Cmd.insert) return false;
  const { fromlist, quals } = query.jointree ?? {};
  return (!fromlist?.length && !quals) || insertedRows(query) !== null;
}

/** The parameter whose very value is assigned, after checks of its length at most. */
function assignedParameter(expr: Expr, catalog: Catalog): ParamNode | null {
  switch (expr.tag) {
    case 'PARAM':
      return expr.paramkind === 0 ? expr : null;
    case 'COERCETODOMAIN':
      return assignedParameter(expr.arg, catalog);
    case 'RELABELTYPE':
      return texts.has(expr.resulttype ?? 0) ? assignedParameter(expr.arg, catalog) : null;
    case 'ARRAYCOERCEEXPR':
      return expr.elemexpr && isLengthCheck(expr.elemexpr, catalog)
        ? assignedParameter(expr.arg, catalog)
        : null;
    case 'FUNCEXPR': {
      const [arg] = expr.args ?? [];
      return arg && isLengthCheck(expr, catalog) ? assignedParameter(arg, catalog) : null;
    }
    default:
      return null;
  }
}

const texts: ReadonlySet<number> = new Set([25, 1043]);
const IMPLICIT_CAST = 2;

/** Whether it is what an assignment to `varchar(n)`, `char(n)` or `numeric(p, s)` makes; an explicit cast cuts what is too long. */
function isLengthCheck(expr: Expr, catalog: Catalog): boolean {
  if (expr.tag !== 'FUNCEXPR' || expr.funcformat !== IMPLICIT_CAST) return false;
  const { schema, name = '' } = catalog.functions.get(expr.funcid) ?? {};
  // With one argument it is a conversion from another type.
  return schema === 'pg_catalog' && /^(?:varchar|bpchar|numeric)$/.test(name) && (expr.args ?? []).length > 1;
}

/** The table's column that a column of the statement's target is, if it takes what the parameter's type takes. */
function storedColumn(
  { relation, attnum }: Write['restriction']['column'],
  param: ParamNode,
  event: WriteEvent,
  catalog: Catalog,
): ColumnReference | null {
  const target = writeTargets(relation, catalog, event).at(-1);
  const stored = target?.columnOf(attnum) ?? null;
  const column = stored === null ? undefined : target?.relation.columns.get(stored);
  if (target === undefined || column === undefined || isRewritten(target.relation, event)) return null;
  // An UPDATE changes rows of tables that inherit from it, and these need not have its constraints.
  const { schema, name: table, kind, children } = target.relation;
  if (event === 'update' && kind === 'r' && children.length > 0) return null;
  const [given, wanted] = [param.paramtype, column.type].map((type) => baseType(catalog, type));
  const isSame = given === wanted || [given, wanted].every((type) => texts.has(type ?? 0));
  return isSame ? { schema, table, column: column.name } : null;
}
