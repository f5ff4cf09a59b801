import { migrate } from 'nodrift-runtime/migrate';
import { Pool } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { configWith, nodrift, project } from '../cli/support/cli.ts';
import { createDatabase, postgresUrl, type TestDatabase } from '../support/postgres.ts';
import { type Block, blocksOf } from './support/blocks.ts';

const blocks = blocksOf('docs/migrations.md');

function marked(mark: string): Block {
  const found = blocks.find((block) => block.mark === mark);
  if (found === undefined) throw new Error(`no block is marked "${mark}"`);
  return found;
}

/** The files of a format, as the page shows them. */
function filesOf(format: string): Record<string, string> {
  const start = `migration of ${format}, `;
  return Object.fromEntries(
    blocks
      .filter(({ mark }) => mark.startsWith(start))
      .map(({ mark, text }) => [`migrations/${mark.slice(start.length)}`, text]),
  );
}

const verifiable = (format: string, files: Readonly<Record<string, string>>) =>
  project({
    'pgtyped.config.json': configWith({
      database: 'server',
      migrations: { dir: './migrations', format },
    }),
    '.env': `DATABASE_URL=${postgresUrl(18)}\n`,
    ...files,
  });

test.each(['node-pg-migrate', 'goose', 'dbmate', 'golang-migrate', 'sql-migrate', 'tern'])(
  'the migrations of %s can be read and taken back',
  async (format) => {
    const { root } = verifiable(format, filesOf(format));
    const { exitCode, stdout } = await nodrift(['migrate', 'verify'], { cwd: root });
    expect(stdout).toMatch(/^\d migrations?, all of them fine, /);
    expect(exitCode).toBe(0);
  },
);

test('a migration of dbmate in a folder of node-pg-migrate', async () => {
  const { root } = verifiable('node-pg-migrate', {
    'migrations/1_cars.sql': '-- migrate:up\nCREATE TABLE cars ();\n-- migrate:down\nDROP TABLE cars;\n',
  });
  const { exitCode, stderr } = await nodrift(['migrate', 'verify'], { cwd: root });
  expect(exitCode).toBe(1);
  expect(stderr).toBe(marked('migration of dbmate in a folder of node-pg-migrate').text);
});

test('a migration that cannot be taken back', async () => {
  const cars = filesOf('node-pg-migrate')['migrations/1_cars.sql'] ?? '';
  const { root } = verifiable('node-pg-migrate', {
    'migrations/1_cars.sql': cars,
    'migrations/2_year.sql': marked('migration that cannot be taken back, 2_year.sql').text,
  });
  const { exitCode, stdout } = await nodrift(['migrate', 'verify'], { cwd: root });
  expect(exitCode).toBe(1);
  expect(stdout.replace(/, [\d.]+ s, .*/, ', 0.31 s, PostgreSQL 18.4 at localhost:5432/app')).toBe(
    marked('migrate verify of the migration that cannot be taken back').text,
  );
});

describe('applied to a database', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createDatabase(18);
  });
  afterEach(() => database.drop());

  const up = async (files: Readonly<Record<string, string>>, ...options: readonly string[]) => {
    const { root } = project({
      'pgtyped.config.json': configWith({}),
      ...filesOf('node-pg-migrate'),
      ...files,
    });
    return nodrift(['migrate', 'up', ...options, '--url', database.url], { cwd: root });
  };

  test('the dry run', async () => {
    const { stdout } = await up({}, '1', '--dry-run');
    expect(stdout.trim().replace(/'[0-9a-f]{64}'/, "'9f0e'")).toBe(
      marked('migrate up --dry-run').text.trim(),
    );
  });

  test('a mistake', async () => {
    const wheels = '-- Up Migration\nALTER TABLE cars ADD wheels int;\nCREATE INDEX ON cars (maker);\n';
    const { exitCode, stderr } = await up({ 'migrations/3_wheels.sql': wheels });
    expect(exitCode).toBe(1);
    expect(stderr).toBe(marked('migrate up with a mistake').text);
  });

  test('a mistake outside a transaction', async () => {
    const wheels =
      '-- Up Migration\n-- nodrift: no-transaction\nALTER TABLE cars ADD wheels int;\nCREATE INDEX CONCURRENTLY ON cars (maker);\n';
    const { stderr } = await up({ 'migrations/3_wheels.sql': wheels });
    expect(stderr).toBe(marked('migrate up with a mistake outside a transaction').text);
  });

  test('from the application, as the command would', async () => {
    const names = Object.entries(filesOf('node-pg-migrate'));
    const texts = Object.fromEntries(names.map(([path, text]) => [`./${path}`, text]));
    const pool = new Pool({ connectionString: database.url });
    expect(await migrate(pool, texts)).toEqual(['1_cars', '2_cars-by-make']);
    const wheels = '-- Up Migration\nALTER TABLE cars ADD wheels int;\nCREATE INDEX ON cars (maker);\n';
    const all = { ...texts, './migrations/3_wheels.sql': wheels };
    const error = await migrate(pool, all).catch((reason: unknown) => reason);
    await pool.end();
    expect(`${error}\n`).toBe(marked('error of migrate from the application').text);
    expect((await up({})).stdout).toBe('Nothing to do.\n');
  });
});
