import { basename, extname } from 'node:path';
import type { Client } from 'pg';
import type { Analysis } from '../analysis/analyse.ts';
import type { AnalysedQuery } from '../analysis/analysed-query.ts';
import { everything } from '../analysis/options.ts';
import { openAppliedSchema } from '../database/applied-schema.ts';
import type { Database } from '../database/database.ts';
import { type AppliedMigrations, readAppliedMigrations } from '../database/migrations/applied-migrations.ts';
import { isHistoryTable } from '../database/migrations/history-tables.ts';
import { contentHash } from '../database/migrations/migration-history.ts';
import { unitsOf } from '../database/migrations/migration-units.ts';
import { openLive } from '../database/open-live.ts';
import { unusableSchemas } from '../database/server/session.ts';
import { type Diagnostic, diagnostic, exitCodeOf, Failure, isInternal } from '../diagnostic.ts';
import type { Change } from '../impact/change.ts';
import { queryChanges } from '../impact/queries/query-changes.ts';
import { queryKey } from '../impact/snapshot.ts';
import type { Config, ConnectionConfig } from '../project/config.ts';
import { type Inputs, readInputs } from '../project/inputs.ts';
import { readSources, type Source } from '../project/read-sources.ts';
import { diffSchemas } from '../schema/diff.ts';
import { loadSchema } from '../schema/load.ts';
import { normalizeAcrossVersions } from '../schema/normalize-across-versions.ts';
import type { Statement } from '../sql/statement.ts';
import { citusDifferences } from './citus-distribution.ts';
import { untilAborted } from './interrupt.ts';
import { liveQueryError, withLiveDatabaseErrors } from './live-database-errors.ts';
import type { FlowOptions } from './pipeline.ts';
import type { ChangedQuery, Verification } from './verification.ts';

export interface VerifyOptions extends FlowOptions {
  /** The live database; null: pg's defaults. */
  readonly connection: ConnectionConfig | null;
  /** Whose privileges are considered; null: those of the role that connects. */
  readonly role: string | null;
  /** Whether the live database is a Citus coordinator, whose distribution is compared. */
  readonly citus: boolean;
}

/**
 * Compares a live database with what the migrations make, and has it analyse the queries. Nothing is written there:
 * the session is read-only, and its schema is read in one READ ONLY transaction. The queries are analysed after that,
 * in small batches, so that no lock is held for long.
 * @throws Failure: 1 a failing migration or a query file that cannot be read, 2 configuration, 3 no way to a server,
 *   or no answer in time
 */
export async function verify(config: Config, options: VerifyOptions): Promise<Verification> {
  options.progress?.('connecting');
  const live = await openLive(config, options.connection, options.signal);
  try {
    return await withLiveDatabaseErrors(verifyOn(live, config, options));
  } finally {
    await live.close();
  }
}

async function verifyOn(live: Database, config: Config, options: VerifyOptions): Promise<Verification> {
  const inputs = await readInputs(config);
  const { sources, diagnostics } = await readSources(inputs, config, options.signal);
  if (diagnostics.length > 0) throw new Failure(exitCodeOf(diagnostics), diagnostics);
  const role = await roleOf(live.client, options.role);
  const names = (await unitsOf(config.source, inputs.schema)).map(({ name }) => name);
  const history = await readAppliedMigrations(live.client, config.source, names);
  const unusable = await unusableSchemas(live.client);
  const distribution = options.citus
    ? await citusDifferences(live.client, config.distribution?.columns ?? {})
    : null;
  const migrations = migrationStatus(inputs, history, names);

  options.progress?.('migrating');
  const scratch = await openAppliedSchema(config, {
    files: inputs.schema,
    applied: migrations.pending.length === 0 ? null : migrations.applied,
    roles: await rolesOf(live.client),
    ...(options.signal && { signal: options.signal }),
    ...(options.env && { env: { ...options.env } }),
  });
  try {
    options.progress?.('comparing');
    const { pending, unknown, edited } = migrations;
    const { signal } = options;
    const asked = { role, waits: pending.length > 0, ...(signal && { signal }) };
    const comparing = compare(live, scratch, config, sources, asked);
    // In here, so that the scratch database is closed before the interruption is told.
    const compared = await untilAborted(signal, comparing);
    return {
      database: live.description,
      role,
      scratch: scratch.description,
      notes: [
        ...unusable.map(
          (name) => `The connecting role lacks USAGE on the schema ${name}, so it finds nothing there.`,
        ),
        ...(history.why ? [`${history.why.reason}: the database is compared with all migrations.`] : []),
        ...scratch.notes,
      ],
      ...{ pending, unknown, edited, distribution },
      ...compared,
    };
  } finally {
    await scratch.close();
  }
}

/** What the queries are compared for. */
interface QueryComparison {
  readonly role: string;
  /** Whether a query that is refused on both may only wait for the pending migrations. */
  readonly waits: boolean;
  readonly signal?: AbortSignal;
}

async function compare(
  live: Database,
  scratch: Database,
  config: Config,
  sources: readonly Source[],
  asked: QueryComparison,
) {
  const schemas = await compareSchemas(live, scratch, config);
  return { ...schemas, ...(await compareQueries(live, scratch, config, sources, asked)) };
}

async function compareSchemas(live: Database, scratch: Database, config: Config) {
  const options = { ...config.verify, omit: isHistoryTable };
  const expected = await loadSchema(scratch.client, options);
  const found = await loadSchema(live.client, options);
  const spelt = await normalizeAcrossVersions(
    scratch.client,
    { schema: expected, major: scratch.major },
    { schema: found, major: live.major },
  );
  return { changes: diffSchemas(expected, spelt), objects: expected.length };
}

async function compareQueries(
  live: Database,
  scratch: Database,
  config: Config,
  sources: readonly Source[],
  { role, waits, signal }: QueryComparison,
) {
  const { statementPrivileges } = await import('../analysis/privileges.ts');
  const statements = sources.flatMap((source) => source.statements);
  const before = await analyseOn(scratch.client, config, sources, statements, signal);
  // What the modules send: there the stars are the columns of the migrated schema.
  const sent = new Map(before.queries.map(({ statement }) => [queryKey(statement), statement]));
  const after = await analyseOn(
    live.client,
    config,
    sources,
    statements.map((statement) => sent.get(queryKey(statement)) ?? statement),
    signal,
  );
  const timedOut = after.diagnostics.find(({ sqlstate }) => sqlstate === '55P03' || sqlstate === '57014');
  if (timedOut) throw liveQueryError(timedOut.message, timedOut.sqlstate);
  const known = new Set(before.diagnostics.map(key));
  const refused = after.diagnostics.filter((found) => !isInternal(found));
  const waiting = refused.filter((found) => waits && known.has(key(found)));
  const accepted = after.queries.map(({ statement }) => statement);
  const privileges = await statementPrivileges(live.client, accepted, role);
  const all = [...before.diagnostics, ...after.diagnostics, ...privileges.diagnostics];
  return {
    broken: refused.filter((found) => !waiting.includes(found)),
    waiting,
    changed: changedQueries(before.queries, after.queries, config),
    forbidden: privileges.forbidden,
    // A statement is analysed on both databases; an error in both is one.
    internalErrors: [...new Map(all.filter(isInternal).map((found) => [key(found), found])).values()],
    queries: accepted.length,
  };
}

function key({ file, line, column, message }: Diagnostic): string {
  return JSON.stringify([file, line, column, message]);
}

async function analyseOn(
  client: Client,
  config: Config,
  sources: readonly Source[],
  statements: readonly Statement[],
  signal: AbortSignal | undefined,
): Promise<Analysis> {
  const { analyse } = await import('../analysis/analyse.ts');
  return analyse(client, statements, {
    texts: new Map(sources.map((source) => [source.file, source.text])),
    lenientParameters: config.runtime === '@pgtyped/runtime',
    facts: { ...everything, violations: false },
    ...(signal && { signal }),
  });
}

/** What generated code depends on. What queries read and write follows from the schema, which is compared itself. */
function matters({ kind, severity }: Change): boolean {
  return severity !== 'compatible' && (kind === 'column' || kind === 'parameter' || kind === 'rows');
}

function changedQueries(
  before: readonly AnalysedQuery[],
  after: readonly AnalysedQuery[],
  { searchPath, runtime }: Config,
): readonly ChangedQuery[] {
  const expected = new Map(before.map((query) => [queryKey(query.statement), query]));
  return after.flatMap((query) => {
    const other = expected.get(queryKey(query.statement));
    const options = { searchPath: searchPath ?? ['public'], runtime };
    const changes = other ? queryChanges(other, query, options).filter(matters) : [];
    return changes.length === 0 ? [] : [{ statement: query.statement, changes }];
  });
}

/** The files beside the migration history; without a history everything counts as applied. */
function migrationStatus({ schema }: Inputs, { applied }: AppliedMigrations, names: readonly string[]) {
  const done = new Set(applied?.keys() ?? names);
  const edited = schema.flatMap(({ path, text }) => {
    const name = basename(path, extname(path));
    const hash = applied?.get(name) ?? null;
    return hash === null || hash === contentHash(text) ? [] : [name];
  });
  return {
    applied: done,
    pending: names.filter((name) => !done.has(name)),
    unknown: [...done].filter((name) => !names.includes(name)),
    edited,
  };
}

async function roleOf(client: Client, role: string | null): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    'SELECT rolname AS name FROM pg_catalog.pg_roles WHERE rolname = coalesce($1, current_user)',
    [role],
  );
  if (rows[0]) return rows[0].name;
  const message = `There is no role "${role}" there.`;
  throw new Failure(2, [
    diagnostic({ code: 'ND5012', message, hint: 'Name the role that the application connects as.' }),
  ]);
}

async function rolesOf(client: Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT rolname AS name FROM pg_catalog.pg_roles WHERE rolname !~ '^pg_'`,
  );
  return rows.map(({ name }) => name);
}
