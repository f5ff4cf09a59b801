export { baseType } from './base-type.ts';

import { domainLiterals } from '../literals/column.ts';
import type { ArrayType, BaseType, CompositeType, PgType, RangeType } from '../type.ts';
import type { Catalog, TypeEntry } from './catalog.ts';

const resolved = new WeakMap<Catalog, Map<number, PgType>>();

/** Resolves a type's OID to its structure; an OID that the catalog does not hold is `pg_catalog.unknown`. */
export function pgType(catalog: Catalog, oid: number): PgType {
  let known = resolved.get(catalog);
  if (known === undefined) {
    known = new Map();
    resolved.set(catalog, known);
  }
  let type = known.get(oid);
  if (type === undefined) {
    const entry = catalog.types.get(oid);
    type = entry === undefined ? unknown : structure(catalog, entry);
    known.set(oid, type);
  }
  return type;
}

const unknown: BaseType = { kind: 'base', schema: 'pg_catalog', name: 'unknown' };

function structure(catalog: Catalog, entry: TypeEntry): PgType {
  const { schema, name } = entry;
  if (entry.element !== 0) return { kind: 'array', element: pgType(catalog, entry.element) };
  switch (entry.kind) {
    case 'e':
      return { kind: 'enum', schema, name, labels: entry.labels };
    case 'd':
      return {
        kind: 'domain',
        schema,
        name,
        base: pgType(catalog, entry.base),
        notNull: typeRefusesNull(catalog, entry),
        literals: domainLiterals(entry.oid, catalog),
      };
    case 'c':
      return composite(catalog, entry);
    case 'r':
      return range(catalog, entry);
    case 'm': {
      const of = catalog.types.get(entry.subtype);
      return of === undefined ? unknown : { kind: 'multirange', schema, name, range: range(catalog, of) };
    }
    default:
      return entry.delimiter === ','
        ? { kind: 'base', schema, name }
        : { kind: 'base', schema, name, delimiter: entry.delimiter };
  }
}

/** Whether a domain, or one below it, is NOT NULL. */
export function typeRefusesNull(catalog: Catalog, entry: TypeEntry): boolean {
  for (
    let domain: TypeEntry | undefined = entry;
    domain?.kind === 'd';
    domain = catalog.types.get(domain.base)
  ) {
    if (domain.notNull) return true;
  }
  return false;
}

function composite(catalog: Catalog, entry: TypeEntry): CompositeType {
  const relation = catalog.relations.get(entry.relation);
  const columns = [...(relation?.columns.values() ?? [])];
  return {
    kind: 'composite',
    schema: entry.schema,
    name: entry.name,
    // A table's NOT NULL binds its rows, not the values of its row type.
    fields: columns.map((column) => ({
      name: column.name,
      value: { type: pgType(catalog, column.type), nullable: true },
    })),
    ...(relation !== undefined && relation.kind !== 'c' && { isRow: true }),
  };
}

function range(catalog: Catalog, entry: TypeEntry): RangeType {
  return { kind: 'range', schema: entry.schema, name: entry.name, subtype: pgType(catalog, entry.subtype) };
}

/** The array that a value of the type is, with domains taken off; null for other types. */
export function asArrayType(type: PgType): ArrayType | null {
  let base = type;
  while (base.kind === 'domain') base = base.base;
  return base.kind === 'array' ? base : null;
}
