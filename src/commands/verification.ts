import type { Forbidden } from '../analysis/privileges.ts';
import type { Diagnostic } from '../diagnostic.ts';
import type { Change } from '../impact/change.ts';
import type { SchemaChange } from '../schema/diff.ts';
import type { Statement } from '../sql/statement.ts';
import type { DistributionDifference } from './citus-distribution.ts';

/** How a live database is to the migrations and the queries. */
export interface Verification {
  /** See Database.description; without any password. */
  readonly database: string;
  /** Whose privileges were considered. */
  readonly role: string;
  /** Where the migrations were applied. */
  readonly scratch: string;
  readonly notes: readonly string[];
  /** Migrations that the database does not have; it is compared with those that it has. */
  readonly pending: readonly string[];
  /** Migrations that the database has and that no file is there for. */
  readonly unknown: readonly string[];
  /** Migrations that the database has, whose files are not as they were then. */
  readonly edited: readonly string[];
  /** `before` is the migrated schema, `after` the live one. */
  readonly changes: readonly SchemaChange[];
  /** Queries that the database refuses. */
  readonly broken: readonly Diagnostic[];
  /** Queries that it refuses until the pending migrations are applied. */
  readonly waiting: readonly Diagnostic[];
  readonly changed: readonly ChangedQuery[];
  readonly forbidden: readonly Forbidden[];
  /** Tables that are distributed in another way than the configuration says; null: that was not asked. */
  readonly distribution: readonly DistributionDifference[] | null;
  /** Internal errors in some statement, of which nothing else is known then. */
  readonly internalErrors: readonly Diagnostic[];
  /** How much was compared. */
  readonly objects: number;
  readonly queries: number;
}

/** A query whose columns, parameters or rows are others on the live database, so that code may fail on them. */
export interface ChangedQuery {
  readonly statement: Statement;
  readonly changes: readonly Change[];
}

/** Whether nothing is wrong; migrations that are pending are nothing wrong. */
export function verificationHolds(found: Verification): boolean {
  const { unknown, changes, broken, changed, forbidden, internalErrors } = found;
  const distribution = found.distribution ?? [];
  return [unknown, changes, broken, changed, forbidden, distribution, internalErrors].every(
    (found) => found.length === 0,
  );
}
