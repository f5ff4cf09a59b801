import type { Attribute, Catalog, Relation } from '../catalog/catalog.ts';
import { definingQuery } from '../catalog/definition.ts';
import { type Facts, notNull } from '../facts.ts';

import { noNullElements } from '../literals/column.ts';
import { readExpr } from '../tree/read.ts';
import { checkedColumns, whenWritten } from './checked-columns.ts';
import type { Engine, RelationFacts } from './context.ts';

const nothingKnown: RelationFacts = { columns: new Map(), isTable: false };

const known = new WeakMap<Catalog, Map<string, RelationFacts>>();

/** What the rows of a relation are known to hold; worked out once for a catalog. */
export function relationFacts(engine: Engine, oid: number, inherited: boolean): RelationFacts {
  let facts = known.get(engine.catalog);
  if (facts === undefined) {
    facts = new Map();
    known.set(engine.catalog, facts);
  }
  const { definitions, foreignKeys, settings } = engine.trust;
  const key = [oid, inherited, definitions, foreignKeys, ...settings].join(' ');
  let found = facts.get(key);
  if (found === undefined) {
    const relation = engine.catalog.relations.get(oid);
    // Its own constraints ask for it while they are read.
    if (relation !== undefined) facts.set(key, unchecked(engine, relation, inherited));
    found = relation === undefined ? nothingKnown : rows(engine, relation, inherited);
    facts.set(key, found);
  }
  return found;
}

function rows(engine: Engine, relation: Relation, inherited: boolean): RelationFacts {
  switch (relation.kind) {
    // 'c' is how ON CONFLICT's EXCLUDED is shown, with the table's own OID; a composite type has no rows.
    case 'r':
    case 'p':
    case 'S':
      return table(engine, relation, inherited);
    case 'v':
      return engine.trust.definitions ? view(engine, relation) : nothingKnown;
    case 'm':
      return engine.trust.definitions
        ? engine.relation(relation.oid, inherited, { definitions: false })
        : view(engine, relation);
    // A foreign server's rows: NOT NULL is a promise that is not enforced (CREATE FOREIGN TABLE).
    default:
      return nothingKnown;
  }
}

function table(engine: Engine, relation: Relation, inherited: boolean): RelationFacts {
  const { columns: known, isTable } = unchecked(engine, relation, inherited);
  // The constraints of a foreign table are not enforced.
  if (!isTable) return { columns: known, isTable };
  const columns = new Map(known);
  for (const column of checkedColumns(engine, relation, inherited)) columns.set(column, notNull);
  for (const column of relation.columns.keys()) {
    if (!columns.has(column) && isGivenByExpression(engine, relation, column, inherited))
      columns.set(column, notNull);
    if (!noNullElements(relation, column, engine.catalog)) continue;
    columns.set(column, { nullable: !columns.has(column), element: notNull });
  }
  return { columns, isTable };
}

/**
 * Whether a generated column's expression was never NULL when the value was stored, here and in children, which may have
 * others.
 */
function isGivenByExpression(
  engine: Engine,
  relation: Relation,
  column: number,
  inherited: boolean,
): boolean {
  const name = relation.columns.get(column)?.name;
  const members = inherited ? descendants(engine.catalog, relation) : [relation];
  return members.every((member) => {
    const own = [...member.columns.values()].find((attribute) => attribute.name === name);
    if (!own || own.generated === '' || own.expression === null) return false;
    const expr = readExpr(own.expression);
    return !engine.facts(expr, whenWritten(engine, member, false)).nullable;
  });
}

/** What NOT NULL says. */
function unchecked({ catalog, trust }: Engine, relation: Relation, inherited: boolean): RelationFacts {
  if (relation.kind !== 'r' && relation.kind !== 'p' && relation.kind !== 'S') return nothingKnown;
  const members = inherited ? descendants(catalog, relation) : [relation];
  const columns = new Map<number, Facts>();
  for (const column of relation.columns.values()) {
    const isNotNull = trust.definitions && members.every((member) => refusesNull(member, column.name));
    if (isNotNull) columns.set(column.number, notNull);
  }
  const isTable = trust.definitions && members.every(({ kind }) => kind === 'r' || kind === 'p');
  return { columns, isTable };
}

/** A child may be laxer than its parent (before PostgreSQL 18), and a partition can be a foreign table. */
function refusesNull(member: Relation, column: string): boolean {
  if (member.kind === 'f') return false;
  const attribute = [...member.columns.values()].find(({ name }: Attribute) => name === column);
  return attribute?.notNull ?? false;
}

/** A table with all that inherit from it, to any depth. */
export function descendants(catalog: Catalog, relation: Relation): readonly Relation[] {
  const found = new Set([relation]);
  for (const member of found) {
    for (const oid of member.children) {
      const child = catalog.relations.get(oid);
      if (child !== undefined) found.add(child);
    }
  }
  return [...found];
}

function view(engine: Engine, relation: Relation): RelationFacts {
  const query = definingQuery(relation);
  if (query === null) return nothingKnown;
  const columns = new Map<number, Facts>();
  for (const [i, facts] of engine.open(query, null).columns().entries()) {
    columns.set(i + 1, facts);
  }
  return { columns, isTable: relation.kind === 'm' };
}
