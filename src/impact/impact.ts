import type { Client } from 'pg';
import { mapConnectionErrors } from '../analysis/server-error.ts';
import type { AppliedSchemaOptions } from '../database/applied-schema.ts';
import type { Database } from '../database/database.ts';
import { membershipStatement } from '../database/migrations/cluster-memberships.ts';
import type { MigrationUnit } from '../database/migrations/migration-units.ts';
import { settingStatement } from '../database/server/cluster-settings.ts';
import { type Diagnostic, type DiagnosticJson, diagnosticJson, isInternal } from '../diagnostic.ts';
import type { Config } from '../project/config.ts';
import type { SchemaFile } from '../project/schema-files.ts';
import type { RunOptions } from '../run-options.ts';
import { type Severity, worst } from './change.ts';
import type { ImpactCode } from './code.ts';
import { compareSnapshots, type QueryImpact, type SnapshotComparison } from './compare-snapshots.ts';
import { largeTables, unknownLarge } from './large-tables.ts';
import { lockingStatements } from './locks/lock-report.ts';
import { type SentMigration, usesOfNewValues } from './locks/new-enum-values.ts';
import { existingRelations, type ObservedStatement, observeMigration } from './locks/observe.ts';
import { type ImpactPlan, type ImpactScope, planImpact } from './plan.ts';
import { unfitQueries } from './queries/incompatible.ts';
import type {
  Between,
  ImpactOfMigration,
  ImpactOnQuery,
  ImpactReport,
  Rollout,
  RolloutOrder,
} from './report.ts';
import { drawnSequences } from './rules/drawn-sequences.ts';
import { afterStatement, readMemberships } from './rules/memberships.ts';
import { byName, type Membership, type Setting, type Surroundings } from './rules/rules.ts';
import type { Snapshot } from './snapshot.ts';
import {
  type CodeSnapshots,
  differentlySent,
  joined,
  type SnapshotOptions,
  sentCode,
  snapshotCode,
} from './take-snapshots.ts';

export type ImpactOptions = RunOptions & ImpactScope;

export interface Impact {
  readonly report: ImpactReport;
  /** The lines that the report's errors name, for excerpts: errors of the report -> diagnostics. */
  readonly diagnostics: ReadonlyMap<DiagnosticJson, Diagnostic>;
  /** Internal errors in some query on some state of the schema, each once. */
  readonly internalErrors: readonly Diagnostic[];
}

/**
 * Applies the migrations that are considered to a scratch database, one by one, and says what each does to every query
 * of the running code, and what happens while the schema and the code are not of one state.
 * Throws Failure: 1 a migration that fails, 2 usage, configuration, or git refuses, 3 no way to a database.
 */
export async function impact(config: Config, options: ImpactOptions = {}): Promise<Impact> {
  const notes = new Set<string>();
  const leftOut: string[] = [];
  const note = (reason: string, statement: string) => {
    notes.add(reason);
    leftOut.push(statement);
  };
  const plan = await planImpact(config, options, options.env ?? process.env, note, options.signal);
  for (const found of plan.notes) notes.add(found);
  const large = await largeTables(config, options.sizes, options.signal);
  const states = await statesOf(config, plan, leftOut, options);
  for (const found of unknownLarge(config, [states.deployed[0], states.deployed.at(-1)])) notes.add(found);
  for (const found of newValueNotes(config, states.sent)) notes.add(found);
  return reportOn(config, plan, { ...states, large }, options, [...notes]);
}

/** The running code on the schema before, and after each migration; the new code on the first and the last. */
interface SchemaSnapshots {
  readonly postgres: string;
  readonly deployed: readonly Snapshot[];
  readonly next: readonly [before: Snapshot, after: Snapshot];
  /** What each migration did, statement by statement; empty for a schema file. */
  readonly observed: readonly (readonly ObservedStatement[])[];
  /** All statements of the migrations; empty for a schema file. */
  readonly sent: readonly SentMigration[];
}

/** @param leftOut grows while migrations run: statements that concern the whole server */
async function statesOf(
  config: Config,
  plan: ImpactPlan,
  leftOut: readonly string[],
  options: ImpactOptions,
): Promise<SchemaSnapshots> {
  const taken: CodeSnapshots[] = [];
  const observed: (readonly ObservedStatement[])[] = [];
  const sent: SentMigration[] = [];
  const moved: string[] = [];
  const last = plan.targetMigrations.length;
  const isOwnServer = config.database.kind !== 'server';
  const ofBase: string[] = [];
  let memberships: readonly Membership[] | null = null;
  let settings: readonly Setting[] = [];
  let known = 0;
  /** On a server of others, who can change it meanwhile, roles are read once; what is omitted is what changes them. */
  const aroundNow = async (client: Client): Promise<Surroundings> => {
    if (memberships === null || isOwnServer)
      memberships = await mapConnectionErrors(() => readMemberships(client));
    // Each is read once, however many states follow.
    const added = [...ofBase.splice(0), ...leftOut.slice(known)];
    known = leftOut.length;
    const changes = added.map(membershipStatement).filter((found) => found !== null);
    memberships = changes.reduce(afterStatement, memberships);
    settings = setBy(added, settings);
    return {
      isOwnServer,
      settings,
      memberships,
      moved: [...moved],
    };
  };
  let { deployed } = plan;
  const look = async (client: Client, state: number) => {
    options.signal?.throwIfAborted();
    const both = state === 0 || state === last;
    const next = both ? plan.next : null;
    const around = await aroundNow(client);
    taken.push(await snapshotAt(client, config, deployed, next, { ...options, around }));
    if (state === 0 && taken[0]) deployed = sentCode(deployed, taken[0].deployed);
  };
  if (config.source.kind === 'schema') {
    for (const [state, unit] of [plan.replaced, ...plan.targetMigrations].entries()) {
      await onScratch(config, plan.schema, [], options, async ({ client }) => {
        await unit?.up(client);
        await look(client, state);
      });
    }
  } else {
    const noteBase = (statement: string) => ofBase.push(statement);
    await onScratch(config, plan.schema, plan.base, { ...options, leftOut: noteBase }, async ({ client }) => {
      await look(client, 0);
      const existing = await mapConnectionErrors(() => existingRelations(client));
      for (const [index, unit] of plan.targetMigrations.entries()) {
        options.progress?.(`applying ${unit.name}`);
        const observer = observeMigration(existing);
        await unit.up(client, observer);
        observed.push(observer.statements);
        moved.push(...observer.moved);
        sent.push({ file: unit.file, text: unit.text, sent: observer.sent });
        await look(client, index + 1);
      }
    });
  }
  const snapshots = config.source.kind === 'schema' ? taken.map(comparable) : taken;
  const [first, final] = [snapshots[0], snapshots.at(-1)];
  if (!first || !final) throw new Error('no schema was analysed');
  const [early, late] = [first.next ?? first.deployed, final.next ?? final.deployed];
  return {
    postgres: final.postgres,
    deployed: snapshots.map((snapshot) => snapshot.deployed),
    next: [await asGenerated(early, late, config, plan, options), late],
    observed,
    sent,
  };
}

/** Runners that can put several migrations into one transaction: node-pg-migrate does, and psql if told to. */
const runsTogether = ['node-pg-migrate', 'plain'];

function newValueNotes({ source }: Config, migrations: readonly SentMigration[]): readonly string[] {
  const isTogether = source.kind === 'migrations' && runsTogether.includes(source.format);
  return usesOfNewValues(migrations)
    .filter(({ together }) => together || isTogether)
    .map(({ type, value, added, used, together }) => {
      const when = together ? 'in the same transaction' : 'in another migration';
      const refused = together
        ? 'Postgres rejects it when it evaluates it (55P04)'
        : 'Postgres refuses it if both run in one transaction (55P04), as with node-pg-migrate unless singleTransaction is false';
      return `${used} names '${value}', which ${added} adds to ${type} ${when}: ${refused}.`;
    });
}

/**
 * The new code on the first state: its modules are generated on the last one, so that stars are what they represent
 * there. Where these are other columns, the first state is made once more.
 */
async function asGenerated(
  early: Snapshot,
  late: Snapshot,
  config: Config,
  plan: ImpactPlan,
  options: ImpactOptions,
): Promise<Snapshot> {
  const { next } = plan;
  const statements = differentlySent(next, late, early);
  if (statements.length === 0) return early;
  let sent: Snapshot | null = null;
  await onScratch(config, plan.schema, plan.base, options, async ({ client }) => {
    await plan.replaced?.up(client);
    sent = (await snapshotAt(client, config, { ...next, statements }, null, options)).deployed;
  });
  return sent === null ? early : { ...joined(next.statements, sent, early), rules: early.rules };
}

/** Snapshots of two databases, which have nothing but names in common. */
function comparable(state: CodeSnapshots): CodeSnapshots {
  const named = (snapshot: Snapshot) => ({ ...snapshot, rules: byName(snapshot.rules) });
  return { ...state, deployed: named(state.deployed), next: state.next && named(state.next) };
}

async function onScratch(
  config: Config,
  files: readonly SchemaFile[],
  base: readonly MigrationUnit[],
  options: ImpactOptions & Pick<AppliedSchemaOptions, 'leftOut'>,
  use: (database: Database) => Promise<void>,
): Promise<void> {
  options.progress?.('migrating');
  const { openAppliedSchema } = await import('../database/applied-schema.ts');
  const { signal, env, leftOut } = options;
  const database = await openAppliedSchema(config, {
    files,
    applied: new Set(base.map(({ name }) => name)),
    roles: (config.verify?.roles ?? []).filter((role) => role !== 'public'),
    ...(leftOut && { leftOut }),
    ...(signal && { signal }),
    ...(env && { env: { ...env } }),
  });
  try {
    await use(database);
  } finally {
    await database.close();
  }
}

async function snapshotAt(
  client: Client,
  config: Config,
  running: ImpactCode,
  next: ImpactCode | null,
  { progress, signal, around }: ImpactOptions & Pick<SnapshotOptions, 'around'>,
): Promise<CodeSnapshots> {
  const { resetSession } = await import('../database/server/session.ts');
  await resetSession(client, config.searchPath);
  return snapshotCode(client, running, next, {
    progress: (done, of) => progress?.(`analysing ${done} of ${of} queries`),
    ...(signal && { signal }),
    ...(around && { around }),
  });
}

/** The settings that statements leave, each after the others. */
function setBy(statements: readonly string[], before: readonly Setting[]): readonly Setting[] {
  let found = before;
  for (const statement of statements) {
    const set = settingStatement(statement);
    if (set === null) continue;
    const { of, name, value } = set;
    found = found.filter((one) => one.of !== of || (name !== null && one.name !== name));
    if (name !== null && value !== null) found = [...found, { of, name, value }];
  }
  return found;
}

function reportOn(
  config: Config,
  plan: ImpactPlan,
  states: SchemaSnapshots & { readonly large: ReadonlySet<string> },
  { since }: ImpactOptions,
  notes: readonly string[],
): Impact {
  const diagnostics = new Map<DiagnosticJson, Diagnostic>();
  const shown = (found: Diagnostic): DiagnosticJson => {
    const error = diagnosticJson(found);
    diagnostics.set(error, found);
    return error;
  };
  const compare = (before: Snapshot | undefined, after: Snapshot | undefined, runtime: Config['runtime']) => {
    if (before === undefined || after === undefined) throw new Error('a state of the schema is missing');
    return compareSnapshots(before, after, { searchPath: config.searchPath ?? ['public'], runtime });
  };
  const queryOf = (found: QueryImpact): ImpactOnQuery => ({ ...found, errors: found.errors.map(shown) });
  const migrations = plan.targetMigrations.map(({ name, file, text }, index): ImpactOfMigration => {
    const before = states.deployed[index];
    if (before === undefined) throw new Error('a state of the schema is missing');
    const { queries, rules } = before;
    const running = { queries: queries.values(), links: rules, drawn: () => drawnSequences(rules) };
    const step = compare(before, states.deployed[index + 1], plan.deployed.runtime);
    return {
      name,
      file,
      severity: severityOf(step),
      allowed: plan.allowed.get(file) ?? null,
      queries: step.impacts.map(queryOf),
      unaffected: step.unaffected,
      locks: lockingStatements(states.observed[index] ?? [], running, text, states.large),
    };
  });
  const old = compare(states.deployed[0], states.deployed.at(-1), plan.deployed.runtime);
  const fresh = compare(states.next[1], states.next[0], plan.next.runtime);
  // A query that both schemas reject is not broken by the migrations, unless the running code is another one.
  const same = plan.next === plan.deployed;
  const incompatible = [
    ...(same ? [] : plan.next.diagnostics),
    ...unfitQueries(states.next, new Set(same ? old.broken : [])),
  ];
  const rollout: Rollout = {
    order: incompatible.length > 0 ? 'unfit' : orderOf(severityOf(old), severityOf(fresh)),
    runningCodeOnNewSchema: old.impacts.filter(isBreaking).map(queryOf),
    newCodeOnOldSchema: fresh.impacts.filter(isBreaking).map(queryOf),
    between: severityOf(old) === 'breaks' ? [] : betweenMigrations(plan, states, compare),
    newCodeOnNewSchema: incompatible.map(shown),
  };
  const refused = old.broken.flatMap((key) => states.deployed[0]?.errors.get(key) ?? []);
  const broken = [...plan.deployed.diagnostics, ...refused];
  return {
    report: {
      formatVersion: 1,
      postgres: states.postgres,
      since: since ?? null,
      queries: plan.deployed.statements.length,
      severity: overall(migrations, rollout),
      largeTables: largeTablesOf(migrations),
      migrations,
      rollout,
      broken: broken.map(shown),
      notes,
    },
    diagnostics,
    internalErrors: internalErrorsOf(plan, states),
  };
}

type Compare = (
  before: Snapshot | undefined,
  after: Snapshot | undefined,
  runtime: Config['runtime'],
) => SnapshotComparison;

/** Considers each state that is neither the first nor the last one. */
function betweenMigrations(
  { targetMigrations, deployed }: ImpactPlan,
  states: SchemaSnapshots,
  compare: Compare,
): readonly Between[] {
  return targetMigrations.slice(1).flatMap((next, index) => {
    const { impacts } = compare(states.deployed[0], states.deployed[index + 1], deployed.runtime);
    const queries = impacts.filter(({ severity }) => severity === 'breaks').map(({ name }) => name);
    const after = targetMigrations[index]?.file ?? '';
    return queries.length === 0 ? [] : [{ after, before: next.file, queries }];
  });
}

function internalErrorsOf({ deployed, next }: ImpactPlan, states: SchemaSnapshots): readonly Diagnostic[] {
  const ofStates = [...states.deployed, ...states.next].flatMap(({ errors }) => [...errors.values()].flat());
  const all = [...deployed.diagnostics, ...next.diagnostics, ...ofStates].filter(isInternal);
  return [...new Map(all.map((found) => [`${found.file}:${found.line}:${found.message}`, found])).values()];
}

function isBreaking({ severity }: QueryImpact): boolean {
  return severity !== 'compatible';
}

function severityOf({ impacts }: SnapshotComparison): Severity {
  return worst(impacts.map(({ severity }) => severity));
}

function orderOf(running: Severity, next: Severity): RolloutOrder {
  if (running === 'breaks') return next === 'breaks' ? 'none' : 'deploy first';
  return next === 'breaks' ? 'migrate first' : 'any';
}

function largeTablesOf(migrations: readonly ImpactOfMigration[]): readonly string[] {
  const counted = migrations.filter(({ allowed }) => allowed === null);
  return [...new Set(counted.flatMap(({ locks }) => locks.flatMap(({ large }) => large)))].sort();
}

/** What the migrations do together counts too, unless one that is allowed may be the cause. */
function overall(migrations: readonly ImpactOfMigration[], rollout: Rollout): Severity {
  const counted = migrations.filter(({ allowed }) => allowed === null);
  const together = counted.length < migrations.length ? [] : rollout.runningCodeOnNewSchema;
  return worst([...counted, ...together].map(({ severity }) => severity));
}
