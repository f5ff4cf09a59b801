export { type Fake, type FakeCall, type FakeConnection, FakeError, type Fakes, fakes } from 'nodrift-runtime';
export type { Database } from '../database/database.ts';
export { type DatabaseContext, databaseFixtures } from './fixtures.ts';
export { type GivenValues, type MadeRow, make, makeMany } from './make.ts';
export { type TestDatabase, type TestDatabaseOptions, testDatabase } from './test-database.ts';
