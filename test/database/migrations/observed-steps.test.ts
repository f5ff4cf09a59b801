import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ScriptMode } from '../../../src/database/migrations/formats/format.ts';
import type { StatementObserver } from '../../../src/database/migrations/observed-steps.ts';
import { runSteps, stepsOf } from '../../../src/database/migrations/steps.ts';
import { Failure } from '../../../src/diagnostic.ts';
import { createDatabase, type TestDatabase } from '../../support/postgres.ts';

let database: TestDatabase;
let client: Client;
beforeAll(async () => {
  database = await createDatabase(18);
  client = new Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client?.end();
  await database?.drop();
});

const schema = `
  DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public;
  CREATE TABLE a (id int PRIMARY KEY);
  CREATE TABLE b (a int REFERENCES a DEFERRABLE INITIALLY DEFERRED)`;

/** What a migration leaves behind: how it failed, and the tables that there are then. */
async function outcome(mode: ScriptMode, sql: string, observer?: StatementObserver) {
  // Some leave a transaction open.
  if (client.getTransactionStatus() !== 'I') await client.query('ROLLBACK');
  await client.query(schema);
  const text = `-- a migration\n${sql}`;
  const file = { path: '/1.sql', file: '1.sql', text };
  const script = { file, sql, offset: text.length - sql.length, mode };
  let diagnostics: Failure['diagnostics'] | null = null;
  try {
    await runSteps(client, stepsOf(script), { mark: 'CREATE TABLE marked ()', observer });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    diagnostics = error.diagnostics;
  }
  const { rows } = await client.query({
    text: "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i') ORDER BY 1",
    rowMode: 'array',
  });
  return { diagnostics, relations: rows.flat(), status: client.getTransactionStatus() };
}

/** Notes what it is told: `[` for a transaction, then each statement, in brackets if it refused one. */
function noted(): { observer: StatementObserver; notes: string[] } {
  const notes: string[] = [];
  const note = (text: string) => {
    notes.push(text);
    return Promise.resolve();
  };
  const observer: StatementObserver = {
    began: () => note('['),
    ran: (_, { sql }) => note(sql),
    ranAlone: (_, { sql }) => note(`(${sql})`),
  };
  return { observer, notes };
}

const scripts = [
  'CREATE TABLE c (); CREATE TABLE d ();',
  'CREATE TABLE c (); CREATE TABLE d (x nothing);',
  "SELECT '😀'; CREATE TABLE c (); /* 😀 */ SELECT '😀', nothing FROM a",
  'CREATE TABLE c (); INSERT INTO a VALUES (1), (1); CREATE TABLE d ()',
  'CREATE TABLE c (); INSERT INTO b VALUES (7)',
  'CREATE TABLE c (); BEGIN; CREATE TABLE d (); COMMIT; CREATE TABLE e ();',
  'BEGIN; CREATE TABLE c (); ROLLBACK; CREATE TABLE d ();',
  'BEGIN; CREATE TABLE c (); SELECT 1 / 0; COMMIT',
  'CREATE TABLE c (); SAVEPOINT s; CREATE TABLE d (); ROLLBACK TO SAVEPOINT s; CREATE TABLE e ()',
  'START TRANSACTION; CREATE TABLE c (); COMMIT AND CHAIN; CREATE TABLE d (); END',
  'SAVEPOINT s',
  'BEGIN; SAVEPOINT s; CREATE TABLE c (); ROLLBACK TO s; RELEASE s; COMMIT',
  'LOCK TABLE a',
  'LOCK TABLE a; CREATE TABLE c ()',
  'DECLARE x CURSOR FOR SELECT 1',
  'SET LOCAL lock_timeout = 5; CREATE TABLE c ()',
  'INSERT INTO a VALUES (1); INSERT INTO a VALUES (2); CREATE TABLE c (); INSERT INTO a VALUES (3)',
  "SELECT '😀'; INSERT INTO a VALUES (1); INSERT INTO a VALUES (2); INSERT INTO a VALUES ('😀', nothing)",
  'INSERT INTO a VALUES (1); INSERT INTO a VALUES (2); INSERT INTO a VALUES (1); CREATE TABLE c ()',
  'CREATE TABLE c (); INSERT INTO a VALUES (1); INSERT INTO b VALUES (7)',
  'VACUUM a',
  'CREATE TABLE c (); VACUUM a',
  'CREATE INDEX CONCURRENTLY i ON a (id); CREATE TABLE c ()',
  'CREATE INDEX CONCURRENTLY i ON a (id)',
  'DO $$ BEGIN CREATE TABLE c (); COMMIT; END $$',
  'SELECT 1;; -- nothing more',
  '',
];

// In a tool's transaction it depends on the network what is known of one that the script has ended itself.
const endingItself = 'CREATE TABLE c (); BEGIN; CREATE TABLE d (); COMMIT; CREATE TABLE e (); SELECT 1 / 0';

describe.each<ScriptMode>(['transaction', 'message', 'statements'])('in mode %s', (mode) => {
  const these = mode === 'transaction' ? scripts : [...scripts, endingItself];
  test.each(these.map((sql) => [sql]))('%s does the same observed', async (sql) => {
    const plain = await outcome(mode, sql);
    const observed = await outcome(mode, sql, noted().observer);
    expect(observed).toEqual(plain);
  });
});

test.each<readonly [ScriptMode, string, readonly string[]]>([
  ['transaction', 'SELECT 1; SELECT 2', ['[', 'SELECT 1', 'SELECT 2']],
  ['message', 'SELECT 1; SELECT 2', ['[', 'SELECT 1', 'SELECT 2']],
  ['statements', 'SELECT 1; SELECT 2', ['[', 'SELECT 1', '[', 'SELECT 2']],
  [
    'statements',
    'BEGIN; SELECT 1; SELECT 2; COMMIT; SELECT 3',
    ['[', 'SELECT 1', 'SELECT 2', '[', 'SELECT 3'],
  ],
  ['message', 'SELECT 1; BEGIN; SELECT 2; COMMIT; SELECT 3', ['[', 'SELECT 1', 'SELECT 2', '[', 'SELECT 3']],
  ['message', 'BEGIN; COMMIT AND CHAIN; SELECT 1', ['[', '[', 'SELECT 1']],
  ['message', 'VACUUM a', ['[', '(VACUUM a)']],
  [
    'message',
    'INSERT INTO a VALUES (1); insert into a values (2); SELECT 1; INSERT INTO a VALUES (3)',
    ['[', 'INSERT INTO a VALUES (1)', 'SELECT 1', 'INSERT INTO a VALUES (3)'],
  ],
  [
    'transaction',
    'SAVEPOINT s; SELECT 1; ROLLBACK TO s; SELECT 2',
    ['[', 'SAVEPOINT s', 'SELECT 1', 'ROLLBACK TO s', 'SELECT 2'],
  ],
])('in mode %s the observer of %s is told of each statement and transaction', async (mode, sql, expected) => {
  const { observer, notes } = noted();
  await outcome(mode, sql, observer);
  expect(notes).toEqual(expected);
});
