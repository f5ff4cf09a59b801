import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../../src/database/open.ts';
import { openContainer } from '../../../src/database/openers/container.ts';
import { failureOf } from '../../support/failure.ts';
import { makeProject } from '../../support/project.ts';
import { configOf, rows } from '../open.ts';

const engine = spawnSync('docker', ['info'], { stdio: 'ignore' }).status === 0;
const migrations = {
  'migrations/1_a.sql': 'CREATE ROLE app; CREATE TABLE t (a int); GRANT SELECT ON t TO app;',
};

test('testcontainers is not installed', async () => {
  using project = makeProject(migrations);
  const absent = () =>
    Promise.reject(Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' }));
  const failure = await failureOf(() =>
    openContainer(configOf(project), [], 'postgres:18-alpine', undefined, absent),
  );
  expect(failure.exitCode).toBe(2);
  expect(failure.diagnostics[0]).toMatchObject({
    message: '"database": "container" needs the package testcontainers, which is not installed.',
    hint: 'Install it: npm i -D testcontainers',
  });
});

test('an error of testcontainers itself is passed on', async () => {
  using project = makeProject(migrations);
  const broken = () => Promise.reject(new SyntaxError('broken'));
  await expect(openContainer(configOf(project), [], 'x', undefined, broken)).rejects.toThrow(SyntaxError);
});

test.skipIf(engine)('no container engine is running', async () => {
  using project = makeProject(migrations);
  const failure = await failureOf(() => openDatabase(configOf(project, { database: 'container' })));
  expect(failure.exitCode).toBe(3);
  expect(failure.diagnostics[0]).toMatchObject({
    message: 'No container engine is found: "database": "container" needs Docker or a compatible engine.',
    hint: 'Start it, or set "database": "embedded" under "nodrift" in the configuration, which needs none.',
  });
});

describe.skipIf(!engine)('a container (skipped where no Docker engine runs)', () => {
  test('has the migrations applied, roles included, and is gone when it is closed', async () => {
    using project = makeProject(migrations);
    const database = await openDatabase(
      configOf(project, { database: { kind: 'container', image: 'postgres:17-alpine' } }),
    );
    expect(database.major).toBe(17);
    expect(database.notes).toEqual([]);
    expect(database.description).toMatch(/ \(postgres:17-alpine\)$/);
    expect(await rows(database, 'SELECT a FROM t')).toEqual([]);
    await database.close();
    await database.close();
  }, 300_000);

  test('of no such image', async () => {
    using project = makeProject(migrations);
    const image = 'nodrift.invalid/no-such-image:1';
    const failure = await failureOf(() =>
      openDatabase(configOf(project, { database: { kind: 'container', image } })),
    );
    expect(failure.exitCode).toBe(3);
    expect(failure.message).toContain(image);
  }, 300_000);
});
