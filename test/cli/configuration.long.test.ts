import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createDatabase, postgresUrl } from '../support/postgres.ts';
import { carsProject, config, configWith, nodrift, project } from './support/cli.ts';

describe('a mistake in the configuration exits with 2', () => {
  test.each([
    ['missing', {}],
    ['malformed', { 'pgtyped.config.json': '{\n  "transforms": [,]\n}\n' }],
    ['unknown key', { 'pgtyped.config.json': config.replace('"srcDir"', '"srcDri"') }],
    ['no .sql file', { 'pgtyped.config.json': config, 'migrations/1_x.sql': '' }],
    [
      'no migrations folder',
      { 'pgtyped.config.json': config, 'queries/a.sql': '/* @name A */ SELECT 1 AS a;' },
    ],
  ])('%s', async (_case, files: Record<string, string>) => {
    const { root } = project(files);
    const { exitCode, stdout, stderr } = await nodrift(['generate'], { cwd: root });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr.replaceAll(root, '<root>')).toMatchSnapshot();
  });

  test('a file that is not a query file of the project', async () => {
    const { root } = carsProject();
    const { exitCode, stderr } = await nodrift(['inspect', 'queries/car.sql', 'elsewhere.sql'], {
      cwd: root,
    });
    expect(exitCode).toBe(2);
    expect(stderr).toMatchSnapshot();
  });
});

describe('the database', () => {
  test('without a listener exits with 3', async () => {
    const { root } = carsProject();
    const uri = 'postgres://someone:hush@127.0.0.1:1/cars';
    const { exitCode, stdout, stderr } = await nodrift(['check', '--url', uri], { cwd: root });
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
    expect(stderr).toMatchSnapshot();
    expect(stderr).not.toContain('hush');
  });

  test('that --url names is used, and nothing else that is said of databases', async () => {
    const { root } = carsProject();
    const env = { PGHOST: 'nowhere.invalid', PGPORT: '1', PGDATABASE: 'nothing' };
    const run = await nodrift(['generate', '--url', postgresUrl(16)], { cwd: root, env });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.stdout).toContain('PostgreSQL 16.');
  });

  test('must have a URL that can be read', async () => {
    const { root } = carsProject();
    const run = await nodrift(['generate', '--url', 'postgres://a:hush@b:port/c'], { cwd: root });
    expect(run).toEqual({
      exitCode: 2,
      stdout: '',
      stderr:
        'error ND1019: --url is not a database URL.\n' +
        '  hint: It looks like postgres://user:password@host:5432/database; special characters are %-encoded.\n',
    });
  });

  test.each([
    [['check', '--url', 'mysql://a:hush@b/c'], '--url is not a database URL.'],
    [['check', '--url', 'host=b password=hush'], '--url is not a database URL.'],
    [['impact', '--url', ''], '--url is empty.'],
    [['impact', '--pending', ''], '--pending is empty.'],
    [['migrate', 'up', '--url', ''], '--url is empty.'],
    [['verify', '--url', ''], '--url is empty.'],
    [['schema', '--url', 'hush'], '--url is not a database URL.'],
  ])('%j: must have a URL that names one, whatever the environment says', async (argv, message) => {
    const { root } = carsProject();
    const env = { DATABASE_URL: 'postgres://a:hush@127.0.0.1:1/b' };
    const { exitCode, stdout, stderr } = await nodrift(argv, { cwd: root, env });
    expect(stderr).toBe(
      `error ND1019: ${message}\n` +
        '  hint: It looks like postgres://user:password@host:5432/database; special characters are %-encoded.\n',
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  });

  test('must be one of PostgreSQL in the environment, too', async () => {
    const { root } = carsProject();
    const env = { DATABASE_URL: 'mysql://a:hush@b/c' };
    const { exitCode, stderr } = await nodrift(['migrate', 'status'], { cwd: root, env });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('error ND1019: The database URL (PGURI, DATABASE_URL or dbUrl) cannot be read.');
    expect(stderr).not.toContain('hush');
  });

  test('that must be there is not replaced by an embedded one in the hint', async () => {
    const { root } = carsProject();
    for (const argv of [['migrate', 'status'], ['migrate', 'up'], ['verify'], ['impact', '--pending']]) {
      const url = 'postgres://a:hush@127.0.0.1:1/b';
      const { exitCode, stderr } = await nodrift(argv[1] === '--pending' ? [...argv, url] : argv, {
        cwd: root,
        env: { DATABASE_URL: url },
      });
      expect(exitCode).toBe(3);
      expect(stderr).toContain('  hint: Start the server, or set DATABASE_URL to another one.\n');
    }
  });

  test('is analysed unchanged with --as-is', async () => {
    const database = await createDatabase(18, 'CREATE TABLE boats (id int PRIMARY KEY)');
    try {
      const { root } = project({
        'pgtyped.config.json': configWith({ database: 'server' }),
        'queries/boats.sql': '/* @name Boats */ SELECT id FROM boats;',
      });
      const run = await nodrift(['generate', '--as-is'], { cwd: root, env: { DATABASE_URL: database.url } });
      expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    } finally {
      await database.drop();
    }
  });
});

describe('a broken migration exits with 1', () => {
  test('naming file, place and what to do', async () => {
    const { root } = carsProject({
      'migrations/2_broken.sql': '-- Up Migration\nCREATE TABLE a (id int);\nALTER TABLE cras ADD b int;\n',
    });
    const { exitCode, stdout, stderr } = await nodrift(['generate'], { cwd: root });
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatchSnapshot();
  });
});

test('--config names a folder', async () => {
  const { root } = carsProject();
  expect(await nodrift(['check', '--config', '.'], { cwd: root })).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: `error ND1003: The configuration ${root} is a folder.\n  hint: Name the file in it, such as nodrift.config.json.\n`,
  });
});

describe('the configuration is found', () => {
  test('from a folder below, and paths in arguments and messages are relative to that folder', async () => {
    const { root } = carsProject();
    const cwd = join(root, 'queries');
    expect(await nodrift(['generate'], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
    expect((await nodrift(['check'], { cwd })).exitCode).toBe(0);
    writeFileSync(join(cwd, 'broken.sql'), '/* @name Broken :many */ SELECT nothing FROM cars;\n');
    const broken = await nodrift(['generate', 'broken.sql'], { cwd });
    expect(broken.exitCode).toBe(1);
    expect(broken.stderr).toMatch(/^broken\.sql:1:33: error ND3001: /);
  });

  test('and not needed where migrations/ and queries/ are', async () => {
    const { root } = project({
      'migrations/1_a.sql': '-- Up Migration\nCREATE TABLE a (n int NOT NULL);\n',
      'queries/a.sql': '/* @name A :many */ SELECT n FROM a;\n',
    });
    expect(await nodrift(['generate'], { cwd: root })).toMatchObject({ exitCode: 0, stderr: '' });
    expect(readFileSync(join(root, 'queries/a.queries.ts'), 'utf8')).toContain('n: number');
    expect((await nodrift(['check'], { cwd: root })).exitCode).toBe(0);
  });
});
