import type { Draw } from './draw.ts';
import type { RandomColumn, RandomTable, World } from './tables.ts';
import { isPair } from './values.ts';

/** Statements over a world, with their headers; names begin with the world's. */
export function randomQueries(draw: Draw, world: World, count: number): string {
  const texts = Array.from({ length: count }, (_, i) => {
    const [command, sql] = draw.one(makers)(draw, world);
    return `/* @name ${world.schema.toUpperCase()}Q${i} ${command} */\n${sql};\n`;
  });
  return texts.join('\n');
}

type Maker = (draw: Draw, world: World) => readonly [command: string, sql: string];

const tableOf = (draw: Draw, world: World) => draw.one(world.tables);
const named = (world: World, table: RandomTable) => `${world.schema}.${table.name}`;
const comparable = ({ columns }: RandomTable) =>
  columns.filter(({ type }) => type !== 'json' && !isPair(type));

function filterOf(draw: Draw, table: RandomTable): string {
  const [column] = draw.some(comparable(table));
  return draw.one(['', ' WHERE id = :id!', column === undefined ? '' : ` WHERE ${column.name} = :filter`]);
}

function listOf(draw: Draw, table: RandomTable): string {
  return ['id', ...draw.some(table.columns).map(({ name }) => name)].join(', ');
}

/** Those that an INSERT gives a value: all that need one, and some others. */
function given(draw: Draw, table: RandomTable): readonly RandomColumn[] {
  return table.columns.filter((column) => (column.notNull && column.default === null) || draw.below(3) > 0);
}

function insertInto(draw: Draw, name: string, table: RandomTable): string {
  const columns = given(draw, table).map((column) => column.name);
  const keys = table.name === 'p' ? ['id', 'k'] : table.key !== 'none' && draw.below(2) === 0 ? [] : ['id'];
  const all = [...keys, ...(table.reference === null || draw.rarely(3) ? [] : [table.reference]), ...columns];
  if (all.length === 0) return `INSERT INTO ${name} DEFAULT VALUES`;
  return `INSERT INTO ${name} (${all.join(', ')}) VALUES (${all.map((column) => `:${column}`).join(', ')})`;
}

const makers: readonly Maker[] = [
  (draw, world) => {
    const table = tableOf(draw, world);
    return ['', `SELECT ${listOf(draw, table)} FROM ${named(world, table)}${filterOf(draw, table)}`];
  },
  (draw, world) => {
    const table = tableOf(draw, world);
    return ['', `SELECT * FROM ${named(world, table)}${filterOf(draw, table)}`];
  },
  (draw, world) => {
    const [table] = world.tables;
    const relation = draw.one(['v', 'm']);
    if (table === undefined) throw new Error('a world has tables');
    return ['', `SELECT ${listOf(draw, table)} FROM ${world.schema}.${relation}${filterOf(draw, table)}`];
  },
  // Names without their tables: another table's column can take one over.
  (_, world) => {
    const [a, b] = world.tables;
    const names = [...(a?.columns ?? []), ...(b?.columns ?? [])].map(({ name }) => name).join(', ');
    return ['', `SELECT ${names} FROM ${world.schema}.a JOIN ${world.schema}.b ON a.id = b.a_id`];
  },
  (draw, world) => {
    const b = world.tables[1];
    const column = draw.one(b?.columns ?? []).name;
    return [
      '',
      `SELECT id, (SELECT min(${column}::text) FROM ${world.schema}.a WHERE a.id = b.a_id) FROM ${world.schema}.b`,
    ];
  },
  (draw, world) => {
    const table = tableOf(draw, world);
    const { name, type } = draw.one(table.columns);
    if (!comparable(table).some((column) => column.name === name) || type === 'boolean' || type === 'uuid') {
      return ['', `SELECT id FROM ${named(world, table)} ORDER BY id LIMIT 1`];
    }
    return [
      '',
      draw.one([
        `SELECT id, ${name} FROM ${named(world, table)} ORDER BY ${name}, id LIMIT 1`,
        `SELECT ${type === 'jsonb' ? 'count' : 'max'}(${name}) FROM ${named(world, table)}`,
      ]),
    ];
  },
  (draw, world) => {
    const table = tableOf(draw, world);
    return [':exec', insertInto(draw, named(world, table), table)];
  },
  (draw, world) => {
    const table = tableOf(draw, world);
    return ['', `${insertInto(draw, named(world, table), table)} RETURNING ${listOf(draw, table)}`];
  },
  (draw, world) => {
    const table = draw.one(world.tables.slice(0, 3));
    const column = draw.one(table.columns).name;
    const action = draw.one([
      'ON CONFLICT DO NOTHING',
      'ON CONFLICT (id) DO NOTHING',
      `ON CONFLICT (id) DO UPDATE SET ${column} = excluded.${column}`,
    ]);
    return [':exec', `${insertInto(draw, named(world, table), table)} ${action}`];
  },
  (draw, world) => {
    const table = tableOf(draw, world);
    const { name } = draw.one(table.columns);
    return [':execrows', `UPDATE ${named(world, table)} SET ${name} = :value${filterOf(draw, table)}`];
  },
  (draw, world) => {
    const table = tableOf(draw, world);
    const { name, type } = draw.one(table.columns);
    const other = table.columns.find((column) => column.type === type && column.name !== name);
    const value =
      other === undefined ? name : draw.one([other.name, `coalesce(${name}, ${other.name})`, 'NULL']);
    return [':execrows', `UPDATE ${named(world, table)} SET ${name} = ${value}`];
  },
  (draw, world) => {
    const table = draw.one(world.tables.slice(0, 3));
    return [':execrows', `UPDATE ${named(world, table)} SET id = id + 1000${filterOf(draw, table)}`];
  },
  (draw, world) => {
    const table = tableOf(draw, world);
    return [':execrows', `DELETE FROM ${named(world, table)}${filterOf(draw, table)}`];
  },
  (draw, world) => {
    const [table] = world.tables;
    if (table === undefined) throw new Error('a world has tables');
    const { name } = draw.one(table.columns);
    return [
      ':exec',
      draw.one([
        insertInto(draw, `${world.schema}.v`, table),
        `UPDATE ${world.schema}.v SET ${name} = :value`,
        `DELETE FROM ${world.schema}.v WHERE id = :id!`,
      ]),
    ];
  },
  (_, world) => ['', `SELECT nextval('${world.schema}.s') > 0 AS drawn`],
  (draw, world) => [
    '',
    `SELECT ${world.schema}.${draw.one(['f()', 'g(1)', "g('a'::text)", 'drawn()'])} AS found`,
  ],
  (draw, world) => {
    const table = tableOf(draw, world);
    const { name, type } = draw.one(table.columns);
    // Arrays of different lengths make no array.
    const list = type === 'text[]' ? 'id' : name;
    // What json holds need not be jsonb, whatever the schema: \u0000.
    const binary = type === 'json' ? 'id' : name;
    const value = draw.one([
      't',
      `t.${name}`,
      `json_build_object('a', t.${name}, 'b', t.id)`,
      `to_jsonb(t.${binary})`,
      'to_json(t)',
      `ARRAY(SELECT x.${list} FROM ${named(world, table)} x ORDER BY x.id)`,
      `ARRAY(SELECT x FROM ${named(world, table)} x ORDER BY x.id)`,
      `ROW(t.id, t.${name})`,
    ]);
    return ['', `SELECT t.id, ${value} AS made FROM ${named(world, table)} t`];
  },
  (draw, world) => {
    const table = tableOf(draw, world);
    const pair = table.columns.find(({ type }) => isPair(type));
    return [
      '',
      pair === undefined
        ? `SELECT * FROM ${world.schema}.${draw.one(['listed()', 'v'])}`
        : `SELECT id, (${pair.name}).${draw.one(['*', 'x'])} FROM ${named(world, table)}`,
    ];
  },
  // A foreign key proves that there is a row.
  (draw, world) => {
    const [a, b] = world.tables;
    const columns = [draw.one(a?.columns ?? []), draw.one(b?.columns ?? [])]
      .map(({ name }) => name)
      .join(', ');
    return [
      '',
      `SELECT b.id, a.id AS other, ${columns} FROM ${world.schema}.b LEFT JOIN ${world.schema}.a ON a.id = b.a_id WHERE b.a_id IS NOT NULL`,
    ];
  },
];
