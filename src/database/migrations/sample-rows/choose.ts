import { escapeLiteral } from 'pg';
import { typeInfo } from '../../../built-in-types.ts';
import type { RowsClient, SampleColumn, SampleTable, SampleUniqueKey } from './tables.ts';
import { oneOf, type SampleType, sampleValue } from './values.ts';

/** Values as SQL expressions, by the column's name as SQL writes it. */
export type RowValues = ReadonlyMap<string, string>;

/** Why a table accepts no row. */
export interface NoValues {
  /** A column whose type no value is known of. */
  readonly column?: string;
  /** Constraints that none of the values fulfils together. */
  readonly constraints?: readonly string[];
}

/** How many combinations of values PostgreSQL tries at once. */
const mostCombinations = 20_000;
/** How many of each column: most rows need no more than the first few, which is much quicker. */
const valueCounts = [4, 200];

/**
 * Chooses values for what a row must have, by asking PostgreSQL which of many fulfil the CHECKs, and which are not in the
 * table yet where they must be unique.
 * @param fixed values that are given; other columns keep their defaults, or NULL, where that is allowed
 * @param row 1, 2, 3, …: other rows get other values as far as there are so many
 */
export async function chooseValues(
  client: RowsClient,
  table: SampleTable,
  fixed: RowValues,
  row: number,
): Promise<RowValues | NoValues> {
  const chosen = new Map(fixed);
  for (const { constraints, columns } of groupsOf(table)) {
    const open = columns.filter((column) => isWritten(column) && !fixed.has(column.name));
    const isNeeded = constraints.some(({ kind }) => kind === 'check') || open.some(isRequired);
    if (open.length === 0 || !isNeeded) continue;
    let found: RowValues | NoValues = {};
    for (const count of valueCounts) {
      found = await solve(client, columns, constraints, fixed, row, count);
      if (found instanceof Map) break;
    }
    if (!(found instanceof Map)) return found as NoValues;
    for (const column of open) {
      const value = found.get(column.name);
      if (value !== undefined) chosen.set(column.name, value);
    }
  }
  for (const column of table.columns) {
    if (!isWritten(column) || chosen.has(column.name) || !isRequired(column)) continue;
    const [value] = candidatesOf(column, [], row, false);
    if (value === undefined) return { column: column.name };
    chosen.set(column.name, value);
  }
  return chosen;
}

/** Whether a value of our own is better than what the server makes. */
function isWritten({ generated, identity, expression }: SampleColumn): boolean {
  return !generated && !identity && !/\bnextval\(/.test(expression ?? '');
}

function isRequired({ notNull, hasDefault }: SampleColumn): boolean {
  return notNull && !hasDefault;
}

interface Constraint {
  readonly kind: 'check' | 'unique';
  readonly name: string;
  readonly columns: readonly string[];
  /** On the columns of `r`. */
  readonly condition: string;
}

interface Group {
  readonly columns: readonly SampleColumn[];
  readonly constraints: readonly Constraint[];
}

/** Columns that some constraint has in common, and these constraints. */
function groupsOf(table: SampleTable): readonly Group[] {
  const byName = new Map(table.columns.map((column) => [column.name, column]));
  const groups: { columns: Set<string>; constraints: Constraint[] }[] = [];
  for (const constraint of constraintsOf(table)) {
    const touched = groups.filter(({ columns }) => constraint.columns.some((name) => columns.has(name)));
    for (const group of touched) groups.splice(groups.indexOf(group), 1);
    groups.push({
      columns: new Set([...touched.flatMap(({ columns }) => [...columns]), ...constraint.columns]),
      constraints: [...touched.flatMap(({ constraints }) => constraints), constraint],
    });
  }
  return groups.map(({ columns, constraints }) => ({
    columns: [...columns].flatMap((name) => byName.get(name) ?? []),
    constraints,
  }));
}

function constraintsOf(table: SampleTable): readonly Constraint[] {
  const checks = [...table.conditions].map(([name, condition]): Constraint => {
    return { kind: 'check', name, columns: table.checks.get(name) ?? [], condition };
  });
  const ofTypes = table.columns.flatMap((column) =>
    domainsOf(column.type).flatMap((domain) =>
      domain.conditions.map(
        (condition): Constraint => ({
          kind: 'check',
          name: `the CHECK of the domain ${domain.written}`,
          columns: [column.name],
          // Outside of a domain's CHECK, VALUE is the name of a column.
          condition: `(SELECT ${condition} FROM (SELECT r.${column.name} AS value) AS d)`,
        }),
      ),
    ),
  );
  const unique = table.uniqueKeys.map((key): Constraint => {
    const { name, columns } = key;
    return { kind: 'unique', name, columns, condition: isNotTaken(table, key) };
  });
  const partitions: readonly Constraint[] =
    table.partitions === null
      ? []
      : [{ kind: 'check', name: 'the bounds of its partitions', ...mentioned(table, table.partitions) }];
  return [...checks, ...ofTypes, ...unique, ...partitions].map((one) => ({
    ...one,
    columns: withSources(table, one.columns),
  }));
}

/** That no row in the table is the same for a unique key or an exclusion constraint. */
function isNotTaken({ name }: SampleTable, { parts, operators, predicate }: SampleUniqueKey): string {
  const list = parts.map((part, i) => `${part} AS "key ${i}"`).join(', ');
  const equal = parts.map((part, i) => `x."key ${i}" ${operators[i]} (${part})`).join(' AND ');
  const where = predicate === null ? '' : ` WHERE ${predicate}`;
  // The names in the parts are columns of the table in the one place, and of `r` in the other.
  const isFree = `NOT EXISTS (SELECT FROM (SELECT ${list} FROM ${name}${where}) AS x WHERE ${equal})`;
  return predicate === null ? isFree : `(${predicate}) IS NOT TRUE OR ${isFree}`;
}

/** A condition, and the columns that it mentions. */
function mentioned(
  { columns }: SampleTable,
  condition: string,
): { readonly condition: string; readonly columns: readonly string[] } {
  const words = wordsOf(condition);
  return { condition, columns: columns.flatMap(({ name }) => (words.has(name) ? [name] : [])) };
}

function wordsOf(sql: string): ReadonlySet<string> {
  return new Set(sql.match(/"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*/gu) ?? []);
}

/** Also the columns that generated ones are made of. */
function withSources(table: SampleTable, names: readonly string[]): readonly string[] {
  const expressions = table.columns.flatMap(({ name, generated, expression }) =>
    generated && expression && names.includes(name) ? [expression] : [],
  );
  if (expressions.length === 0) return names;
  const words = wordsOf(expressions.join(' '));
  const sources = table.columns.filter(({ name }) => words.has(name));
  return [...new Set([...names, ...sources.map(({ name }) => name)])];
}

function domainsOf(type: SampleType): readonly SampleType[] {
  return type.kind === 'domain' && !type.array ? [type, ...(type.inner ? domainsOf(type.inner) : [])] : [];
}

/** The type that a domain restricts, or the type itself. */
function baseOf(type: SampleType): SampleType {
  if (type.kind !== 'domain' || type.array || type.inner === null) return type;
  const base = baseOf(type.inner);
  return type.modifier === -1 ? base : { ...base, modifier: type.modifier };
}

async function solve(
  client: RowsClient,
  columns: readonly SampleColumn[],
  constraints: readonly Constraint[],
  fixed: RowValues,
  row: number,
  count: number,
): Promise<RowValues | NoValues> {
  const conditions = constraints.filter(({ kind }) => kind === 'check').map(({ condition }) => condition);
  const keys = new Set(constraints.flatMap((one) => (one.kind === 'unique' ? one.columns : [])));
  const free = columns.filter((column) => !column.generated);
  const open = free.filter(({ name }) => !fixed.has(name));
  const most = Math.max(2, Math.floor(mostCombinations ** (1 / Math.max(1, open.length))));
  const lists = new Map<string, readonly string[]>();
  for (const column of free) {
    const given = fixed.get(column.name);
    const own = [
      ...(isWritten(column) && column.hasDefault && column.expression ? [column.expression] : []),
      ...(column.notNull ? [] : ['NULL']),
      ...candidatesOf(column, conditions, row, keys.has(column.name)),
    ];
    const values = given === undefined ? [...new Set(own)].slice(0, Math.min(most, count)) : [given];
    if (values.length === 0) return { column: column.name };
    lists.set(column.name, values);
  }
  const from = [...lists].map(([name, values], i) => {
    const column = free.find((one) => one.name === name);
    const type = column ? typeName(column.type) : 'text';
    const rows = values.map((value, at) => `(${at}, (${value})::${type})`).join(', ');
    return `(VALUES ${rows}) AS t${i} ("value's position", ${name})`;
  });
  const names = [...lists.keys()];
  const positions = names.map((_, i) => `t${i}."value's position"`);
  const generated = columns.filter((column) => column.generated && column.expression);
  const inner = `SELECT ${[...positions.map((at, i) => `${at} AS "position ${i}"`), ...names.map((name, i) => `t${i}.${name}`)].join(', ')}, ${positions.join(' + ')} AS "order of values" FROM ${from.join(' CROSS JOIN ')}`;
  const source =
    generated.length === 0
      ? `(${inner}) AS r`
      : `(SELECT r.*, ${generated.map((one) => `(${one.expression}) AS ${one.name}`).join(', ')} FROM (${inner}) AS r) AS r`;
  const where = constraints.map(({ condition }) => `(${condition}) IS NOT FALSE`).join(' AND ');
  const sql = `SELECT ARRAY[${names.map((_, i) => `"position ${i}"`).join(', ')}]::int[] AS positions FROM ${source} WHERE ${where} ORDER BY r."order of values" LIMIT 1`;
  const { rows } = await client.query<{ positions: readonly number[] }>(sql);
  const at = rows[0]?.positions;
  if (at === undefined) return { constraints: constraints.map(({ name }) => name) };
  return new Map(
    names.flatMap((name, i) => {
      const column = free.find((one) => one.name === name);
      const value = lists.get(name)?.[at[i] ?? 0] ?? 'NULL';
      // The server's own default stays.
      const isDefault = value === column?.expression || (value === 'NULL' && !column?.hasDefault);
      return column === undefined || isDefault || !isWritten(column) ? [] : [[name, value] as const];
    }),
  );
}

function typeName(type: SampleType): string {
  const base = baseOf(type);
  // A char or varchar that is too long would be cut, and not refused.
  return ['varchar', 'bpchar'].includes(base.name) && !base.array ? 'text' : base.written;
}

/**
 * Values that a column may have, the plainest first.
 * @param isKey whether a row that has the same may be refused
 */
function candidatesOf(
  { type, allowed }: SampleColumn,
  conditions: readonly string[],
  row: number,
  isKey: boolean,
): readonly string[] {
  const base = baseOf(type);
  const listed = allowed ?? domainsOf(type).find((domain) => domain.allowed)?.allowed;
  // Of a few values others come round again.
  const rows = isKey ? Array.from({ length: 50 }, (_, i) => row + i) : [((row - 1) % 9) + 1];
  const first = rows.flatMap((one) => sampleValue(base, one, 0) ?? []);
  const others = ([1, 2] as const).flatMap((kind) => sampleValue(base, rows[0] ?? 1, kind) ?? []);
  if (base.kind === 'enum') return base.labels.map((_, i) => sampleValue(base, row + i, 0) ?? 'NULL');
  if (conditions.length === 0 && !isKey) return first;
  // What a CHECK compares with may be what a function makes of the column.
  const isListed = listed && (texts.has(base.name) || typeInfo(base.name)?.numberRank !== undefined);
  const ofList = isListed
    ? listed.map((_, i) => oneOf(listed, { ...base, written: typeName(base) }, row + i))
    : [];
  return [
    ...ofList,
    ...first.slice(0, 1),
    ...others,
    ...constantsFor(base, conditions, isKey ? rows : [row]),
    ...first.slice(1),
  ];
}

const texts = new Set(['text', 'varchar', 'bpchar', 'citext', 'name']);
const integers: Readonly<Record<string, number>> = { int2: 2 ** 15, int4: 2 ** 31, int8: 2 ** 53 };

/** What the conditions of CHECKs name, and what is beside it. */
function constantsFor(
  type: SampleType,
  conditions: readonly string[],
  rows: readonly number[],
): readonly string[] {
  const [row = 1] = rows;
  const sql = conditions.join(' ');
  const numbers = [
    ...new Set(
      Array.from(sql.matchAll(/(?<![\w.$])-?\d+(?:\.\d+)?(?![\w.])/g), ([number]) => Number(number)),
    ),
  ].slice(0, 8);
  const strings = [
    ...new Set(Array.from(sql.matchAll(/'((?:[^']|'')*)'::/g), ([, one = '']) => one.replaceAll("''", "'"))),
  ].slice(0, 12);
  if (type.array) {
    const element = type.inner && sampleValue(type.inner, ((row - 1) % 9) + 1, 0);
    const lengths = [1, ...numbers, ...numbers.map((n) => n + 1)].filter((n) => n > 0 && n <= 100);
    return element === null ? [] : lengths.map((n) => `ARRAY[${Array(n).fill(element).join(', ')}]`);
  }
  if (typeInfo(type.name)?.numberRank !== undefined && type.kind === 'base') {
    const all = [
      ...numbers,
      ...strings
        .filter((text) => text.trim() !== '')
        .map(Number)
        .filter(Number.isFinite),
    ];
    const between = all.flatMap((a) => all.map((b) => (a + b) / 2));
    const steps = [
      ...all,
      ...all.flatMap((n) => [n + 1, n - 1]),
      ...between,
      0,
      -1,
      ...rows.flatMap((one) => all.flatMap((n) => [n + one, n - one])),
    ];
    const limit = integers[type.name];
    return [...new Set(steps)]
      .map((n) => (limit === undefined ? n : Math.trunc(n)))
      .filter((n) => Math.abs(n) < (limit ?? limitOf(type)))
      .map((n) => `'${n}'::${type.written}`);
  }
  if (type.kind === 'base' && texts.has(type.name)) {
    const most = type.modifier < 4 ? 1000 : type.modifier - 4;
    const lengths = [...new Set(numbers.flatMap((n) => [n, n + 1, n - 1]))].filter((n) => n > 0 && n <= most);
    const sized = rows.slice(0, 10).flatMap((one) =>
      lengths.flatMap((length) => {
        const ends = [String(one), letters(one)].map((end) => end.slice(-length));
        return ['a', 'A', '0'].flatMap((fill) => ends.map((end) => end.padStart(length, fill)));
      }),
    );
    const common = (one: number) => [
      `sample-${one}`,
      `sample${letters(one)}`,
      `${one}`,
      'a',
      'A',
      'aa',
      'AA',
      'Aa',
      `https://example.com/${one}`,
      `+1555${String(one).padStart(7, '0')}`,
      `#${one.toString(16).padStart(6, '0')}`,
      `00000000-0000-4000-8000-${String(one).padStart(12, '0')}`,
      `1.0.${one}`,
      '2001-02-03',
    ];
    return [...strings, ...common(row), ...sized, ...rows.slice(1).flatMap(common)]
      .filter((text) => text.length <= most && !text.includes('\\'))
      .map((text) => escapeLiteral(text));
  }
  if (type.kind === 'base' && (type.name === 'jsonb' || type.name === 'json'))
    return ['[]', '{}', '"sample"', '1', 'true'].map((json) => `'${json}'::${type.written}`);
  if (type.name === 'bool') return [`'true'::bool`, `'false'::bool`];
  const times = /^(?:date|timestamp|timestamptz)$/.test(type.name);
  if (!times) return [];
  const dated = strings
    .filter((text) => /^\d{4}-\d\d-\d\d/.test(text))
    .map((text) => `'${text}'::${type.written}`);
  const days = [1, ...rows];
  const beside = days.flatMap((day) =>
    dated.flatMap((one) =>
      ['+', '-'].map((sign) => `(${one} ${sign} interval '${day} days')::${type.written}`),
    ),
  );
  const now = [
    `now()`,
    ...days.map((day) => `(now() + interval '${day} days')`),
    `(now() - interval '1 day')`,
    `(now() + interval '1 year')`,
  ];
  return [
    ...dated,
    ...beside,
    ...now.map((one) => `${one}::${type.written}`),
    `'2001-03-01'::${type.written}`,
  ];
}

/** The number in letters, so that words that must have no digits differ, too. */
function letters(row: number): string {
  return row.toString().replaceAll(/\d/g, (digit) => 'abcdefghij'[Number(digit)] ?? '');
}

/** What is too large for a numeric with a precision. */
function limitOf({ name, modifier }: SampleType): number {
  if (name !== 'numeric' || modifier < 4) return Number.MAX_SAFE_INTEGER;
  const scale = (((modifier - 4) & 0x7ff) ^ 1024) - 1024;
  return 10 ** ((((modifier - 4) >> 16) & 0xffff) - scale) - 0.5;
}
