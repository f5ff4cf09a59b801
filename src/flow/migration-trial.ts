import type { Client } from 'pg';
import { catalogDigest } from '../database/catalog-digest.ts';
import type { MigrationUnit } from '../database/migration-units.ts';
import { type Diagnostic, Failure } from '../diagnostic.ts';
import { diffSchemas, type SchemaChange } from '../schema/diff.ts';
import { loadSchema } from '../schema/load.ts';
import type { Schema } from '../schema/schema.ts';
import { type DataChange, dataChanges, type MigrationRows, rowsFor } from './migration-rows.ts';

/** What is wrong with a migration's down migration. */
export type MigrationProblem =
  /** It has no down migration. */
  | { readonly kind: 'irreversible' }
  /** After `down` the schema is not what it was before; after `again` not what the first up migration made. */
  | { readonly kind: 'schema'; readonly step: 'down' | 'again'; readonly changes: readonly SchemaChange[] }
  /** What was in a table before is not in it after the up migration and the down migration. */
  | ({ readonly kind: 'data' } & DataChange)
  /** `rows`: only where there are rows. */
  | {
      readonly kind: 'failed';
      readonly step: 'down' | 'again';
      readonly rows: boolean;
      readonly diagnostics: readonly Diagnostic[];
    };

export interface Trial {
  readonly problems: readonly MigrationProblem[];
  /** What could not be tried. */
  readonly notes: readonly string[];
  /** The schema that the migration makes, if it was looked at. */
  readonly schema: Schema | null;
  /** Whether the database is as if nothing but up migrations had run. */
  readonly clean: boolean;
}

/**
 * Takes a migration up, down and up again, with rows in the tables that it is about.
 * @param client on a scratch database in which the migrations before it have run
 * @param schema what they made, if it is known
 * @throws Failure: 1 where it fails without rows, 3 where the connection is lost
 */
export async function tryMigration(
  client: Client,
  unit: MigrationUnit,
  schema: Schema | null,
): Promise<Trial> {
  const { down } = unit;
  if (down === null) {
    await unit.up(client);
    return { problems: [{ kind: 'irreversible' }], notes: [], schema: null, clean: true };
  }
  const before = schema ?? (await loadSchema(client));
  const digest = await catalogDigest(client);
  const rows = await rowsFor(client, unit);
  const notes = rows.unfilled.map(({ table, reason }) => `${table} takes no sample rows: ${reason}`);
  const first = await rows.look();

  const upFailed = await withoutRowsIfNeeded(client, unit.up, rows);
  if (upFailed) notes.push(`its up migration fails where there are rows: ${upFailed.message}`);
  const after = await loadSchema(client);
  const middle = await rows.look();

  const problems: MigrationProblem[] = [];
  const failed = (step: 'down' | 'again', onRows: boolean, { diagnostics }: Failure) => {
    problems.push({ kind: 'failed', step, rows: onRows, diagnostics });
  };
  let downFailed: Failure | null;
  try {
    downFailed = await withoutRowsIfNeeded(client, down, rows);
  } catch (error) {
    failed('down', false, brokenBy(error));
    return { problems, notes, schema: null, clean: false };
  }
  if (downFailed) failed('down', true, downFailed);
  // To load a schema takes several times as long.
  const untouched = (await catalogDigest(client)) === digest;
  const back = untouched ? [] : diffSchemas(before, await loadSchema(client));
  if (back.length > 0) problems.push({ kind: 'schema', step: 'down', changes: back });
  if (!upFailed && !downFailed) {
    problems.push(
      ...dataChanges(first, middle, await rows.look()).map((change) => ({
        kind: 'data' as const,
        ...change,
      })),
    );
  }

  let againFailed: Failure | null;
  try {
    againFailed = await withoutRowsIfNeeded(client, unit.up, rows);
  } catch (error) {
    failed('again', false, brokenBy(error));
    return { problems, notes, schema: null, clean: false };
  }
  // Where the rows are not what they were, that has been said.
  if (againFailed && !upFailed && !problems.some(({ kind }) => kind === 'data')) {
    failed('again', true, againFailed);
  }
  // The same statements over the same catalogs and rows make the same.
  const again = untouched && problems.length === 0 ? [] : diffSchemas(after, await loadSchema(client));
  if (again.length > 0) problems.push({ kind: 'schema', step: 'again', changes: again });
  await rows.clear();
  const clean = !problems.some(({ kind }) => kind === 'schema' || kind === 'data');
  return { problems, notes, schema: clean ? after : null, clean };
}

/**
 * Runs one way, and once more without the rows that were put in if it fails with them.
 * @returns how it failed with them; null if it did not
 */
async function withoutRowsIfNeeded(
  client: Client,
  run: (client: Client) => Promise<void>,
  rows: MigrationRows,
): Promise<Failure | null> {
  try {
    await run(client);
    return null;
  } catch (error) {
    const failure = brokenBy(error);
    if (rows.filled.length === 0) throw failure;
    await rows.clear();
    await run(client);
    return failure;
  }
}

/** The Failure of a migration that Postgres refused; anything else is thrown on. */
function brokenBy(error: unknown): Failure {
  if (error instanceof Failure && error.exitCode === 1) return error;
  throw error;
}
