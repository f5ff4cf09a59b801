import type { Client, Connection, Submittable } from 'pg';
import { serverError } from '../server-error.ts';
import { hideTrees, showTrees } from '../tree-notices.ts';

/** A function whose body is a string: `LANGUAGE sql AS '…'`. */
export interface StringBodied {
  readonly oid: number;
  /** Its SET clauses, as `name=value` (`pg_proc.proconfig`). */
  readonly settings: readonly string[];
}

/**
 * Has the server parse the bodies of functions as it does when they are created, with its own validator
 * (fmgr_sql_validator, src/backend/catalog/pg_proc.c), which knows their parameters and runs nothing of them.
 *
 * @param client connected, in no transaction; its session settings are as before in the end
 * @returns by OID the node text of the body's statements, written as `pg_proc.prosqlbody` is; without those that the server
 *   refuses, whose arguments are polymorphic or which hold a utility statement
 * @throws what pg throws if the connection is lost
 */
export async function parseStringBodies(
  client: Client,
  functions: readonly StringBodied[],
): Promise<ReadonlyMap<number, string>> {
  const found = new Map<number, string>();
  if (functions.length === 0) return found;
  await showTrees(client);
  try {
    for (const group of groups(functions)) await parseGroup(client, group, found);
  } finally {
    await hideTrees(client);
  }
  return found;
}

// One query is one transaction, whose locks are kept to its end.
const LARGEST_GROUP = 64;

/** Functions with the same settings. */
function groups(functions: readonly StringBodied[]): readonly (readonly StringBodied[])[] {
  const bySettings = new Map<string, StringBodied[][]>();
  for (const entry of functions) {
    const key = JSON.stringify(entry.settings);
    const parts = bySettings.get(key) ?? [[]];
    if (parts.at(-1)?.length === LARGEST_GROUP) parts.push([]);
    parts.at(-1)?.push(entry);
    bySettings.set(key, parts);
  }
  return [...bySettings.values()].flat();
}

async function parseGroup(
  client: Client,
  group: readonly StringBodied[],
  found: Map<number, string>,
): Promise<void> {
  let rest = group;
  while (rest.length > 0) {
    const { settings, functions, failed } = await validate(client, rest);
    if (!settings) return;
    for (const [i, trees] of functions.entries()) {
      const oid = rest[i]?.oid ?? 0;
      if (trees.length > 0 && !trees.some(isUtility)) found.set(oid, `((${trees.join(' ')}))`);
    }
    // The one after the last that was parsed is what failed.
    rest = failed ? rest.slice(functions.length + 1) : [];
  }
}

function isUtility(tree: string): boolean {
  return /:utilityStmt\s\{/.test(tree);
}

interface Validated {
  /** Whether the functions' settings could be made. */
  readonly settings: boolean;
  /** The trees of each function's statements, up to the first function that failed. */
  readonly functions: readonly (readonly string[])[];
  readonly failed: boolean;
}

async function validate(client: Client, group: readonly StringBodied[]): Promise<Validated> {
  const { trees, failed } = await treesOf(client, [
    `SELECT set_config('check_function_bodies', 'on', true)`,
    `SELECT set_config(split_part(s, '=', 1), substr(s, strpos(s, '=') + 1), true)
     FROM pg_proc CROSS JOIN unnest(proconfig) s WHERE oid = ${group[0]?.oid ?? 0}`,
    ...group.map(({ oid }) => `SELECT pg_catalog.fmgr_sql_validator(${oid})`),
  ]);
  // Of each call the first tree is that of the call itself.
  return { settings: trees.length >= 2, functions: trees.slice(2).map(([, ...body]) => body), failed };
}

interface Trees {
  /** Those that came while each statement was run, up to the first that failed. */
  readonly trees: readonly (readonly string[])[];
  readonly failed: boolean;
}

/** Runs statements as one query. */
function treesOf(client: Client, statements: readonly string[]): Promise<Trees> {
  return new Promise((resolve, reject) => {
    const trees: (readonly string[])[] = [];
    let current: string[] = [];
    let release = () => {};
    const query: SimpleQuery = {
      submit(connection) {
        const listen = ({ detail }: { readonly detail?: string }) => {
          if (detail?.startsWith('{QUERY ')) current.push(detail);
        };
        connection.on('notice', listen);
        release = () => connection.off('notice', listen);
        connection.query(statements.join(';\n'));
      },
      handleRowDescription() {},
      handleDataRow() {},
      handleCommandComplete() {
        trees.push(current);
        current = [];
      },
      handleError(error) {
        release();
        if (serverError(error) === null) reject(error);
        else resolve({ trees, failed: true });
      },
      handleReadyForQuery() {
        release();
        resolve({ trees, failed: false });
      },
    };
    client.query(query);
  });
}

// What pg's Client calls of a query besides `submit`; @types/pg leaves these out.
interface SimpleQuery extends Submittable {
  submit(connection: Connection): void;
  handleRowDescription(): void;
  handleDataRow(): void;
  handleCommandComplete(): void;
  handleError(error: Error): void;
  handleReadyForQuery(): void;
}
