import type { Client } from 'pg';
import type { Facts } from '../../../src/analysis/facts.ts';
import type { PARAMETERS } from './generate.ts';

type Type = (typeof PARAMETERS)[number];
type Values = readonly (string | null)[];

export interface Found {
  readonly sql: string;
  readonly what: string;
}

const typical: Readonly<Record<Type, readonly [string, ...string[]]>> = {
  int: ['1', '2', '3', '0'],
  text: ['a', 'b', 'c', 'all'],
  'int[]': ['{1,2}', '{3}'],
  'text[]': ['{a,b}', '{b}'],
  bool: ['t', 'f'],
};
const texts = ['zz', 'zy', 'a', 'b', 'c', 'all', '', 'up', 'never', 'a ', 'azz'];

/** A value that a type omits, with others that it takes, one of which may do the same. */
interface Left {
  readonly value: string | null;
  readonly same: readonly (string | null)[];
  /** The place of the element that an array has too much. */
  readonly element?: number;
}

/** The values that a parameter's type omits. */
export function left(type: Type, { nullable, literals, element }: Facts): readonly Left[] {
  const found: Left[] = nullable ? [] : [{ value: null, same: [] }];
  if (literals !== undefined) {
    const same = [...(nullable ? [null] : []), ...(literals.includes('never') ? ['never'] : [])];
    for (const value of texts) if (!literals.includes(value)) found.push({ value, same });
  }
  const [first] = typical[type];
  if (element?.nullable === false) {
    found.push({ value: first.replace('}', ',NULL}'), same: [first], element: 2 });
    found.push({ value: first.replace('{', '{NULL,'), same: [first], element: 0 });
    found.push({ value: '{NULL}', same: ['{}'], element: 0 });
  }
  if (element?.literals !== undefined) {
    found.push({ value: '{zz,a}', same: ['{a}'], element: 0 }, { value: '{zz}', same: ['{}'], element: 0 });
    found.push({ value: '{a,zz}', same: ['{a}'], element: 1 });
  }
  return found;
}

const STATEMENTS_PER_DATA = 10;

type Outcome =
  | { readonly error: string }
  | { readonly rows: readonly string[]; readonly changed: string | null };

const STATE = `SELECT md5(concat(${['t', 'u', 'r', 'p'].map((table) => `(SELECT string_agg(x::text, ';' ORDER BY x::text) FROM ${table} x)`).join(", '|', ")})) AS state`;

/** Runs statements with what is omitted, on several sets of data, each on the data as it was. */
export async function runner(client: Client, random: () => number) {
  const one = <T>(of: readonly [T, ...T[]]): T => of[random() % of.length] ?? of[0];
  const optional = (value: string) => (random() % 4 === 0 ? 'NULL' : value);
  const fill = async () => {
    await client.query('DELETE FROM t; DELETE FROM u; DELETE FROM r; DELETE FROM p');
    const rows = random() % 4;
    for (const table of ['t', 'u', 'r', 'p'])
      for (let id = 1; id <= rows; id++) {
        const k = optional(table === 'u' ? "'a'" : table === 'p' ? "'b'" : one(["'b'", "'c'"]));
        const s = table === 'u' ? optional("'a'") : one(["'a'", "'b'"]);
        const n = table === 'r' ? one(['1', '2']) : optional(one(['1', '2', '3']));
        await client.query(
          `INSERT INTO ${table} (id, s, k, n, m, tags) VALUES (${id}, ${s}, ${k}, ${n}, ${one(['1', '2'])}, '{a}')`,
        );
      }
    return stateNow();
  };
  const stateNow = async () => (await client.query<{ state: string }>(STATE)).rows[0]?.state ?? '';

  const runOnce = async (sql: string, values: Values, before: string): Promise<Outcome> => {
    try {
      const { rows } = await client.query<unknown[]>({ text: sql, values: [...values], rowMode: 'array' });
      const shown = rows.map((row) => JSON.stringify(row)).sort();
      if (/^\(*SELECT/.test(sql)) return { rows: shown, changed: null };
      const after = await stateNow();
      return { rows: shown, changed: after === before ? null : after };
    } catch (error) {
      return { error: String(error) };
    } finally {
      await client.query('ROLLBACK TO s');
    }
  };

  let ran = 0;
  let state = '';
  return async (sql: string, types: readonly Type[], declared: readonly Facts[]) => {
    const wrong: Found[] = [];
    let nullableForRows = 0;
    if (ran++ % STATEMENTS_PER_DATA === 0) state = await fill();
    const before = state;
    await client.query('BEGIN; SAVEPOINT s');
    for (let round = 0; round < 2; round++) {
      const base = types.map((type) => (random() % 6 === 0 ? null : one(typical[type])));
      // Parallel arrays of unnest lose the whole row.
      const others = (i: number, known: string | null, element: number | undefined) =>
        element === undefined || known === null || !types[i]?.endsWith('[]')
          ? known
          : without(known, element);
      const withOne = (at: number, value: string | null, element?: number) =>
        runOnce(
          sql,
          base.map((known, i) => (i === at ? value : others(i, known, element))),
          before,
        );
      for (const [at, facts] of declared.entries()) {
        if (facts.nullable && round === 0 && !isNothing(await withOne(at, null))) nullableForRows++;
        for (const { value, same, element } of left(types[at] ?? 'int', facts)) {
          const outcome = await withOne(at, value);
          if (isNothing(outcome)) continue;
          let isSame = false;
          for (const other of same)
            for (const removed of [undefined, element])
              isSame ||= JSON.stringify(await withOne(at, other, removed)) === JSON.stringify(outcome);
          if (isSame) continue;
          wrong.push({
            sql,
            what: `$${at + 1} = ${value} of ${JSON.stringify(base)}: ${JSON.stringify(outcome)}, declared ${JSON.stringify(facts)}`,
          });
        }
      }
    }
    await client.query('ROLLBACK');
    return { wrong: wrong.slice(0, 1), nullableForRows };
  };
}

function without(array: string, element: number): string {
  const elements = array.slice(1, -1).split(',');
  return `{${elements.filter((_, i) => i !== element).join(',')}}`;
}

function isNothing(outcome: Outcome): boolean {
  return 'error' in outcome || (outcome.rows.length === 0 && outcome.changed === null);
}
