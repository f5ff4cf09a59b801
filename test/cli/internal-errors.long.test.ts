import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createDatabase } from '../support/postgres.ts';
import { carsOnServer, configWith, nodrift, type Project } from './support/cli.ts';

// Faults are injected where a column of the query has a certain name: the tree is garbage, or nothing comes to an end.
vi.mock('../../src/analysis/tree/read.ts', async (original) => {
  const real = await original<typeof import('../../src/analysis/tree/read.ts')>();
  const endless = (depth: number): number => endless(depth + 1) + 1;
  const faulty =
    <T>(read: (text: string) => T) =>
    (text: string) => {
      if (text.includes(':resname inject_garbage')) return read('{QUERY :commandType {{{');
      if (text.includes(':resname inject_overflow')) endless(0);
      return read(text);
    };
  return {
    ...real,
    readQuery: faulty(real.readQuery),
    readQueryAndPlaces: faulty(real.readQueryAndPlaces),
  };
});
vi.mock('../../src/analysis/privileges/needed.ts', async (original) => {
  const real = await original<typeof import('../../src/analysis/privileges/needed.ts')>();
  const neededPrivileges: typeof real.neededPrivileges = (text, invoker) => {
    if (text.includes(':resname inject_privileges')) throw new TypeError('injected');
    return real.neededPrivileges(text, invoker);
  };
  return { neededPrivileges };
});
vi.mock('../../src/codegen/row-type.ts', async (original) => {
  const real = await original<typeof import('../../src/codegen/row-type.ts')>();
  const rowType: typeof real.rowType = (naming, ...rest) => {
    if (naming.keys.includes('inject_printing')) throw new TypeError('injected');
    return real.rowType(naming, ...rest);
  };
  return { ...real, rowType };
});
vi.mock('../../src/codegen/pgtyped/ir.ts', async (original) => {
  const real = await original<typeof import('../../src/codegen/pgtyped/ir.ts')>();
  const queryIr: typeof real.queryIr = (statement) => {
    if (statement.body.includes('inject_printing')) throw new TypeError('injected');
    return real.queryIr(statement);
  };
  return { ...real, queryIr };
});
vi.mock('../../src/sql/read.ts', async (original) => {
  const real = await original<typeof import('../../src/sql/read.ts')>();
  const readStatements: typeof real.readStatements = (file, text, options) => {
    if (text.includes('inject_reading')) throw new TypeError('injected');
    return real.readStatements(file, text, options);
  };
  return { readStatements };
});

const query = (name: string, column: string) =>
  `/* @name ${name} :many */\nSELECT make AS ${column} FROM cars;\n`;

const faulty = {
  'queries/faulty.sql': `\n${query('Garbage', 'inject_garbage')}\n${query('Overflow', 'inject_overflow')}\n${query('Well', 'make')}`,
};

const bug = 'internal error of nodrift, which is a bug';

function expectFaults(stderr: string): void {
  expect(stderr).toContain(`queries/faulty.sql:2:10: error ND9001: Garbage: ${bug}: Postgres's node text`);
  expect(stderr).toContain(
    `queries/faulty.sql:5:10: error ND9001: Overflow: ${bug}: Maximum call stack size exceeded`,
  );
  expect(stderr).toContain('  2 | /* @name Garbage :many */\n');
  expect(stderr).toContain('Please report it');
  // The stack traces.
  expect(stderr).toMatch(/\n {2}Error: Postgres's node text.*\n {6}at /);
  expect(stderr).toMatch(/\n {2}RangeError: Maximum call stack.*\n {6}at endless/);
}

const outputs = ({ text }: Project) => {
  try {
    return text('queries/cars.queries.ts');
  } catch {
    return null;
  }
};

describe('an error of its own in one statement', () => {
  test.each(['generate', 'check'])(
    '%s names it, reports the others, writes nothing, returns 70',
    async (command) => {
      const project = carsOnServer({
        ...faulty,
        'queries/wrong.sql': query('Wrong', 'x').replace('make', 'mkae'),
      });
      const run = await nodrift([command], { cwd: project.root });
      expect(run).toMatchObject({ exitCode: 70, stdout: '' });
      expectFaults(run.stderr);
      expect(run.stderr).toContain(
        'queries/wrong.sql:2:8: error ND3001: Wrong: column "mkae" does not exist',
      );
      expect(run.stderr).toContain('3 errors\n');
      expect(outputs(project)).toBeNull();
    },
  );

  test('inspect shows the other queries', async () => {
    const { root } = carsOnServer(faulty);
    const text = await nodrift(['inspect'], { cwd: root });
    expect(text.exitCode).toBe(70);
    expectFaults(text.stderr);
    expect(text.stdout).toContain('well  queries/faulty.sql:8');
    const json = await nodrift(['inspect', '--json'], { cwd: root });
    expect(json.exitCode).toBe(70);
    expectFaults(json.stderr);
    const { queries, errors } = JSON.parse(json.stdout);
    expect(queries.map(({ name }: { name: string }) => name)).toEqual(['getCar', 'addCar', 'well']);
    expect(errors).toMatchObject([{ file: 'queries/faulty.sql', line: 2, column: 10 }, { line: 5 }]);
    expect(json.stdout).not.toContain('    at ');
  });

  test('impact continues with the other queries, and reports no change for it', async () => {
    const { root } = carsOnServer({
      ...faulty,
      'migrations/2_loose.sql': 'ALTER TABLE cars ALTER make DROP NOT NULL;\n',
    });
    const run = await nodrift(['impact'], { cwd: root });
    expect(run.exitCode).toBe(70);
    expectFaults(run.stderr);
    expect(run.stdout).toContain('Well  queries/faulty.sql:8');
    expect(run.stdout).not.toContain('breaks     Garbage');
    const json = await nodrift(['impact', '--json'], { cwd: root });
    expect(json.exitCode).toBe(70);
    expectFaults(json.stderr);
    expect(JSON.parse(json.stdout).broken).toHaveLength(2);
  });

  test('impact does not call it a break where only one schema leads to it', async () => {
    const { root } = carsOnServer({
      'queries/star.sql': '/* @name Star :many */\nSELECT * FROM cars;\n',
      'migrations/2_column.sql': 'ALTER TABLE cars ADD inject_garbage int;\n',
      'migrations/3_column.sql': 'ALTER TABLE cars RENAME inject_garbage TO other;\n',
    });
    for (const migration of ['migrations/2_column.sql', 'migrations/3_column.sql']) {
      const run = await nodrift(['impact', '--migration', migration], { cwd: root });
      expect(run.exitCode).toBe(70);
      expect(run.stdout).toMatch(/may break\s+Star {2}queries\/star\.sql:1/);
      expect(run.stderr).toContain(`queries/star.sql:1:10: error ND9001: Star: ${bug}`);
    }
  });

  test('verify compares everything else', async () => {
    const database = await createDatabase(18);
    onTestFinished(() => database.drop());
    const { root } = carsOnServer({ ...faulty, 'queries/other.sql': query('Needs', 'inject_privileges') });
    await nodrift(['migrate', 'up', '--url', database.url], { cwd: root });
    const run = await nodrift(['verify', '--url', database.url], { cwd: root });
    expect(run.exitCode).toBe(70);
    expectFaults(run.stderr);
    expect(run.stderr).toContain(`queries/other.sql:1:10: error ND9001: Needs: ${bug}: injected`);
    expect(run.stderr).toContain('3 errors\n');
    expect(run.stdout).toMatch(/: 3 internal errors\n$/);
    const json = await nodrift(['verify', '--url', database.url, '--json'], { cwd: root });
    expect(json.exitCode).toBe(70);
    expect(JSON.parse(json.stdout)).toMatchObject({ holds: false, broken: [], differences: [] });
    expect(JSON.parse(json.stdout).internalErrors).toHaveLength(3);
  });

  test.each(['nodrift', '@pgtyped/runtime'])(
    'is found while its module for %s is printed',
    async (runtime) => {
      const project = carsOnServer({
        'pgtyped.config.json': configWith({ database: 'server', runtime }),
        'queries/faulty.sql': `${query('Printing', 'inject_printing')}\n${query('Well', 'make')}`,
      });
      const run = await nodrift(['generate'], { cwd: project.root });
      expect(run).toMatchObject({ exitCode: 70, stdout: '' });
      expect(run.stderr).toContain(`queries/faulty.sql:1:10: error ND9001: Printing: ${bug}: injected`);
      expect(run.stderr).toContain('  1 | /* @name Printing :many */\n');
      expect(outputs(project)).toBeNull();
    },
  );

  test('is found while a file is read', async () => {
    const project = carsOnServer({ 'queries/faulty.sql': query('Reading', 'inject_reading') });
    const run = await nodrift(['generate'], { cwd: project.root });
    expect(run).toMatchObject({ exitCode: 70, stdout: '' });
    expect(run.stderr).toContain(
      `queries/faulty.sql:1:1: error ND9001: queries/faulty.sql: ${bug}: injected`,
    );
    expect(outputs(project)).toBeNull();
  });
});
