import { Client } from 'pg';
import { membershipStatement } from '../../../src/database/migrations/cluster-memberships.ts';
import { runObserved } from '../../../src/database/migrations/observed-steps.ts';
import { splitStatements } from '../../../src/database/server/split-statements.ts';
import type { ImpactCode } from '../../../src/impact/code.ts';
import { compareSnapshots, type SnapshotComparison } from '../../../src/impact/compare-snapshots.ts';
import { existingRelations, observeMigration } from '../../../src/impact/locks/observe.ts';
import { afterStatement } from '../../../src/impact/rules/memberships.ts';
import type { Membership } from '../../../src/impact/rules/rules.ts';
import type { Snapshot } from '../../../src/impact/snapshot.ts';
import { sentCode, takeSnapshot } from '../../../src/impact/take-snapshots.ts';
import { readStatements } from '../../../src/sql/read.ts';
import { createDatabase, type Major } from '../../support/postgres.ts';

/** One database that is made anew for each sequence of changes. */
export interface States {
  /** Snapshots of the queries on the schema, then after each script, one upon the other. */
  through(...scripts: readonly string[]): Promise<readonly Snapshot[]>;
  close(): Promise<void>;
}

export async function statesOf(major: Major, schema: string, queries: string): Promise<States> {
  const { statements, diagnostics } = readStatements('queries.sql', queries);
  if (diagnostics.length > 0) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  const database = await createDatabase(major);
  const client = new Client({ connectionString: database.url });
  await client.connect();
  // A crash loses nothing that matters here.
  await client.query('SET synchronous_commit = off');
  const texts = new Map([['queries.sql', queries]]);
  return {
    async through(...scripts) {
      const { rows } = await client.query<{ name: string }>(
        "SELECT quote_ident(nspname) AS name FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$)'",
      );
      const names = rows.map(({ name }) => name).join(', ');
      await client.query(
        `DROP SCHEMA ${names} CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC`,
      );
      const found: Snapshot[] = [];
      const moved: string[] = [];
      let memberships: readonly Membership[] = [];
      let existing: ReadonlySet<number> = new Set();
      let code: ImpactCode = {
        statements,
        texts,
        lenientParameters: false,
        runtime: 'nodrift',
        diagnostics: [],
      };
      for (const script of [schema, ...scripts]) {
        const observer = observeMigration(existing);
        await runObserved(client, script, 0, observer);
        moved.push(...observer.moved);
        // As of a server that others use, where these are omitted.
        const changes = splitStatements(script).map(({ start, end }) => script.slice(start, end));
        memberships = changes
          .map(membershipStatement)
          .filter((one) => one !== null)
          .reduce(afterStatement, memberships);
        const around = { isOwnServer: false, settings: [], memberships, moved: [...moved] };
        const { snapshot } = await takeSnapshot(client, code.statements, { ...code, around });
        found.push(snapshot);
        if (found.length > 1) continue;
        code = sentCode(code, snapshot);
        existing = await existingRelations(client);
      }
      return found;
    },
    async close() {
      await client.end();
      await database.drop();
    },
  };
}

const options = { searchPath: ['public'], runtime: 'nodrift' } as const;

export function compared(before: Snapshot | undefined, after: Snapshot | undefined): SnapshotComparison {
  if (before === undefined || after === undefined) throw new Error('there is no such snapshot');
  return compareSnapshots(before, after, options);
}

/** `Query severity: kind subject before -> after`, one line for each change. */
export function linesOf({ impacts }: SnapshotComparison): readonly string[] {
  return impacts.flatMap(({ name, changes }) =>
    changes.map(({ severity, kind, subject, before, after }) => {
      const what = subject === '' ? kind : `${kind} ${subject}`;
      return `${name} ${severity}: ${what} ${before ?? 'none'} -> ${after ?? 'none'}`;
    }),
  );
}
