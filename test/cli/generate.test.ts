import { readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createDatabase } from '../support/postgres.ts';
import { carsOnServer, carsQueries, configWith, nodrift, project } from './support/cli.ts';

const stable = (text: string) =>
  text.replace(/\d+\.\d\d s, PostgreSQL 18\.\S+ at 127\.0\.0\.1:\d+\/postgres/, '<seconds>, <database>');

const healthy = { exitCode: 0, stderr: '' };

describe('generate', () => {
  test('writes what is missing or stale and removes what is orphaned, a line for each', async () => {
    const { root, put, text } = carsOnServer({
      'queries/sub/makes.sql': '/* @name Makes */\nSELECT DISTINCT make FROM cars;\n',
    });
    const generate = async () => {
      const run = await nodrift(['generate'], { cwd: root });
      expect(run).toMatchObject(healthy);
      return stable(run.stdout);
    };
    expect(await generate()).toBe(
      'written    queries/cars.queries.ts       2 queries\n' +
        'written    queries/sub/makes.queries.ts  1 query\n' +
        '2 written, 3 queries, <seconds>, <database>\n',
    );
    expect(text('queries/cars.queries.ts')).toMatchSnapshot();

    const past = new Date(2001, 1, 1);
    utimesSync(join(root, 'queries/sub/makes.queries.ts'), past, past);
    put('queries/cars.sql', carsQueries.replace('AddCar', 'CreateCar'));
    expect(await generate()).toBe(
      'written    queries/cars.queries.ts       2 queries\n' +
        'unchanged  queries/sub/makes.queries.ts  1 query\n' +
        '1 written, 1 unchanged, 3 queries, <seconds>, <database>\n',
    );
    expect(statSync(join(root, 'queries/sub/makes.queries.ts')).mtime).toEqual(past);

    rmSync(join(root, 'queries/sub/makes.sql'));
    expect(await generate()).toBe(
      'unchanged  queries/cars.queries.ts       2 queries\n' +
        'removed    queries/sub/makes.queries.ts  queries/sub/makes.sql is gone\n' +
        '0 written, 1 unchanged, 1 removed, 2 queries, <seconds>, <database>\n',
    );
    expect(readdirSync(join(root, 'queries/sub'))).toEqual([]);
  });

  test('writes only the modules of the files named, whatever folder they are named from', async () => {
    const { root } = carsOnServer({
      'queries/sub/a.sql': '/* @name A */\nSELECT make FROM cars;\n',
      'queries/sub/b.sql': '/* @name B */\nSELECT make FROM cars;\n',
    });
    const written = async (cwd: string, ...files: string[]) => {
      const argv = ['generate', '--config', join(root, 'pgtyped.config.json'), ...files];
      const run = await nodrift(argv, { cwd });
      expect(run).toMatchObject(healthy);
      return run.stdout.match(/(?<=written +)\S+\.ts/g);
    };
    expect(await written(join(root, 'queries'), 'cars.sql')).toEqual(['cars.queries.ts']);
    expect(await written(project().root, join(root, 'queries/sub'))).toEqual([
      'queries/sub/a.queries.ts',
      'queries/sub/b.queries.ts',
    ]);
  });

  test('gives the shared types a file of their own, and takes it away again', async () => {
    const { root, put, text } = carsOnServer({
      'migrations/2_color.sql':
        "CREATE TYPE color AS ENUM ('red', 'blue');\nALTER TABLE cars ADD color color;\n",
      'queries/colors.sql': '/* @name Colors */\nSELECT DISTINCT color FROM cars;\n',
    });
    const first = await nodrift(['generate', 'queries/colors.sql'], { cwd: root });
    expect(stable(first.stdout)).toBe(
      'written    queries/colors.queries.ts  1 query\n' +
        'written    queries/schema.types.ts    shared types\n' +
        '2 written, 1 query, <seconds>, <database>\n',
    );
    expect(text('queries/schema.types.ts')).toContain("'red' | 'blue'");

    put('queries/colors.sql', '/* @name Colors */\nSELECT DISTINCT make FROM cars;\n');
    const second = await nodrift(['generate'], { cwd: root });
    expect(second.stdout).toMatch(/^removed {4}queries\/schema\.types\.ts +no longer needed$/m);
  });

  test('writes nothing at all if one query is broken', async () => {
    const { root } = carsOnServer({ 'queries/a.sql': '/* @name A */\nSELECT nothing FROM cars;\n' });
    const run = await nodrift(['generate'], { cwd: root });
    expect(run).toMatchObject({ exitCode: 1, stdout: '' });
    expect(run.stderr).toMatch(/^queries\/a\.sql:2:8: error ND3001: /);
    expect(readdirSync(join(root, 'queries')).sort()).toEqual(['a.sql', 'cars.sql']);
  });

  test('never overwrites a file that a person wrote', async () => {
    const { root, text } = carsOnServer({ 'queries/cars.queries.ts': 'export const mine = true;\n' });
    expect(await nodrift(['generate'], { cwd: root })).toEqual({
      exitCode: 2,
      stdout: '',
      stderr:
        'queries/cars.queries.ts:1: error ND6001: This file was not written by nodrift, and the queries of queries/cars.sql would overwrite it.\n' +
        '  1 | export const mine = true;\n' +
        '  hint: Move or delete it and run `nodrift generate` again, or change emitTemplate in the ' +
        'configuration. Nothing was written.\n',
    });
    expect(text('queries/cars.queries.ts')).toBe('export const mine = true;\n');
  });

  test('names a folder that it cannot write to', async () => {
    const { root } = carsOnServer({
      'pgtyped.config.json': configWith({ database: 'server' }).replace('{{dir}}/', 'generated/'),
      generated: 'a file',
    });
    const run = await nodrift(['generate'], { cwd: root });
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toMatchSnapshot();
  });
});

describe('generate without the key nodrift', () => {
  test('replaces what PgTyped generated, in its style, from the existing database', async () => {
    const database = await createDatabase(18, 'CREATE TABLE cars (id text PRIMARY KEY, make text NOT NULL)');
    try {
      const { root, text } = project({
        'pgtyped.config.json': JSON.stringify({
          transforms: [{ mode: 'sql', include: '**/*.sql', emitTemplate: '{{dir}}/{{name}}.queries.ts' }],
          srcDir: './queries',
          dbUrl: database.url,
        }),
        'queries/cars.sql': '/* @name GetCar */\nSELECT id, make FROM cars WHERE id = :id;\n',
        'queries/cars.queries.ts':
          '/** Types generated for queries found in "queries/cars.sql" */\nexport const old = 1;\n',
      });
      const run = await nodrift(['generate'], { cwd: root });
      expect(run).toMatchObject(healthy);
      expect(stable(run.stdout)).toMatch(/^written {4}queries\/cars\.queries\.ts {2}1 query\n/);
      expect(text('queries/cars.queries.ts')).toContain('export const getCar = new PreparedQuery<');
    } finally {
      await database.drop();
    }
  });
});
