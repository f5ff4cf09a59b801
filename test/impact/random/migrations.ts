import type { Draw } from './draw.ts';
import { caller, checkOf, groupOf, type RandomColumn, type RandomTable, type World } from './tables.ts';
import { columnTypes, isPair, literal } from './values.ts';

/** A change of a world's schema. */
export interface RandomMigration {
  readonly kind: string;
  readonly sql: string;
  /** Whether it changes what rows hold, so that queries return something else. */
  readonly changesData: boolean;
}

export function randomMigration(draw: Draw, world: World): RandomMigration {
  const kind = draw.one(kinds);
  const made = makers[kind](draw, targetOf(draw, world));
  return { kind, sql: made, changesData: changing.includes(kind) };
}

interface Target {
  readonly world: World;
  readonly schema: string;
  readonly table: RandomTable;
  /** With its schema. */
  readonly name: string;
  readonly column: RandomColumn;
  readonly other: RandomColumn;
}

function targetOf(draw: Draw, world: World): Target {
  const table = draw.one(world.tables);
  const name = `${world.schema}.${table.name}`;
  const [column, other] = [draw.one(table.columns), draw.one(table.columns)];
  return { world, schema: world.schema, table, name, column, other };
}

const retyped = [
  ...columnTypes,
  'character varying(3)',
  'numeric(4,1)',
  'name',
  'shared.smaller',
  'shared.citext',
];

const makers = {
  'add column': (draw, { world, name }) => {
    const taken = draw.one(world.tables.flatMap(({ columns }) => columns)).name;
    const added = draw.one(['extra', taken]);
    const type = draw.one(columnTypes);
    const required = draw.one(['', `; ALTER TABLE ${name} ALTER COLUMN ${added} DROP DEFAULT`]);
    return `ALTER TABLE ${name} ADD COLUMN ${added} ${type} NOT NULL DEFAULT ${literal(draw, type)}${required}`;
  },
  'add nullable column': (draw, { world, name }) => {
    const taken = draw.one(world.tables.flatMap(({ columns }) => columns)).name;
    return `ALTER TABLE ${name} ADD COLUMN ${taken} ${draw.one(columnTypes)}`;
  },
  'drop column': (_, { name, column }) => `ALTER TABLE ${name} DROP COLUMN ${column.name} CASCADE`,
  'rename column': (_, { name, column }) => `ALTER TABLE ${name} RENAME COLUMN ${column.name} TO renamed`,
  'change type': (draw, { schema, name, column }) => {
    const type = draw.one(retyped);
    const how = draw.one([`${column.name}::text::${type}`, `${column.name}::${type}`, 'NULL']);
    return `DROP VIEW ${schema}.v; DROP MATERIALIZED VIEW ${schema}.m;
      ALTER TABLE ${name} ALTER COLUMN ${column.name} DROP DEFAULT, ALTER COLUMN ${column.name} TYPE ${type} USING ${how};
      CREATE VIEW ${schema}.v AS SELECT * FROM ${schema}.a WHERE id < 500;
      CREATE MATERIALIZED VIEW ${schema}.m AS SELECT * FROM ${schema}.a`;
  },
  'change modifier': (draw, { schema, name, column }) => {
    const near: Readonly<Record<string, readonly string[]>> = {
      text: ['varchar(3)', 'char(3)', 'varchar', 'name', 'shared.citext'],
      integer: ['numeric(3,0)', 'bigint', 'smallint', 'shared.small', 'numeric(20,2)'],
      json: ['jsonb'],
      'numeric(10,2)': ['numeric(8,2)', 'numeric(8,4)', 'numeric'],
      'character varying(20)': ['varchar(5)', 'text', 'char(4)', 'name'],
      'timestamp without time zone': ['timestamp(0)', 'date'],
      real: ['numeric', 'double precision'],
      numeric: ['real', 'numeric(10,2)', 'text'],
      uuid: ['text'],
      date: ['text', 'timestamp without time zone'],
      'shared.mood': ['shared.reversed', 'text'],
      'shared.small': ['shared.smaller', 'integer'],
    };
    const type = draw.one(near[column.type] ?? [column.type]);
    return `DROP VIEW ${schema}.v; DROP MATERIALIZED VIEW ${schema}.m;
      ALTER TABLE ${name} ALTER COLUMN ${column.name} DROP DEFAULT, ALTER COLUMN ${column.name} TYPE ${type}
        USING ${column.name}${type === 'shared.reversed' ? '::text' : ''}::${type};
      CREATE VIEW ${schema}.v AS SELECT * FROM ${schema}.a WHERE id < 500;
      CREATE MATERIALIZED VIEW ${schema}.m AS SELECT * FROM ${schema}.a`;
  },
  'set not null': (draw, { name, column }) =>
    `UPDATE ${name} SET ${column.name} = ${literal(draw, column.type)} WHERE ${column.name} IS NULL; ALTER TABLE ${name} ALTER COLUMN ${column.name} SET NOT NULL`,
  'drop not null': (_, { name, column }) => `ALTER TABLE ${name} ALTER COLUMN ${column.name} DROP NOT NULL`,
  'set default': (draw, { name, column }) =>
    `ALTER TABLE ${name} ALTER COLUMN ${column.name} SET DEFAULT ${literal(draw, column.type)}`,
  'drop default': (_, { name, column }) => `ALTER TABLE ${name} ALTER COLUMN ${column.name} DROP DEFAULT`,
  'add check': (draw, { name, column }) =>
    `ALTER TABLE ${name} ADD CONSTRAINT more CHECK (${checkOf(draw, column.name, column.type)})${draw.one(['', ' NOT VALID'])}`,
  'drop constraint': (draw, { name, table }) =>
    `ALTER TABLE ${name} DROP CONSTRAINT IF EXISTS ${table.name}_${draw.one(['key', 'check', 'pkey'])} CASCADE`,
  'add unique key': (draw, { name, column, other }) =>
    draw.one([
      `ALTER TABLE ${name} ADD CONSTRAINT more UNIQUE (${column.name})`,
      `CREATE UNIQUE INDEX more ON ${name} ((${column.name} IS NULL)) WHERE id > 1`,
      `CREATE UNIQUE INDEX more ON ${name} (${[...new Set([column.name, other.name])].join(', ')})`,
    ]),
  'add foreign key': (draw, { schema, name, column }) =>
    `ALTER TABLE ${name} ADD CONSTRAINT more FOREIGN KEY (${draw.one(['id', column.name])}) REFERENCES ${schema}.${draw.one(['a', 'b', 'c'])} (id)
      ${draw.one(['', 'ON DELETE CASCADE', 'ON DELETE SET NULL'])} ${draw.one(['', 'NOT VALID'])}`,
  'add trigger': (draw, { name }) =>
    `CREATE TRIGGER more ${draw.one(['BEFORE', 'AFTER'])} ${draw.one(['INSERT', 'UPDATE', 'DELETE', 'INSERT OR UPDATE'])} ON ${name}
      FOR EACH ROW EXECUTE FUNCTION shared.${draw.one(['refuse', 'skip', 'same'])}()`,
  'rename table': (_, { name }) => `ALTER TABLE ${name} RENAME TO renamed`,
  'replace view': (draw, { schema }) =>
    `CREATE OR REPLACE VIEW ${schema}.v AS SELECT * FROM ${schema}.a WHERE id < ${draw.one([500, 2])}`,
  'detach partition': (draw, { schema }) =>
    `ALTER TABLE ${schema}.p DETACH PARTITION ${schema}.${draw.one(['p1', 'p2'])}`,
  'check of a partition': (draw, { schema, world }) => {
    const { name, type } = draw.one(world.tables[3]?.columns ?? []);
    return `ALTER TABLE ${schema}.p1 ADD CONSTRAINT more CHECK (${checkOf(draw, name, type)}) NOT VALID`;
  },
  'key of a partition': (draw, { schema, world }) =>
    `CREATE UNIQUE INDEX more ON ${schema}.p1 (${draw.one(['id', draw.one(world.tables[3]?.columns ?? []).name])})`,
  'trigger of a partition': (_, { schema }) =>
    `CREATE TRIGGER more BEFORE INSERT OR UPDATE OR DELETE ON ${schema}.p1 FOR EACH ROW EXECUTE FUNCTION shared.refuse()`,
  rule: (draw, { name }) =>
    `CREATE RULE more AS ON ${draw.one(['INSERT', 'UPDATE', 'DELETE'])} TO ${name} DO INSTEAD NOTHING`,
  'add identity': (_, { name }) => `ALTER TABLE ${name} ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY`,
  collation: (draw, { schema, name, column }) =>
    `DROP VIEW ${schema}.v; DROP MATERIALIZED VIEW ${schema}.m;
      ALTER TABLE ${name} ALTER COLUMN ${column.name} TYPE ${draw.one(['text COLLATE shared.caseless', 'shared.citext'])};
      CREATE VIEW ${schema}.v AS SELECT * FROM ${schema}.a WHERE id < 500;
      CREATE MATERIALIZED VIEW ${schema}.m AS SELECT * FROM ${schema}.a`,
  'limit sequence': (draw, { schema, table }) => {
    const name = draw.one([`${schema}.s`, ...(table.key === 'none' ? [] : [sequenceOf(schema, table)])]);
    const [at, limit] = draw.one([
      [200, 'MAXVALUE 200 NO CYCLE'],
      [32767, 'AS smallint MAXVALUE 32767 NO CYCLE'],
      [32767, 'NO CYCLE MAXVALUE 32767'],
    ]);
    return `ALTER SEQUENCE ${name} ${limit}; SELECT setval('${name}', ${at})`;
  },
  'move sequence': (draw, { schema, table }) => {
    const name = draw.one([`${schema}.s`, ...(table.key === 'none' ? [] : [sequenceOf(schema, table)])]);
    const to = draw.one([1, 2, 100, 9223372036854775807n]);
    return draw.one([
      `ALTER SEQUENCE ${name} RESTART WITH ${draw.one([1, 2])}`,
      `ALTER SEQUENCE ${name} MINVALUE 0 RESTART WITH 0`,
      `SELECT setval('${name}', ${to})`,
      `ALTER TABLE ${schema}.${table.name} ALTER COLUMN id RESTART WITH 1`,
    ]);
  },
  'leave role': (_, { schema }) => `REVOKE ${groupOf(schema)} FROM ${caller}`,
  'revoke on sequence': (draw, { schema, table, world }) => {
    const name = draw.one([`${schema}.s`, ...(table.key === 'none' ? [] : [sequenceOf(schema, table)])]);
    return `REVOKE ${draw.one(['ALL', 'USAGE', 'SELECT'])} ON SEQUENCE ${name} FROM ${world.grantee}`;
  },
  'revoke on schema': (_, { schema, world }) => `REVOKE USAGE ON SCHEMA ${schema} FROM ${world.grantee}`,
  'revoke on function': (draw, { schema }) =>
    `REVOKE EXECUTE ON FUNCTION ${schema}.${draw.one(['f()', 'g(integer)', 'g(text)', 'drawn()', 'listed()'])} FROM PUBLIC`,
  'add serial column': (_, { name }) => `ALTER TABLE ${name} ADD COLUMN extra serial`,
  'rename attribute': (draw, { schema }) =>
    `ALTER TYPE ${schema}.pair RENAME ATTRIBUTE ${draw.one(['x', 'y'])} TO renamed CASCADE`,
  'change attribute': (draw, { schema, world }) => {
    // An attribute that a column holds cannot be altered.
    const columns = world.tables.flatMap((table) =>
      table.columns.filter(({ type }) => isPair(type)).map(({ name }) => ({ table, name })),
    );
    const [x, y] = [draw.one(['text', 'integer', 'numeric', 'real']), draw.one(['text', 'uuid'])];
    return `DROP VIEW ${schema}.v; DROP MATERIALIZED VIEW ${schema}.m; DROP FUNCTION ${schema}.listed();
      ALTER TYPE ${schema}.pair RENAME TO old; CREATE TYPE ${schema}.pair AS (x ${x}, y ${y});
      ${columns.map(({ table, name }) => `ALTER TABLE ${schema}.${table.name} ALTER COLUMN ${name} DROP DEFAULT, ALTER COLUMN ${name} TYPE ${schema}.pair USING ${name}::text::${schema}.pair;`).join('\n')}
      CREATE FUNCTION ${schema}.listed() RETURNS SETOF ${schema}.a LANGUAGE sql STABLE AS 'SELECT * FROM ${schema}.a';
      CREATE VIEW ${schema}.v AS SELECT * FROM ${schema}.a WHERE id < 500;
      CREATE MATERIALIZED VIEW ${schema}.m AS SELECT * FROM ${schema}.a`;
  },
  'rename view column': (_, { schema, world }) =>
    `ALTER VIEW ${schema}.v RENAME COLUMN ${world.tables[0]?.columns[0]?.name} TO renamed`,
  'key not valid': (draw, { schema, table, name }) =>
    draw.one([
      `ALTER TABLE ${schema}.b DROP CONSTRAINT b_a_id_fkey, ADD CONSTRAINT b_a_id_fkey FOREIGN KEY (a_id) REFERENCES ${schema}.a NOT VALID`,
      `ALTER TABLE ${schema}.c DROP CONSTRAINT c_b_id_fkey, ADD CONSTRAINT c_b_id_fkey FOREIGN KEY (b_id) REFERENCES ${schema}.b NOT VALID`,
      `DO $$DECLARE d text; BEGIN SELECT pg_get_constraintdef(oid) INTO STRICT d FROM pg_constraint WHERE conrelid = '${name}'::regclass AND conname = '${table.name}_check';
        EXECUTE 'ALTER TABLE ${name} DROP CONSTRAINT ${table.name}_check, ADD CONSTRAINT ${table.name}_check ' || d || ' NOT VALID'; END$$`,
    ]),
  'row security': (draw, { name }) =>
    `ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY; ALTER TABLE ${name} FORCE ROW LEVEL SECURITY${draw.one(['', `; CREATE POLICY more ON ${name} USING (id < 2)`])}`,
  revoke: (draw, { name, world }) =>
    `REVOKE ${draw.one(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'ALL'])} ON ${name} FROM ${world.grantee}`,
  'with check option': (draw, { schema }) =>
    `CREATE OR REPLACE VIEW ${schema}.v AS SELECT * FROM ${schema}.a WHERE id < ${draw.one([500, 2])} WITH ${draw.one(['', 'LOCAL'])} CHECK OPTION`,
  'no data': (_, { schema }) => `REFRESH MATERIALIZED VIEW ${schema}.m WITH NO DATA`,
  'deferrable key': (_, { name, table }) =>
    `ALTER TABLE ${name} DROP CONSTRAINT ${table.name}_pkey CASCADE, ADD CONSTRAINT ${table.name}_pkey PRIMARY KEY (id) DEFERRABLE`,
  'generated column': (draw, { name, column }) =>
    `ALTER TABLE ${name} ADD COLUMN made integer GENERATED ALWAYS AS (${draw.one([
      '10 / (id - 7)',
      `length(${column.name}::text)`,
      `(${column.name}::text)::integer`,
      'id + 2147483640',
    ])}) STORED`,
  'swap table': (_, { name, table }) =>
    `CREATE TABLE ${name}_new (LIKE ${name}); INSERT INTO ${name}_new SELECT * FROM ${name};
      ALTER TABLE ${name} RENAME TO old; ALTER TABLE ${name}_new RENAME TO ${table.name}`,
} satisfies Readonly<Record<string, (draw: Draw, target: Target) => string>>;

/** What draws the values of `id`; PostgreSQL names an identity's. */
function sequenceOf(schema: string, { name, key }: RandomTable): string {
  return `${schema}.${name}${key === 'identity' ? '_id' : ''}_seq`;
}

/** What sessions begin with; of each it is known whether it is no more than a matter of plans. */
const settings: readonly (readonly [name: string, value: string])[] = [
  ['search_path', 'pg_catalog'],
  ['default_transaction_read_only', 'on'],
  ['DateStyle', "'SQL, DMY'"],
  ['IntervalStyle', 'sql_standard'],
  ['TimeZone', "'Asia/Tokyo'"],
  ['extra_float_digits', '-12'],
  ['bytea_output', 'escape'],
  ['row_security', 'off'],
  ['default_transaction_isolation', 'serializable'],
  ['session_replication_role', 'replica'],
  ['check_function_bodies', 'off'],
  ['work_mem', "'64kB'"],
  ['enable_seqscan', 'off'],
  ['random_page_cost', '1.1'],
];

/** A setting of a database, or of the caller in it. */
export function randomSetting(draw: Draw, database: string): RandomMigration {
  const [name, value] = draw.one(settings);
  const of = draw.one([`DATABASE ${database}`, `ROLE ${caller} IN DATABASE ${database}`]);
  return { kind: `setting ${name}`, sql: `ALTER ${of} SET ${name} = ${value}`, changesData: false };
}

type Kind = keyof typeof makers;
const kinds = Object.keys(makers) as readonly Kind[];
const changing: readonly Kind[] = [
  'with check option',
  'change attribute',
  'change type',
  'change modifier',
  'set not null',
  'replace view',
];
