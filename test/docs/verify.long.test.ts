import { Client } from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { nodrift, project } from '../cli/support/cli.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { blocksOf, piecesOf } from './support/blocks.ts';

const page = 'docs/verify.md';
const blocks = blocksOf(page);
const marked = (mark: string): string => {
  const found = blocks.find((block) => block.mark === mark);
  if (found === undefined) throw new Error(`no block is marked "${mark}"`);
  return found.text;
};

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase(15);
});
afterAll(() => database?.drop());

async function run(sql: string): Promise<void> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** The version and the place are the reader's own, and so is the role. */
function settled(text: string): string {
  return text
    .replaceAll(/PostgreSQL 15\.\d+ at \S+?(?=:? |:$)/gm, 'PostgreSQL 15')
    .replaceAll(/(?<=queries as )\w+/g, 'app')
    .replaceAll('nodrift_docs_app', 'app');
}

test('the outputs of docs/verify.md are what verify and schema print of the project that init makes', async () => {
  const { root } = project({ 'package.json': '{"name":"notes"}' });
  const command = (...argv: string[]) => nodrift(argv, { cwd: root });
  const verify = (...argv: string[]) => command('verify', '--url', database.url, ...argv);
  expect(await command('init')).toMatchObject({ exitCode: 0 });
  expect(await command('migrate', 'up', '--url', database.url)).toMatchObject({ exitCode: 0 });

  const migrated = await verify();
  expect(settled(migrated.stdout)).toBe(settled(marked('output of verify of a migrated database')));
  expect(migrated.exitCode).toBe(0);

  await run('CREATE ROLE nodrift_docs_app; GRANT SELECT ON notes TO nodrift_docs_app');
  onTestFinished(() => run('DROP OWNED BY nodrift_docs_app; DROP ROLE nodrift_docs_app'));
  const reader = await verify('--role', 'nodrift_docs_app');
  expect(settled(reader.stdout)).toBe(settled(marked('output of verify as a role that may only read')));
  expect(reader.exitCode).toBe(1);

  await run(marked('manual change in production'));
  const drifted = await verify();
  expect(settled(drifted.stdout)).toBe(settled(marked('output of verify of a drifted database')));
  expect(drifted.exitCode).toBe(1);

  const { stdout } = await command('schema');
  for (const piece of piecesOf({ text: marked('part of the output of schema') }))
    expect(stdout).toContain(piece);
});
