export { type Fake, type FakeCall, type FakeConnection, FakeError, type Fakes, fakes } from 'nodrift-runtime';
export type { Database } from '../database/database.ts';
export { type Factories, factories, type TableDefinition } from './factories.ts';
export { type DatabaseContext, databaseFixtures } from './fixtures.ts';
export { type Children, make, makeMany, related, seed } from './make.ts';
export type { GivenValues, MadeRow } from './make-row.ts';
export { type TestDatabase, type TestDatabaseOptions, testDatabase } from './test-database.ts';
