import type { AnalysedQuery, Column, ColumnReference } from '../analysis/analysed-query.ts';
import type { CompositeType, DomainType, EnumType, JsonShape, PgType, Value } from '../analysis/type.ts';
import type { Config } from '../project/config.ts';
import { globalTypes, isIdentifier, toIdentifier } from './identifier.ts';
import { pascalCase } from './names.ts';

/** A type that is declared once for all files. */
export type SharedType = EnumType | CompositeType | DomainType;

/** What the declarations in the shared module are called. */
export interface SharedNames {
  readonly ofType: (type: SharedType) => string;
  /** A column's JSON structure and its name; null where queries see different structures in it. */
  readonly ofJson: (column: ColumnReference) => SharedJson | null;
  /** Every name that was given. */
  readonly all: readonly string[];
  /** Equal to that of other names that are the same. */
  readonly key: () => string;
}

export interface SharedJson {
  readonly name: string;
  readonly json: JsonShape;
}

interface Candidate {
  readonly key: string;
  readonly schema: string;
  readonly name: string;
}

/**
 * Names every schema type and every column's JSON structure that the queries use: the Postgres name in
 * PascalCase, behind its schema's where two would be the same. The type of the home schema (the first of
 * the search path, else `public`) keeps the short name, so that it does not change when another appears.
 */
export function sharedNames(queries: readonly AnalysedQuery[], config: Config): SharedNames {
  const candidates = new Map<string, Candidate>();
  const structures = new Map<string, JsonShape | null>();
  const seen = new Set<PgType>();

  const addType = (type: PgType): void => {
    if (seen.has(type)) return;
    seen.add(type);
    if (type.kind === 'array') addType(type.element);
    else if (type.kind === 'range') addType(type.subtype);
    else if (type.kind === 'multirange') addType(type.range);
    else if (type.kind === 'domain') addType(type.base);
    else if (type.kind === 'composite') for (const field of type.fields) addValue(field.value);
    if (isShared(type)) {
      candidates.set(typeKey(type), { key: typeKey(type), schema: type.schema, name: type.name });
    }
  };
  const addValue = (value: Value): void => {
    addType(value.type);
    for (const field of value.fields ?? []) addValue(field.value);
  };
  const addStructure = ({ source, value: { json } }: Column): void => {
    if (source === null || json === undefined || !hasObject(json)) return;
    const key = columnKey(source);
    const known = structures.get(key);
    const same = known === undefined || JSON.stringify(known) === JSON.stringify(json);
    structures.set(key, same ? json : null);
    candidates.set(key, { key, schema: source.schema, name: `${source.table}_${source.column}` });
  };

  for (const query of queries) {
    for (const param of query.params) {
      for (const slot of 'fields' in param ? param.fields : [param]) addValue(slot.value);
    }
    for (const column of query.columns) {
      addValue(column.value);
      addStructure(column);
    }
  }

  const names = assignNames([...candidates.values()], config.searchPath?.[0] ?? 'public');
  return {
    ofType: (type) => names.get(typeKey(type)) ?? pascalCase(type.name),
    ofJson: (column) => {
      const name = names.get(columnKey(column));
      const json = structures.get(columnKey(column)) ?? null;
      return name === undefined || json === null ? null : { name, json };
    },
    all: [...names.values()],
    key: () => JSON.stringify([[...names], [...structures]]),
  };
}

function assignNames(candidates: readonly Candidate[], home: string): ReadonlyMap<string, string> {
  const sorted = [...candidates].sort(
    (a, b) => Number(b.schema === home) - Number(a.schema === home) || (a.key < b.key ? -1 : 1),
  );
  const uses = new Map<string, number>();
  for (const { name } of sorted) uses.set(pascalCase(name), (uses.get(pascalCase(name)) ?? 0) + 1);

  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const { key, schema, name } of sorted) {
    const short = pascalCase(name);
    const free = uses.get(short) === 1 || (schema === home && !taken.has(short));
    const wanted = free && isUsable(short) ? short : pascalCase(schema) + short;
    const usable = isUsable(wanted) ? wanted : toIdentifier(`Type${wanted}`);
    let result = usable;
    for (let n = 2; taken.has(result); n++) result = `${usable}_${n}`;
    taken.add(result);
    names.set(key, result);
  }
  return names;
}

function isUsable(name: string): boolean {
  return isIdentifier(name) && !globalTypes.has(name);
}

function isShared(type: PgType): type is SharedType {
  return (
    type.kind === 'enum' || type.kind === 'composite' || (type.kind === 'domain' && type.literals !== null)
  );
}

function hasObject(json: JsonShape): boolean {
  switch (json.kind) {
    case 'object':
      return true;
    case 'array':
      return hasObject(json.element);
    case 'record':
      return hasObject(json.value);
    case 'union':
      return json.members.some(hasObject);
    default:
      return false;
  }
}

/** Tells types apart that have the same name in two schemas. */
export function typeKey(type: { readonly schema: string; readonly name: string }): string {
  return `${type.schema}\0${type.name}`;
}

/** Tells columns apart. */
export function columnKey({ schema, table, column }: ColumnReference): string {
  return `${schema}\0${table}\0${column}`;
}
