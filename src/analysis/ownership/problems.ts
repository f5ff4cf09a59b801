import { tokensOf } from '../../sql/lexer.ts';
import { fileOffset } from '../../sql/postgres-text.ts';
import type { Slot, Statement } from '../../sql/statement.ts';
import { unquotedName } from '../../sql/unquoted-name.ts';
import type { Catalog, Relation } from '../catalog/catalog.ts';
import type { StatementProblem } from '../statement-problem.ts';
import type { QueryNode } from '../tree/nodes.ts';
import type { OwnerScope } from './owner-scope.ts';
import { ownership } from './prove.ts';
import type { QueryScope } from './query-scope.ts';
import type { Unproven } from './unproven.ts';

/** What is wrong with a statement by its scopes, and the scopes that it is about. */
export function scopesOf(
  statement: Statement,
  tree: QueryNode,
  catalog: Catalog,
  scopes: readonly OwnerScope[],
  variadicParams: ReadonlySet<number>,
): { readonly problems: readonly StatementProblem[]; readonly scopes: readonly QueryScope[] } {
  const problems: StatementProblem[] = [];
  const found: QueryScope[] = [];
  const unscoped = statement.unscoped ?? null;
  for (const scope of scopes) {
    const owners = ownerParams(statement, scope.settings.parameter);
    const plain = ownership(tree, catalog, scope, owners, variadicParams);
    const isPlain = plain.unproven.length === 0 || !hasForcedPolicies(scope, catalog);
    const { unproven, uses } = isPlain
      ? plain
      : ownership(tree, catalog, scope, owners, variadicParams, true);
    const isProtected = !isPlain && unproven.length === 0 && unscoped === null;
    if (uses || unproven.length > 0 || plain.unproven.length > 0)
      found.push({ name: scope.name, unscoped, ...(isProtected && { rowSecurity: true }) });
    if (unscoped === null) problems.push(...unproven.map((one) => problemOf(one, scope, statement, catalog)));
  }
  if (unscoped !== null && found.length === 0) {
    problems.push({
      code: 'ND3020',
      message: '@unscoped, although it does not use a table of a scope',
      hint: 'Remove @unscoped.',
    });
  }
  return { problems, scopes: found };
}

function hasForcedPolicies({ tables }: OwnerScope, { relations }: Catalog): boolean {
  return [...tables.keys()].some((oid) => relations.get(oid)?.forcedRowSecurity === true);
}

/** A statement without a query tree. */
export function utilityScopes(
  { unscoped }: Statement,
  scopes: readonly OwnerScope[],
): readonly StatementProblem[] {
  if (scopes.length === 0 || unscoped !== undefined) return [];
  return [
    {
      code: 'ND3020',
      message: 'nothing is known of the rows that it uses',
      hint: 'If it is right, write @unscoped with a reason into the header.',
    },
  ];
}

/**
 * The `$n` of a parameter that is one value and always sent: `:userId`, or the field of that name of an object. None where
 * there are several, which may be several owners.
 */
function ownerParams(statement: Statement, parameter: string): ReadonlySet<number> {
  const slots = singleValues(statement);
  const owners = new Set(slots.flatMap(({ name, index }) => (name === parameter ? [index] : [])));
  return owners.size === 1 ? owners : new Set();
}

/** The parameters, and fields of objects, that are one value and always sent. */
export function singleValues({ params, optional = [] }: Statement): readonly Slot[] {
  const sent = params.filter(({ name }) => !optional.some((one) => one.name === name));
  return sent.flatMap((one) => (one.kind === 'scalar' ? [one] : one.kind === 'object' ? one.fields : []));
}

function problemOf(
  unproven: Unproven,
  scope: OwnerScope,
  statement: Statement,
  catalog: Catalog,
): StatementProblem {
  return {
    code: 'ND3020',
    ...unprovenText(unproven, scope, catalog, 'or write @unscoped with a reason into the header.'),
    ...unprovenPlace(unproven, statement),
  };
}

/** Where a statement names what is not proven; empty: that is not known. */
export function unprovenPlace(
  { relation, alias }: Unproven,
  statement: Statement,
): Pick<StatementProblem, 'offset' | 'end'> {
  return relation === null ? {} : placeOf(relation, alias, statement);
}

/**
 * What is not proven, and how to mend it.
 * @param allow the end of the hint: how to allow it
 */
export function unprovenText(
  { kind, relation, alias, name }: Unproven,
  { name: scope, settings, tables }: OwnerScope,
  catalog: Catalog,
  allow: string,
): Pick<StatementProblem, 'message' | 'hint'> {
  const table = relation?.name ?? '';
  const of = tables.get(relation?.oid ?? 0);
  const parent = of && 'parent' in of ? (catalog.relations.get(of.parent)?.name ?? '') : null;
  const column =
    of && 'column' in of ? (relation?.columns.get(of.column)?.name ?? '') : `the foreign key to ${parent}`;
  const owner = `:${settings.parameter}`;
  switch (kind) {
    case 'read':
      return {
        message: `rows of ${table} may belong to another ${scope}`,
        hint:
          parent === null
            ? `Add ${alias}.${column} = ${owner} to the conditions, ${allow}`
            : `Join ${parent} by ${column} and limit it to ${owner}, ${allow}`,
      };
    case 'sampled':
      return {
        message: `TABLESAMPLE of ${table} depends on rows of another ${scope}`,
        hint: `Select without TABLESAMPLE, ${allow}`,
      };
    case 'parent':
      return {
        message: `${table} shows rows of its children, which may belong to another ${scope}`,
        hint: `Name the child, or ONLY ${table}, ${allow}`,
      };
    case 'stored':
      return {
        message: `the materialized view ${table} may hold rows of another ${scope}`,
        hint: `Name it with its owner column in the configuration's scopes, ${allow}`,
      };
    case 'inserted':
      return {
        message: `a row that is inserted into ${table} may belong to another ${scope}`,
        hint:
          parent === null
            ? `Set ${column} to ${owner}, ${allow}`
            : `INSERT … SELECT the key from ${parent}, limited to ${owner}, ${allow}`,
      };
    case 'moved':
      return {
        message: `a row of ${table} may be given to another ${scope}`,
        hint: `Do not set ${column}, or to ${owner}, ${allow}`,
      };
    case 'conflict':
      return {
        message: `ON CONFLICT may meet a row of ${table} that belongs to another ${scope}`,
        hint: `Name a unique key that contains ${column}, ${allow}`,
      };
    case 'unmatched':
      return {
        message: `WHEN NOT MATCHED BY SOURCE changes rows of ${table} of every ${scope}`,
        hint: `Write a DELETE or UPDATE with ${owner}, ${allow}`,
      };
    case 'rewritten':
      return {
        message: `a rule, a trigger or a view decides what is written to ${table}`,
        hint: `Write to the table itself, ${allow}`,
      };
    case 'function':
      return {
        message: `nothing is known of the rows that ${name} reads`,
        hint: `If it shows no rows of another ${scope}, name it in the configuration: scopes.${scope}.functions.safe.`,
      };
    case 'acting':
      return {
        message: `${name} may be called for rows of another ${scope}`,
        hint: `Call it in the list of the outermost SELECT, whose rows have met all conditions, ${allow}`,
      };
    default:
      return {
        message: `the proof that it keeps to one ${scope} was stopped`,
        hint: `Split the statement, ${allow}`,
      };
  }
}

/** Where a statement names a table, by its alias if it is named more than once. */
function placeOf(
  relation: Relation,
  alias: string | null,
  statement: Statement,
): Pick<StatementProblem, 'offset' | 'end'> {
  const tokens = [...tokensOf(statement.sql)];
  const nameAt = (index: number) => {
    const token = tokens[index];
    return token === undefined ? null : unquotedName(statement.sql.slice(token.start, token.end));
  };
  // Not what qualifies a column.
  const named = tokens.flatMap((_, index) =>
    nameAt(index) === relation.name && nameAt(index + 1) !== '.' ? [index] : [],
  );
  const aliased = named.find((index) => {
    const next = nameAt(index + 1) === 'as' ? index + 2 : index + 1;
    return nameAt(next) === alias;
  });
  const token = tokens[aliased ?? named[0] ?? -1];
  if (token === undefined) return {};
  return { offset: fileOffset(statement, token.start), end: fileOffset(statement, token.end) };
}
