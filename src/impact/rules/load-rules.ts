import { type Client, escapeIdentifier } from 'pg';
import { serverError } from '../../analysis/server-error.ts';
import { withMembers } from './memberships.ts';
import {
  childrenQuery,
  columnsQuery,
  grantsQuery,
  namesQuery,
  referencesQuery,
  routinesQuery,
  rulesQuery,
  sequencesQuery,
  settingsQuery,
  typeDemandsQuery,
} from './rule-queries.ts';

import type {
  Grant,
  Name,
  Reference,
  Routine,
  Rule,
  Rules,
  Sequence,
  Setting,
  Surroundings,
  TableColumn,
  TableLink,
  TypeDemand,
} from './rules.ts';

const nothingAround: Surroundings = { isOwnServer: false, settings: [], memberships: [], moved: [] };

/** Reads them in a few queries. CHECK constraints are evaluated on rows that the database makes of defaults. */
export async function loadRules(client: Client, around: Surroundings = nothingAround): Promise<Rules> {
  const { rows: columns } = await client.query<TableColumn>(columnsQuery);
  const { rows: rules } = await client.query<Rule>(rulesQuery);
  const { rows: types } = await client.query<TypeDemand>(typeDemandsQuery);
  const { rows: references } = await client.query<Reference>(referencesQuery);
  const { rows: children } = await client.query<TableLink>(childrenQuery);
  const { rows: routines } = await client.query<Routine>(routinesQuery);
  const { rows: names } = await client.query<Name>(namesQuery);
  const { rows: grants } = await client.query<Grant>(grantsQuery);
  const { rows: sequences } = await client.query<Sequence>(sequencesQuery);
  const { rows: settings } = await client.query<Setting>(settingsQuery, [
    JSON.stringify(around.settings),
    around.isOwnServer,
  ]);
  const checked = await checkedOnDefaults(client, rules, columns);
  return {
    columns,
    ...withMembers({ rules: checked, grants, names }, around.memberships),
    types,
    references,
    children,
    routines,
    names,
    sequences,
    moved: around.moved,
    settings,
  };
}

/** A default that is the same for every row: NULL, a number, a text. */
const constant = /^(?:NULL|true|false|-?[\d.]+|\(-[\d.]+\)|'(?:[^']|'')*')(?:::[\w .,"()[\]]+)?$/;

/**
 * Says of each CHECK whether a row whose columns all have their defaults satisfies it, as far as these are constants. The
 * database evaluates the conditions.
 */
async function checkedOnDefaults(
  client: Client,
  rules: readonly Rule[],
  columns: readonly TableColumn[],
): Promise<readonly Rule[]> {
  const known = new Map(columns.map((column) => [keyOf(column.schema, column.table, column.column), column]));
  const texts = rules.map((rule) => evaluation(rule, known));
  const asked = texts.filter((text) => text !== null);
  const together = await evaluate(client, asked);
  const answers = new Map<string, boolean | null>();
  for (const [i, text] of asked.entries()) {
    // One that throws, as 1 / 0 does, is not a reason to know nothing of the others.
    answers.set(
      text,
      together === null ? ((await evaluate(client, [text]))?.[0] ?? null) : (together[i] ?? null),
    );
  }
  return rules.map((rule, i) => ({ ...rule, onDefaults: answers.get(texts[i] ?? '') ?? null }));
}

async function evaluate(
  client: Client,
  texts: readonly string[],
): Promise<readonly (boolean | null)[] | null> {
  if (texts.length === 0) return [];
  try {
    const { rows } = await client.query<boolean[]>({
      text: `SELECT ${texts.map((text) => `(${text})`).join(', ')}`,
      rowMode: 'array',
    });
    return rows[0] ?? null;
  } catch (error) {
    if (serverError(error) !== null) return null;
    throw error;
  }
}

/** `SELECT (condition) IS NOT FALSE FROM (SELECT NULL::integer AS price) AS notes`. */
function evaluation(rule: Rule, known: ReadonlyMap<string, TableColumn>): string | null {
  if (rule.kind !== 'check' || rule.condition === null) return null;
  const values: string[] = [];
  for (const name of rule.columns) {
    const column = known.get(keyOf(rule.schema, rule.table, name));
    if (column === undefined || column.automatic || !constant.test(column.default ?? 'NULL')) return null;
    const value = `(${column.default ?? 'NULL'})::${rule.ofDomain ? column.baseType : column.type}`;
    values.push(`${value} AS ${rule.ofDomain ? 'value' : escapeIdentifier(name)}`);
  }
  const from =
    values.length === 0 ? '' : ` FROM (SELECT ${values.join(', ')}) AS ${escapeIdentifier(rule.table)}`;
  return `SELECT (${rule.condition}) IS NOT FALSE${from}`;
}

function keyOf(schema: string, table: string, column: string): string {
  return JSON.stringify([schema, table, column]);
}
