import type { Client } from 'pg';
import type { Rule } from './families.ts';
import { argumentLists, further, SETUP } from './inputs.ts';
import type { Candidate } from './select.ts';

/** What calling a function came to. */
export interface Called {
  /** Calls that returned. */
  readonly answered: number;
  /** The first call that returned NULL. */
  readonly nullFor: string | null;
}

/** Prepares a session for `callOften`: everything is in a schema of its own that goes with the session. */
export async function prepareCalls(client: Client): Promise<void> {
  await client.query('CREATE SCHEMA never_null; SET search_path = never_null, pg_catalog');
  await client.query(SETUP);
  // A call that raises an error counts for nothing; so that the rest of its batch still counts, each is caught.
  await client.query(`
    CREATE FUNCTION is_null(call text) RETURNS text LANGUAGE plpgsql AS $$
    DECLARE result boolean;
    BEGIN
      EXECUTE call INTO result;
      RETURN coalesce(result::text, 'none');
    EXCEPTION WHEN others THEN
      RETURN 'error';
    END $$;
    SET statement_timeout = '20s'; SET xmloption = content`);
}

/** Creates extensions; prepareCalls comes first. */
export async function createExtensions(client: Client, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await client.query(`CREATE EXTENSION "${name}" SCHEMA never_null`);
  }
}

/** Calls a function with many arguments that are not NULL (or, where its rule allows, with some that are). */
export async function callOften(client: Client, candidate: Candidate<Rule>): Promise<Called> {
  const calls = callsOf(candidate);
  const { rows } = await client.query<{ call: string; result: string }>(
    'SELECT call, is_null(call) AS result FROM unnest($1::text[]) call',
    [calls],
  );
  return {
    answered: rows.filter(({ result }) => result !== 'error').length,
    nullFor: rows.find(({ result }) => result === 'true')?.call ?? null,
  };
}

// Beyond these sizes a call says nothing new, and takes all memory.
const huge = new Set([
  'repeat',
  'lpad',
  'rpad',
  'array_fill',
  'generate_series',
  'factorial',
  'random_normal',
]);

function callsOf(candidate: Candidate<Rule>): readonly string[] {
  const { rule, name, argumentTypes } = candidate;
  const fitting = (further[name] ?? []).filter(
    (args) => args.length === argumentTypes.length || argumentTypes.at(-1) === '"any"',
  );
  const lists = [...argumentLists(argumentTypes), ...fitting]
    .flatMap((args) => withNulls(args, rule, argumentTypes, candidate))
    .map((args) =>
      huge.has(name)
        ? args.map((arg) => (/\d{7}|inf/i.test(arg) ? arg.replace(/.*(?=::)/, "'3'") : arg))
        : args,
    );
  return [...new Set(lists.map((args) => callText(candidate, args)))];
}

/** What a rule allows to be NULL is tried as NULL too. */
function withNulls(
  args: readonly string[],
  rule: Rule,
  types: readonly string[],
  { variadic }: Candidate<Rule>,
): readonly (readonly string[])[] {
  const nulled = (keep: (i: number) => boolean) =>
    args.map((arg, i) =>
      keep(i) || (variadic && i === args.length - 1 && types[i] !== '"any"')
        ? arg
        : arg.replace(/^.*(?=::)/s, 'NULL'),
    );
  switch (rule) {
    case 'always':
      return [args, nulled(() => false), nulled((i) => i === 0)];
    case 'first':
      return [args, nulled((i) => i === 0)];
    case 'any':
      return [args, ...args.map((_, only) => nulled((i) => i === only))];
    default:
      return [args];
  }
}

function callText(
  { schema, name, rule, variadic, argumentTypes }: Candidate<Rule>,
  args: readonly string[],
): string {
  const special = variadic && argumentTypes.at(-1) !== '"any"';
  const list = args.map((arg, i) => (special && i === args.length - 1 ? `VARIADIC ${arg}` : arg)).join(', ');
  const call = `${schema}."${name}"(${list})`;
  switch (rule) {
    case 'rows':
      return `SELECT bool_or(r IS NOT DISTINCT FROM NULL) FROM (SELECT ${call} LIMIT 20) x(r)`;
    case 'key':
      return `SELECT bool_or(k IS NULL OR v IS NULL) FROM ${call} x(k, v)`;
    case 'key only':
      return `SELECT bool_or(k IS NULL) FROM ${call} x(k, v)`;
    case 'elements':
      return 'SELECT false';
    default:
      // IS NULL is true for a row of NULLs too, which is none.
      return `SELECT num_nulls(${call}) > 0`;
  }
}
