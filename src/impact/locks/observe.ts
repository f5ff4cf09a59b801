import type { Client } from 'pg';
import type { SentStatement, StatementObserver } from '../../database/migrations/observed-steps.ts';
import { type MentionedWords, mentions, wordsOf } from '../rules/mentions.ts';
import { isStronger, type LockMode, lockModeOf } from './lock-mode.ts';

/** A table, index, view or sequence as it was called before the migration. */
export interface LockedRelation {
  readonly schema: string;
  readonly name: string;
  readonly kind: 'table' | 'index' | 'view' | 'materialized view' | 'sequence';
  /** The table that an index is of; of anything else its own name. */
  readonly table: string;
}

/** What a statement did to a relation that existed before the migrations. */
export interface RelationEffect {
  readonly relation: LockedRelation;
  /** The strongest mode that the transaction holds it in after the statement. */
  readonly held: LockMode;
  /** Whether the statement took that lock, or had it from one before. */
  readonly taken: boolean;
  /** It was written anew, with another file: all rows of a table, all entries of an index. */
  readonly rewritten: boolean;
  /** It was scanned from the beginning. */
  readonly scanned: boolean;
}

export interface BuiltIndex {
  readonly schema: string;
  readonly name: string;
  readonly table: LockedRelation;
}

/** A statement of a migration. */
export interface TransactionStatement extends SentStatement {
  /** Statements of a migration that have the same number ran in one transaction. */
  readonly transaction: number;
}

/** A statement of a migration and what was seen when it ran. */
export interface ObservedStatement extends TransactionStatement {
  readonly relations: readonly RelationEffect[];
  /** New indexes of relations that existed before. */
  readonly builds: readonly BuiltIndex[];
  /** Whether the migration has limited how long it waits for a lock. */
  readonly lockTimeout: boolean;
}

/** Looks on while one migration runs. */
export interface MigrationObserver extends StatementObserver {
  /** All that were sent, in their order, but those that only begin or end a transaction. */
  readonly sent: readonly TransactionStatement[];
  /** OIDs of sequences that are elsewhere by RESTART or setval(), once for each statement. */
  readonly moved: readonly string[];
  /** Those that locked, read or wrote something old, in their order. */
  readonly statements: readonly ObservedStatement[];
}

/** The OIDs of what is there now: only that is in use. */
export async function existingRelations(client: Client): Promise<ReadonlySet<number>> {
  return new Set((await listed(client)).keys());
}

/**
 * Considers pg_locks of the session, at relfilenode and at pg_stat_xact_user_tables after each statement of a migration.
 * Empty tables show the same as full ones: they are locked, scanned and written anew likewise.
 * @param existing what was there before the first of several migrations
 */
export function observeMigration(existing: ReadonlySet<number>): MigrationObserver {
  const statements: ObservedStatement[] = [];
  const sent: TransactionStatement[] = [];
  const moved: string[] = [];
  let names: ReadonlyMap<number, LockedRelation> | null = null;
  let current = new Map<number, Relation>();
  let nodes = new Set<number>();
  let held: Held = new Map();
  let transaction = 0;
  const add = (found: ObservedStatement) => {
    if (found.builds.length > 0 || found.relations.some(isWorthKnowing)) statements.push(found);
  };
  return {
    statements,
    sent,
    moved,
    async began(client) {
      transaction += 1;
      held = new Map();
      current = new Map(await listed(client));
      nodes = new Set([...current.values()].map(({ node }) => node));
      names ??= lockedRelations(current, existing);
    },
    async ran(client, statement) {
      sent.push({ ...statement, transaction });
      const { rows } = await client.query<LockRow>(locksQuery);
      const lockTimeout = rows.some(({ timeout }) => timeout !== '0');
      const seen = { before: current, nodes, held, names: names ?? new Map() };
      const effects = effectsIn(rows, seen, statement.sql);
      add({ ...statement, transaction, lockTimeout, ...effects });
      moved.push(...movedSequences(effects, seen.names, statement.text));
      held = heldBy(rows);
      // Only what it locked is another: a migration can have many statements, and a schema many relations.
      for (const row of rows) {
        current.set(row.oid, row);
        nodes.add(row.node);
      }
    },
    async ranAlone(client, statement) {
      sent.push({ ...statement, transaction });
      const after = await listed(client);
      const { rows } = await client.query<{ timeout: string }>(`SELECT ${timeoutSetting} AS timeout`);
      const lockTimeout = rows[0]?.timeout !== '0';
      const effects = effectsBetween(current, after, names ?? new Map(), statement.sql);
      add({ ...statement, transaction, lockTimeout, ...effects });
      transaction += 1;
    },
  };
}

interface Relation {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly kind: string;
  readonly node: number;
  /** The table that an index is of. */
  readonly of: number | null;
  readonly partition: boolean;
  /** How often it was scanned in this transaction, and in those whose statistics are not sent yet. */
  readonly scans: number;
}

/** A lock; of a relation that is gone all but the OID is null. */
type LockRow = { readonly mode: string; readonly gone: boolean; readonly timeout: string } & Relation;
type Relations = ReadonlyMap<number, Relation>;
type Held = ReadonlyMap<number, LockMode>;
type Names = ReadonlyMap<number, LockedRelation>;

const columns = `c.relname AS name, n.nspname AS schema, c.relkind AS kind, c.relfilenode AS node, x.indrelid AS "of",
    c.relispartition AS partition, pg_catalog.pg_stat_get_xact_numscans(c.oid)::int AS scans`;

const listQuery = `
  SELECT c.oid, ${columns}
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_index x ON x.indexrelid = c.oid
  WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'm', 'f', 'v', 'i', 'I', 'S') AND c.relpersistence <> 't'
    AND n.nspname <> 'pg_toast'`;

const timeoutSetting = "pg_catalog.current_setting('lock_timeout')";

const locksQuery = `
  SELECT l.relation AS oid, l.mode, c.oid IS NULL AS gone, ${timeoutSetting} AS timeout, ${columns}
  FROM pg_catalog.pg_locks l
  LEFT JOIN pg_catalog.pg_class c ON c.oid = l.relation
  LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_index x ON x.indexrelid = c.oid
  WHERE l.locktype = 'relation' AND l.pid = pg_catalog.pg_backend_pid() AND l.relation >= 16384
    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
  ORDER BY l.relation`;

async function listed(client: Client): Promise<Relations> {
  const { rows } = await client.query<Relation>(listQuery);
  return new Map(rows.map((row) => [row.oid, row]));
}

const kinds: Readonly<Record<string, LockedRelation['kind']>> = {
  v: 'view',
  m: 'materialized view',
  i: 'index',
  I: 'index',
  S: 'sequence',
};

function lockedRelations(relations: Relations, existing: ReadonlySet<number>): Names {
  return new Map(
    [...relations.values()]
      .filter(({ oid }) => existing.has(oid))
      .map(({ oid, schema, name, kind, of }) => {
        const table = of === null ? name : (relations.get(of)?.name ?? name);
        return [oid, { schema, name, kind: kinds[kind] ?? 'table', table }];
      }),
  );
}

function heldBy(rows: readonly LockRow[]): Held {
  const held = new Map<number, LockMode>();
  for (const { oid, mode } of rows) {
    const [one, other] = [lockModeOf(mode), held.get(oid)];
    if (other === undefined || isStronger(one, other)) held.set(oid, one);
  }
  return held;
}

type Effects = Pick<ObservedStatement, 'relations' | 'builds'>;

function effectsIn(
  rows: readonly LockRow[],
  seen: {
    readonly before: Relations;
    readonly nodes: ReadonlySet<number>;
    readonly held: Held;
    readonly names: Names;
  },
  sql: string,
): Effects {
  const { before, nodes, names } = seen;
  // It leaves empty files behind and reads no row, whatever is done with the indexes.
  const empties = /\btruncate\b/i.test(sql);
  const locks = heldBy(rows);
  const now = new Map(rows.map((row) => [row.oid, row]));
  const relations = [...now.values()].flatMap((row): RelationEffect[] => {
    const [relation, held, was] = [names.get(row.oid), locks.get(row.oid), before.get(row.oid)];
    if (relation === undefined || held === undefined || was === undefined) return [];
    const earlier = seen.held.get(row.oid);
    return [
      {
        relation,
        held,
        taken: earlier === undefined || isStronger(held, earlier),
        rewritten: !empties && !row.gone && row.node !== was.node,
        scanned: !empties && !row.gone && row.scans > was.scans,
      },
    ];
  });
  return { relations, builds: buildsIn(now, before, nodes, names) };
}

/** An index that takes another one's file is not built: ALTER COLUMN TYPE makes such. */
function buildsIn(
  now: Relations,
  before: Relations,
  nodes: ReadonlySet<number>,
  names: Names,
): readonly BuiltIndex[] {
  return [...now.values()].flatMap(({ oid, schema, name, kind, node, of }): BuiltIndex[] => {
    const table = of === null ? undefined : names.get(of);
    if (table === undefined || kind !== 'i' || before.has(oid) || nodes.has(node)) return [];
    return [{ schema, name, table }];
  });
}

/**
 * What a statement outside of transactions has done, by the catalogs before and after it; its locks are gone, and are
 * those that PostgreSQL's documentation says (CREATE INDEX, REINDEX, VACUUM, CLUSTER, ALTER TABLE).
 */
function effectsBetween(before: Relations, after: Relations, names: Names, sql: string): Effects {
  const nodes = new Set([...before.values()].map(({ node }) => node));
  const builds = buildsIn(after, before, nodes, names);
  const concurrently = /\bconcurrently\b/i.test(sql);
  const effects = new Map<number, RelationEffect>();
  const put = (oid: number, held: LockMode, rewritten = false) => {
    const relation = names.get(oid);
    if (relation !== undefined && !effects.has(oid))
      effects.set(oid, { relation, held, taken: true, rewritten, scanned: false });
  };
  const ofIndex = concurrently ? 'SHARE UPDATE EXCLUSIVE' : 'SHARE';
  for (const { oid, kind, node, partition } of before.values()) {
    const is = after.get(oid);
    if (kind === 'i' || is === undefined) continue;
    if (is.node !== node) put(oid, 'ACCESS EXCLUSIVE', true);
    if (partition && !is.partition) put(oid, 'ACCESS EXCLUSIVE');
  }
  for (const { oid, kind, of } of after.values())
    if (kind === 'i' && !before.has(oid) && of !== null) put(of, ofIndex);
  for (const { oid, kind, of, node } of before.values()) {
    const is = after.get(oid);
    if (kind !== 'i' || of === null || is?.node === node || effects.get(of)?.rewritten === true) continue;
    put(of, ofIndex);
    if (is !== undefined) put(oid, 'ACCESS EXCLUSIVE', true);
  }
  return { relations: [...effects.values()], builds };
}

function isWorthKnowing({ held, taken, rewritten, scanned }: RelationEffect): boolean {
  return rewritten || scanned || (taken && isStronger(held, 'ROW SHARE'));
}

/** Of a RESTART PostgreSQL writes the sequence anew; setval() locks it, unless it is given NULL. */
function movedSequences({ relations }: Effects, names: Names, text: string): readonly string[] {
  const isSet = /\bsetval\b/i.test(text);
  const isRestarted = /\brestart\b/i.test(text) || !/^alter\b/i.test(text);
  const ofSequences = relations.filter(({ relation }) => relation.kind === 'sequence');
  const locked = ofSequences.filter(({ rewritten, taken }) => (isRestarted && rewritten) || (isSet && taken));
  const moved = new Set(locked.map(({ relation }) => relation));
  const words = isSet ? wordsOf(text) : null;
  if (words === null && moved.size === 0) return [];
  return [...names].flatMap(([oid, relation]) => {
    const isMoved =
      moved.has(relation) || (words !== null && relation.kind === 'sequence' && isNamed(words, relation));
    return isMoved ? [`${oid}`] : [];
  });
}

/** pg_get_serial_sequence() is given a table, whose name most sequences of columns begin with. */
function isNamed(words: MentionedWords, { schema, name }: LockedRelation): boolean {
  if (mentions(words, schema, name)) return true;
  return words.has('pg_get_serial_sequence') && [...words.keys()].some((word) => name.startsWith(`${word}_`));
}
