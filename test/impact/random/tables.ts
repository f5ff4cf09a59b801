import type { Draw } from './draw.ts';
import { columnTypes, isPair, literal } from './values.ts';

/** A column beside `id` and references. */
export interface RandomColumn {
  readonly name: string;
  /** `pair` is one of the world's own. */
  readonly type: string;
  readonly notNull: boolean;
  readonly default: string | null;
}

export interface RandomTable {
  readonly name: string;
  readonly columns: readonly RandomColumn[];
  /** The column that refers to another table; null if none. */
  readonly reference: string | null;
  /** What fills `id` in, so that INSERTs may leave it out. */
  readonly key: 'none' | 'identity' | 'serial';
}

/** One small schema with everything that a migration can change. */
export interface World {
  readonly schema: string;
  /** The role that has the privileges: the one that calls, or one that it is a member of. */
  readonly grantee: string;
  /** a; b refers to a, c to b; p is partitioned by `k`. */
  readonly tables: readonly RandomTable[];
  readonly ddl: readonly string[];
  readonly rows: readonly string[];
}

/** Calls the generated modules. */
export const caller = 'nodrift_random';

/** The role of a world that the caller is a member of. */
export function groupOf(schema: string): string {
  return `${caller}_${schema}`;
}

/** Made once for all worlds of a database. */
export const shared = `
CREATE SCHEMA shared;
CREATE EXTENSION citext SCHEMA shared;
CREATE TYPE shared.mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE shared.reversed AS ENUM ('happy', 'ok', 'sad');
CREATE DOMAIN shared.small AS integer CHECK (VALUE < 100);
CREATE DOMAIN shared.smaller AS integer CHECK (VALUE < 10);
CREATE COLLATION shared.caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE FUNCTION shared.refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE check_violation; END';
CREATE FUNCTION shared.skip() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE FUNCTION shared.same() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
`;

export function randomWorld(draw: Draw, schema: string): World {
  const a = randomTable(draw, schema, 'a', null);
  const b = randomTable(draw, schema, 'b', 'a_id');
  const c = randomTable(draw, schema, 'c', 'b_id');
  const p = { ...randomTable(draw, schema, 'p', null), key: 'none' as const };
  const actions = ['', ' ON DELETE CASCADE', ' ON DELETE SET NULL', ' ON DELETE CASCADE ON UPDATE CASCADE'];
  const reference = (to: string) => ` integer REFERENCES ${schema}.${to}${draw.one(actions)}`;
  const ddl = [
    `CREATE SCHEMA ${schema}`,
    `CREATE TYPE ${schema}.pair AS (x ${draw.one(['integer', 'real', 'text', 'numeric(4,1)'])}, y ${draw.one(['text', 'uuid'])})`,
    tableDdl(schema, a, ''),
    tableDdl(schema, b, `, a_id${reference('a')}`),
    tableDdl(schema, c, `, b_id${reference('b')}`),
    `CREATE TABLE ${schema}.p (id integer, k integer NOT NULL${p.columns.map(columnDdl).join('')}) PARTITION BY LIST (k)`,
    `CREATE TABLE ${schema}.p1 PARTITION OF ${schema}.p FOR VALUES IN (0, 1, 2)`,
    `CREATE TABLE ${schema}.p2 PARTITION OF ${schema}.p DEFAULT`,
    `CREATE VIEW ${schema}.v AS SELECT * FROM ${schema}.a WHERE id < 500`,
    `CREATE MATERIALIZED VIEW ${schema}.m AS SELECT * FROM ${schema}.a`,
    `CREATE SEQUENCE ${schema}.s${draw.one(['', ' CYCLE'])}`,
    `CREATE FUNCTION ${schema}.g(integer) RETURNS integer LANGUAGE sql ${draw.one(["AS 'SELECT $1 + 1'", 'RETURN $1 + 1'])}`,
    `CREATE FUNCTION ${schema}.g(text) RETURNS integer LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM ${schema}.b); END'`,
    `CREATE FUNCTION ${schema}.drawn() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN nextval(''${schema}.s'') + ${schema}.g(1); END'`,
    `CREATE FUNCTION ${schema}.listed() RETURNS SETOF ${schema}.a LANGUAGE sql STABLE AS 'SELECT * FROM ${schema}.a'`,
    `CREATE FUNCTION ${schema}.f() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(${a.columns[0]?.name}) FROM ${schema}.a); END'`,
    ...[a, b, c].flatMap((table) => randomConstraints(draw, schema, table)),
  ];
  const rows = [
    ...rowsOf(draw, schema, a, () => null),
    ...rowsOf(draw, schema, b, () => draw.below(3)),
    ...rowsOf(draw, schema, c, () => draw.below(3)),
    ...[0, 1, 5].map(
      (k) =>
        `INSERT INTO ${schema}.p VALUES (${[k, k, ...p.columns.map((column) => cell(draw, column))].join(', ')})`,
    ),
    `REFRESH MATERIALIZED VIEW ${schema}.m`,
  ];
  const grantee = draw.one([caller, groupOf(schema)]);
  return { schema, grantee, tables: [a, b, c, p], ddl, rows };
}

function randomTable(draw: Draw, schema: string, name: string, reference: string | null): RandomTable {
  const columns = Array.from({ length: 2 + draw.below(3) }, (_, i): RandomColumn => {
    const type = draw.one([...columnTypes, `${schema}.pair`]);
    return {
      name: `${name}${i + 1}`,
      type,
      notNull: draw.below(2) === 0,
      default: draw.rarely(3) ? literal(draw, type) : null,
    };
  });
  return { name, columns, reference, key: draw.one(['none', 'identity', 'serial']) };
}

function tableDdl(schema: string, table: RandomTable, more: string): string {
  const identity = table.key === 'identity' ? ' GENERATED BY DEFAULT AS IDENTITY (START WITH 100)' : '';
  const columns = table.columns.map(columnDdl).join('');
  const name = `${schema}.${table.name}`;
  if (table.key !== 'serial')
    return `CREATE TABLE ${name} (id integer${identity} PRIMARY KEY${more}${columns})`;
  return `CREATE SEQUENCE ${name}_seq START WITH 100;
    CREATE TABLE ${name} (id integer DEFAULT nextval('${name}_seq') PRIMARY KEY${more}${columns})`;
}

export function columnDdl(column: RandomColumn): string {
  const value = column.default === null ? '' : ` DEFAULT ${column.default}`;
  return `, ${column.name} ${column.type}${value}${column.notNull ? ' NOT NULL' : ''}`;
}

function randomConstraints(draw: Draw, schema: string, table: RandomTable): readonly string[] {
  const keys = table.columns.filter(({ type }) => type !== 'json' && !isPair(type));
  const [first] = draw.some(keys);
  if (first === undefined) return [];
  return draw.some([
    `ALTER TABLE ${schema}.${table.name} ADD CONSTRAINT ${table.name}_key UNIQUE (${first.name}, id)`,
    `ALTER TABLE ${schema}.${table.name} ADD CONSTRAINT ${table.name}_check CHECK (${checkOf(draw, first.name, first.type)})`,
  ]);
}

/** A condition that most values meet. */
export function checkOf(draw: Draw, column: string, type: string): string {
  return draw.one([
    `${column} IS NOT NULL`,
    `${column}::text <> 'b'`,
    `length(${column}::text) < ${4 + draw.below(30)}`,
    `${column} <> ${literal(draw, type)}`,
    `${column} IS NULL OR ${column} <> ${literal(draw, type)}`,
  ]);
}

function rowsOf(
  draw: Draw,
  schema: string,
  table: RandomTable,
  reference: () => number | null,
): readonly string[] {
  return [0, 1, 2].map((id) => {
    const to = reference();
    const values = [id, ...(to === null ? [] : [to]), ...table.columns.map((column) => cell(draw, column))];
    return `INSERT INTO ${schema}.${table.name} VALUES (${values.join(', ')})`;
  });
}

function cell(draw: Draw, column: RandomColumn): string {
  return !column.notNull && draw.rarely(4) ? 'NULL' : literal(draw, column.type);
}
