import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { carsMigration, nodrift, type Project, project } from './support/cli.ts';

let database: TestDatabase;
let env: Readonly<Record<string, string>>;
beforeAll(async () => {
  database = await createDatabase(18, carsMigration.split('-- Down')[0]);
  env = { DATABASE_URL: database.url };
});
afterAll(() => database.drop());

const configuration = {
  transforms: [{ mode: 'sql', include: '**/*.sql', emitTemplate: '{{dir}}/{{name}}.queries.ts' }],
  srcDir: './queries',
};
const cars = `/* @name FindCars */
SELECT id, make FROM cars WHERE make = :make OR sold_at > :since!;

/*
  @name FindByIds
  @param ids -> (...)
*/
SELECT id FROM cars WHERE id IN :ids;

/*
  @name AddCars
  @param cars -> ((id!, make)...)
*/
INSERT INTO cars (id, make) VALUES :cars;
`;

let app: Project;
beforeEach(() => {
  app = project({ 'pgtyped.config.json': JSON.stringify(configuration), 'queries/cars.sql': cars });
});
const run = (...argv: string[]) => nodrift(argv, { cwd: app.root, env });
const put = (changes: object) =>
  app.put('pgtyped.config.json', JSON.stringify({ ...configuration, ...changes }));

describe('a project without the key nodrift', () => {
  test('is warned of an unused @param, and of what PgTyped reads otherwise', async () => {
    app.put(
      'queries/odd.sql',
      '/*\n  @name Odd\n  @param ids -> (...)\n*/\nSELECT id FROM cars WHERE :make != make;\n',
    );
    const generated = await run('generate');
    expect(generated).toMatchObject({ exitCode: 0 });
    expect(
      generated.stderr,
    ).toBe(`queries/odd.sql:3:10: warning ND2030: @param ids: the statement does not use :ids.
  3 |   @param ids -> (...)
    |          ^^^
  hint: Write :ids where its value belongs, or remove the line.

queries/odd.sql:5:27: warning ND2025: PgTyped reads the "!" after :make as a mark, even after a space, and runs the statement without it: "=" instead of "!=". nodrift runs the statement as written.
  5 | SELECT id FROM cars WHERE :make != make;
    |                           ^^^^^
  hint: Check which of the two the application needs. "<>" and "NOT (… ~ …)" mean the same in both.

`);
    expect(app.text('queries/odd.queries.ts')).toContain('WHERE :make != make');
    expect(await run('check')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(await run('generate', 'queries/cars.sql')).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test('fails for a broken query whatever failOnError says, and says so', async () => {
    app.put('queries/broken.sql', '/* @name Broken */\nSELECT mkae FROM cars;\n');
    for (const changes of [{}, { failOnError: false }]) {
      put(changes);
      for (const command of ['generate', 'check']) {
        const { exitCode, stdout, stderr } = await run(command);
        expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
        expect(stderr).toContain('column "mkae" does not exist');
        expect(stderr).toContain('\n\nNothing was written. nodrift ignores "failOnError" and always fails.');
      }
    }
    put({ failOnError: true });
    expect((await run('generate')).stderr).not.toContain('failOnError');
  });

  test('is generated and inspected with the same types', async () => {
    await run('generate');
    const text = app.text('queries/cars.queries.ts');
    const { queries } = JSON.parse((await run('inspect', '--json')).stdout);
    const types = Object.fromEntries(
      queries.flatMap(({ params }: { params: { name: string; optional: boolean; tsType: string }[] }) =>
        params.map(({ name, optional, tsType }) => [name, `${optional ? '?' : ''}: ${tsType}`]),
      ),
    );
    expect(types).toEqual({
      make: '?: string | null | void',
      since: ': DateOrString',
      ids: ': readonly (string | null | void)[]',
      'cars[].id': ': string',
      'cars[].make': ': string | null | void',
    });
    for (const name of ['make', 'since', 'ids']) expect(text).toContain(`  ${name}${types[name]};\n`);
    expect(text).toMatch(/cars: readonly \{\s*id: string;\s*make: string \| null \| void;?\s*\}\[\]/);
  });
});

describe("PgTyped's options", () => {
  test('-c, -f, --file and --uri mean the same', async () => {
    app.put('queries/more.sql', '/* @name More */\nSELECT 1 AS one;\n');
    for (const file of ['-f', '--file']) {
      const generated = await nodrift(
        ['generate', '-c', 'pgtyped.config.json', file, 'queries/more.sql', '--uri', database.url],
        { cwd: app.root },
      );
      expect(generated).toMatchObject({ exitCode: 0, stderr: '' });
      expect(generated.stdout).toContain('queries/more.queries.ts');
      expect(generated.stdout).not.toContain('cars');
    }
  });
});
