import type { Catalog, Relation, TypeEntry } from '../analysis/catalog/catalog.ts';
import { domainConditions, tableConditions } from '../analysis/catalog/conditions.ts';
import { isChangeable, isRewritten } from '../analysis/catalog/updatable.ts';
import { userTables } from '../analysis/catalog/user-tables.ts';
import { readColumnComment, withCommentType } from '../analysis/column-comment.ts';
import { describedValue } from '../analysis/facts.ts';
import { columnRestriction } from '../analysis/parameters/restriction.ts';
import type { Value } from '../analysis/type.ts';
import type { Condition } from './condition.ts';
import { readCheck } from './read-check.ts';

/** What a table asks of the rows that are written to it. */
export interface TableModel {
  readonly schema: string;
  readonly name: string;
  /** Those that a statement can give a value, in the order of the table. */
  readonly columns: readonly WrittenColumn[];
  readonly checks: readonly TableCheck[];
  /** The CHECK constraints that only the database knows, and such domains, by name. */
  readonly unreadable: readonly string[];
}

export interface WrittenColumn {
  readonly name: string;
  readonly value: Value;
  /** `atttypmod`, or a domain's. */
  readonly modifier: number;
  /** Whether something else than NULL is stored where an INSERT does not name it. */
  readonly hasDefault: boolean;
}

export interface TableCheck {
  readonly name: string;
  readonly condition: Condition;
}

/** All tables of a database, sorted by schema and name. */
export function tableModels(catalog: Catalog): readonly TableModel[] {
  return userTables(catalog)
    .filter((relation) => !isRewritten(relation, 'insert') && !isRewritten(relation, 'update'))
    .map((relation) => tableModel(relation, catalog));
}

function tableModel(relation: Relation, catalog: Catalog): TableModel {
  const { schema, name } = relation;
  const given = [...relation.columns.values()].filter(
    ({ generated, identity }) => generated === '' && identity !== 'a',
  );
  const columns = given.map((column): WrittenColumn => {
    const { number, type, hasDefault, identity, comment } = column;
    const {
      refusesNull = false,
      literals,
      elementLiterals,
      refusesNullElements = false,
    } = columnRestriction(relation, number, 'insert', catalog);
    const value = describedValue(catalog, type, {
      nullable: !refusesNull,
      ...(literals && { literals }),
      ...((elementLiterals || refusesNullElements) && {
        element: { nullable: !refusesNullElements, ...(elementLiterals && { literals: elementLiterals }) },
      }),
    });
    return {
      name: column.name,
      value: withCommentType(value, readColumnComment(comment).type),
      modifier: modifierOf(type, column.typeModifier, catalog),
      hasDefault: hasDefault || identity !== '',
    };
  });
  // A trigger may make another value of it before the constraint is checked.
  const kept = new Map(
    given
      .filter((column) =>
        (['insert', 'update'] as const).every(
          (event) => !isChangeable(relation, column.name, catalog, event),
        ),
      )
      .map((column) => [column.number, column.name]),
  );
  const conditions = tableConditions(relation);
  const ofTable = conditions.map((condition, i) => ({
    name: relation.checks[i]?.name ?? '',
    condition: readCheck(condition, catalog, (attnum) => kept.get(attnum)),
  }));
  const ofDomains = given.flatMap((column) =>
    domainsOf(column.type, catalog).flatMap((domain) =>
      domainConditions(domain).map((condition, i) => ({
        name: domain.checks[i]?.name ?? '',
        condition: readCheck(condition, catalog, () => column.name),
      })),
    ),
  );
  const read = [...ofTable, ...ofDomains];
  return {
    schema,
    name,
    columns,
    checks: read.flatMap(({ name: constraint, condition }) =>
      condition === null ? [] : { name: constraint, condition },
    ),
    unreadable: read.flatMap(({ name: constraint, condition }) => (condition === null ? constraint : [])),
  };
}

function domainsOf(type: number, catalog: Catalog): readonly TypeEntry[] {
  const entry = catalog.types.get(type);
  return entry?.kind === 'd' ? [entry, ...domainsOf(entry.base, catalog)] : [];
}

/** A domain's modifier is that of the type below it. */
function modifierOf(type: number, modifier: number, catalog: Catalog): number {
  const entry = catalog.types.get(type);
  return entry?.kind === 'd' ? modifierOf(entry.base, entry.baseModifier, catalog) : modifier;
}
