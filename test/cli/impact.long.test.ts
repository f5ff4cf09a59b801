import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { ImpactReport } from '../../src/impact/report.ts';
import { createDatabase, ownServer, postgresUrl } from '../support/postgres.ts';
import {
  carsMigration,
  carsOnServer,
  carsProject,
  configWith,
  nodrift,
  type Project,
  project,
} from './support/cli.ts';
import { commitAll, git } from './support/git.ts';

const schema = JSON.parse(readFileSync(new URL('../../docs/impact.schema.json', import.meta.url), 'utf8'));
const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema);

/** The report of a run with --json; fails unless it is of the documented format. */
async function reportOf(cwd: string, ...argv: readonly string[]): Promise<ImpactReport> {
  const run = await nodrift(['impact', '--json', ...argv], { cwd });
  expect(run.stderr).toBe('');
  const report: ImpactReport = JSON.parse(run.stdout);
  validate(report);
  expect(validate.errors ?? []).toEqual([]);
  expect(run.exitCode).toBe(report.severity === 'breaks' ? 1 : 0);
  return report;
}

/** `migration: Query severity` for each query that something changes for. */
function lines({ migrations }: ImpactReport): readonly string[] {
  return migrations.flatMap(({ name, queries }) =>
    queries.map((query) => `${name}: ${query.name} ${query.severity}`),
  );
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

const renaming = '-- Up Migration\nALTER TABLE cars RENAME COLUMN make TO brand;\n';
const loosening = 'ALTER TABLE cars ALTER COLUMN make DROP NOT NULL;\n';
const renamedQueries = `/* @name GetCar :maybe */
SELECT id, brand AS make, sold_at FROM cars WHERE id = :id;

/* @name AddCar :exec */
INSERT INTO cars (id, brand) VALUES (:id, :make);
`;

describe('impact', () => {
  test('considers the last migration', async () => {
    const { root } = carsOnServer({
      'migrations/2_rename.sql': renaming,
      'migrations/3_more.sql': 'SELECT 1;\n',
    });
    const report = await reportOf(root);
    // The one before broke them already.
    expect(lines(report)).toEqual([]);
    expect(report.broken.map(({ sqlstate }) => sqlstate)).toEqual(['42703', '42703']);
    const { root: other } = carsOnServer({ 'migrations/2_loose.sql': loosening });
    expect(lines(await reportOf(other))).toEqual(['2_loose: GetCar breaks', '2_loose: AddCar compatible']);
  });

  test('prints what breaks, with the place and what Postgres said', async () => {
    const { root } = carsOnServer({ 'migrations/2_rename.sql': renaming });
    const run = await nodrift(['impact'], { cwd: root });
    expect(run).toMatchInlineSnapshot(`
      {
        "exitCode": 1,
        "stderr": "",
        "stdout": "migrations/2_rename.sql: breaks 2 queries, 0 unaffected

        breaks      GetCar  queries/cars.sql:1
          queries/cars.sql:2:12: error ND3001: GetCar: column "make" does not exist
            2 | SELECT id, make, sold_at FROM cars WHERE id = :id;
              |            ^^^^
            SQLSTATE 42703

        breaks      AddCar  queries/cars.sql:4
          queries/cars.sql:5:23: error ND3001: AddCar: column "make" of relation "cars" does not exist
            5 | INSERT INTO cars (id, make) VALUES (:id, :make);
              |                       ^^^^
            SQLSTATE 42703

        migrations/2_rename.sql:2: briefly locks cars: ACCESS EXCLUSIVE; no lock_timeout

      Rolling deployment: The queries on the disk do not work on the new schema: change them first.

      1 migration: running code (2 queries on the disk) breaks.
      ",
      }
    `);
  });

  test('prints what changes and what it means', async () => {
    const { root } = carsOnServer({
      'migrations/2_loose.sql': loosening,
      'queries/names.sql': '-- @name Names\nSELECT id FROM cars;\n',
    });
    const run = await nodrift(['impact'], { cwd: root });
    expect(run).toMatchInlineSnapshot(`
      {
        "exitCode": 1,
        "stderr": "",
        "stdout": "migrations/2_loose.sql: breaks 1 query, 1 changed compatibly, 1 unaffected

        breaks      GetCar  queries/cars.sql:1
          column make: text -> text | null
            rows can hold null, which the code does not expect

        compatible  AddCar  queries/cars.sql:4
          parameter :make: text -> text | null
            null is accepted too

        migrations/2_loose.sql:1: briefly locks cars: ACCESS EXCLUSIVE; no lock_timeout

      Rolling deployment: No safe deployment order: the running code breaks on the new schema, and the new code on the old one. Split the migration: expand (add the new form, keep the old one), deploy, then contract.

      The new code on the old schema:
        breaks      AddCar  queries/cars.sql:4  parameter :make: text | null -> text

      1 migration: running code (3 queries on the disk) breaks.
      ",
      }
    `);
  });

  test('says the same on the embedded database', async () => {
    const files = { 'migrations/2_loose.sql': loosening };
    const { postgres: _, ...embedded } = await reportOf(carsProject(files).root);
    const { postgres, ...server } = await reportOf(carsOnServer(files).root);
    expect(embedded).toEqual(server);
    expect(postgres).toMatch(/^18\./);
  });

  test('colours the words on a terminal only', async () => {
    const { root } = carsOnServer({ 'migrations/2_loose.sql': loosening });
    const env = { NO_COLOR: '' };
    const shown = await nodrift(['impact'], { cwd: root, terminal: true, env });
    expect(shown.stdout).toContain('\u001b[31mbreaks');
    expect((await nodrift(['impact'], { cwd: root })).stdout).not.toContain('\u001b');
  });

  test('--migration names an earlier one, by path or by name', async () => {
    const { root } = carsOnServer({
      'migrations/2_loose.sql': loosening,
      'migrations/3_more.sql': 'SELECT 1;\n',
    });
    const expected = ['2_loose: GetCar breaks', '2_loose: AddCar compatible'];
    expect(lines(await reportOf(root, '--migration', 'migrations/2_loose.sql'))).toEqual(expected);
    expect(lines(await reportOf(root, '--migration', '2_loose.sql'))).toEqual(expected);
    const wrong = await nodrift(['impact', '--migration', '2_lose.sql'], { cwd: root });
    expect(wrong).toEqual({
      exitCode: 2,
      stdout: '',
      stderr:
        'error ND7007: 2_lose.sql is not a migration of the project.\n  hint: Did you mean 2_loose.sql?\n',
    });
  });

  test('plain migrations are considered too', async () => {
    const { root } = carsOnServer({
      'pgtyped.config.json': configWith({
        database: 'server',
        migrations: { dir: './migrations', format: 'plain' },
      }),
      'migrations/1_cars.sql': carsMigration.replace(/-- Down.*/s, ''),
      'migrations/2_loose.sql': loosening,
    });
    expect(lines(await reportOf(root))).toEqual(['2_loose: GetCar breaks', '2_loose: AddCar compatible']);
  });

  test('queries that were refused before are told apart', async () => {
    const { root } = carsOnServer({
      'migrations/2_loose.sql': loosening,
      'queries/broken.sql': '-- @name Broken\nSELECT nothing FROM cars;\n',
      'queries/new.sql': '-- @name New\nSELECT number FROM plates;\n',
      'migrations/3_plates.sql': 'CREATE TABLE plates (number text);\n',
    });
    const report = await reportOf(root);
    expect(lines(report)).toEqual(['3_plates: New compatible']);
    expect(report.broken.map(({ file, line, message }) => [file, line, message])).toEqual([
      ['queries/broken.sql', 2, 'Broken: column "nothing" does not exist'],
    ]);
    expect(report.rollout.order).toBe('migrate first');
  });

  test('settings of the database are not made on the server, and yet said to matter', async () => {
    const { root } = carsOnServer({
      'migrations/2_settings.sql':
        'ALTER DATABASE cars SET search_path TO app, public;\nALTER ROLE cars_app SET work_mem = 64;\n',
    });
    const report = await reportOf(root);
    expect(lines(report)).toEqual(['2_settings: GetCar may break', '2_settings: AddCar may break']);
    expect(report.migrations[0]?.queries[0]?.changes).toMatchObject([
      { kind: 'setting', subject: 'search_path of the database', before: null, after: 'app, public' },
    ]);
  });

  test('memberships and settings of roles, on a server of others and on one of its own', async () => {
    const roles = ['nodrift_cli_reader', 'nodrift_cli_app'] as const;
    const [reader, app] = roles;
    const files = {
      'migrations/1_cars.sql': carsMigration.replace(
        '-- Down',
        `GRANT SELECT ON cars TO ${reader};\nGRANT ${reader} TO ${app};\n-- Down`,
      ),
      'migrations/2_leave.sql': `REVOKE ${reader} FROM ${app};\nALTER ROLE ${app} SET search_path = app;\n`,
    };
    const expected = [
      { kind: 'privilege', subject: `${app} of cars`, before: 'SELECT', after: null },
      { kind: 'setting', subject: `search_path of role ${app}`, before: null, after: 'app' },
    ];
    const found = async (root: string) => {
      const { migrations } = await reportOf(root);
      const [first] = migrations[0]?.queries ?? [];
      expect(first?.name).toBe('GetCar');
      return first?.changes
        .map(({ kind, subject, before, after }) => ({ kind, subject, before, after }))
        .sort((a, b) => (a.kind < b.kind ? -1 : 1));
    };
    const server = new Client({ connectionString: postgresUrl(18) });
    await server.connect();
    try {
      await server.query(roles.map((role) => `DROP ROLE IF EXISTS ${role}; CREATE ROLE ${role}`).join('; '));
      expect(await found(carsOnServer(files).root)).toEqual(expected);
    } finally {
      await server.query(`DROP ROLE ${roles.join(', ')}`);
      await server.end();
    }
    const create = roles.map((role) => `CREATE ROLE ${role};\n`).join('');
    const own = {
      ...files,
      'migrations/1_cars.sql': files['migrations/1_cars.sql'].replace('CREATE', `${create}CREATE`),
    };
    expect(await found(carsProject(own).root)).toEqual(expected);
  });

  test('a migration that fails is reported, and nothing is left', async () => {
    const { root } = carsOnServer({ 'migrations/2_wrong.sql': 'ALTER TABLE cras ADD COLUMN price int;\n' });
    const { exitCode, stdout, stderr } = await nodrift(['impact'], { cwd: root });
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(
      /^migrations\/2_wrong\.sql:1:\d+: error ND4001: .*relation "cras" does not exist\n/,
    );
  });

  test('without migrations there is nothing to consider', async () => {
    const { root } = carsOnServer();
    const config = JSON.stringify({
      transforms: [{ mode: 'sql', include: '**/*.sql' }],
      srcDir: './queries',
    });
    const dropIn = carsOnServer({ 'pgtyped.config.json': config });
    expect((await nodrift(['impact'], { cwd: dropIn.root })).exitCode).toBe(2);
    expect(lines(await reportOf(root))).toEqual(['1_cars: GetCar compatible', '1_cars: AddCar compatible']);
  });
});

describe('impact leaves nothing on the server', () => {
  let server: ReturnType<typeof ownServer>;
  beforeAll(() => {
    server = ownServer(18, {});
  });
  afterAll(() => server?.stop());

  async function asked(sql: string): Promise<readonly string[]> {
    const client = new Client({ connectionString: server.url });
    await client.connect();
    const { rows } = await client.query<[string]>({ text: sql, rowMode: 'array' });
    await client.end();
    return rows.map(([value]) => value);
  }

  const databases = () => asked("SELECT datname FROM pg_database WHERE datname LIKE 'nodrift_scratch%'");
  const sleeping =
    "SELECT count(*)::text FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname LIKE 'nodrift_scratch%'";

  test('when it is done, and when a migration fails', async () => {
    const { root, put } = carsProject({ 'migrations/2_loose.sql': loosening });
    expect((await nodrift(['impact', '--url', server.url], { cwd: root })).exitCode).toBe(1);
    expect(await databases()).toEqual([]);
    put('migrations/3_wrong.sql', 'ALTER TABLE cras ADD COLUMN price int;\n');
    const { exitCode, stdout } = await nodrift(['impact', '--url', server.url], { cwd: root });
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(await databases()).toEqual([]);
  });

  test('when it is interrupted in the midst of a migration', async () => {
    const { root } = carsProject({ 'migrations/2_slow.sql': 'SELECT pg_sleep(600);\n' });
    const interruption = new AbortController();
    const running = nodrift(['impact', '--url', server.url], { cwd: root, signal: interruption.signal });
    await vi.waitFor(async () => expect(await asked(sleeping)).toEqual(['1']), { timeout: 30_000 });
    interruption.abort();
    expect(await running).toEqual({ exitCode: 130, stdout: '', stderr: '' });
    expect(await databases()).toEqual([]);
  });
});

describe('impact --allow', () => {
  test('lets a migration break running code, and shows why', async () => {
    const { root } = carsOnServer({ 'migrations/2_loose.sql': loosening });
    const allow = ['--allow', 'migrations/2_loose.sql=every reader = ready'];
    const report = await reportOf(root, ...allow);
    expect(report.severity).toBe('compatible');
    expect(report.migrations.map(({ severity, allowed }) => [severity, allowed])).toEqual([
      ['breaks', 'every reader = ready'],
    ]);
    const { exitCode, stdout } = await nodrift(['impact', ...allow], { cwd: root });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('migrations/2_loose.sql: breaks 1 query');
    expect(stdout).toContain('\n  allowed: every reader = ready\n');
    expect(stdout).toMatch(
      /\n1 migration: running code \(2 queries on the disk\) breaks, which is allowed\.\n$/,
    );
  });

  test('covers its own migration only', async () => {
    const { root } = carsOnServer({
      'migrations/2_loose.sql': loosening,
      'migrations/3_more.sql': 'SELECT 1;\n',
    });
    const run = await nodrift(
      ['impact', '--migration', '2_loose.sql', '--allow', '3_more.sql=later', '--allow', '1_cars.sql=old'],
      { cwd: root },
    );
    expect(run.exitCode).toBe(1);
  });

  test.each([
    ['2_loose.sql', 'It must be the file of a migration, = and the reason.'],
    ['2_loose.sql=', 'It must be the file of a migration, = and the reason.'],
    ['2_lose.sql=x', 'Did you mean 2_loose.sql?'],
  ])('refuses %s', async (allowance, said) => {
    const { root } = carsOnServer({ 'migrations/2_loose.sql': loosening });
    const run = await nodrift(['impact', '--allow', allowance], { cwd: root });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain(said);
  });
});

describe('impact --since', () => {
  function repository(files: Readonly<Record<string, string>> = {}): Project {
    const copy = carsOnServer({ '.gitignore': '.env\n', ...files });
    commitAll(copy.root);
    return copy;
  }

  test('code that breaks only between two migrations does not affect the order', async () => {
    const { root, put } = repository();
    put('migrations/2_rename.sql', renaming);
    put('migrations/3_back.sql', 'ALTER TABLE cars RENAME COLUMN brand TO make;\n');
    const { rollout } = await reportOf(root, '--since', 'HEAD');
    expect(rollout).toMatchObject({
      order: 'any',
      between: [
        { after: 'migrations/2_rename.sql', before: 'migrations/3_back.sql', queries: ['GetCar', 'AddCar'] },
      ],
    });
    const { stdout } = await nodrift(['impact', '--since', 'HEAD'], { cwd: root });
    expect(stdout).toContain(
      'Rolling deployment: Code can go out before all migrations or after all of them. Between migrations/2_rename.sql and migrations/3_back.sql the running code breaks (GetCar, AddCar): run them',
    );
  });

  test('nothing new is fine', async () => {
    const { root } = repository();
    const run = await nodrift(['impact', '--since', 'HEAD'], { cwd: root });
    expect(run).toEqual({
      exitCode: 0,
      stdout: 'No migration is new for 2 queries of HEAD.\n',
      stderr: '',
    });
  });

  test('a rename fits in no order', async () => {
    const { root, put } = repository();
    put('migrations/2_rename.sql', renaming);
    put('queries/cars.sql', renamedQueries);
    const report = await reportOf(root, '--since', 'HEAD');
    expect(lines(report)).toEqual(['2_rename: GetCar breaks', '2_rename: AddCar breaks']);
    expect(report.rollout.order).toBe('none');
    expect(report.rollout.newCodeOnOldSchema.map(({ name, errors }) => [name, errors[0]?.message])).toEqual([
      ['GetCar', 'GetCar: column "brand" does not exist'],
      ['AddCar', 'AddCar: column "brand" of relation "cars" does not exist'],
    ]);
  });

  test('expand: new code needs the migration, old code does not mind', async () => {
    const { root, put, text } = repository();
    put('migrations/2_brand.sql', 'ALTER TABLE cars ADD COLUMN brand text;\n');
    put('queries/new.sql', '-- @name Brands\nSELECT id, brand FROM cars;\n');
    const report = await reportOf(root, '--since', 'HEAD');
    expect(report).toMatchObject({ severity: 'compatible', queries: 2, since: 'HEAD' });
    expect(report.migrations[0]).toMatchObject({ queries: [], unaffected: 2 });
    expect(report.rollout.order).toBe('migrate first');
    expect(text('queries/cars.sql')).toContain('GetCar');
  });

  test('a star is what it represented when its code was generated', async () => {
    const all = '-- @name All\nSELECT * FROM cars;\n';
    const { root, put } = repository({ 'queries/all.sql': all });
    put('migrations/2_brand.sql', 'ALTER TABLE cars ADD COLUMN brand text;\n');
    const added = await reportOf(root, '--since', 'HEAD');
    expect(lines(added)).toEqual([]);
    expect(added.rollout.order).toBe('migrate first');
    expect(added.rollout.newCodeOnOldSchema.map(({ errors }) => errors[0])).toMatchObject([
      { file: 'queries/all.sql', line: 2, column: 8, message: 'All: column "brand" does not exist' },
    ]);
    put('migrations/2_brand.sql', 'ALTER TABLE cars DROP COLUMN sold_at;\n');
    put('queries/cars.sql', '-- @name GetCar :maybe\nSELECT id, make FROM cars WHERE id = :id;\n');
    const dropped = await reportOf(root, '--since', 'HEAD');
    expect(lines(dropped)).toEqual(['2_brand: All breaks', '2_brand: GetCar breaks']);
    expect(dropped.rollout).toMatchObject({
      order: 'deploy first',
      newCodeOnOldSchema: [],
      newCodeOnNewSchema: [],
    });
  });

  test('contract: the running code uses what goes, the new code does not', async () => {
    const { root, put } = repository();
    put('migrations/2_drop.sql', 'ALTER TABLE cars DROP COLUMN sold_at;\n');
    put('queries/cars.sql', '-- @name GetCar :maybe\nSELECT id, make FROM cars WHERE id = :id;\n');
    const report = await reportOf(root, '--since', 'HEAD');
    expect(lines(report)).toEqual(['2_drop: GetCar breaks']);
    expect(report.rollout).toMatchObject({ order: 'deploy first', newCodeOnOldSchema: [] });
  });

  test('unchanged queries do not fit the new schema', async () => {
    const { root, put } = repository();
    put('migrations/2_rename.sql', renaming);
    const { rollout } = await reportOf(root, '--since', 'HEAD');
    expect(rollout.order).toBe('unfit');
    expect(rollout.newCodeOnNewSchema.map(({ file, line }) => [file, line])).toEqual([
      ['queries/cars.sql', 2],
      ['queries/cars.sql', 5],
    ]);
  });

  test('files on the disk that cannot be read as queries are named', async () => {
    const { root, put } = repository();
    put('migrations/2_loose.sql', loosening);
    put('queries/new.sql', '-- @name New\n');
    const { rollout } = await reportOf(root, '--since', 'HEAD');
    expect(rollout.order).toBe('unfit');
    expect(rollout.newCodeOnNewSchema.map(({ file, line }) => [file, line])).toEqual([
      ['queries/new.sql', 1],
    ]);
  });

  test('unchanged INSERTs do not fit it either', async () => {
    const { root, put } = repository();
    put('migrations/2_price.sql', 'ALTER TABLE cars ADD COLUMN price numeric NOT NULL;\n');
    const { rollout } = await reportOf(root, '--since', 'HEAD');
    expect(rollout).toMatchObject({
      order: 'unfit',
      newCodeOnNewSchema: [
        {
          file: 'queries/cars.sql',
          line: 4,
          message: 'AddCar: it omits cars.price, which is NOT NULL and has no default',
          sqlstate: '23502',
        },
      ],
    });
    const { stdout } = await nodrift(['impact', '--since', 'HEAD'], { cwd: root });
    expect(stdout).toContain('queries/cars.sql:4: AddCar: it omits cars.price');
  });

  test('a required column breaks INSERTs that Postgres accepts', async () => {
    const { root, put } = repository();
    put('migrations/2_price.sql', 'ALTER TABLE cars ADD COLUMN price numeric NOT NULL;\n');
    put(
      'queries/cars.sql',
      '-- @name AddCar :exec\nINSERT INTO cars (id, make, price) VALUES (:id, :make, :price);\n',
    );
    const report = await reportOf(root, '--since', 'HEAD');
    expect(report.migrations[0]?.queries).toMatchObject([
      { name: 'AddCar', severity: 'breaks', errors: [], changes: [{ kind: 'required column' }] },
    ]);
    expect(report.rollout.order).toBe('none');
  });

  test('a column that the new code need not give was required before', async () => {
    const { root, put } = repository();
    put('migrations/2_loose.sql', loosening);
    put('queries/cars.sql', '-- @name AddCar :exec\nINSERT INTO cars (id) VALUES (:id);\n');
    const report = await reportOf(root, '--since', 'HEAD');
    expect(report.rollout.newCodeOnOldSchema).toMatchObject([
      { name: 'AddCar', severity: 'breaks', changes: [{ kind: 'required column', subject: 'cars.make' }] },
    ]);
  });

  test('each of several migrations is told apart, also one that was merged late', async () => {
    const { root, put } = repository({
      'migrations/5_colour.sql': 'ALTER TABLE cars ADD COLUMN colour text;\n',
    });
    put('migrations/3_late.sql', 'ALTER TABLE cars DROP COLUMN colour;\n');
    put('migrations/6_rename.sql', renaming);
    put('migrations/7_back.sql', 'ALTER TABLE cars RENAME COLUMN brand TO make;\n');
    const report = await reportOf(root, '--since', 'HEAD');
    expect(report.migrations.map(({ name }) => name)).toEqual(['3_late', '6_rename', '7_back']);
    expect(lines(report)).toEqual([
      '6_rename: GetCar breaks',
      '6_rename: AddCar breaks',
      '7_back: GetCar compatible',
      '7_back: AddCar compatible',
    ]);
    expect(report.rollout.order).toBe('any');
    expect(report.severity).toBe('breaks');
  });

  test('migrations that are not as they were are noted', async () => {
    const { root, put } = repository({ 'migrations/2_more.sql': 'SELECT 1;\n' });
    put('migrations/1_cars.sql', `${carsMigration}-- a word more\n`);
    git(root, 'rm', '--quiet', 'migrations/2_more.sql');
    const { notes } = await reportOf(root, '--since', 'HEAD');
    expect(notes).toEqual([
      'migrations/1_cars.sql has changed since HEAD. Databases that have run it do not run it again, so the change is ignored.',
      '2_more.sql is gone since HEAD.',
    ]);
    // Other line ends are no change.
    git(root, 'reset', '--quiet', '--hard');
    put('migrations/1_cars.sql', carsMigration.replaceAll('\n', '\r\n'));
    expect((await reportOf(root, '--since', 'HEAD')).notes).toEqual([]);
  });

  test('the project may lie below the repository, and have been configured otherwise', async () => {
    const inner = carsOnServer();
    const outer = carsOnServer();
    for (const file of ['pgtyped.config.json', '.env']) {
      outer.put(`apps/shop/${file}`, inner.text(file));
    }
    // Not the name of one at the top.
    outer.put('apps/shop/migrations/1_inner.sql', carsMigration);
    outer.put('apps/shop/sql/old.sql', '-- @name Old\nSELECT make FROM cars;\n');
    const config = JSON.parse(inner.text('pgtyped.config.json'));
    outer.put('apps/shop/pgtyped.config.json', JSON.stringify({ ...config, srcDir: './sql' }));
    commitAll(outer.root);
    outer.put('apps/shop/pgtyped.config.json', JSON.stringify(config));
    outer.put('apps/shop/queries/new.sql', '-- @name New\nSELECT brand FROM cars;\n');
    outer.put('apps/shop/migrations/2_rename.sql', renaming);
    const report = await reportOf(`${outer.root}/apps/shop`, '--since', 'main');
    expect(lines(report)).toEqual(['2_rename: Old breaks']);
    expect(report.migrations[0]?.queries[0]?.file).toBe('sql/old.sql');
    expect(report.rollout.newCodeOnOldSchema.map(({ name }) => name)).toEqual(['New']);
  });

  test('a commit without the project has no queries', async () => {
    const copy = carsOnServer();
    copy.put('empty/README.md', 'nothing yet\n');
    git(copy.root, 'init', '--quiet');
    git(copy.root, 'add', 'empty');
    git(copy.root, 'commit', '--quiet', '--message', 'first');
    const report = await reportOf(copy.root, '--since', 'HEAD');
    expect(report).toMatchObject({ queries: 0, severity: 'compatible', rollout: { order: 'migrate first' } });
    expect(report.migrations.map(({ name }) => name)).toEqual(['1_cars']);
  });

  test('queries that were broken at that commit are named, with the line of that time', async () => {
    const { root, put } = repository({ 'queries/old.sql': '-- @name Old\nSELECT\n  nothing FROM cars;\n' });
    put('queries/old.sql', '-- @name Old\nSELECT 1 AS one;\n');
    put('migrations/2_loose.sql', loosening);
    const run = await nodrift(['impact', '--since', 'HEAD'], { cwd: root });
    expect(run.stdout).toContain(
      'queries/old.sql:3:3: error ND3001: Old: column "nothing" does not exist\n    3 |   nothing',
    );
  });

  test('a schema file is compared with what it was', async () => {
    const config = configWith({ database: 'server', migrations: undefined, schema: './schema.sql' });
    const table = 'CREATE TABLE cars (id text PRIMARY KEY, make text NOT NULL, sold_at timestamptz);\n';
    const { root, put } = repository({ 'pgtyped.config.json': config, 'schema.sql': table });
    expect((await reportOf(root, '--since', 'HEAD')).migrations).toEqual([]);
    put('schema.sql', table.replace('sold_at', 'price numeric NOT NULL, sold_at'));
    expect(lines(await reportOf(root, '--since', 'HEAD'))).toEqual(['schema.sql: AddCar breaks']);
    const { exitCode, stderr } = await nodrift(['impact'], { cwd: root });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('nodrift impact --since origin/main');
  });

  test.each([
    ['nonsense', 'error ND7002: There is no commit called "nonsense".\n'],
    ['--help', 'error ND7002: There is no commit called "--help".\n'],
    ['HEAD:queries', 'error ND7002: There is no commit called "HEAD:queries".\n'],
  ])('refuses %s', async (ref, said) => {
    const { root } = repository();
    const { exitCode, stderr } = await nodrift(['impact', `--since=${ref}`], { cwd: root });
    expect(exitCode).toBe(2);
    expect(stderr.startsWith(said)).toBe(true);
  });

  test('needs a repository', async () => {
    const { root } = carsOnServer();
    const { exitCode, stderr } = await nodrift(['impact', '--since', 'HEAD'], { cwd: root });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('is not in a git repository');
  });

  test('leaves no folder behind', async () => {
    const { root, put } = repository({ 'pgtyped.config.json': '{}' });
    put('pgtyped.config.json', configWith({ database: 'server' }));
    const temporary = project().root;
    vi.stubEnv('TMPDIR', temporary);
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const { exitCode, stderr } = await nodrift(['impact', '--since', 'HEAD'], { cwd: root });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('The configuration at HEAD is refused: ');
    expect(readdirSync(temporary)).toEqual([]);
  });
});

describe('impact --pending', () => {
  test('considers what the database has not run', async () => {
    const { root, put } = carsOnServer();
    const database = await createDatabase(18);
    try {
      const all = await reportOf(root, '--pending', database.url);
      expect(all.migrations.map(({ name }) => name)).toEqual(['1_cars']);
      expect(await nodrift(['migrate', 'up', '--url', database.url], { cwd: root })).toMatchObject({
        exitCode: 0,
      });
      put('migrations/2_loose.sql', loosening);
      put('migrations/3_more.sql', 'SELECT 1;\n');
      const report = await reportOf(root, '--pending', database.url);
      expect(report.migrations.map(({ name }) => name)).toEqual(['2_loose', '3_more']);
      expect(lines(report)).toEqual(['2_loose: GetCar breaks', '2_loose: AddCar compatible']);
    } finally {
      await database.drop();
    }
  });

  test('reads the migration history of the tool that the migrations are of', async () => {
    const { root, put } = carsOnServer();
    put(
      'pgtyped.config.json',
      configWith({ database: 'server', migrations: { dir: 'db', format: 'goose' } }),
    );
    put(
      'db/1_cars.sql',
      '-- +goose Up\nCREATE TABLE cars (id text PRIMARY KEY, make text NOT NULL, sold_at timestamptz);\n',
    );
    put('db/2_loose.sql', `-- +goose Up\n${loosening}`);
    const database = await createDatabase(18);
    try {
      const all = await reportOf(root, '--pending', database.url);
      expect(all.migrations.map(({ name }) => name)).toEqual(['1_cars', '2_loose']);
      expect(all.notes).toEqual(['There is no table public.goose_db_version: all migrations are pending.']);
      await execute(
        database.url,
        `CREATE TABLE goose_db_version (id serial PRIMARY KEY, version_id bigint NOT NULL, is_applied boolean NOT NULL);
         INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true), (1, true)`,
      );
      const report = await reportOf(root, '--pending', database.url);
      expect(report.migrations.map(({ name }) => name)).toEqual(['2_loose']);

      await execute(database.url, 'CREATE ROLE nodrift_blind LOGIN');
      const url = database.url.replace('postgres@', 'nodrift_blind@');
      const blind = await nodrift(['impact', '--pending', url], { cwd: root });
      expect(blind).toMatchObject({ exitCode: 2, stdout: '' });
      expect(blind.stderr).toContain(
        'The role may not read public.goose_db_version, so it is unknown which migrations are pending',
      );
      put(
        'pgtyped.config.json',
        configWith({ database: 'server', migrations: { dir: 'plain', format: 'plain' } }),
      );
      put('plain/1_cars.sql', 'CREATE TABLE cars (id text PRIMARY KEY, make text);\n');
      const plain = await nodrift(['impact', '--pending', database.url], { cwd: root });
      expect(plain).toMatchObject({ exitCode: 2, stdout: '' });
      expect(plain.stderr).toContain(
        'Plain files have no migration history, so it is unknown which migrations are pending',
      );
    } finally {
      await execute(database.url, 'DROP ROLE IF EXISTS nodrift_blind');
      await database.drop();
    }
  });

  test('names a server that cannot be reached, without the password', async () => {
    const { root } = carsOnServer();
    const url = 'postgres://nobody:secret@127.0.0.1:1/app';
    const { exitCode, stdout, stderr } = await nodrift(['impact', '--pending', url], { cwd: root });
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
    expect(stderr).toContain('127.0.0.1:1/app');
    expect(stderr).not.toContain('secret');
  });

  test('takes a URL only, and no second scope', async () => {
    const { root } = carsOnServer();
    const wrong = await nodrift(['impact', '--pending', 'app:secret'], { cwd: root });
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stderr).toContain('--pending is not a database URL.');
    expect(wrong.stderr).not.toContain('secret');
    const both = await nodrift(['impact', '--pending', postgresUrl(18), '--since', 'HEAD'], { cwd: root });
    expect(both.exitCode).toBe(2);
  });
});

describe('what goes into other formats', () => {
  const nasty = {
    'migrations/2_per%cent,and:colon.sql':
      'ALTER TABLE cars ALTER COLUMN make TYPE text, ALTER COLUMN make DROP NOT NULL;\n',
    'queries/nasty.sql': '-- @name Nasty\nSELECT make AS "a|b`c\n::error::<b>@ada" FROM cars;\n',
  };
  const allow = ['--allow', 'migrations/2_per%cent,and:colon.sql=a | <b> `c` @ada\n::error::x'];

  test('--markdown is text wherever a name or a reason has markup', async () => {
    const { root } = carsOnServer(nasty);
    const { exitCode, stdout } = await nodrift(['impact', '--markdown', ...allow], { cwd: root });
    expect(exitCode).toBe(0);
    expect(stdout.replace(/PostgreSQL \d+\.\d+/, 'PostgreSQL …')).toMatchInlineSnapshot(`
      "### ⚠️ Migrations break running code, which is allowed

      **\`migrations/2_per%cent,and:colon.sql\`** breaks 2 queries, 1 changed compatibly, 0 unaffected

      Allowed: a \\| &lt;b&gt; \\\`c\\\` @​ada ::error::x

      | | query | change | effect |
      | --- | --- | --- | --- |
      | ❌ | \`GetCar\` \`queries/cars.sql:1\` | \`column make: text -> text \\| null\` | rows can hold null, which the code does not expect |
      | ✅ | \`AddCar\` \`queries/cars.sql:4\` | \`parameter :make: text -> text \\| null\` | null is accepted too |
      | ❌ | \`Nasty\` \`queries/nasty.sql:1\` | \`\`column a\\|b\`c ::error::<b>@ada: text -> text \\| null\`\` | rows can hold null, which the code does not expect |

      - \`migrations/2_per%cent,and:colon.sql:1\` \`ALTER TABLE cars ALTER COLUMN make TYPE text, ALTER COLUMN make DROP NOT NULL\` briefly locks cars: ACCESS EXCLUSIVE; no lock\\_timeout

      **Rolling deployment:** No safe deployment order: the running code breaks on the new schema, and the new code on the old one. Split the migration: expand (add the new form, keep the old one), deploy, then contract.

      The new code on the old schema:

      | | query | change | effect |
      | --- | --- | --- | --- |
      | ❌ | \`AddCar\` \`queries/cars.sql:4\` | \`parameter :make: text \\| null -> text\` | callers that pass null fail |

      <sub>\`nodrift impact\`, 3 queries on the disk, PostgreSQL …</sub>
      "
    `);
  });

  test('--github is one line for each query, whatever is in names', async () => {
    const { root } = carsOnServer(nasty);
    const { exitCode, stdout } = await nodrift(['impact', '--github'], { cwd: root });
    expect(exitCode).toBe(1);
    expect(stdout).toMatchInlineSnapshot(`
      "::error file=migrations/2_per%25cent%2Cand%3Acolon.sql,line=1,title=GetCar%3A breaks::queries/cars.sql:1%0Acolumn make: text -> text | null; rows can hold null, which the code does not expect
      ::error file=migrations/2_per%25cent%2Cand%3Acolon.sql,line=1,title=Nasty%3A breaks::queries/nasty.sql:1%0Acolumn a|b\`c%0A::error::<b>@ada: text -> text | null; rows can hold null, which the code does not expect
      "
    `);
    const allowed = await nodrift(['impact', '--github', ...allow], { cwd: root });
    expect(allowed.stdout.split('\n').map((line) => line.slice(0, line.indexOf(' ')))).toEqual([
      '::warning',
      '::warning',
      '',
    ]);
  });

  test('--github names files from the top of the checkout', async () => {
    const { root } = carsOnServer({ 'migrations/2_loose.sql': loosening });
    const env = { GITHUB_WORKSPACE: `${root}/..` };
    const { stdout } = await nodrift(['impact', '--github'], { cwd: root, env });
    expect(stdout).toMatch(
      /^::error file=nodrift-cli-\w+\/migrations\/2_loose\.sql,line=1,title=GetCar%3A breaks::/,
    );
  });
});
