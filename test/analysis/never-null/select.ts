import type { Client } from 'pg';
import { extensionAggregateFamilies, extensionFamilies } from './extension-families.ts';
import {
  type AggregateFamily,
  type AggregateRule,
  aggregateFamilies,
  type Family,
  families,
  operators,
  type Rule,
} from './families.ts';

/** A function of pg_proc that a family speaks for. */
export interface Candidate<R> {
  readonly oid: number;
  /** `lower(text)`, with the types as `oidvectortypes` prints them. */
  readonly signature: string;
  readonly name: string;
  readonly argumentTypes: readonly string[];
  readonly resultType: string;
  readonly variadic: boolean;
  readonly rule: R;
  /** The schema that it is in. */
  readonly schema: string;
  /** Of an extension's function: `citext.citext_eq(citext, citext)`, with the types by their names in pg_type. */
  readonly key: string | null;
}

interface Row {
  readonly oid: string;
  readonly name: string;
  readonly args: string;
  readonly result: string;
  readonly kind: string;
  readonly strict: boolean;
  readonly set: boolean;
  readonly variadic: boolean;
  readonly operators: readonly string[];
  readonly comparison: boolean;
  readonly cast: boolean;
  readonly schema: string;
  readonly extension: string | null;
  readonly types: string;
}

const query = (operators: string, condition: string) => `
  SELECT p.oid::int8 AS oid, proname AS name, oidvectortypes(proargtypes) AS args, format_type(prorettype, NULL) AS result,
    prokind AS kind, proisstrict AS strict, proretset AS set, provariadic <> 0 AS variadic,
    array(SELECT oprname::text FROM pg_operator o WHERE oprcode = p.oid AND ${operators}) AS operators,
    EXISTS (SELECT FROM pg_amop JOIN pg_operator o ON o.oid = amopopr JOIN pg_am a ON a.oid = amopmethod
      WHERE oprcode = p.oid AND amname IN ('btree', 'hash') AND ${operators})
    OR EXISTS (SELECT FROM pg_operator o JOIN pg_operator n ON n.oid = o.oprnegate JOIN pg_amop ON amopopr = n.oid
      JOIN pg_am a ON a.oid = amopmethod WHERE o.oprcode = p.oid AND amname IN ('btree', 'hash') AND ${operators}) AS comparison,
    EXISTS (SELECT FROM pg_cast WHERE castfunc = p.oid) AS cast, pronamespace::regnamespace::text AS schema, x.extname AS extension,
    (SELECT coalesce(string_agg(t.typname, ', ' ORDER BY a.n), '') FROM unnest(proargtypes::oid[]) WITH ORDINALITY a(type, n)
      JOIN pg_type t ON t.oid = a.type) AS types
  FROM pg_proc p
  LEFT JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
  LEFT JOIN pg_extension x ON x.oid = d.refobjid
  WHERE ${condition}
    AND prorettype NOT IN ('internal'::regtype, 'trigger'::regtype, 'cstring'::regtype)
    AND NOT 'internal'::regtype = ANY (proargtypes) AND NOT 'cstring'::regtype = ANY (proargtypes)
  ORDER BY p.oid`;

const GEOMETRY = /point|path|lseg|box|polygon|circle|line/;

async function rows(client: Client): Promise<readonly Row[]> {
  const builtIn = query('o.oid < 10000', "p.oid < 10000 AND pronamespace = 'pg_catalog'::regnamespace");
  return (await client.query<Row>(builtIn)).rows;
}

/** The functions of the extensions that this session has, as far as a family names them. */
export async function extensionCandidates(client: Client): Promise<readonly Candidate<Rule>[]> {
  const { rows: all } = await client.query<Row>(query('true', 'x.extname IS NOT NULL'));
  return all.flatMap((row) => {
    const families = extensionFamilies[row.extension ?? ''];
    if (row.kind !== 'f' || families === undefined) return [];
    const family = familyOf(row, families);
    if (family !== undefined) return [candidate(row, family.rule)];
    return row.strict && !row.set && (row.comparison || row.cast) ? [candidate(row, 'args')] : [];
  });
}

/** The same for aggregates. */
export async function extensionAggregateCandidates(
  client: Client,
): Promise<readonly Candidate<AggregateRule>[]> {
  const { rows: all } = await client.query<Row>(query('true', "x.extname IS NOT NULL AND prokind = 'a'"));
  return all.flatMap((row) => {
    const family = familyOf(row, extensionAggregateFamilies[row.extension ?? ''] ?? []);
    return family === undefined ? [] : [candidate(row, family.rule)];
  });
}

function familyOf<F extends Family | AggregateFamily>(row: Row, all: readonly F[]): F | undefined {
  return all.find(({ names, only }) => names.includes(row.name) && (only?.test(row.args) ?? true));
}

/** The built-in functions of this server that a family or operator family names. */
export async function candidates(client: Client): Promise<readonly Candidate<Rule>[]> {
  const found: Candidate<Rule>[] = [];
  for (const row of await rows(client)) {
    if (row.kind !== 'f') continue;
    const rule = ruleFor(row);
    if (rule !== null) found.push(candidate(row, rule));
  }
  return found;
}

export async function aggregateCandidates(client: Client): Promise<readonly Candidate<AggregateRule>[]> {
  const found: Candidate<AggregateRule>[] = [];
  for (const row of await rows(client)) {
    if (row.kind !== 'a') continue;
    const family = familyOf(row, aggregateFamilies);
    if (family !== undefined) found.push(candidate(row, family.rule));
  }
  return found;
}

function ruleFor(row: Row): Rule | null {
  const family = familyOf(row, families);
  if (family !== undefined) {
    const isSet = ['rows', 'key', 'key only', 'elements'].includes(family.rule);
    if (isSet !== row.set) return null;
    // Without strictness a NULL argument might still mean something; 'args' is about arguments that are not.
    return family.rule;
  }
  if (row.set || !row.strict) return null;
  const types = [...row.args.split(', '), row.result];
  // Comparisons for indexes must be total (documentation, 36.16.6); a cast of a value is a value.
  if (row.comparison) return 'args';
  if (row.cast && !types.some((type) => GEOMETRY.test(type) || /json/.test(type))) return 'args';
  const operator = operators.find(
    ({ names, type }) =>
      row.operators.some((name) => names.includes(name)) && types.every((name) => type.test(name)),
  );
  return operator === undefined ? null : 'args';
}

function candidate<R>(row: Row, rule: R): Candidate<R> {
  return {
    oid: Number(row.oid),
    signature: `${row.name}(${row.args})`,
    name: row.name,
    argumentTypes: row.args === '' ? [] : row.args.split(', '),
    resultType: row.result,
    variadic: row.variadic,
    rule,
    schema: row.schema,
    key: row.extension === null ? null : `${row.extension}.${row.name}(${row.types})`,
  };
}
