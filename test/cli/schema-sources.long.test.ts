import { describe, expect, test } from 'vitest';
import { carsOnServer, configWith, nodrift, type Project } from './support/cli.ts';
import { commitAll } from './support/git.ts';

const cars = 'CREATE TABLE cars (id text PRIMARY KEY, make text NOT NULL, sold_at timestamptz);\n';

/** On a server, with other keys under `nodrift` and without the migrations of the others. */
const made = (keys: Readonly<Record<string, unknown>>, files: Readonly<Record<string, string>>): Project =>
  carsOnServer({
    'pgtyped.config.json': configWith({ database: 'server', migrations: undefined, ...keys }),
    ...files,
  });
const generate = ({ root }: Project) => nodrift(['generate'], { cwd: root });
const healthy = { exitCode: 0, stderr: '' };

describe('several schema files', () => {
  const parts = {
    // 2 is before 10, and a file that two entries match is run once.
    'db/tables/2_types.sql': 'CREATE DOMAIN make AS text;\n',
    'db/tables/10_cars.sql': cars.replace('make text', 'make make'),
    'db/views.sql': 'CREATE VIEW sold AS SELECT id FROM cars WHERE sold_at IS NOT NULL;\n',
    'queries/sold.sql': '/* @name Sold :many */\nSELECT id FROM sold;\n',
  };
  const schema = ['./db/tables/*.sql', './db/views.sql', 'db/**/2_*.sql'];

  test('are run in the order of the list, globs by name', async () => {
    expect(await generate(made({ schema }, parts))).toMatchObject(healthy);
  });

  test('are not query files, wherever they are', async () => {
    const project = made({ schema: 'queries/schema/*.sql' }, { 'queries/schema/a.sql': cars });
    expect(await generate(project)).toMatchObject(healthy);
  });

  test('are compared with those of another commit', async () => {
    const project = made({ schema }, parts);
    commitAll(project.root);
    const impact = () => nodrift(['impact', '--since', 'HEAD'], { cwd: project.root });
    expect(await impact()).toMatchObject({ exitCode: 0 });
    project.put(
      'db/tables/10_cars.sql',
      parts['db/tables/10_cars.sql'].replace(', sold_at', ', price int NOT NULL, sold_at'),
    );
    const changed = await impact();
    expect(changed.stdout).toMatch(/^db\/tables\/2_types\.sql: breaks 1 query/);
    const diff = await nodrift(['schema', '--diff', 'HEAD', 'db/tables/10_cars.sql'], { cwd: project.root });
    expect(diff.stderr).toContain('type "make" does not exist');
  });

  test.each([
    [['./db/*.sql'], 'No schema file matches db/*.sql.'],
    [['./db/none.sql'], 'There is no schema file at db/none.sql.'],
  ])('%j without a file is an error', async (none, message) => {
    expect(await generate(made({ schema: none }, {}))).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(message),
    });
  });
});

test('CONCURRENTLY in a schema file is dropped with a note', async () => {
  const index = 'CREATE INDEX CONCURRENTLY by_make ON cars (make);\n';
  const project = made(
    { schema: './schema.sql' },
    { 'schema.sql': `${cars}${index}DROP INDEX CONCURRENTLY by_make;\n` },
  );
  expect(await generate(project)).toMatchObject({
    exitCode: 0,
    stderr: 'note: CONCURRENTLY is ignored in a schema file. (2 times)\n',
  });
});

describe('migrations of Prisma', () => {
  const files = {
    'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n',
    'prisma/migrations/20260102_cars/migration.sql': `-- CreateTable\n${cars}`,
    'prisma/migrations/20260101_first/migration.sql': 'CREATE TABLE first (id int);\n',
    'prisma/migrations/20260103_more/migration.sql': 'DROP TABLE first;\nALTER TABLE cars ADD price int;\n',
    'prisma/migrations/20260103_more/notes.sql': 'nonsense;\n',
  };
  const migrations = { dir: './prisma/migrations', format: 'prisma' };

  test('are the files migration.sql of the folders, by name', async () => {
    const project = made({ migrations }, files);
    expect(await generate(project)).toMatchObject(healthy);
    commitAll(project.root);
    project.put(
      'prisma/migrations/20260104_price/migration.sql',
      'ALTER TABLE cars ALTER price SET NOT NULL;\n',
    );
    const { stdout } = await nodrift(['impact', '--since', 'HEAD'], { cwd: project.root });
    expect(stdout).toMatch(/^prisma\/migrations\/20260104_price\/migration\.sql: breaks 1 query/);
  });

  test('that fail are named', async () => {
    const broken = { 'prisma/migrations/20260104_no/migration.sql': 'ALTER TABLE none ADD a int;\n' };
    const { exitCode, stderr } = await generate(made({ migrations }, { ...files, ...broken }));
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(
        /^prisma\/migrations\/20260104_no\/migration\.sql:1:1: error ND4001: The migration failed/,
      ),
    });
  });

  test('without their format are 0 migrations, with a note that names it', async () => {
    const project = made(
      { migrations: './prisma/migrations' },
      { ...files, 'queries/cars.sql': '/* @name One */\nSELECT 1 AS one;\n' },
    );
    expect(await generate(project)).toMatchObject({
      exitCode: 0,
      stderr:
        'note: 0 migrations found in prisma/migrations. Its folders have a migration.sql, as Prisma writes them: set "format": "prisma".\n',
    });
  });
});

test('a folder without migrations is a note, also where queries are refused for it', async () => {
  const { exitCode, stderr } = await generate(made({ migrations: './none' }, { 'none/.gitkeep': '' }));
  expect(exitCode).toBe(1);
  expect(stderr).toContain('relation "cars" does not exist');
  expect(stderr).toContain('note: 0 migrations found in none.\n');
});
