import { Client, DatabaseError } from 'pg';
import { describe, expect, it } from 'vitest';
import type { QueryViolations } from '../../src/analysis/analysed-query.ts';
import { loadCatalog } from '../../src/analysis/catalog/load.ts';
import { readQuery } from '../../src/analysis/tree/read.ts';
import { violations } from '../../src/analysis/violations.ts';
import { describe as describeStatements } from '../../src/analysis/wire.ts';
import fc from '../support/fast-check.ts';
import { createDatabase } from '../support/postgres.ts';
import { tested } from '../support/tested.ts';
import { isNamed, violationKinds } from '../support/violation-named.ts';

const tables = ['a', 'b', 'c'] as const;
const columns = ['k', 'n', 'm', 'x'] as const;
const action = fc.constantFrom('NO ACTION', 'RESTRICT', 'CASCADE', 'SET NULL', 'SET DEFAULT');
const column = fc.constantFrom(...columns);
const value = fc.constantFrom('NULL', '0', '1', '2', '3', '7');

/** What follows a column's name and type int. */
const columnRule = fc.oneof(
  { weight: 6, arbitrary: fc.constant('') },
  fc.constant('NOT NULL'),
  fc.constant('UNIQUE'),
  fc.constant('CHECK (% < 5)'),
  fc.constant('CHECK (% IS NOT NULL OR true)'),
  fc.constant('DEFAULT 1'),
  fc.constant('DEFAULT NULL'),
  fc.constant('DEFAULT 7 NOT NULL'),
);
const tableRule = fc.oneof(
  fc.tuple(column, column).map(([a, b]) => (a === b ? `UNIQUE (${a})` : `UNIQUE (${a}, ${b})`)),
  fc.tuple(column, column).map(([a, b]) => `CHECK (${a} <= ${b} + 2)`),
  column.map((a) => `EXCLUDE USING btree (${a} WITH =) WHERE (${a} > 1)`),
  column.map((a) => `UNIQUE (${a}) DEFERRABLE INITIALLY DEFERRED`),
);
const later = fc.oneof(
  fc
    .tuple(fc.constantFrom(...tables), column, fc.constantFrom(...tables), action, action)
    .map(
      ([table, a, other, onDelete, onUpdate]) =>
        `ALTER TABLE ${table} ADD FOREIGN KEY (${a}) REFERENCES ${other} ON DELETE ${onDelete} ON UPDATE ${onUpdate}`,
    ),
  fc
    .tuple(fc.constantFrom(...tables), column)
    .map(([table, a]) => `CREATE UNIQUE INDEX ON ${table} ((${a} % 4)) WHERE ${a} > 0`),
  fc
    .tuple(fc.constantFrom(...tables), column)
    .map(([table, a]) => `ALTER TABLE ${table} ADD CHECK (${a} <> 3) NOT VALID`),
  fc
    .tuple(fc.constantFrom(...tables), column)
    .map(([table, a]) => `ALTER TABLE ${table} ALTER ${a} SET DEFAULT 2`),
  fc.constantFrom(...tables).map((table) => `ALTER TABLE ${table} ALTER x TYPE small USING x`),
  fc
    .constantFrom(...tables)
    .map((table) => `CREATE VIEW v_${table} AS SELECT k, m AS n, x FROM ${table} WHERE k > 0`),
);
const schema = fc.record({
  tables: fc.tuple(
    ...tables.map(() =>
      fc.record({
        rules: fc.tuple(columnRule, columnRule, columnRule, columnRule),
        more: fc.array(tableRule, { maxLength: 2 }),
        generated: fc.boolean(),
        partitioned: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
      }),
    ),
  ),
  later: fc.array(later, { maxLength: 5 }),
});

const assignments = fc
  .uniqueArray(fc.tuple(column, fc.oneof(value, column, fc.constant('DEFAULT'))), {
    selector: ([name]) => name,
    minLength: 1,
    maxLength: 3,
  })
  .map((all) => all.map(([name, to]) => `${name} = ${to}`).join(', '));
const inserted = fc.uniqueArray(fc.tuple(column, fc.oneof(value, fc.constant('DEFAULT'))), {
  selector: ([name]) => name,
  minLength: 1,
  maxLength: 4,
});
const conflict = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  fc.constant(' ON CONFLICT DO NOTHING'),
  fc.constant(' ON CONFLICT (k) DO NOTHING'),
  assignments.map((set) => ` ON CONFLICT (k) DO UPDATE SET ${set.replace(/= ([knmx])/g, '= excluded.$1')}`),
  column.map((a) => ` ON CONFLICT (${a}) DO NOTHING`),
);
const where = fc.oneof(
  fc.constant(''),
  fc.tuple(column, value).map(([a, to]) => ` WHERE ${a} = ${to}`),
);
const target = fc.constantFrom(...tables, 'v_a', 'v_b');
const insert = fc
  .tuple(target, inserted, conflict)
  .map(
    ([table, all, on]) =>
      `INSERT INTO ${table} (${all.map(([name]) => name).join(', ')}) VALUES (${all.map(([, to]) => to).join(', ')})${on}`,
  );
const write = fc.oneof(
  { weight: 3, arbitrary: insert },
  fc.tuple(target, assignments, where).map(([table, set, of]) => `UPDATE ${table} SET ${set}${of}`),
  fc.tuple(target, where).map(([table, of]) => `DELETE FROM ${table}${of}`),
);
const statement = fc.oneof(
  { weight: 4, arbitrary: write },
  fc.tuple(write, write).map(([a, b]) => `WITH w AS (${a} RETURNING 1) ${b}`),
);

const runs = Number(process.env.NODRIFT_RANDOM_SCHEMAS ?? 25);

describe.each(tested([14, 18]))('violations of random constraints, on PostgreSQL %i', (major) => {
  it('are all named', { timeout: 300_000 }, async () => {
    const database = await createDatabase(major, 'CREATE DOMAIN small AS int CHECK (VALUE < 6)');
    const client = new Client({ connectionString: database.url });
    await client.connect();
    let provoked = 0;
    try {
      await fc.assert(
        fc.asyncProperty(
          schema,
          fc.array(statement, { minLength: 30, maxLength: 30 }),
          async (made, statements) => {
            await client.query(
              'DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE DOMAIN small AS int CHECK (VALUE < 6)',
            );
            for (const ddl of ddlOf(made)) await client.query(ddl).catch(() => null);
            const named = await declare(client, statements);
            for (const [sql, found] of named) {
              const error = await run(client, sql);
              if (error !== null && error.code !== undefined && error.code in violationKinds) provoked++;
              if (error !== null && !isNamed(error, found))
                throw new Error(
                  `${error.message} (${error.code}, ${error.constraint}): ${sql}\n${ddlOf(made).join(';\n')}`,
                );
            }
          },
        ),
        { numRuns: runs },
      );
    } finally {
      await client.end();
      await database.drop();
    }
    expect(provoked).toBeGreaterThan(runs);
  });
});

function ddlOf(made: typeof schema extends fc.Arbitrary<infer T> ? T : never): readonly string[] {
  return [
    ...made.tables.flatMap(({ rules, more, generated, partitioned }, i) => {
      const name = tables[i] ?? '';
      const parts = columns.map((column, at) => {
        const rule = partitioned ? '' : (rules[at] ?? '');
        return `${column} int ${column === 'k' ? 'PRIMARY KEY' : rule.replace('%', column)}`;
      });
      if (generated) parts.push('g int GENERATED ALWAYS AS (n + 1) STORED CHECK (g < 8)');
      if (!partitioned) return [`CREATE TABLE ${name} (${[...parts, ...more].join(', ')})`];
      return [
        `CREATE TABLE ${name} (${parts.join(', ')}) PARTITION BY RANGE (k)`,
        `CREATE TABLE ${name}_low PARTITION OF ${name} (CHECK (n < 3)) FOR VALUES FROM (0) TO (2)`,
        `CREATE TABLE ${name}_high PARTITION OF ${name} (m NOT NULL) FOR VALUES FROM (2) TO (5)`,
        `CREATE UNIQUE INDEX ON ${name}_low (x)`,
      ];
    }),
    ...made.later,
  ];
}

async function declare(
  client: Client,
  statements: readonly string[],
): Promise<readonly (readonly [string, QueryViolations])[]> {
  const catalog = await loadCatalog(client, []);
  const found: (readonly [string, QueryViolations])[] = [];
  await describeStatements(client, statements, (answer, i) => {
    if (answer.ok) found.push([statements[i] ?? '', violations(readQuery(answer.tree ?? ''), catalog)]);
  });
  await client.query('SET debug_print_parse = off');
  return found;
}

/** Runs it and keeps what it did, so that the next ones find rows. */
async function run(client: Client, sql: string): Promise<DatabaseError | null> {
  try {
    await client.query(sql);
    return null;
  } catch (error) {
    if (error instanceof DatabaseError) return error;
    throw error;
  }
}
