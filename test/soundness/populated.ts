import type { Client } from 'pg';
import { Choices } from './generate/choices.ts';
import { sqlFunction } from './generate/function.ts';
import { queryGenerator } from './generate/query.ts';
import { randomRows } from './generate/rows.ts';
import { randomSchema, type Schema } from './generate/schema.ts';
import { plain } from './generate/table.ts';
import { ruleOf, updatableView } from './generate/trigger.ts';

/** How the sets of data are filled: with few rows and many NULLs, or more and without. */
export const DATA_SETS = [1, 2, 1];

/** A schema that is on the server with several sets of data: in `d0`, `d1`, ... */
export interface Populated {
  readonly schema: Schema;
  readonly ddl: readonly string[];
  /** The INSERTs of each set. */
  readonly rows: readonly (readonly string[])[];
}

/** Choices for one statement; a short stream makes a small one. */
export function draw(random: () => number): readonly number[] {
  const length = 40 + Math.floor(random() * 200);
  return Array.from({ length }, () => Math.floor(random() * 10_000));
}

/** @param runners one for each set of data */
export async function populate(
  random: () => number,
  major: number,
  runners: readonly Client[],
): Promise<Populated> {
  const choices = new Choices(Array.from({ length: 700 }, () => Math.floor(random() * 10_000)));
  const tables = randomSchema(choices, major);
  const rows = DATA_SETS.map((fill) => randomRows(choices, tables, fill));
  const schema = {
    ...tables,
    tables: [...tables.tables, ...tables.partitions],
    functions: [...tables.functions],
  };
  const ddl = [...tables.ddl];
  await Promise.all(
    runners.map((client, i) =>
      client.query(
        `DROP SCHEMA IF EXISTS d${i} CASCADE; CREATE SCHEMA d${i}; SET search_path = d${i}; SET nodrift.era = 'then'; ${[...ddl, ...(rows[i] ?? [])].join(';')}; SET nodrift.era = 'now'`,
      ),
    ),
  );
  for (const statement of tables.late) if (await everywhere(runners, statement)) ddl.push(statement);
  for (let v = 0; v < 3; v++) {
    const generator = queryGenerator(new Choices(draw(random)), schema, major);
    const { sql, columns } = generator.query({ generator, outer: [], withs: [], depth: 1 }, null);
    const name = v === 2 ? 'm0' : `v${v}`;
    const view = `CREATE ${v === 2 ? 'MATERIALIZED ' : ''}VIEW ${name} AS ${sql}`;
    // A view that Postgres refuses is omitted.
    if (/\$\d/.test(sql) || !(await everywhere(runners, view))) continue;
    ddl.push(view);
    const fields = columns.map(({ ref, type }) => plain(ref, type));
    schema.tables.push({ name, columns: fields, writable: false, pair: false });
  }
  for (const name of ['g0', 'g1']) {
    const { ddl: create, made } = sqlFunction(queryGenerator(new Choices(draw(random)), schema, major), name);
    if (/\$\d/.test(create) || !(await everywhere(runners, create))) continue;
    ddl.push(create);
    schema.functions.push(made);
  }
  const [first] = tables.tables;
  if (first !== undefined) {
    const [view = '', ...triggers] = updatableView(choices, first, 'u0');
    if (await everywhere(runners, view)) {
      ddl.push(view);
      for (const statement of triggers) if (await everywhere(runners, statement)) ddl.push(statement);
      schema.tables.push({ ...first, name: 'u0', pair: false });
    }
  }
  const last = tables.tables.at(-1);
  if (last !== undefined && !last.pair && choices.rarely(6)) {
    const rule = ruleOf(choices, last);
    const create = `CREATE TABLE IF NOT EXISTS elsewhere (n int); ${rule}`;
    if (await everywhere(runners, create)) ddl.push(create);
  }
  // What a materialised view holds may be older than a constraint.
  for (const { name, columns } of tables.tables) {
    const column = columns.at(-1)?.name ?? 'id';
    const tighter = `DELETE FROM ${name} WHERE ${column} IS NULL; ALTER TABLE ${name} ALTER ${column} SET NOT NULL`;
    if (choices.rarely(4) && (await everywhere(runners, tighter))) ddl.push(tighter);
  }
  return { schema, ddl, rows };
}

/** Runs statements on all sets of data, or on none if one of them refuses. */
async function everywhere(runners: readonly Client[], sql: string): Promise<boolean> {
  const done = await Promise.all(
    runners.map((client) =>
      client.query(`BEGIN; ${sql}; SET CONSTRAINTS ALL IMMEDIATE`).then(
        () => true,
        () => false,
      ),
    ),
  );
  const all = done.every(Boolean);
  await Promise.all(runners.map((client) => client.query(all ? 'COMMIT' : 'ROLLBACK').catch(() => null)));
  return all;
}
