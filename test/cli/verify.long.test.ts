import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createDatabase, type Major, majors, ownServer } from '../support/postgres.ts';
import { carsOnServer, carsProject, config, configWith, nodrift, type Project } from './support/cli.ts';

const second = '-- Up Migration\nCREATE TABLE boats (id int);\n-- Down Migration\nDROP TABLE boats;\n';

/** The migrations go to the embedded database, as they do by default. */
const embedded = { 'pgtyped.config.json': config };

/**
 * A project, and a server's database with its migrations and then `sql`. What the migrations make is looked up in a
 * scratch database on PostgreSQL 18, which is quicker than the embedded one.
 */
async function deployed(major: Major, sql = '', files: Readonly<Record<string, string>> = {}) {
  const database = await createDatabase(major);
  onTestFinished(() => database.drop());
  const cars = carsOnServer(files);
  const { exitCode, stderr } = await nodrift(['migrate', 'up', '--url', database.url], { cwd: cars.root });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  if (sql !== '') await run(database.url, sql);
  return { ...cars, url: database.url };
}

async function run(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

const place = (url: string) => new URL(url).host + new URL(url).pathname;
const verify = ({ root }: Pick<Project, 'root'>, url: string, ...argv: string[]) =>
  nodrift(['verify', '--url', url, ...argv], { cwd: root });

describe('verify', () => {
  test.each(majors)('says in one line that a migrated PostgreSQL %i is as it should be', async (major) => {
    const project = await deployed(major, '', {
      ...embedded,
      // Majors write it in different ways.
      'migrations/2_view.sql': 'CREATE VIEW sold AS SELECT id, make FROM cars WHERE sold_at IS NOT NULL;',
    });
    const { exitCode, stdout, stderr } = await verify(project, project.url);
    expect(stdout.replace(/PostgreSQL \d+\.\d+/, 'PostgreSQL')).toBe(
      `PostgreSQL at ${place(project.url)} matches the migrations: 8 objects, 2 queries as postgres\n`,
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  });
});

describe('verify, on one server', () => {
  test('shows the difference, and the statement that shows it in the database', async () => {
    const project = await deployed(
      15,
      `ALTER TABLE cars ALTER make DROP NOT NULL; DROP TABLE boats; CREATE INDEX hot_fix ON cars (make);
       CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.sold_at := clock_timestamp();
  RETURN NEW;
END $$`,
      {
        'migrations/2_boats.sql': `CREATE TABLE boats (id int);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.sold_at := now();
  RETURN NEW;
END $$;`,
      },
    );
    const { exitCode, stdout } = await verify(project, project.url);
    expect(exitCode).toBe(1);
    expect(stdout.replace(/PostgreSQL \S+ at \S+:/, 'PostgreSQL:')).toMatchInlineSnapshot(`
      "different   column public.cars.make
        nullable
          in migrations  no
          in database    yes
        SELECT format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated, pg_get_expr(adbin, adrelid) FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE attrelid = to_regclass('public.cars') AND attname = 'make';

      different   function public.touch()
        body: - in migrations, + in database

            BEGIN
          -   NEW.sold_at := now();
          +   NEW.sold_at := clock_timestamp();
              RETURN NEW;
            END
        SELECT pg_get_functiondef(to_regprocedure('public.touch()'));

      unexpected  index public.hot_fix
        definition: CREATE INDEX hot_fix ON public.cars USING btree (make)
        SELECT pg_get_indexdef(indexrelid), indisvalid FROM pg_index WHERE indexrelid = to_regclass('public.hot_fix');

      missing     table public.boats
        SELECT relkind, relpersistence, relrowsecurity, relforcerowsecurity, reloptions, pg_get_expr(relpartbound, oid) FROM pg_class WHERE oid = to_regclass('public.boats');

      GetCar  queries/cars.sql:1
        column make: text -> text | null, rows can hold null, which the code does not expect

      PostgreSQL: 4 differences, 1 query typed otherwise
      "
    `);
  });

  test('tells pending and unknown migrations from drift', async () => {
    const project = await deployed(18);
    project.put('migrations/2_boats.sql', second);
    project.put('queries/boats.sql', '-- @name ListBoats\nSELECT id FROM boats;\n');
    const pending = await verify(project, project.url);
    expect(pending.exitCode).toBe(0);
    expect(pending.stdout).toMatch(
      /^pending {2}2_boats\n\nPostgreSQL .* as postgres; 1 pending migration\n$/,
    );
    expect(pending.stderr).toBe(
      'note: Until the pending migrations are applied: ListBoats: relation "boats" does not exist\n',
    );

    await run(project.url, `INSERT INTO pgmigrations (name, run_on) VALUES ('3_gone', now())`);
    const unknown = await verify(project, project.url);
    expect(unknown.exitCode).toBe(1);
    expect(unknown.stdout).toMatch(/^unknown {2}3_gone {2}it was applied, and has no file$/m);

    await run(project.url, 'CREATE TABLE boats (id int)');
    const drifted = await verify(project, project.url);
    expect(drifted.stdout).toMatch(/^unexpected {2}table public\.boats$/m);
  });

  test('knows the migration history of other tools', async () => {
    const database = await createDatabase(
      18,
      `CREATE TABLE cars (id text PRIMARY KEY, make text NOT NULL, sold_at timestamptz);
       CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL);
       INSERT INTO schema_migrations VALUES (1, false)`,
    );
    onTestFinished(() => database.drop());
    const migrations = { dir: './migrations', format: 'golang-migrate' };
    const cars = carsOnServer({
      'pgtyped.config.json': configWith({ database: 'server', migrations }),
      'migrations/1_cars.up.sql':
        'CREATE TABLE cars (id text PRIMARY KEY, make text NOT NULL, sold_at timestamptz);',
      'migrations/2_boats.up.sql': 'CREATE TABLE boats (id int);',
    });
    rmSync(join(cars.root, 'migrations/1_cars.sql'));
    const { exitCode, stdout } = await verify(cars, database.url);
    expect(stdout).toMatch(/^pending {2}2_boats\n\nPostgreSQL .* matches the migrations: 7 objects/);
    expect(exitCode).toBe(0);
  });

  test('notes a migration whose file was changed after it had been applied', async () => {
    const project = await deployed(18, '', { 'migrations/2_boats.sql': second });
    project.put('migrations/2_boats.sql', second.replace('id int', 'id bigint'));
    const { exitCode, stdout, stderr } = await verify(project, project.url);
    expect(stderr).toBe('note: The file of 2_boats was changed after it had been applied.\n');
    expect(stdout).toMatch(/^different {3}column public\.boats\.id$/m);
    expect(exitCode).toBe(1);
  });

  test('names queries that the database refuses, at their places, and those that are others there', async () => {
    const project = await deployed(
      17,
      'ALTER TABLE cars RENAME sold_at TO sold; ALTER TABLE cars ALTER make TYPE varchar(3), ALTER make DROP NOT NULL',
      { 'queries/makes.sql': '-- @name ListMakes\nSELECT make FROM cars;\n' },
    );
    const { exitCode, stdout, stderr } = await verify(project, project.url);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('queries/cars.sql:2:18: error ND3001: GetCar: column "sold_at" does not exist');
    expect(stdout).toMatch(
      /^ListMakes {2}queries\/makes\.sql:1\n {2}column make: text -> varchar \| null, /m,
    );
    expect(stdout).toMatch(/1 query refused, 1 query typed otherwise\n$/);
  });

  test('minds no other order of columns where a star represents them', async () => {
    const project = await deployed(
      18,
      'DROP TABLE cars; CREATE TABLE cars (sold_at timestamptz, make text NOT NULL, id text PRIMARY KEY)',
      { 'queries/all.sql': '-- @name All\nSELECT * FROM cars;\n' },
    );
    const { exitCode, stdout, stderr } = await verify(project, project.url);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/ 3 queries as postgres\n$/);
  });

  test('names the privileges that a role lacks, which Postgres checks at execution only', async () => {
    const project = await deployed(
      16,
      'CREATE ROLE nodrift_verify; GRANT SELECT (id, make) ON cars TO nodrift_verify',
    );
    onTestFinished(() => run(project.url, 'DROP OWNED BY nodrift_verify; DROP ROLE nodrift_verify'));
    const { exitCode, stdout } = await verify(project, project.url, '--role', 'nodrift_verify');
    expect(exitCode).toBe(1);
    expect(stdout.replace(/PostgreSQL \S+ at \S+:/, 'PostgreSQL:')).toBe(
      [
        'nodrift_verify lacks',
        '  INSERT ON public.cars',
        '    AddCar (queries/cars.sql:4)',
        '  SELECT (sold_at) ON public.cars',
        '    GetCar (queries/cars.sql:1)',
        '',
        'PostgreSQL: 2 queries not allowed to nodrift_verify',
        '',
      ].join('\n'),
    );
    const missing = await verify(project, project.url, '--role', 'missing role');
    expect(missing.exitCode).toBe(2);
    expect(missing.stderr).toContain('There is no role "missing role" there.');
  });

  test('works as a role that may read little more than the catalogs', async () => {
    const project = await deployed(
      18,
      'CREATE ROLE nodrift_poor LOGIN; GRANT INSERT, SELECT ON cars TO nodrift_poor',
    );
    onTestFinished(() => run(project.url, 'DROP OWNED BY nodrift_poor; DROP ROLE nodrift_poor'));
    const url = project.url.replace('postgres@', 'nodrift_poor@');
    const { exitCode, stdout, stderr } = await verify(project, url);
    expect(stdout).toContain(' as nodrift_poor');
    expect(stderr).toBe(
      'note: The role may not read public.pgmigrations: the database is compared with all migrations.\n',
    );
    expect(exitCode).toBe(0);
  });

  test('says where the role finds nothing because it may not use the schema', async () => {
    const project = await deployed(
      16,
      'CREATE ROLE nodrift_outside LOGIN; REVOKE USAGE ON SCHEMA public FROM PUBLIC',
    );
    onTestFinished(() => run(project.url, 'DROP ROLE nodrift_outside'));
    const { exitCode, stderr } = await verify(project, project.url.replace('postgres@', 'nodrift_outside@'));
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^note: The connecting role lacks USAGE on the schema public, so it finds nothing there\.\nnote: /,
    );
    expect(stderr).toContain('relation "cars" does not exist');
  });

  test('omits what the configuration ignores, and compares grants of the roles that it names', async () => {
    const ignore = ['audit', 'index public.*_tmp', 'public.scratch'];
    const project = await deployed(
      18,
      `CREATE SCHEMA audit; CREATE TABLE audit.log (id int); CREATE INDEX cars_tmp ON cars (make);
       CREATE TABLE scratch (id int PRIMARY KEY); REVOKE SELECT ON cars FROM nodrift_reader2`,
      {
        'pgtyped.config.json': configWith({
          database: 'server',
          verify: { ignore, roles: ['nodrift_reader2'] },
        }),
        'migrations/0_role.sql': 'CREATE ROLE nodrift_reader2;',
        'migrations/2_grants.sql': 'GRANT SELECT, INSERT ON cars TO nodrift_reader2;',
      },
    );
    onTestFinished(() => run(project.url, 'DROP OWNED BY nodrift_reader2; DROP ROLE nodrift_reader2'));
    const { stdout } = await verify(project, project.url);
    expect(stdout.replace(/PostgreSQL \S+ at \S+:/, 'PostgreSQL:')).toBe(
      [
        'different   grant public.cars to nodrift_reader2',
        '  privileges',
        '    in migrations  INSERT, SELECT',
        '    in database    INSERT',
        `  SELECT relacl FROM pg_class WHERE oid = to_regclass('public.cars') UNION ALL SELECT typacl FROM pg_type WHERE oid = to_regtype('public.cars') AND typtype <> 'c';`,
        '',
        'PostgreSQL: 1 difference',
        '',
      ].join('\n'),
    );
  });

  test("makes the live server's roles that migrations name, so that policies and grants are compared", async () => {
    const project = await deployed(18, '', embedded);
    await run(project.url, 'CREATE ROLE nodrift_tenant');
    onTestFinished(() => run(project.url, 'DROP OWNED BY nodrift_tenant; DROP ROLE nodrift_tenant'));
    project.put(
      'migrations/2_policy.sql',
      'CREATE POLICY own ON cars TO nodrift_tenant USING (make = current_user);',
    );
    expect((await nodrift(['migrate', 'up', '--url', project.url], { cwd: project.root })).exitCode).toBe(0);
    const { exitCode, stdout, stderr } = await verify(project, project.url);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/matches the migrations: 8 objects/);
  });

  test('writes nothing: a database that rejects all writes is enough', async () => {
    const project = await deployed(18, 'CREATE INDEX hot_fix ON cars (make)');
    const name = new URL(project.url).pathname.slice(1);
    await run(project.url, `ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    const { exitCode, stdout } = await verify(project, project.url);
    expect(stdout).toContain('unexpected  index public.hot_fix');
    expect(exitCode).toBe(1);
  });

  test('does not wait behind a migration that is going on', async () => {
    const project = await deployed(18);
    const other = new Client({ connectionString: project.url });
    await other.connect();
    onTestFinished(() => other.end());
    await other.query('BEGIN; LOCK TABLE cars IN ACCESS EXCLUSIVE MODE');
    const { exitCode, stderr } = await verify(project, project.url);
    expect(stderr).toContain('The database query failed: ');
    expect(stderr).toContain('The schema is locked by another session; retry later.');
    expect(exitCode).toBe(3);
  });

  test('leaves no scratch database behind when it is interrupted', async () => {
    // Its own: on the shared one other tests have scratch databases.
    const server = ownServer(18, {});
    onTestFinished(() => server.stop());
    const { root: cwd } = carsOnServer({ '.env': `DATABASE_URL=${server.url}\n` });
    expect(await nodrift(['migrate', 'up'], { cwd })).toMatchObject({ exitCode: 0 });
    const [locking, watching] = [new Client(server.url), new Client(server.url)];
    await Promise.all([locking.connect(), watching.connect()]);
    onTestFinished(async () => {
      await Promise.all([locking.end(), watching.end()]);
    });
    const count = async (sql: string) => (await watching.query(sql)).rows.length;
    await locking.query('BEGIN; LOCK TABLE cars IN ACCESS EXCLUSIVE MODE');

    const interruption = new AbortController();
    const running = nodrift(['verify'], { cwd, signal: interruption.signal });
    // By then the scratch database is made and compared, and the live one waits for the lock.
    await expect
      .poll(() => count(`SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'`), {
        timeout: 30_000,
        interval: 20,
      })
      .toBe(1);
    expect(await count(`SELECT FROM pg_database WHERE datname LIKE 'nodrift%'`)).toBe(1);
    interruption.abort();
    expect(await running).toMatchObject({ exitCode: 130, stdout: '' });
    expect(await count(`SELECT FROM pg_database WHERE datname LIKE 'nodrift%'`)).toBe(0);
  });

  test('gives JSON', async () => {
    const project = await deployed(18, 'ALTER TABLE cars ALTER make DROP NOT NULL');
    const { exitCode, stdout, stderr } = await verify(project, project.url, '--json');
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
    const printed = JSON.parse(stdout);
    expect(printed).toMatchObject({
      formatVersion: 1,
      holds: false,
      role: 'postgres',
      pending: [],
      unknown: [],
      broken: [],
      forbidden: [],
      differences: [
        {
          kind: 'column',
          name: 'public.cars.make',
          change: 'different',
          facts: [{ fact: 'nullable', migrations: 'no', database: 'yes' }],
        },
      ],
      changed: [{ name: 'GetCar', file: 'queries/cars.sql', line: 1 }],
      compared: { objects: 7, queries: 2 },
    });
  });

  test('compares the distribution with what Citus has', async () => {
    // Citus cannot be installed here: a table and a function with the names and columns that it has.
    const citus = `
      CREATE TABLE pg_dist_partition (logicalrelid regclass NOT NULL, partmethod "char" NOT NULL, partkey text,
        colocationid int NOT NULL DEFAULT 0, repmodel "char" NOT NULL DEFAULT 's');
      CREATE FUNCTION column_to_column_name(table_name regclass, column_var_text text) RETURNS text STABLE LANGUAGE sql
        AS $$ SELECT attname::text FROM pg_attribute WHERE attrelid = table_name
          AND attnum = substring(column_var_text FROM ':varattno (\\d+)')::int $$;
      INSERT INTO pg_dist_partition (logicalrelid, partmethod, partkey) VALUES
        ('cars', 'h', '{VAR :varno 1 :varattno 1 :vartype 25}'), ('boats', 'h', '{VAR :varno 1 :varattno 2 :vartype 23}'),
        ('events', 'h', '{VAR :varno 1 :varattno 1 :vartype 23}'), ('events_1', 'h', '{VAR :varno 1 :varattno 1 :vartype 23}'),
        ('shops.orders', 'h', '{VAR :varno 1 :varattno 1 :vartype 23}'), ('makes', 'n', NULL)`;
    const tables = `CREATE TABLE boats (id int, harbour int); CREATE TABLE makes (name text); CREATE TABLE trips (id int);
      CREATE TABLE events (tenant int, at int) PARTITION BY RANGE (at);
      CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (9);
      CREATE SCHEMA shops; CREATE TABLE shops.orders (shop int);`;
    const ignore = ['public.pg_dist_partition', 'public.column_to_column_name*'];
    const right = { cars: 'id', boats: 'harbour', events: 'tenant', 'shops.orders': 'shop' };
    const configured = (distribution: Readonly<Record<string, string>>) => ({
      'pgtyped.config.json': configWith({ database: 'server', verify: { ignore }, distribution }),
    });
    const project = await deployed(18, citus, { 'migrations/2_more.sql': tables, ...configured(right) });
    const holds = await verify(project, project.url, '--engine', 'citus');
    expect(holds).toMatchObject({ exitCode: 0, stderr: '' });
    const json = JSON.parse((await verify(project, project.url, '--engine', 'citus', '--json')).stdout);
    expect(json.distribution).toEqual([]);

    const wrong = configured({ cars: 'make', boats: 'harbour', trips: 'id', makes: 'name' });
    project.put('pgtyped.config.json', wrong['pgtyped.config.json']);
    const differs = await verify(project, project.url, '--engine', 'citus');
    expect(differs.exitCode).toBe(1);
    expect(differs.stdout.replace(/PostgreSQL \S+ at \S+:/, 'PostgreSQL:')).toBe(`distributed otherwise
  cars: by make in configuration, by id in database
  trips: by id in configuration, not in database
  makes: by name in configuration, not in database
  events: not in configuration, by tenant in database
  shops.orders: not in configuration, by shop in database

PostgreSQL: 5 tables distributed otherwise
`);
    expect((await verify(project, project.url)).exitCode).toBe(0);
  });

  test('says that a database has no Citus', async () => {
    const project = await deployed(18);
    const { exitCode, stderr } = await verify(project, project.url, '--engine', 'citus');
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr:
        'error ND5018: The database has no pg_dist_partition: Citus is not installed there.\n' +
        '  hint: Name the coordinator with --url, or omit --engine.\n',
    });
  });

  test('never prints a password', async () => {
    const server = ownServer(18, { password: 'hunter2-secret' });
    onTestFinished(() => server.stop());
    const project = carsProject();
    const outputs: string[] = [];
    for (const url of [
      server.url.replace('postgres@', 'postgres:hunter2-secret@'),
      server.url.replace('postgres@', 'postgres:hunter2-secret-wrong@'),
      'postgres://postgres:hunter2-secret@127.0.0.1:1/app',
      'postgres://postgres:hunter2-secret@[/app',
    ]) {
      for (const argv of [[], ['--json']]) {
        const { stdout, stderr } = await verify(project, url, ...argv);
        outputs.push(stdout, stderr);
      }
    }
    expect(outputs.join('\n')).not.toContain('hunter2');
    expect(outputs.filter((text) => text !== '').length).toBeGreaterThanOrEqual(8);
  });

  test('needs a database and migrations', async () => {
    const project = carsProject();
    const nowhere = await nodrift(['verify'], { cwd: project.root });
    expect(nowhere).toMatchObject({ exitCode: 2, stdout: '' });
    expect(nowhere.stderr).toContain('No target database configured.');
  });
});
