import type { Transaction } from 'nodrift-runtime';
import { type TestDatabase, type TestDatabaseOptions, testDatabase } from './test-database.ts';

type Use<Value> = (value: Value) => Promise<void>;

/** What tests with the fixtures are called with. */
export interface DatabaseContext {
  /** One for each test file. */
  database: TestDatabase;
  /** A transaction in it for each test, which is rolled back at the test's end. */
  db: Transaction;
}

/** What `test.extend` of vitest takes. */
interface DatabaseFixtures {
  database: [(context: object, use: Use<TestDatabase>) => Promise<void>, { scope: 'file' }];
  db: (context: { database: TestDatabase }, use: Use<Transaction>) => Promise<void>;
}

/** Fixtures for vitest: `const test = base.extend<DatabaseContext>(databaseFixtures())`. */
export function databaseFixtures(options: TestDatabaseOptions = {}): DatabaseFixtures {
  return {
    database: [
      // vitest reads from the parameter's pattern which fixtures it needs.
      // biome-ignore lint/correctness/noEmptyPattern: as above
      async ({}, use) => {
        const database = await testDatabase(options);
        await use(database).finally(() => database.close());
      },
      { scope: 'file' },
    ],
    db: ({ database }, use) => database.rollback(use),
  };
}
