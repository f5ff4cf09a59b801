import { type ScopeConfig, tableCalled } from '../../scope-config.ts';
import type { Catalog, Relation } from '../catalog/catalog.ts';

/** Whose a table's rows are: its column is the owner, or the row that a foreign key references has the owner. */
export type Ownership =
  | { readonly column: number }
  | {
      readonly columns: readonly number[];
      readonly parent: number;
      readonly referencedColumns: readonly number[];
    };

/** A scope of the configuration, on a schema. */
export interface OwnerScope {
  readonly name: string;
  readonly settings: ScopeConfig;
  /** By the relation's OID; children and partitions are in it, too. */
  readonly tables: ReadonlyMap<number, Ownership>;
  /** Relations that are not owned themselves, but show rows of children that are. */
  readonly parents: ReadonlySet<number>;
  /** Whether owners are shards: a planner of shards looks for plain conditions, not for what subqueries find. */
  readonly isDistribution: boolean;
}

/** What is wrong with a scope of the configuration. */
export interface ScopeProblem {
  readonly scope: string;
  readonly table: string;
  readonly message: string;
}

/** Looks up the tables and columns of the configured scopes. */
export function ownerScopes(
  configured: Readonly<Record<string, ScopeConfig>>,
  catalog: Catalog,
): { readonly scopes: readonly OwnerScope[]; readonly problems: readonly ScopeProblem[] } {
  const problems: ScopeProblem[] = [];
  const relations = [...catalog.relations.values()].filter(({ kind }) => 'rpmf'.includes(kind));
  const scopes = Object.entries(configured).map(([name, settings]): OwnerScope => {
    const named = new Map<string, Relation>();
    const wrong = (table: string, message: string) => problems.push({ scope: name, table, message });
    for (const table of Object.keys(settings.tables)) {
      const relation = tableCalled(table, relations);
      if (relation === null) wrong(table, `There is no table ${table}.`);
      else named.set(table, relation);
    }
    const tables = new Map<number, Ownership>();
    for (const [table, relation] of named) {
      const owner = settings.tables[table];
      if (owner === undefined) continue;
      if (typeof owner === 'string') {
        for (const member of withDescendants(relation, catalog)) {
          const column = columnNamed(member, owner);
          if (column !== null) tables.set(member.oid, { column });
          else wrong(table, `${member.name} has no column ${owner}.`);
        }
        continue;
      }
      const parent = named.get(owner.through);
      const keys = relation.foreignKeys.filter(({ references }) => references === parent?.oid);
      const [key] = keys;
      if (parent === undefined) wrong(table, `${owner.through} is not a table of the scope.`);
      else if (key === undefined || keys.length > 1)
        wrong(table, `${table} has ${keys.length} foreign keys to ${owner.through}, not one.`);
      else if (withDescendants(relation, catalog).length > 1)
        wrong(table, `${table} has children, so name its owner column.`);
      else {
        const { columns, referencedColumns } = key;
        tables.set(relation.oid, { columns, parent: parent.oid, referencedColumns });
      }
    }
    const parents = new Set<number>();
    for (const relation of catalog.relations.values()) {
      if (tables.has(relation.oid)) continue;
      if (withDescendants(relation, catalog).some(({ oid }) => tables.has(oid))) parents.add(relation.oid);
    }
    return { name, settings, tables, parents, isDistribution: false };
  });
  return { scopes, problems };
}

function columnNamed(relation: Relation, name: string): number | null {
  for (const column of relation.columns.values()) if (column.name === name) return column.number;
  return null;
}

function withDescendants(relation: Relation, catalog: Catalog): readonly Relation[] {
  const found = new Set<Relation>();
  const waiting = [relation];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    for (const child of next.children) {
      const below = catalog.relations.get(child);
      if (below !== undefined) waiting.push(below);
    }
  }
  return [...found];
}
