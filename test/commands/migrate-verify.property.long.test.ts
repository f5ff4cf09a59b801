import { expect, test } from 'vitest';
import { verifyMigrations } from '../../src/commands/migrate-verify.ts';
import type { MigrationProblem } from '../../src/commands/migration-trial.ts';
import { loadConfig } from '../../src/project/load-config.ts';
import fc from '../support/fast-check.ts';
import { sharedCache } from '../support/pglite.ts';
import { postgresUrl } from '../support/postgres.ts';
import { makeProject } from '../support/project.ts';

/** A migration over the table `t` whose down migration is right, and one whose down migration is not, with what must be said. */
interface Change {
  readonly up: string;
  readonly down: string;
  readonly broken: string;
  readonly says: MigrationProblem['kind'];
}

/** Different names in each migration, so that any order of any of them is a history. */
const change = (n: number): fc.Arbitrary<Change> =>
  fc.constantFrom<Change>(
    {
      up: `CREATE TABLE t${n} (id int PRIMARY KEY, base int REFERENCES base, name text NOT NULL UNIQUE);`,
      down: `DROP TABLE t${n};`,
      broken: 'SELECT 1;',
      says: 'schema',
    },
    {
      up: `ALTER TABLE base ADD c${n} int DEFAULT ${n};`,
      down: `ALTER TABLE base DROP c${n};`,
      broken: `ALTER TABLE base ALTER c${n} DROP DEFAULT;`,
      says: 'schema',
    },
    {
      up: `CREATE UNIQUE INDEX i${n} ON base (name, id);`,
      down: `DROP INDEX i${n};`,
      broken: `ALTER INDEX i${n} RENAME TO j${n};`,
      says: 'schema',
    },
    {
      up: `CREATE TYPE e${n} AS ENUM ('a', 'b'); CREATE VIEW v${n} AS SELECT id, 'a'::e${n} AS e FROM base;`,
      down: `DROP VIEW v${n}; DROP TYPE e${n};`,
      broken: `DROP VIEW v${n};`,
      says: 'schema',
    },
    {
      up: `CREATE FUNCTION f${n}() RETURNS int LANGUAGE sql AS 'SELECT ${n}';`,
      down: `DROP FUNCTION f${n};`,
      broken: `CREATE OR REPLACE FUNCTION f${n}() RETURNS int LANGUAGE sql AS 'SELECT -${n}';`,
      says: 'schema',
    },
    {
      up: 'ALTER TABLE base RENAME amount TO sum;',
      down: 'ALTER TABLE base RENAME sum TO amount;',
      broken: 'ALTER TABLE base DROP sum; ALTER TABLE base ADD amount numeric(8,2);',
      says: 'data',
    },
    {
      up: `ALTER TABLE base ADD note${n} text; UPDATE base SET note${n} = name;`,
      down: `ALTER TABLE base DROP note${n};`,
      broken: `UPDATE base SET name = 'x' || id; ALTER TABLE base DROP note${n};`,
      says: 'data',
    },
    {
      up: `ALTER TABLE base ADD CONSTRAINT k${n} CHECK (id > -${n});`,
      down: `ALTER TABLE base DROP CONSTRAINT k${n};`,
      broken: `ALTER TABLE base DROP CONSTRAINT kk${n};`,
      says: 'failed',
    },
  );

const history = fc
  .uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 5 })
  .chain((numbers) =>
    fc.tuple(
      ...numbers.map((n) => fc.record({ change: change(n), broken: fc.boolean(), reversible: fc.boolean() })),
    ),
  )
  // Two of these cannot follow each other.
  .filter((made) => made.filter(({ change: { up } }) => up.includes('RENAME amount')).length <= 1);

test('a right down migration is fine, and a wrong one is said to be, of that migration alone', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (made) => {
      using project = makeProject({
        'pgtyped.config.json': JSON.stringify({
          transforms: [{ mode: 'sql', include: '*.sql' }],
          srcDir: './queries',
          nodrift: { database: 'server' },
        }),
        'migrations/0_base.sql':
          '-- Up Migration\nCREATE TABLE base (id int PRIMARY KEY, name text NOT NULL, amount numeric(8,2));\n-- Down Migration\nDROP TABLE base;\n',
        ...Object.fromEntries(
          made.map(({ change: { up, down, broken: wrong }, broken, reversible }, index) => [
            `migrations/${index + 1}_m.sql`,
            `-- Up Migration\n${up}\n${reversible ? `-- Down Migration\n${broken ? wrong : down}\n` : ''}`,
          ]),
        ),
      });
      const config = loadConfig(project.path('pgtyped.config.json'), { DATABASE_URL: postgresUrl(17) });
      const { migrations } = await verifyMigrations(config, { env: sharedCache() });
      expect(migrations[0]).toMatchObject({ name: '0_base', problems: [], notes: [] });
      for (const [index, { change: expected, broken, reversible }] of made.entries()) {
        const kinds = migrations[index + 1]?.problems.map(({ kind }) => kind) ?? [];
        const where = `${expected.up} / ${broken ? expected.broken : expected.down}`;
        if (!reversible) expect(kinds, where).toEqual(['irreversible']);
        else if (broken) expect(kinds, where).toContain(expected.says);
        else expect(migrations[index + 1]?.problems, where).toEqual([]);
      }
    }),
    { numRuns: 12, endOnFailure: true },
  );
});
