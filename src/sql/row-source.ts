import { type Token, tokensOf } from './lexer.ts';
import type { ParameterReference } from './parameters.ts';
import type { Problem } from './problem.ts';
import { quoteName } from './quote-name.ts';
import type { Param, RowSource, Statement } from './statement.ts';

/** The SQL type of an array's elements; or that to which they are cast, each of them being a text. */
export type ElementType = string | { readonly castTo: string };

/** A rows parameter. */
export type Rows = Extract<Param, { kind: 'objects' }>;

/**
 * Whether a use of rows is where a table could be: behind a comma only if an alias follows, as values can be there, too.
 * @param text up to the end of the statement
 */
export function isRowSource(
  { role, end }: ParameterReference,
  param: Param | undefined,
  text: string,
): param is Rows {
  if (param?.kind !== 'objects') return false;
  return role === 'from' || (role === 'item' && rowSource(text, end, 0, param) !== null);
}

/** What is before and behind the row in the text: a subquery that may have no row, and whose columns have the fields' names. */
export function aroundRows({ fields }: Rows): readonly [before: string, after: string] {
  const columns = fields.map(({ name }) => quoteName(columnName(name))).join(', ');
  return [`(SELECT ${columns} FROM (VALUES `, `) AS given (${columns}) WHERE 1 = 1)`];
}

/** The same as a SELECT from one array for each field. */
export function fromArrays(rows: Rows, types: readonly ElementType[]): string {
  const columns = rows.fields.map(({ name }) => quoteName(columnName(name)));
  const selected = columns.map((column, i) => {
    const element = asElement(column, types[i]);
    // A cast can have another name.
    return element === column ? column : `${element} AS ${column}`;
  });
  return `(SELECT ${selected.join(', ')} FROM unnest(${arraysOf(rows, types)}) AS given (${columns.join(', ')}))`;
}

/** One array for each field. */
export function arraysOf({ fields }: Rows, types: readonly ElementType[]): string {
  return fields
    .map(({ index }, i) => {
      const type = types[i] ?? '';
      return `$${index}::${typeof type === 'string' ? type : 'text'}[]`;
    })
    .join(', ');
}

/** A column of `unnest` as a value of the element's type. */
export function asElement(column: string, type: ElementType = ''): string {
  return typeof type === 'string' ? column : `${column}::${type.castTo}`;
}

/** A field's name as Postgres reads it without quotes. */
function columnName(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** The alias behind rows; null where there is none. */
export function rowSource(text: string, end: number, param: number, { fields }: Rows): RowSource | null {
  const [first, second, third] = firstTokens(text.slice(end, end + 1000));
  if (first === undefined) return null;
  const isNamed = wordOf(text, first, end) === 'as';
  const [name, next] = isNamed ? [second, third] : [first, second];
  const isName = name?.kind === 'quoted identifier' || name?.kind === 'word';
  if (name === undefined || !isName || (!isNamed && FOLLOWING.has(wordOf(text, name, end)))) return null;
  // `AS r (a, b)`
  const listed = next?.kind === '(' ? names(text.slice(end + next.end)) : null;
  return {
    param,
    alias: identifierName(text.slice(end + name.start, end + name.end)),
    columns: fields.map((field, i) => listed?.[i] ?? columnName(field.name)),
  };
}

/** Words that can stand behind a table that has no alias. */
const FOLLOWING: ReadonlySet<string> = new Set(
  `on using where set when join inner left right full cross natural group having order limit offset fetch for window
  union intersect except returning tablesample`.split(/\s+/),
);

/** What is wrong with rows that have no alias. */
export function withoutAlias({ start, name }: ParameterReference): Problem {
  return {
    offset: start,
    code: 'ND2035',
    message: `:${name} in FROM has no alias.`,
    hint: `Write :${name} AS r, and r.field for its fields.`,
  };
}

/** A field of rows where the statement uses it, `r.price`: its `$n`, and where it is in `sql`. */
export interface FieldUse {
  readonly slot: number;
  readonly start: number;
  readonly end: number;
  /** As SQL writes it, of the column that it is in the result: without an alias it is called after the field. */
  readonly name?: string;
}

/** The qualified uses of the fields of rows in FROM, in the order of the text. */
export function fieldUses({ sql, params, sources = [] }: Statement): readonly FieldUse[] {
  const slots = new Map<string, number>();
  for (const { param, alias, columns } of sources) {
    const rows = params[param];
    if (rows?.kind !== 'objects') continue;
    for (const [i, column] of columns.entries()) {
      slots.set(JSON.stringify([alias, column]), rows.fields[i]?.index ?? 0);
    }
  }
  const uses: FieldUse[] = [];
  // Whether the items of a SELECT or RETURNING are read, for each open parenthesis.
  const levels = [false];
  let before: readonly string[] = ['', '', '', ''];
  let relation: Token | null = null;
  const waiting: { readonly use: FieldUse; readonly name: string }[] = [];
  const settle = (next: string) => {
    const last = waiting.pop();
    if (last !== undefined) uses.push(AFTER_ITEMS.has(next) ? { ...last.use, name: last.name } : last.use);
  };
  let previous: Token | null = null;
  for (const token of tokensOf(sql)) {
    const text = sql.slice(token.start, token.end);
    const word = token.kind === 'word' ? text.toLowerCase() : text;
    settle(word);
    const [first, second, , dot] = before;
    if (relation !== null && dot === '.' && second !== '.') {
      const [alias, column] = [identifierName(sql.slice(relation.start, relation.end)), identifierName(text)];
      const slot = slots.get(JSON.stringify([alias, column]));
      const use = { slot: slot ?? 0, start: relation.start, end: token.end };
      const isItem = levels.at(-1) === true && BEFORE_ITEMS.has(second ?? '') && first !== '.';
      if (slot !== undefined && isItem) waiting.push({ use, name: quoteName(column) });
      else if (slot !== undefined) uses.push(use);
    }
    if (token.kind === '(') levels.push(false);
    else if (token.kind === ')' && levels.length > 1) levels.pop();
    else if (word === 'select' || word === 'returning') levels[levels.length - 1] = true;
    else if (AFTER_ITEMS.has(word) && word !== ',') levels[levels.length - 1] = false;
    relation = word === '.' ? previous : null;
    previous = token;
    before = [...before.slice(1), word];
  }
  settle('');
  return uses;
}

/** What is before the first item of a list, or another one. */
const BEFORE_ITEMS: ReadonlySet<string> = new Set(['select', 'distinct', 'all', 'returning', ',']);

/** What can follow an item without an alias. */
const AFTER_ITEMS: ReadonlySet<string> = new Set([
  '',
  ',',
  ')',
  'from',
  'where',
  'group',
  'having',
  'window',
  'union',
  'intersect',
  'except',
  'order',
  'limit',
  'into',
]);

function firstTokens(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (const token of tokensOf(text)) {
    tokens.push(token);
    if (tokens.length === 3) break;
  }
  return tokens;
}

/** The names of a list, up to its closing parenthesis. */
function names(text: string): readonly string[] {
  const found: string[] = [];
  for (const { kind, start, end } of tokensOf(text)) {
    if (kind === ')') break;
    if (kind !== ',') found.push(identifierName(text.slice(start, end)));
  }
  return found;
}

function identifierName(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : columnName(text);
}

function wordOf(text: string, { kind, start, end }: Token, from: number): string {
  return kind === 'word' ? text.slice(from + start, from + end).toLowerCase() : '';
}
