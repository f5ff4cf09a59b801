import type { AnalysedQuery } from '../../analysis/analysed-query.ts';
import type { Change } from '../change.ts';
import { relationName } from '../relation-name.ts';
import type { ExecutedCode, ExecutedText } from './executed.ts';
import { mentions, wordsOf } from './mentions.ts';
import type { RuleChanges } from './rule-changes.ts';
import type { Grant, TableColumn } from './rules.ts';

/**
 * Privileges on schemas, functions and sequences that a role has lost, of those that a statement needs: to look a name
 * up, to call a function, for nextval() and the like.
 */
export function objectPrivilegeChanges(
  query: AnalysedQuery,
  executed: ExecutedCode,
  changes: RuleChanges,
): readonly Change[] {
  return changes.revoked.flatMap((grant) => {
    const use = uses[grant.kind](grant, query, executed, changes);
    return use === null ? [] : [privilegeChange(grant, grant.privilege, null, use)];
  });
}

/** Which roles may insert into a table, but not draw from the sequence of a new column, as of `serial`. */
export function ungrantedSequences(
  column: TableColumn,
  { sequences, demands, grants }: RuleChanges,
): readonly Change[] {
  const words = wordsOf(column.default ?? '');
  if (!words.has('nextval')) return [];
  const inserting = (demands.get(`${column.schema}.${column.table}`) ?? []).filter(
    ({ kind, definition }) => kind === 'privilege' && definition === 'INSERT',
  );
  const roles = new Set(inserting.map(({ name }) => name));
  return [...sequences.values()]
    .filter(({ schema, name }) => mentions(words, schema, name))
    .flatMap(({ schema, name }) => {
      const key = `${schema}.${name}`;
      const allowed = grants.filter(
        (grant) => grant.kind === 'sequence' && grant.key === key && drawing.includes(grant.privilege),
      );
      const has = (role: string) => allowed.some((grant) => grant.role === role || grant.role === 'PUBLIC');
      const without = [...roles].filter((role) => !has(role));
      return without.map((role) =>
        privilegeChange(
          { kind: 'sequence', schema, name, role },
          null,
          'no USAGE',
          'the default of an INSERT',
        ),
      );
    });
}

const drawing = ['USAGE', 'UPDATE'];

type Use = (
  grant: Grant,
  query: AnalysedQuery,
  executed: ExecutedCode,
  changes: RuleChanges,
) => string | null;

/** Where a statement needs a privilege, in words; null: nowhere. */
const uses: Readonly<Record<Grant['kind'], Use>> = {
  schema: (grant, query, { texts }, { names }) => {
    const found = texts.find((text) => {
      if (!text.isText || !runsAs(text.by, grant)) return false;
      if ([...text.words.values()].some((qualifiers) => qualifiers.has(grant.schema.toLowerCase())))
        return true;
      const named = text.routine === null ? usedNames(query) : (names.get(grant.schema) ?? []);
      return named.some(({ schema, name }) => schema === grant.schema && mentions(text.words, schema, name));
    });
    return found === undefined ? null : `a name${inside(found)}`;
  },
  function: (grant, _, { routines }) => {
    const found = routines.some(
      ({ routine, by, isChecked }) => isChecked && routine.key === grant.key && runsAs(by, grant),
    );
    return found ? 'a call' : null;
  },
  sequence: (grant, _, { texts }) => {
    const { schema, name, privilege } = grant;
    const functions = sequenceFunctions[privilege] ?? [];
    for (const text of texts) {
      if (!runsAs(text.by, grant) || !mentions(text.words, schema, name)) continue;
      const called = functions.find((word) => text.words.has(word));
      if (called !== undefined) return `${called}()${inside(text)}`;
      if (privilege === 'SELECT' && text.words.has('last_value')) return `SELECT${inside(text)}`;
    }
    return null;
  },
};

/** What each privilege on a sequence allows; one of several is enough (src/backend/commands/sequence.c). */
const sequenceFunctions: Readonly<Record<string, readonly string[]>> = {
  USAGE: ['nextval', 'currval', 'lastval'],
  UPDATE: ['nextval', 'setval'],
  SELECT: ['currval', 'lastval'],
};

function runsAs(by: ExecutedText['by'], { role }: Grant): boolean {
  return by === null || by.includes(role);
}

function usedNames({ reads, writes, calls = [] }: AnalysedQuery) {
  return [...[...reads, ...writes].map(({ schema, table }) => ({ schema, name: table })), ...calls];
}

function inside({ routine }: ExecutedText): string {
  return routine === null ? '' : ` in ${relationName({ schema: routine.schema, table: routine.name })}()`;
}

function privilegeChange(
  { kind, schema, name, role }: Pick<Grant, 'kind' | 'schema' | 'name' | 'role'>,
  before: string | null,
  after: string | null,
  use: string,
): Change {
  const object = kind === 'schema' ? name : relationName({ schema, table: name });
  return {
    kind: 'privilege',
    severity: 'may break',
    subject: `${role} of ${kind} ${object}`,
    before,
    after,
    direction: null,
    effect: `${use} is refused to that role`,
  };
}
