import { DatabaseError } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ScriptError } from '../../../src/database/server/script.ts';
import { lockingStatements } from '../../../src/impact/locks/lock-report.ts';
import { drawnSequences } from '../../../src/impact/rules/drawn-sequences.ts';
import type { Snapshot } from '../../../src/impact/snapshot.ts';
import { takeSnapshot } from '../../../src/impact/take-snapshots.ts';
import { readStatements } from '../../../src/sql/read.ts';
import { restOfTests, tested } from '../../support/tested.ts';
import { type LockDatabase, lockDatabase } from './support/lock-database.ts';
import { rows, schema, statements } from './support/statements.ts';

// Values instead of parameters: each query finds rows, and passes its checks up to the last lock.
const queries = `
-- @name ReadOrders
SELECT id, n FROM orders;
-- @name ReadOrder
SELECT t FROM orders WHERE id = 1;
-- @name JoinCustomers
SELECT o.id, c.name FROM orders o LEFT JOIN customers c ON c.id = o.customer;
-- @name LockOrders
SELECT id FROM orders WHERE id = 1 FOR UPDATE;
-- @name ShareCustomers
SELECT id FROM customers WHERE id = 1 FOR SHARE;
-- @name AddOrder
INSERT INTO orders (id, nn, known, customer) VALUES (5000, 5000, 1, 1);
-- @name SetOrder
UPDATE orders SET t = 'z' WHERE id = 1;
-- @name SetCustomerOfOrder
UPDATE orders SET customer = 2 WHERE id = 1;
-- @name DropOrder
DELETE FROM orders WHERE id = 1;
-- @name PutOrder
INSERT INTO orders (id, nn, known) VALUES (1, 5000, 1) ON CONFLICT (id) DO UPDATE SET t = 'z';
-- @name ReadCustomers
SELECT id FROM customers;
-- @name SetCustomer
UPDATE customers SET name = 'z' WHERE id = 1;
-- @name MoveCustomer
UPDATE customers SET id = 5000 WHERE id = 300;
-- @name DropCustomer
DELETE FROM customers WHERE id = 400;
-- @name ReadSeen
SELECT id FROM seen;
-- @name SetSeen
UPDATE seen SET n = 5 WHERE id = 1;
-- @name ReadStored
SELECT id FROM stored;
-- @name ReadParts
SELECT id FROM parts;
-- @name AddPart
INSERT INTO parts VALUES (1, '2040-01-01', 1);
-- @name SetParts
UPDATE parts SET x = 2;
-- @name ReadPartition
SELECT id FROM parts_1;
-- @name ReadAlone
SELECT id FROM alone;
-- @name AddAlone
INSERT INTO alone VALUES (1, '2022-02-01', 1);
-- @name ReadBounded
SELECT id FROM bounded;
-- @name ReadParent
SELECT a FROM parent;
-- @name SetParent
UPDATE parent SET a = 2;
-- @name ReadChild
SELECT b FROM child;
-- @name AddAmount
INSERT INTO amounts VALUES (2);
-- @name ReadJobs
SELECT id FROM app.jobs;
-- @name AddJob
INSERT INTO app.jobs VALUES (2);
-- @name DrawNumber
SELECT nextval('numbers');
-- @name DrawInFunction
SELECT drawn();
-- @name PutNumber
SELECT setval('numbers', 7);
-- @name ReadNumber
SELECT last_value FROM numbers;
-- @name AddCounted
INSERT INTO counted (x) VALUES (1);
-- @name AddCountedIdentity
INSERT INTO counted (id, x) VALUES (7, 1);
-- @name AddCountedWhole
INSERT INTO counted (id, n, x) VALUES (7, 7, 1);
-- @name OrderedJobs
WITH gone AS (DELETE FROM app.jobs RETURNING id) SELECT o.id FROM orders o JOIN gone g ON g.id = o.id;
`;

// What only matters here: deletes that others refer to.
const more = ['DELETE FROM app.jobs', 'DELETE FROM customers WHERE id = 301'];

/** DROP TABLE customers CASCADE and the like end the wait with an error: that is another one than of waiting. */
const lockNotAvailable = '55P03';

/** `npm test` runs every third statement, and `npm run test:all` all of them. */
const share = restOfTests ? 1 : 3;
const servers = restOfTests ? [14, 15, 16, 17, 18] : tested([18]);

describe.each(servers)('on %s, while a migration is in its transaction,', (server) => {
  let database: LockDatabase;
  let snapshot: Snapshot;
  beforeAll(async () => {
    database = await lockDatabase(server as 18);
    await database.reset(`${schema}${rows}
      INSERT INTO customers VALUES (301, 'x'), (400, 'x');
      UPDATE orders SET customer = 301 WHERE id = 300;
      INSERT INTO app.jobs VALUES (1)`);
    const read = readStatements('queries.sql', queries);
    expect(read.diagnostics).toEqual([]);
    const texts = new Map([['queries.sql', queries]]);
    const taken = await takeSnapshot(database.client, read.statements, { texts, lenientParameters: false });
    snapshot = taken.snapshot;
    expect([...snapshot.errors.keys()]).toEqual([]);
  });
  afterAll(() => database?.close());

  test('those queries wait that are said to, and no others', async () => {
    const other = await database.connect();
    if (other === null) throw new Error('there is only one session');
    const wrong: string[] = [];
    let pairs = 0;
    let waits = 0;
    const known = statements.filter(({ since = 0 }) => server >= since).map(({ sql }) => sql);
    for (const sql of [...known, ...more].filter((_, i) => i % share === 0)) {
      const script = `BEGIN; ${sql}`;
      const observed = await database.observe(script).catch((error: unknown) => {
        // Refuses a transaction, or the rows: what does is observed elsewhere.
        if (error instanceof ScriptError) return null;
        throw error;
      });
      if (observed !== null) {
        const { queries: known, rules } = snapshot;
        const running = { queries: known.values(), links: rules, drawn: () => drawnSequences(rules) };
        const found = lockingStatements(observed, running, script, new Set());
        const said = new Set(found.flatMap(({ waiting }) => waiting.map(({ name }) => name)));
        const forRows = new Set(
          found.flatMap(({ waitingForRows }) => waitingForRows.map(({ name }) => name)),
        );
        for (const { statement } of snapshot.queries.values()) {
          // A plan that the session has kept does not need the indexes that it does not use.
          const begin = "ROLLBACK; DISCARD PLANS; BEGIN; SET LOCAL lock_timeout = '1ms'";
          const error = await other.query(`${begin}; ${statement.sql}`).then(
            () => null,
            (reason: unknown) => reason,
          );
          const waited = error instanceof DatabaseError && error.code === lockNotAvailable;
          pairs += 1;
          if (waited) waits += 1;
          const right = waited
            ? said.has(statement.name) || forRows.has(statement.name)
            : !said.has(statement.name);
          if (!right) wrong.push(`${sql}: ${statement.name} ${waited ? 'waits' : 'goes on'}`);
        }
      }
      await other.query('ROLLBACK');
      await database.client.query('ROLLBACK');
      await database.client.query('RESET timezone');
    }
    await other.end();
    expect(wrong).toEqual([]);
    expect(pairs).toBeGreaterThan(2500 / share);
    expect(waits).toBeGreaterThan(700 / share);
  });
});
