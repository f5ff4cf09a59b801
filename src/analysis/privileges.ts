import type { Client } from 'pg';
import { type Diagnostic, internalError } from '../diagnostic.ts';
import { createPause } from '../event-loop.ts';
import type { Statement } from '../sql/statement.ts';
import { neededPrivileges, type RelationNeed } from './privileges/needed.ts';
import { privilegesQuery } from './privileges/privileges-query.ts';
import { mapConnectionErrors } from './server-error.ts';
import { describe } from './wire.ts';

/** What a role would must be granted. */
export interface MissingPrivilege {
  /** As GRANT writes them: `SELECT`, `UPDATE (email, name)`, `EXECUTE`, `USAGE`. */
  readonly privilege: string;
  /** As GRANT writes it: `public.users`, `FUNCTION public.f(integer)`, `SCHEMA app`, `SEQUENCE public.s`. */
  readonly object: string;
}

/** A statement that the role may not execute. */
export interface Forbidden {
  readonly statement: Statement;
  /** Sorted by object and privilege. */
  readonly missing: readonly MissingPrivilege[];
}

export interface StatementPrivileges {
  readonly forbidden: readonly Forbidden[];
  /** Internal errors; what the statements they are in need is not known. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Says which statements a role may not execute. Postgres checks privileges when a statement is executed, not when it
 * is parsed; what it will check is in the query tree (its source, src/backend/executor/execMain.c,
 * ExecCheckOneRelPerms). One round trip asks for all of them. Statements that Postgres does not parse are omitted.
 *
 * Seen: tables, columns, views (with security_invoker also what is below them), functions and operators, schemas, and
 * the sequences of defaults that an INSERT uses. Not seen: what policies, triggers, foreign keys and the bodies of
 * functions touch.
 *
 * @param role null: the one that the client is connected as
 * @throws Failure 3 if the connection is lost
 */
export async function statementPrivileges(
  client: Client,
  statements: readonly Statement[],
  role: string | null,
): Promise<StatementPrivileges> {
  const invoker = await mapConnectionErrors(() => securityInvokerViews(client));
  const needs: {
    readonly index: number;
    readonly relations: readonly RelationNeed[];
    readonly functions: readonly number[];
  }[] = [];
  const diagnostics: Diagnostic[] = [];
  const pause = createPause();
  await describe(
    client,
    statements.map(({ sql }) => sql),
    (described, index) => {
      const statement = statements[index];
      if (statement === undefined || !described.ok || described.tree === null) return undefined;
      try {
        needs.push({ index, ...neededPrivileges(described.tree, invoker) });
      } catch (error) {
        diagnostics.push(internalError(error, statement));
      }
      return pause();
    },
  );
  const { rows } = await mapConnectionErrors(() =>
    client.query<{ index: number; privilege: string; object: string }>(privilegesQuery, [
      role,
      JSON.stringify(needs),
    ]),
  );
  const forbidden = statements.flatMap((statement, index) => {
    const missing = rows.filter((row) => row.index === index);
    return missing.length === 0
      ? []
      : [{ statement, missing: missing.map(({ privilege, object }) => ({ privilege, object })) }];
  });
  return { forbidden, diagnostics };
}

/** The definitions of views that check the privileges of who reads them, by OID (PostgreSQL 15 and later). */
async function securityInvokerViews(client: Client): Promise<ReadonlyMap<number, string>> {
  const { rows } = await client.query<{ oid: string; action: string }>(
    `SELECT c.oid::text, r.ev_action::text AS action FROM pg_catalog.pg_class c
       JOIN pg_catalog.pg_rewrite r ON r.ev_class = c.oid AND r.rulename = '_RETURN'
     WHERE c.relkind = 'v' AND EXISTS (SELECT FROM pg_catalog.pg_options_to_table(c.reloptions) o
       WHERE o.option_name = 'security_invoker' AND o.option_value::boolean)`,
  );
  return new Map(rows.map(({ oid, action }) => [Number(oid), action]));
}
