import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { carsOnServer, carsProject, configWith, nodrift, project } from './support/cli.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase(18);
});
afterAll(() => database.drop());

async function tables(): Promise<readonly string[]> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1`,
  );
  await client.end();
  return rows.map(({ name }) => name);
}

const second = '-- Up Migration\nCREATE TABLE boats (id int);\n-- Down Migration\nDROP TABLE boats;\n';

describe('migrate', () => {
  test('goes up, down and up again, and says where it is', async () => {
    const { root } = carsProject({ 'migrations/2_boats.sql': second });
    const migrate = (...argv: string[]) =>
      nodrift(['migrate', ...argv], { cwd: root, env: { DATABASE_URL: database.url } });
    const fine = (stdout: string) => ({ exitCode: 0, stdout, stderr: '' });
    const status = async () => (await migrate('status')).stdout.replaceAll(/\d{4}-\S+Z/g, '<time>');

    expect(await migrate('down')).toEqual(fine('Nothing to do.\n'));
    expect(await status()).toBe('pending  1_cars\npending  2_boats\n0 applied, 2 pending\n');
    const dry = await migrate('up', '--dry-run');
    expect(dry.stdout).toContain('-- 1_cars\n');
    expect(dry.stdout).toContain('CREATE TABLE boats (id int);');
    expect(await tables()).toEqual([]);

    expect(await migrate('up', '1')).toEqual(fine('applied  1_cars\n1 migration applied\n'));
    expect(await migrate('up')).toEqual(fine('applied  2_boats\n1 migration applied\n'));
    expect(await tables()).toEqual(['boats', 'cars', 'pgmigrations']);
    expect(await status()).toBe('applied  1_cars  <time>\napplied  2_boats  <time>\n2 applied, 0 pending\n');
    expect(await migrate('redo')).toEqual(fine('redone  2_boats\n1 migration redone\n'));
    expect(await migrate('down', '2')).toEqual(
      fine('reverted  2_boats\nreverted  1_cars\n2 migrations reverted\n'),
    );
    expect(await tables()).toEqual(['pgmigrations']);
  });

  test('lists migrations that are edited, out of order and missing; --url names the database', async () => {
    const { url, drop } = await createDatabase(18);
    const { root, put } = carsProject({ 'migrations/3_boats.sql': second });
    expect((await nodrift(['migrate', 'up', '--url', url], { cwd: root })).exitCode).toBe(0);
    put('migrations/1_cars.sql', '-- Up Migration\n');
    put('migrations/2_late.sql', '-- Up Migration\n');
    const { stdout } = await nodrift(['migrate', 'status', '--url', url], { cwd: root });
    expect(stdout.replaceAll(/\d{4}-\S+Z/g, '<time>')).toBe(
      [
        'applied  1_cars  <time>  its file has changed since',
        'applied  3_boats  <time>',
        'pending  2_late  out of order: a later one has run',
        '2 applied, 1 pending, 1 out of order, 1 changed\n',
      ].join('\n'),
    );
    expect(await nodrift(['migrate', 'up', '--url', url], { cwd: root })).toMatchObject({ exitCode: 1 });
    await drop();
  });

  test('says which migration fails, and where', async () => {
    const { root } = carsProject({ 'migrations/2_broken.sql': '-- Up Migration\nSELECT 1;\nSELEC 2;\n' });
    const run = await nodrift(['migrate', 'up', '--url', database.url], { cwd: root });
    expect(run).toMatchObject({ exitCode: 1, stdout: 'applied  1_cars\n' });
    expect(run.stderr).toMatchSnapshot();
  });

  test('verify accepts irreversible ones if allowed, and lists what it could not test', async () => {
    const { root, put } = carsOnServer({
      'migrations/2_boats.sql': '-- Up Migration\nCREATE TABLE boats (id int);\n',
    });
    const verify = async (...argv: string[]) => {
      const { exitCode, stdout } = await nodrift(['migrate', 'verify', ...argv], { cwd: root });
      return { exitCode, stdout: stdout.replace(/, [\d.]+ s, PostgreSQL .*/, '') };
    };
    const said = 'migrations/2_boats.sql\n  It has no down migration.\n';
    expect(await verify()).toEqual({ exitCode: 1, stdout: `${said}2 migrations, 1 with problems\n` });
    expect(await verify('--allow-irreversible')).toEqual({
      exitCode: 0,
      stdout: `${said}2 migrations, all of them fine\n`,
    });
    put(
      'migrations/3_oars.sql',
      '-- Up Migration\nALTER TABLE boats ADD oars int NOT NULL;\n-- Down Migration\nALTER TABLE boats DROP oars;\n',
    );
    expect((await verify('--allow-irreversible')).stdout).toMatch(
      /migrations\/3_oars\.sql\n {2}note: its up migration fails if there are rows: .* contains null values\n3 migrations, all/,
    );
  });

  test('creates an empty migration', async () => {
    const { root, text } = project({ 'pgtyped.config.json': configWith({}) });
    const run = await nodrift(['migrate', 'create', 'add users'], { cwd: root });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    const [file = ''] = readdirSync(join(root, 'migrations'));
    expect(file).toMatch(/^\d+_add-users\.sql$/);
    expect(run.stdout).toBe(`written  migrations/${file}\n`);
    expect(text(`migrations/${file}`)).toMatch(/-- Up Migration\n.*\n$/s);
  });

  test('needs a database', async () => {
    const { root } = carsProject();
    const run = await nodrift(['migrate', 'status'], { cwd: root });
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toMatchSnapshot();
  });

  test('never prints the password of a database that it cannot reach', async () => {
    const { root } = carsProject();
    const run = await nodrift(['migrate', 'up', '--url', 'postgres://a:hush@127.0.0.1:1/b'], { cwd: root });
    expect(run.exitCode).toBe(3);
    expect(run.stderr).not.toContain('hush');
  });
});
