import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { carsOnServer, carsQueries, nodrift, type Project } from './support/cli.ts';

let project: Project;
beforeEach(async () => {
  project = carsOnServer();
  const run = await nodrift(['generate'], { cwd: project.root });
  expect(run).toMatchObject({ exitCode: 0, stderr: '' });
});

const quiet = { exitCode: 0, stdout: '', stderr: '' };
const check = () => nodrift(['check'], { cwd: project.root });

/** That check exits with 1, says this, and changes no file. */
async function drift(): Promise<string> {
  const files = () =>
    readdirSync(project.root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  const before = files();
  const run = await check();
  expect(run).toMatchObject({ exitCode: 1, stderr: '' });
  expect(files()).toEqual(before);
  return run.stdout;
}

describe('check', () => {
  test('is quiet where everything is as generated, also with the line endings of Windows', async () => {
    expect(await check()).toEqual(quiet);
    const path = 'queries/cars.queries.ts';
    project.put(path, project.text(path).replaceAll('\n', '\r\n'));
    expect(await check()).toEqual(quiet);
  });

  test('shows what a change of the schema changes', async () => {
    project.put('migrations/2_required.sql', 'ALTER TABLE cars ALTER sold_at SET NOT NULL;\n');
    const before = project.text('queries/cars.queries.ts');
    expect(await drift()).toMatchSnapshot();
    expect(project.text('queries/cars.queries.ts')).toBe(before);
  });

  test('shows what was edited by hand', async () => {
    const path = 'queries/cars.queries.ts';
    project.put(path, project.text(path).replace('make: string', 'make: string | undefined'));
    expect(await drift()).toMatchSnapshot();
  });

  test('names what is missing, orphaned or in the way', async () => {
    project.put('queries/boats.sql', '/* @name Boats */\nSELECT 1 AS boats;\n');
    project.put('queries/gone.sql', '/* @name Gone */\nSELECT 1 AS gone;\n');
    await nodrift(['generate'], { cwd: project.root });
    rmSync(join(project.root, 'queries/gone.sql'));
    rmSync(join(project.root, 'queries/boats.queries.ts'));
    project.put('queries/cars.queries.ts', 'export const mine = true;\n');
    expect(await drift()).toMatchSnapshot();
  });

  test('names what a change of emitTemplate leaves behind, and generate removes it', async () => {
    const emitTemplate = '{{dir}}/generated/{{name}}.ts';
    const { transforms, ...rest } = JSON.parse(project.text('pgtyped.config.json'));
    const moved = { ...rest, transforms: [{ ...transforms[0], emitTemplate }] };
    project.put('pgtyped.config.json', JSON.stringify(moved));
    expect(await drift()).toBe(
      'queries/generated/cars.ts: missing; queries/cars.sql has not been generated\n' +
        'queries/cars.queries.ts: orphaned; the module of queries/cars.sql is written to another path now\n' +
        '2 generated files are out of date. Run `nodrift generate` and commit the result.\n',
    );
    const { stdout } = await nodrift(['generate'], { cwd: project.root });
    expect(stdout).toMatch(
      /^removed +queries\/cars\.queries\.ts +the module of queries\/cars\.sql is written to another path now$/m,
    );
    expect(await check()).toEqual(quiet);
  });

  test('reports broken queries as generate does', async () => {
    project.put('queries/cars.sql', carsQueries.replace('make, sold_at', 'mkae, sold_at'));
    const run = await check();
    expect(run).toMatchObject({ exitCode: 1, stdout: '' });
    expect(run.stderr).toMatchSnapshot();
  });
});
