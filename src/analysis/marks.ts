import type { Catalog } from './catalog/catalog.ts';
import {
  columnOrigins,
  entryOf,
  innerScope,
  originsOf,
  rootScope,
  type Scope,
  withQueryOf,
} from './scope.ts';
import { expressionType } from './tree/expression-type.ts';
import { type Expr, type Node, type QueryNode, type RangeTblEntry, Rte, type Var } from './tree/nodes.ts';
import { walk } from './tree/walk.ts';
import type { FieldDescription } from './wire.ts';

/** A column of the result under its own name: without the mark of its alias. */
export interface ResultField extends FieldDescription {
  /** By an alias that ends in `!` (false) or `?` (true); null: no mark. */
  readonly markedNullable: boolean | null;
}

/**
 * Takes the marks off the aliases that a statement gives its result columns, also in its subqueries and WITH queries.
 * Names that come from the schema keep their last character: those of columns, functions, fields and types, which Postgres
 * gives a result column that has no alias. An alias that repeats such a name of its expression counts as that name.
 */
export function withoutMarks(
  fields: readonly FieldDescription[],
  query: QueryNode,
  catalog: Catalog,
): readonly ResultField[] {
  return fields.map((field, i) => {
    const { name, tableID, columnID, dataTypeID } = field;
    const isMarked =
      (name.endsWith('!') || name.endsWith('?')) &&
      name.length > 1 &&
      name !== '?column?' &&
      !schemaNames(query, i, catalog).has(name);
    return {
      name: isMarked ? name.slice(0, -1) : name,
      tableID,
      columnID,
      dataTypeID,
      markedNullable: isMarked ? name.endsWith('?') : null,
    };
  });
}

/** The names in the schema that Postgres may have named a result column after, and maybe others of its expression. */
function schemaNames(query: QueryNode, column: number, catalog: Catalog): ReadonlySet<string> {
  const names = new Set<string>();
  const seen = new Set<Expr>();
  const collect = (expr: Expr, scope: Scope): void => {
    if (seen.has(expr)) return;
    seen.add(expr);
    walk(catalog, expr, scope, (node, inside) => {
      for (const name of namesOf(node, catalog)) names.add(name);
      if (node.tag === 'VAR' && inside !== null) {
        for (const name of entryNames(inside, node)) names.add(name);
        for (const origin of originsBelow(inside, node)) collect(origin.node, origin.scope);
      }
      return true;
    });
  };
  const scope = rootScope(catalog, query);
  for (const { node, scope: holder } of columnOrigins(scope, column) ?? []) collect(node, holder);
  return names;
}

/** Those of a function, a field, a type: see FigureColname in Postgres's src/backend/parser/parse_target.c. */
function namesOf(node: Node, catalog: Catalog): readonly string[] {
  const names: (string | undefined)[] = [];
  const type = catalog.types.get(expressionType(node as Expr) ?? 0);
  names.push(type?.name, catalog.types.get(type?.element ?? 0)?.name);
  switch (node.tag) {
    case 'FUNCEXPR':
      names.push(...functionNames(node.funcid, catalog));
      break;
    case 'AGGREF':
      names.push(...functionNames(node.aggfnoid, catalog));
      break;
    case 'WINDOWFUNC':
      names.push(...functionNames(node.winfnoid, catalog));
      break;
    case 'FIELDSELECT': {
      const composite = catalog.types.get(expressionType(node.arg) ?? 0);
      names.push(catalog.relations.get(composite?.relation ?? 0)?.columns.get(node.fieldnum)?.name);
    }
  }
  return names.filter((name) => name !== undefined);
}

function functionNames(oid: number, catalog: Catalog): readonly string[] {
  const entry = catalog.functions.get(oid);
  if (entry === undefined) return [];
  const result = catalog.types.get(entry.resultType);
  const fields = catalog.relations.get(result?.relation ?? 0)?.columns.values() ?? [];
  return [
    entry.name,
    ...(entry.columns ?? []).map(({ name }) => name),
    ...[...fields].map(({ name }) => name),
  ];
}

function entryNames(scope: Scope, variable: Var): readonly string[] {
  const entry = entryOf(scope, variable)?.node;
  if (entry?.rtekind === Rte.relation) {
    const relation = scope.catalog.relations.get(entry.relid ?? 0);
    const name = variable.varattno === 0 ? relation?.name : relation?.columns.get(variable.varattno)?.name;
    return name === undefined ? [] : [name];
  }
  return entry?.rtekind === Rte.function ? calledNames(entry, scope.catalog) : [];
}

function calledNames(entry: RangeTblEntry, catalog: Catalog): readonly string[] {
  return (entry.functions ?? []).flatMap(({ funcexpr }) => namesOf(funcexpr, catalog));
}

/** As originsOf, and those of a recursive WITH query. */
function originsBelow(scope: Scope, variable: Var) {
  const origins = originsOf(scope, variable);
  if (origins !== null) return origins;
  const found = entryOf(scope, variable);
  if (found === null || found.node.rtekind !== Rte.cte) return [];
  const cte = withQueryOf(found.scope, found.node);
  if (cte === null) return [];
  return columnOrigins(innerScope(cte.scope, cte.node.ctequery), variable.varattno - 1) ?? [];
}
