import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from 'pg';
import type { AnalysedQuery, QueryParam } from '../../../src/analysis/analysed-query.ts';
import { printModules } from '../../../src/codegen/print.ts';
import { membershipStatement } from '../../../src/database/migrations/cluster-memberships.ts';
import { runObserved } from '../../../src/database/migrations/observed-steps.ts';
import type { Change } from '../../../src/impact/change.ts';
import type { ImpactCode } from '../../../src/impact/code.ts';
import { compareSnapshots, type QueryImpact } from '../../../src/impact/compare-snapshots.ts';
import { existingRelations, observeMigration } from '../../../src/impact/locks/observe.ts';
import { afterStatement } from '../../../src/impact/rules/memberships.ts';
import type { Membership, Surroundings } from '../../../src/impact/rules/rules.ts';
import type { Snapshot } from '../../../src/impact/snapshot.ts';
import { sentCode, takeSnapshot } from '../../../src/impact/take-snapshots.ts';
import { readStatements } from '../../../src/sql/read.ts';
import { config } from '../../codegen/support/build.ts';
import { type Called, call, type QueryFunction } from './call.ts';
import { type Databases, openDatabases } from './databases.ts';
import { type Draw, drawFrom } from './draw.ts';
import { type RandomMigration, randomMigration, randomSetting } from './migrations.ts';
import { newRows } from './new-rows.ts';
import { randomQueries } from './queries.ts';
import { caller, groupOf, randomWorld, shared, type World } from './tables.ts';
import { argument } from './values.ts';

/** What came of many random migrations. */
export interface Outcome {
  migrations: number;
  /** Those that the database refused. */
  refused: number;
  calls: number;
  /** Calls that went well before and failed after. */
  failures: number;
  /** By kind: how many were applied, and how many of them made a call fail. */
  readonly kinds: Map<string, { applied: number; failing: number }>;
  readonly refuted: Refutation[];
}

export interface Refutation {
  readonly kind: string;
  readonly seed: number;
  readonly round: number;
  readonly text: string;
}

export interface Options {
  /** Of a superuser. */
  readonly server: string;
  readonly migrations: number;
  readonly seed: number;
}

const QUERIES_PER_WORLD = 7;
const CALLS_PER_QUERY = 2;
/** How many share a database, and its snapshots. */
const WORLDS = 50;
/** How many migrations each world is tried with: copies of the database are quicker than further worlds. */
const ROUNDS = 4;

interface Case {
  readonly seed: number;
  readonly world: World;
  readonly queries: string;
  readonly draw: Draw;
}

/** A migration of a case, on a copy of its database. */
interface Trial {
  readonly of: Case;
  readonly round: number;
  readonly migration: RandomMigration;
  readonly draw: Draw;
}

/** Runs generated modules on random schemas before and after random migrations, and holds `impact` against both. */
export async function checkRandomMigrations(options: Options): Promise<Outcome> {
  const outcome: Outcome = {
    migrations: 0,
    refused: 0,
    calls: 0,
    failures: 0,
    kinds: new Map(),
    refuted: [],
  };
  const databases = await openDatabases(options.server);
  try {
    await databases.create('shared', null);
    await databases.use('shared', async (client) => {
      for (const role of [caller, ...everyGroup])
        await client.query(`CREATE ROLE ${role} LOGIN`).catch(() => undefined);
      await client.query(`${shared}; GRANT USAGE ON SCHEMA shared TO ${caller}; ${joinGroups}`);
    });
    for (let seed = options.seed; outcome.migrations < options.migrations; seed += WORLDS) {
      const left = Math.ceil((options.migrations - outcome.migrations) / ROUNDS);
      const cases = Array.from({ length: Math.min(WORLDS, left) }, (_, i) => randomCase(seed + i, i));
      await checkBatch(databases, cases, outcome);
    }
    await databases.drop('shared');
  } finally {
    await databases.close();
  }
  return outcome;
}

function randomCase(seed: number, index: number): Case {
  const draw = drawFrom(seed);
  const world = randomWorld(draw, `w${index}`);
  return { seed, world, queries: randomQueries(draw, world, QUERIES_PER_WORLD), draw };
}

function trialOf(of: Case, round: number): Trial {
  const draw = drawFrom(of.seed + round * 0x5bd1e995);
  return { of, round, migration: randomMigration(draw, of.world), draw };
}

async function checkBatch(databases: Databases, all: readonly Case[], outcome: Outcome): Promise<void> {
  await databases.create('base', 'shared');
  const { before, code, prepared } = await databases.use('base', (client) => prepare(client, all));
  for (let round = 0; round < ROUNDS; round++) {
    await databases.create('copy', 'base');
    await databases.use('copy', async (client) => {
      const trials = prepared.map(({ one }) => trialOf(one, round));
      const applied: boolean[] = [];
      const moved: string[] = [];
      for (const { migration } of trials) applied.push(await apply(client, migration, moved));
      const around = surroundings(
        trials.filter((_, i) => applied[i]).map(({ migration }) => migration.sql),
        moved,
      );
      const { snapshot: after } = await takeSnapshot(client, code.statements, { ...code, around });
      await client.query('RESET ALL');
      const impacts = impactsBetween(before, after);
      for (const [i, trial] of trials.entries()) {
        const { calls, were } = prepared[i] ?? { calls: [], were: [] };
        outcome.migrations++;
        if (!applied[i]) {
          outcome.refused++;
          continue;
        }
        const are = await runAll(client, calls);
        await newRows(client, trial.draw, trial.of.world);
        // New rows break rules that were there before too: only readers are held to them.
        const readers = calls.filter(({ query }) => query.readOnly === true);
        const added = new Map((await runAll(client, readers)).map((found, n) => [readers[n], found]));
        const then = calls.map((of) => added.get(of));
        judge(trial, calls, { were, are, more: then }, impacts, outcome);
      }
      await client.query(joinGroups);
    });
    await databases.drop('copy');
  }
  await trySetting(databases, { before, code, prepared }, outcome);
  await databases.drop('base');
}

/** Settings are the whole database's: one is tried with the queries of all worlds, by sessions that begin with it. */
async function trySetting(
  databases: Databases,
  { before, code, prepared }: Prepared,
  outcome: Outcome,
): Promise<void> {
  const [first] = prepared;
  if (first === undefined) return;
  const draw = drawFrom(first.one.seed);
  const migration = randomSetting(draw, databases.nameOf('copy'));
  await databases.create('copy', 'base');
  const after = await databases.use('copy', async (client) => {
    await client.query(migration.sql);
    return takeSnapshot(client, code.statements, { ...code, around: surroundings([], []) });
  });
  const impacts = impactsBetween(before, after.snapshot);
  await databases.use(
    'copy',
    async (client) => {
      outcome.migrations++;
      for (const { one, calls, were } of prepared) {
        const are = await runAll(client, calls);
        const trial = { of: one, round: ROUNDS, migration, draw };
        judge(trial, calls, { were, are, more: [] }, impacts, outcome);
      }
    },
    caller,
  );
  await databases.drop('copy');
}

const everyGroup = Array.from({ length: WORLDS }, (_, i) => groupOf(`w${i}`));
const joinGroups = `GRANT ${everyGroup.join(', ')} TO ${caller}`;
const joined = everyGroup.map((role) => ({ role, member: caller }));

/** As on a server that others use, where statements about roles are read and not run. */
function surroundings(scripts: readonly string[], moved: readonly string[]): Surroundings {
  const memberships = scripts
    .map(membershipStatement)
    .filter((one) => one !== null)
    .reduce(afterStatement, joined as readonly Membership[]);
  return { isOwnServer: false, settings: [], memberships, moved };
}

function impactsBetween(before: Snapshot, after: Snapshot): ReadonlyMap<string, QueryImpact> {
  const { impacts } = compareSnapshots(before, after, { searchPath: ['public'], runtime: 'nodrift' });
  return new Map(impacts.map((impact) => [impact.name, impact]));
}

interface Prepared {
  readonly before: Snapshot;
  /** As its modules send it. */
  readonly code: ImpactCode;
  readonly prepared: readonly {
    readonly one: Case;
    readonly calls: readonly Call[];
    readonly were: readonly Called[];
  }[];
}

/** The worlds, and what calls come to before any migration. */
async function prepare(client: Client, all: readonly Case[]): Promise<Prepared> {
  const cases: Case[] = [];
  for (const one of all) if (await create(client, one.world)) cases.push(one);
  const text = cases.map(({ queries }) => queries).join('\n');
  const { statements } = readStatements('queries.sql', text);
  const code: ImpactCode = {
    statements,
    texts: new Map([['queries.sql', text]]),
    lenientParameters: false,
    runtime: 'nodrift',
    diagnostics: [],
  };
  const around = surroundings([], []);
  const { snapshot: before } = await takeSnapshot(client, code.statements, { ...code, around });
  await client.query('RESET ALL');
  const functions = await generated([...before.queries.values()]);
  const prepared = [];
  for (const one of cases) {
    const calls = callsOf(one, before, functions);
    prepared.push({ one, calls, were: await runAll(client, calls) });
  }
  return { before, code: sentCode(code, before), prepared };
}

/** Sequences are watched; that takes time. */
async function apply(client: Client, { kind, sql }: RandomMigration, moved: string[]): Promise<boolean> {
  if (kind !== 'move sequence') return tried(client, sql);
  const observer = observeMigration(await existingRelations(client));
  try {
    await runObserved(client, sql, 0, observer);
    moved.push(...observer.moved);
    return true;
  } catch {
    return false;
  }
}

async function create(client: Client, { schema, grantee, ddl, rows }: World): Promise<boolean> {
  if (!(await tried(client, ddl.join(';\n')))) return false;
  await client.query(
    `GRANT ALL ON ALL TABLES IN SCHEMA ${schema} TO ${grantee}; GRANT ALL ON ALL SEQUENCES IN SCHEMA ${schema} TO ${grantee};
     GRANT USAGE ON SCHEMA ${schema} TO ${grantee}`,
  );
  for (const row of rows) await tried(client, row);
  return true;
}

async function tried(client: Client, sql: string): Promise<boolean> {
  try {
    await client.query(sql);
    return true;
  } catch {
    return false;
  }
}

async function generated(queries: readonly AnalysedQuery[]): Promise<Readonly<Record<string, unknown>>> {
  const root = mkdtempSync(join(tmpdir(), 'nodrift-random-'));
  try {
    const { modules } = printModules({
      config: config({ root, srcDir: root, sharedTypes: 'schema.types.ts' }),
      files: [{ file: 'queries.sql', output: 'queries.queries.ts', queries }],
    });
    for (const { path, text } of modules) writeFileSync(join(root, path), text);
    return await import(join(root, 'queries.queries.ts'));
  } finally {
    rmSync(root, { recursive: true });
  }
}

interface Call {
  readonly query: AnalysedQuery;
  readonly run: QueryFunction;
  readonly params: Readonly<Record<string, unknown>>;
}

function callsOf(
  { world, draw }: Case,
  { queries }: Snapshot,
  functions: Readonly<Record<string, unknown>>,
): readonly Call[] {
  const prefix = `${world.schema.toUpperCase()}Q`;
  return [...queries.values()]
    .filter(({ statement }) => statement.name.startsWith(prefix))
    .flatMap((query) => {
      const name = query.statement.name;
      const run = functions[name.charAt(0).toLowerCase() + name.slice(1)];
      if (typeof run !== 'function') throw new Error(`the module has no ${name}`);
      const count = query.params.length === 0 ? 1 : CALLS_PER_QUERY;
      return Array.from({ length: count }, () => ({
        query,
        run: run as QueryFunction,
        params: Object.fromEntries(query.params.flatMap((param) => argumentOf(draw, param))),
      }));
    });
}

function argumentOf(draw: Draw, param: QueryParam): readonly (readonly [string, unknown])[] {
  return 'fields' in param ? [] : [[param.name, argument(draw, param)]];
}

async function runAll(client: Client, calls: readonly Call[]): Promise<Called[]> {
  const found: Called[] = [];
  await client.query('SET ROLE nodrift_random');
  for (const { query, run, params } of calls) found.push(await call(client, query, run, params));
  await client.query('RESET ROLE');
  return found;
}

function judge(
  { of: { seed, world }, round, migration }: Trial,
  calls: readonly Call[],
  seen: {
    readonly were: readonly Called[];
    readonly are: readonly Called[];
    /** With more rows. */
    readonly more: readonly (Called | undefined)[];
  },
  impacts: ReadonlyMap<string, QueryImpact>,
  outcome: Outcome,
): void {
  const kind = outcome.kinds.get(migration.kind) ?? { applied: 0, failing: 0 };
  outcome.kinds.set(migration.kind, kind);
  kind.applied++;
  let failing = false;
  for (const [i, { query, params }] of calls.entries()) {
    const [was, is, then] = [seen.were[i], seen.are[i], seen.more[i]];
    if (was === undefined || is === undefined) continue;
    outcome.calls++;
    const { name, sql } = query.statement;
    const impact = impacts.get(name);
    const failed = was.ok && !is.ok;
    if (failed) {
      failing = true;
      outcome.failures++;
    }
    const wrong = refutation(query, was, is, then, impact, migration);
    if (wrong === null) continue;
    const shown = JSON.stringify(params, (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
    const verdict = impact?.changes.map(
      ({ severity, kind, subject, effect }) => `${severity}: ${kind} ${subject} (${effect})`,
    ) ?? ['unaffected'];
    outcome.refuted.push({
      kind: migration.kind,
      seed,
      round,
      text: [
        wrong,
        ...verdict,
        migration.sql,
        `${name}: ${sql} -- ${shown}`,
        ...world.ddl,
        ...world.rows,
      ].join('\n'),
    });
  }
  if (failing) kind.failing++;
}

/** Why what was seen cannot be, by what impact says; null if it can. */
function refutation(
  query: AnalysedQuery,
  was: Called,
  is: Called,
  then: Called | undefined,
  impact: QueryImpact | undefined,
  { changesData }: RandomMigration,
): string | null {
  const severity = impact?.severity ?? 'unaffected';
  if (severity === 'unaffected' || severity === 'compatible') {
    if (was.ok && !is.ok) return `${severity}, and it fails: ${is.error}`;
    if (was.ok && is.ok && then?.ok === false) return `${severity}, and it fails on new rows: ${then.error}`;
    if (
      severity === 'unaffected' &&
      !changesData &&
      was.ok &&
      is.ok &&
      query.readOnly === true &&
      textOf(query, was.result) !== textOf(query, is.result)
    ) {
      return `unaffected, and it returns ${textOf(query, is.result)} instead of ${textOf(query, was.result)}`;
    }
    return null;
  }
  if (
    severity === 'breaks' &&
    was.ok &&
    is.ok &&
    then?.ok !== false &&
    impact?.changes.some((change) => mustFail(query, change, is.result))
  ) {
    return 'breaks, and it goes on';
  }
  return null;
}

function textOf({ statement }: AnalysedQuery, result: unknown): string {
  const json = (value: unknown) =>
    JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? `${one}n` : one)) ?? '';
  if (!Array.isArray(result)) return json(result);
  const rows = result.map(json);
  return (/ORDER BY/.test(statement.sql) ? rows : rows.sort()).join();
}

/** Whether, by what is said of it, every call fails. */
function mustFail(query: AnalysedQuery, { kind, severity, effect }: Change, result: unknown): boolean {
  if (severity !== 'breaks') return false;
  if (kind === 'query') return effect === 'every call fails';
  if (kind === 'required column') return !/ON CONFLICT/.test(query.statement.sql);
  const rows = Array.isArray(result) && result.length > 0;
  return (
    kind === 'column' &&
    rows &&
    /decodes another type|is not there|another number of columns|by their place/.test(effect)
  );
}
