import type { QueryViolations } from '../../src/analysis/analysed-query.ts';
import type { Cardinality } from '../../src/analysis/cardinality/block.ts';
import { cardinality } from '../../src/analysis/cardinality.ts';
import type { Catalog } from '../../src/analysis/catalog/catalog.ts';
import { effects } from '../../src/analysis/effects.ts';
import { type Facts, unknownFacts } from '../../src/analysis/facts.ts';
import { type ResultLiterals, resultLiterals } from '../../src/analysis/literals.ts';
import { columnFacts } from '../../src/analysis/nullability.ts';
import { parameterFacts } from '../../src/analysis/parameters.ts';
import { rootScope } from '../../src/analysis/scope.ts';
import type { QueryNode } from '../../src/analysis/tree/nodes.ts';
import type { JsonShape, Literal } from '../../src/analysis/type.ts';
import { utilityResult } from '../../src/analysis/utility.ts';
import { isAlwaysNull } from '../../src/analysis/variants/always-null.ts';
import { discriminated } from '../../src/analysis/variants.ts';
import { violations } from '../../src/analysis/violations.ts';
import type { FieldDescription } from '../../src/analysis/wire.ts';
import { jsonShapes } from '../support/json-shapes.ts';

/** What is declared of the values of result columns, in their order. */
export interface Values {
  readonly facts: readonly Facts[];
  /** Of what JSON.parse makes of it; null where nothing is declared. */
  readonly shapes: readonly (JsonShape | null)[];
}

export interface Columns extends Values {
  /** What holds of rows beside that, by the constant that they have in a column; null: there is no such column. */
  readonly kinds: { readonly column: number; readonly values: ReadonlyMap<Literal, Values> } | null;
}

/** Everything that is declared of a statement and that running it can contradict. */
export interface Declared {
  /** Whatever the parameters are. */
  readonly columns: Columns;
  /** For each `$n` what callers keep to, and what then holds of the columns. */
  readonly given: { readonly params: readonly Facts[]; readonly columns: Columns } | null;
  readonly rows: Cardinality;
  readonly readOnly: boolean | null;
  readonly violations: QueryViolations;
}

/** @param params how many `$n` there are */
export function declare(query: QueryNode, catalog: Catalog, params: number): Declared {
  const given = parameterFacts(query, catalog, params).map(({ facts }) => facts);
  return {
    columns: columnsOf(query, catalog, null),
    given: given.some(refusesNull)
      ? { params: given, columns: columnsOf(query, catalog, given.map(withoutLiterals)) }
      : null,
    rows: cardinality(query, catalog, new Set()),
    readOnly: effects(query, catalog).readOnly,
    violations: violations(query, catalog),
  };
}

/** @param fields of the result; null: there is none */
export function declareUtility(sql: string, fields: readonly FieldDescription[] | null): Declared {
  const { rows, facts } = utilityResult(sql, fields);
  const columns = (fields ?? []).map(() => facts);
  return {
    columns: { facts: columns, shapes: columns.map(() => null), kinds: null },
    given: null,
    rows,
    readOnly: null,
    violations: { constraints: [], open: true },
  };
}

function columnsOf(query: QueryNode, catalog: Catalog, params: readonly Facts[] | null): Columns {
  const all = valuesOf(query, catalog, params);
  const found = discriminated(query, catalog, all.facts);
  if (found === null) return { ...all, kinds: null };
  const values = [...found.parts].map(([value, part]) => {
    const { facts, shapes } = valuesOf(part, catalog, params);
    const scope = rootScope(catalog, part);
    const known = facts.map((proven, i) => (isAlwaysNull(i, scope) ? { ...proven, literals: [] } : proven));
    return [value, { facts: known, shapes }] as const;
  });
  return { ...all, kinds: { column: found.column, values: new Map(values) } };
}

function valuesOf(query: QueryNode, catalog: Catalog, params: readonly Facts[] | null): Values {
  const literals = resultLiterals(query, catalog);
  const facts = columnFacts(query, catalog, params);
  return {
    facts: facts.map((proven, i) => withLiterals(proven, literals[i])),
    shapes: jsonShapes(query, catalog, params),
  };
}

function withLiterals(facts: Facts, found: ResultLiterals | undefined): Facts {
  return {
    ...facts,
    ...(found?.own && { literals: found.own }),
    ...(found?.element && { element: { ...(facts.element ?? unknownFacts), literals: found.element } }),
  };
}

function withoutLiterals({ nullable, element }: Facts): Facts {
  return element === undefined ? { nullable } : { nullable, element: { nullable: element.nullable } };
}

function refusesNull({ nullable, element }: Facts): boolean {
  return !nullable || element?.nullable === false;
}
