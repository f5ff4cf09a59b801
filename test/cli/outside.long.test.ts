import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { carsMigration, carsOnServer, carsQueries, config, nodrift, type Project } from './support/cli.ts';

/** A project in a folder of its own, beside which there may be others. */
function inner(emitTemplate: string, more: object = {}) {
  const outer = carsOnServer();
  const root = join(outer.root, 'inner');
  const { transforms, nodrift: own, ...rest } = JSON.parse(config);
  const files = {
    'pgtyped.config.json': JSON.stringify({
      ...rest,
      transforms: transforms.map((transform: object) => ({ ...transform, emitTemplate })),
      nodrift: { ...own, database: 'server', ...more },
    }),
    '.env': outer.text('.env'),
    'migrations/1_cars.sql': carsMigration,
    'queries/cars.sql': carsQueries,
  };
  for (const [path, text] of Object.entries(files)) outer.put(`inner/${path}`, text);
  rmSync(join(outer.root, 'queries'), { recursive: true });
  return { outer, root };
}

const files = ({ root }: Project) => readdirSync(root, { recursive: true }).sort();

describe('a module outside of the project', () => {
  test.each(['../out/{{name}}.ts', '{{dir}}/../../out/{{name}}.ts', '<absolute>/out/{{name}}.ts'])(
    'is refused, unless the configuration allows it: %s',
    async (template) => {
      const { outer, root } = inner(template);
      const put = (more: object) => {
        const found = JSON.parse(outer.text('inner/pgtyped.config.json'));
        found.transforms[0].emitTemplate = template.replace('<absolute>', outer.root);
        outer.put(
          'inner/pgtyped.config.json',
          JSON.stringify({ ...found, nodrift: { ...found.nodrift, ...more } }),
        );
      };
      put({});
      const before = files(outer);
      for (const command of ['generate', 'check']) {
        const run = await nodrift([command], { cwd: root });
        expect(run).toMatchObject({ exitCode: 2, stdout: '' });
        expect(run.stderr).toContain(
          '../out/cars.ts: error ND6004: This path is outside of the project. Nothing was written.',
        );
        expect(run.stderr).toContain('"nodrift": { "outside": true }');
      }
      expect(files(outer)).toEqual(before);
      put({ outside: true });
      expect(await nodrift(['generate'], { cwd: root })).toMatchObject({ exitCode: 0, stderr: '' });
      expect(existsSync(join(outer.root, 'out/cars.ts'))).toBe(true);
      expect(await nodrift(['check'], { cwd: root })).toMatchObject({ exitCode: 0, stderr: '' });
    },
  );

  test.skipIf(process.platform === 'win32')('is refused where a symbolic link leads there', async () => {
    const { outer, root } = inner('{{dir}}/generated/{{name}}.ts');
    mkdirSync(join(outer.root, 'elsewhere'));
    symlinkSync(join(outer.root, 'elsewhere'), join(root, 'queries/generated'));
    const run = await nodrift(['generate'], { cwd: root });
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toContain(
      'queries/generated/cars.ts: error ND6004: This path is outside of the project, which is ',
    );
    expect(readdirSync(join(outer.root, 'elsewhere'))).toEqual([]);

    rmSync(join(root, 'queries/generated'));
    mkdirSync(join(root, 'queries/generated'));
    writeFileSync(join(outer.root, 'target.ts'), '');
    symlinkSync(join(outer.root, 'target.ts'), join(root, 'queries/generated/cars.ts'));
    expect((await nodrift(['generate'], { cwd: root })).exitCode).toBe(2);
    expect(outer.text('target.ts')).toBe('');
  });

  test('is none that lies beside its queries, wherever srcDir is', async () => {
    const { outer, root } = inner('{{dir}}/{{name}}.queries.ts');
    const found = JSON.parse(outer.text('inner/pgtyped.config.json'));
    outer.put('inner/pgtyped.config.json', JSON.stringify({ ...found, srcDir: '../shared' }));
    outer.put('shared/cars.sql', carsQueries);
    expect(await nodrift(['generate'], { cwd: root })).toMatchObject({ exitCode: 0, stderr: '' });
    expect(existsSync(join(outer.root, 'shared/cars.queries.ts'))).toBe(true);
  });
});
