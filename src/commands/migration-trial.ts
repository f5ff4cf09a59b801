import type { Client } from 'pg';
import { catalogDigest } from '../database/migrations/catalog-digest.ts';
import { isHistoryTable } from '../database/migrations/history-tables.ts';
import type { MigrationUnit } from '../database/migrations/migration-units.ts';
import { ownedState, type StateChange, stateChanges } from '../database/migrations/owned-state.ts';
import { idleStatements } from '../database/migrations/row-counts.ts';
import { type Diagnostic, Failure } from '../diagnostic.ts';
import { diffSchemas, type SchemaChange } from '../schema/diff.ts';
import { loadSchema } from '../schema/load.ts';
import type { Schema } from '../schema/schema-object.ts';
import { type DataChange, dataChanges, type MigrationRows, rowsFor } from './migration-rows.ts';

/** What is wrong with a migration's down migration. */
export type MigrationProblem =
  /** It has no down migration. */
  | { readonly kind: 'irreversible' }
  /** After `down` the schema is not what it was before; after `again` not what the first up migration made. */
  | { readonly kind: 'schema'; readonly step: 'down' | 'again'; readonly changes: readonly SchemaChange[] }
  /** After `down` owners, privileges, comments, settings or roles are not what they were before. */
  | { readonly kind: 'state'; readonly changes: readonly StateChange[] }
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
  /** The schema that the migration makes, if it was considered. */
  readonly schema: Schema | null;
  /** Whether the database is as if nothing but up migrations had run. */
  readonly clean: boolean;
}

/**
 * Takes a migration up, down and up again, with rows in the tables that it is about.
 * @param client on a scratch database in which the migrations before it have run
 * @param schema what they made, if it is known
 * @param ownServer whether no other session uses the server, so that roles of it are the migrations'
 * @throws Failure: 1 where it fails without rows, 3 where the connection is lost
 */
export async function tryMigration(
  client: Client,
  unit: MigrationUnit,
  schema: Schema | null,
  ownServer: boolean,
): Promise<Trial> {
  const { down } = unit;
  if (down === null) {
    await unit.up(client);
    return { problems: [{ kind: 'irreversible' }], notes: [], schema: null, clean: true };
  }
  const before = schema ?? (await loadSchema(client, { omit: isHistoryTable }));
  const digest = await catalogDigest(client);
  const state = await ownedState(client, ownServer);
  const rows = await rowsFor(client, unit);
  const notes = rows.unfilled.map(({ table, reason }) => `${table} has no sample rows: ${reason}`);
  let first = await rows.look();

  const special = await refusedRows(client, unit.up, rows);
  if (special.failure !== null) {
    await rows.simplify();
    first = await rows.look();
  }
  const { failure: upFailed, idle: idleUp } =
    special.failure === null ? special : await withoutRowsIfNeeded(client, unit.up, rows);
  if (special.failure !== null && upFailed === null)
    notes.push(
      `its up migration fails on NULLs, texts in mixed case, or values that it names: ${special.failure.message}`,
    );
  if (!upFailed) notes.push(...idleUp.map((one) => idleNote(one, 'up')));
  if (upFailed) notes.push(`its up migration fails if there are rows: ${upFailed.message}`);
  const after = await loadSchema(client, { omit: isHistoryTable });
  const middle = await rows.look();

  const problems: MigrationProblem[] = [];
  const failed = (step: 'down' | 'again', onRows: boolean, { diagnostics }: Failure) => {
    problems.push({ kind: 'failed', step, rows: onRows, diagnostics });
  };
  let downFailed: Failure | null;
  try {
    const ran = await withoutRowsIfNeeded(client, down, rows);
    downFailed = ran.failure;
    if (!upFailed && !downFailed) notes.push(...ran.idle.map((one) => idleNote(one, 'down')));
  } catch (error) {
    failed('down', false, brokenBy(error));
    return { problems, notes, schema: null, clean: false };
  }
  if (downFailed) failed('down', true, downFailed);
  // To load a schema takes several times as long.
  const untouched = (await catalogDigest(client)) === digest;
  const back = untouched ? [] : diffSchemas(before, await loadSchema(client, { omit: isHistoryTable }));
  if (back.length > 0) problems.push({ kind: 'schema', step: 'down', changes: back });
  const left = stateChanges(state, await ownedState(client, ownServer));
  if (left.length > 0) problems.push({ kind: 'state', changes: left });
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
    againFailed = (await withoutRowsIfNeeded(client, unit.up, rows)).failure;
  } catch (error) {
    failed('again', false, brokenBy(error));
    return { problems, notes, schema: null, clean: false };
  }
  // Where the rows are not what they were, that has been said.
  if (againFailed && !upFailed && !problems.some(({ kind }) => kind === 'data')) {
    failed('again', true, againFailed);
  }
  // The same statements over the same catalogs and rows make the same.
  const again =
    untouched && problems.length === 0
      ? []
      : diffSchemas(after, await loadSchema(client, { omit: isHistoryTable }));
  if (again.length > 0) problems.push({ kind: 'schema', step: 'again', changes: again });
  await rows.clear();
  const clean = !problems.some(({ kind }) => kind === 'schema' || kind === 'data' || kind === 'state');
  return { problems, notes, schema: clean ? after : null, clean };
}

function idleNote(statement: string, way: 'up' | 'down'): string {
  return `${statement} in its ${way} migration affects no row, so its effect on rows is not tested`;
}

/** Runs one way with the rows that were put in. */
async function refusedRows(
  client: Client,
  run: (client: Client) => Promise<void>,
  rows: MigrationRows,
): Promise<{ readonly failure: Failure | null; readonly idle: readonly string[] }> {
  try {
    return { failure: null, idle: await idleStatements(client, () => run(client)) };
  } catch (error) {
    const failure = brokenBy(error);
    if (rows.filled.length === 0) throw failure;
    return { failure, idle: [] };
  }
}

/**
 * Runs one way, and once more without the rows that were put in if it fails with them.
 * @returns how it failed with them, null if it did not; and which statements touched no row
 */
async function withoutRowsIfNeeded(
  client: Client,
  run: (client: Client) => Promise<void>,
  rows: MigrationRows,
): Promise<{ readonly failure: Failure | null; readonly idle: readonly string[] }> {
  const ran = await refusedRows(client, run, rows);
  if (ran.failure === null) return ran;
  await rows.clear();
  await run(client);
  return ran;
}

/** The Failure of a migration that Postgres refused; anything else is thrown on. */
function brokenBy(error: unknown): Failure {
  if (error instanceof Failure && error.exitCode === 1) return error;
  throw error;
}
