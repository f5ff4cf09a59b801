import type { Client } from 'pg';
import { type Analysis, analyse } from '../analysis/analyse.ts';
import { everything } from '../analysis/options.ts';
import { mapConnectionErrors } from '../analysis/server-error.ts';
import type { Statement } from '../sql/statement.ts';
import { arbiterErrors } from './arbiters.ts';
import type { ImpactCode } from './code.ts';
import { loadRules } from './rules/load-rules.ts';
import type { Surroundings } from './rules/rules.ts';
import { queryKey, type Snapshot, snapshotOf } from './snapshot.ts';

export interface SnapshotOptions {
  /** The `.sql` files' texts, by name. */
  readonly texts: ReadonlyMap<string, string>;
  readonly lenientParameters: boolean;
  readonly progress?: (done: number, of: number) => void;
  /** Ends the analysis. */
  readonly signal?: AbortSignal;
  readonly around?: Surroundings;
}

/**
 * Analyses statements against the schema as it is now. Nothing is executed.
 * @returns the snapshot, and the server's version
 * @throws Failure (3) where the connection is lost
 */
export async function takeSnapshot(
  client: Client,
  statements: readonly Statement[],
  options: SnapshotOptions,
): Promise<{ readonly snapshot: Snapshot; readonly postgres: string }> {
  const analysis: Analysis = await analyse(client, statements, {
    ...options,
    facts: { ...everything, violations: false },
  });
  const diagnostics = [
    ...analysis.diagnostics,
    ...(await mapConnectionErrors(() => arbiterErrors(client, analysis.queries, options.texts))),
  ];
  const rules = await mapConnectionErrors(() => loadRules(client, options.around));
  return {
    snapshot: snapshotOf(statements, analysis.queries, diagnostics, rules),
    postgres: analysis.postgres,
  };
}

/** Two states of the code on one state of the schema. */
export interface CodeSnapshots {
  readonly postgres: string;
  readonly deployed: Snapshot;
  /** Null where it was not asked for. */
  readonly next: Snapshot | null;
}

/** Analyses the running code and, if wanted, the new one; what is the same in both only once. */
export async function snapshotCode(
  client: Client,
  running: ImpactCode,
  coming: ImpactCode | null,
  options: Pick<SnapshotOptions, 'progress' | 'signal' | 'around'>,
): Promise<CodeSnapshots> {
  const taken = await takeSnapshot(client, running.statements, { ...running, ...options });
  const { snapshot, postgres } = taken;
  if (coming === null || coming.statements === running.statements)
    return { postgres, deployed: snapshot, next: coming && snapshot };
  const same =
    coming.lenientParameters === running.lenientParameters
      ? new Set(running.statements.map((statement) => JSON.stringify(statement)))
      : new Set();
  const isKnown = (statement: Statement) => same.has(JSON.stringify(statement));
  const others = coming.statements.filter((statement) => !isKnown(statement));
  const added = await takeSnapshot(client, others, { ...coming, ...options });
  return { postgres, deployed: snapshot, next: joined(coming.statements, added.snapshot, snapshot) };
}

/**
 * The code as its modules send it: generated on the schema of the snapshot, they have the columns in the places of the
 * stars.
 */
export function sentCode(code: ImpactCode, { queries }: Snapshot): ImpactCode {
  const statements = code.statements.map(
    (statement) => queries.get(queryKey(statement))?.statement ?? statement,
  );
  return statements.every((statement, i) => statement === code.statements[i])
    ? code
    : { ...code, statements };
}

/** Those of the code whose stars represent other columns on the schema of `generated` than on that of `other`. */
export function differentlySent(
  code: ImpactCode,
  generated: Snapshot,
  other: Snapshot,
): readonly Statement[] {
  return code.statements.flatMap((statement) => {
    const key = queryKey(statement);
    const [sent, known] = [generated.queries.get(key)?.statement, other.queries.get(key)?.statement];
    return sent === undefined || known === undefined || sent.sql === known.sql ? [] : [sent];
  });
}

/** A snapshot of these statements, from two that have them all; the first one decides. */
export function joined(statements: readonly Statement[], first: Snapshot, second: Snapshot): Snapshot {
  const keys = statements.map(queryKey);
  const pick = <T>(of: (snapshot: Snapshot) => ReadonlyMap<string, T>) =>
    new Map(
      keys.flatMap((key): [string, T][] => {
        const found = of(first.statements.has(key) ? first : second).get(key);
        return found === undefined ? [] : [[key, found]];
      }),
    );
  return {
    statements: pick((one) => one.statements),
    queries: pick((one) => one.queries),
    errors: pick((one) => one.errors),
    rules: first.rules,
  };
}
