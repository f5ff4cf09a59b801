import type { Client } from 'pg';
import type { MembershipStatement } from '../../database/migrations/cluster-memberships.ts';
import type { Grant, Membership, Name, Rule } from './rules.ts';
import { groupedBy } from './schema-index.ts';

/** Up to PostgreSQL 15 the member decides whether it has the privileges without SET ROLE. Superusers need none. */
const membershipsQuery = `
  SELECT r.rolname AS role, m.rolname AS member
  FROM pg_catalog.pg_auth_members a JOIN pg_catalog.pg_roles r ON r.oid = a.roleid
  JOIN pg_catalog.pg_roles m ON m.oid = a.member
  WHERE NOT m.rolsuper AND coalesce((pg_catalog.to_jsonb(a) ->> 'inherit_option')::bool, m.rolinherit)
  ORDER BY 1, 2`;

export async function readMemberships(client: Client): Promise<readonly Membership[]> {
  const { rows } = await client.query<Membership>(membershipsQuery);
  return rows;
}

/** The memberships after a statement. */
export function afterStatement(
  memberships: readonly Membership[],
  { roles, members, isGiven }: MembershipStatement,
): readonly Membership[] {
  const others = memberships.filter(
    ({ role, member }) => !(roles.includes(role) && (members === null || members.includes(member))),
  );
  if (!isGiven || members === null) return others;
  return [...others, ...roles.flatMap((role) => members.map((member) => ({ role, member })))];
}

interface Granted {
  readonly rules: readonly Rule[];
  readonly grants: readonly Grant[];
}

/** Gives the members of roles the privileges that these have, and names them where policies name the roles. */
export function withMembers(
  { rules, grants, names }: Granted & { readonly names: readonly Name[] },
  memberships: readonly Membership[],
): Granted {
  if (memberships.length === 0) return { rules, grants };
  const membersOf = closure(memberships);
  const all = [...rules, ...ofPredefinedRoles(names, membersOf)].map((rule) =>
    rule.kind === 'policy' ? { ...rule, body: withTheirs(rule.body.split('\n'), membersOf) } : rule,
  );
  const known = new Set(all.filter(({ kind }) => kind === 'privilege').map(keyOf));
  const inherited = all
    .filter(({ kind }) => kind === 'privilege')
    .flatMap((rule) => membersOf(rule.name).map((name) => ({ ...rule, id: `${rule.id} of ${name}`, name })));
  const readers = membersOf('pg_read_all_data');
  const usage = grants.filter(({ kind }) => kind === 'schema');
  const more = [
    ...grants.flatMap((grant) => membersOf(grant.role).map((role) => ({ ...grant, role }))),
    ...usage.flatMap((grant) => readers.map((role) => ({ ...grant, role }))),
  ];
  return {
    rules: [...all, ...once(inherited, keyOf, known)],
    grants: [...grants, ...once(more, keyOfGrant)],
  };
}

/** The members of a role, and their members. */
function closure(memberships: readonly Membership[]): (role: string) => readonly string[] {
  const direct = groupedBy(memberships, ({ role }) => role);
  return (role) => {
    const found = new Set<string>();
    const waiting = [role];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      for (const { member } of direct.get(next) ?? []) {
        if (found.has(member)) continue;
        found.add(member);
        waiting.push(member);
      }
    }
    return [...found];
  };
}

/** What members of pg_read_all_data and pg_write_all_data may do with each table and view. */
function ofPredefinedRoles(
  names: readonly Name[],
  membersOf: (role: string) => readonly string[],
): readonly Rule[] {
  const may = [
    ...membersOf('pg_read_all_data').map((name) => ({ name, events: ['select'] as const })),
    ...membersOf('pg_write_all_data').map((name) => ({
      name,
      events: ['insert', 'update', 'delete'] as const,
    })),
  ];
  if (may.length === 0) return [];
  const relations = names.filter(({ kind }) => kind === 'relation');
  return relations.flatMap(({ schema, name: table }) =>
    may.flatMap(({ name, events }) =>
      events.map(
        (event): Rule => ({
          kind: 'privilege',
          id: `privilege of all data ${JSON.stringify([schema, table, name, event])}`,
          schema,
          table,
          name,
          columns: [],
          definition: event.toUpperCase(),
          body: '',
          events: [event],
          inherited: false,
          condition: null,
          ofDomain: false,
          onDefaults: null,
          calls: [],
        }),
      ),
    ),
  );
}

function withTheirs(roles: readonly string[], membersOf: (role: string) => readonly string[]): string {
  return [...new Set(roles.flatMap((role) => [role, ...membersOf(role)]))].sort().join('\n');
}

function once<T>(
  all: readonly T[],
  key: (one: T) => string,
  known: ReadonlySet<string> = new Set(),
): readonly T[] {
  return [...new Map(all.map((one) => [key(one), one]))]
    .filter(([of]) => !known.has(of))
    .map(([, one]) => one);
}

function keyOf({ schema, table, columns, definition, name }: Rule): string {
  return JSON.stringify([schema, table, columns, definition, name]);
}

function keyOfGrant({ kind, key, role, privilege }: Grant): string {
  return JSON.stringify([kind, key, role, privilege]);
}
