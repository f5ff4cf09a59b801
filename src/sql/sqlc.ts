import type { Dialect } from './dialect.ts';
import { isQueryName, NAME_HINT } from './identifiers.ts';
import { endOfSpace, isIdentifierStart, isNamePart, type Token } from './lexer.ts';
import {
  headWord,
  type ParameterContext,
  type ParameterReading,
  type ParameterReference,
  positionalReference,
  type Role,
  role,
} from './parameters.ts';
import type { Problem } from './problem.ts';
import { commandHint, commandOf, matchAt } from './tags.ts';

/** sqlc's spelling: `-- name: GetCar :one`, and its parameters. */
export const sqlc: Dialect = {
  headerLine: /name:[^\S\r\n]+\S+[^\S\r\n]+:[a-z]/,
  readName: readSqlcName,
  readParameter: readSqlcParameter,
  facts: { sqlc: true },
  skipsNameless: true,
};

const inBatch = (command: string) =>
  `Write ${command}, and send the calls in one go: batch(db, items.map((item) => query.with(item))).`;

/** What to write instead of sqlc's other commands. */
const others: Readonly<Record<string, string>> = {
  batchexec: inBatch(':exec'),
  batchone: inBatch(':one'),
  batchmany: inBatch(':many'),
  copyfrom: 'Write :exec, and send the rows with COPY: copyFrom(db, query, rows).',
  execlastid: 'Write RETURNING id, and :one.',
};

/**
 * Finds sqlc's header line in a masked comment (sqlc documentation, "Query annotations"), or null.
 * Both words are needed: a comment such as `name: the customer's name` is not a header.
 * @param base the comment's offset in the file's text
 */
function readSqlcName(words: string, base: number): ReturnType<Dialect['readName']> {
  const found = /^[^\S\r\n]*name:[^\S\r\n]+(\S+)[^\S\r\n]+:(\w+!?)[^\S\r\n]*$/m.exec(words);
  if (found === null) return null;
  const [line, name = '', word = ''] = found;
  const offset = base + found.index + (matchAt(/\s*name:\s+/y, line, 0)?.[0].length ?? 0);
  const command = commandOf(word === 'execresult' ? 'execrows' : word);
  const problems: Problem[] = [];
  if (!isQueryName(name)) {
    problems.push({
      offset,
      code: 'ND2011',
      message: `"${name}" is not a valid query name.`,
      hint: NAME_HINT,
    });
  } else if (command === null) {
    const offset = base + found.index + line.lastIndexOf(':');
    const other = Object.hasOwn(others, word) ? others[word] : undefined;
    const message =
      other === undefined
        ? `Unknown command ":${word}".`
        : `:${word} is a command of sqlc that nodrift lacks.`;
    problems.push({ offset, code: 'ND2012', message, hint: other ?? commandHint(word) });
  }
  const span = { start: found.index, end: found.index + line.length };
  return { name, offset, command, problems, spans: [span] };
}

/**
 * sqlc's spelling (sqlc documentation, "Naming parameters"): `$1`, `@name`, `sqlc.arg('name')`,
 * `sqlc.narg('name')` for one that may be null, `IN (sqlc.slice('name'))` for a list, and `sqlc.slice('name')::text[]`
 * for an array. `sqlc.embed(table)` is a row.
 */
function readSqlcParameter(text: string, token: Token, context: ParameterContext): ParameterReading | null {
  switch (token.kind) {
    case 'positional':
      return { use: positionalReference(text, token), problem: null };
    case 'operator':
      return readAtName(text, token, context);
    case 'word':
      return text.startsWith('sqlc', token.start) && token.end === token.start + 4
        ? readMacro(text, token, context)
        : null;
    case 'colon':
      return refuseColonName(text, token, context);
    default:
      return null;
  }
}

/**
 * `@name`, also directly behind an operator that is not known to end in `@` (`id=@id`, where Postgres
 * would see `=@`; but `a <@b` is containment).
 */
function readAtName(text: string, token: Token, context: ParameterContext): ParameterReading | null {
  const written = text.slice(token.start, token.end);
  if (!/^(?:[<>!]?=|<>|>|\|\||[-+*/%])?@$/.test(written)) return null;
  if (!isIdentifierStart(text.charCodeAt(token.end))) return null;
  let end = token.end + 1;
  while (isNamePart(text.charCodeAt(end))) end += 1;
  const use = value(text.slice(token.end, end), token.end - 1, end, null);
  return { use: { ...use, role: written === '@' ? roleOf(text, end, context) : 'operand' }, problem: null };
}

/** What is around a value that ends here. */
function roleOf(text: string, end: number, context: ParameterContext): Role {
  return text.startsWith('::', endOfSpace(text, end)) ? 'operand' : role(context);
}

const MACRO = /sqlc\s*\.\s*([a-z]+)\s*\(\s*(?:'([A-Za-z_]\w*)'|"?([A-Za-z_]\w*)"?)\s*\)/y;

function readMacro(text: string, token: Token, context: ParameterContext): ParameterReading | null {
  const found = matchAt(MACRO, text, token.start);
  const [written = '', macro, quoted, bare] = found ?? [];
  const name = quoted ?? bare ?? '';
  const end = token.start + written.length;
  switch (macro) {
    case 'arg':
      return {
        use: { ...value(name, token.start, end, null), role: roleOf(text, end, context) },
        problem: null,
      };
    case 'narg':
      return {
        use: { ...value(name, token.start, end, '?'), role: roleOf(text, end, context) },
        problem: null,
      };
    case 'slice':
      return readSlice(text, name, token.start, end, context);
    case 'embed':
      return { use: null, problem: null, embedded: { name: embeddedName(written), start: token.start, end } };
    default:
      return refuse(
        'ND2026',
        token.start,
        `Unknown use of sqlc${macro === undefined ? '' : `.${macro}`}.`,
        "Write sqlc.arg('name'), sqlc.narg('name'), sqlc.slice('name') or sqlc.embed(table).",
      );
  }
}

/** The identifier in `sqlc.embed(name)`; a string is one, too. */
function embeddedName(written: string): string {
  const name = written.slice(written.indexOf('(') + 1, -1).trim();
  return name.startsWith("'") ? name.slice(1, -1) : name;
}

/**
 * The parentheses around `sqlc.slice(...)` belong to it: the list brings its own. Where its type is an array's, and under
 * ANY and ALL, it is one value.
 */
function readSlice(
  text: string,
  name: string,
  start: number,
  end: number,
  context: ParameterContext,
): ParameterReading {
  const close = endOfSpace(text, end);
  const alone = context.last?.kind === '(' && text[close] === ')';
  if (matchAt(ARRAY_CAST, text, end) !== null || (alone && /^(any|some|all)$/.test(headWord(context))))
    return { use: value(name, start, end, null), problem: null };
  if (role(context) === 'from') {
    return refuse(
      'ND2027',
      start,
      `sqlc.slice('${name}') is not a table.`,
      `Write FROM @${name} AS r, and in the header the columns of its rows: @param ${name} -> ((id, price)...)`,
    );
  }
  if (context.last?.kind !== '(' || text[close] !== ')') {
    return refuse(
      'ND2027',
      start,
      `sqlc.slice('${name}') must stand alone in parentheses.`,
      `Write IN (sqlc.slice('${name}')), or = ANY (sqlc.slice('${name}')::text[]).`,
    );
  }
  const stands = headWord(context) === 'in' ? 'in' : 'other';
  context.brackets.pop();
  const use = value(name, context.last.start, close + 1, null);
  return { use: { ...use, role: stands, list: true }, problem: null };
}

/** `::text[]`, `:: public.kind []`, `::varchar(10)[]`, `::double precision[]` */
const ARRAY_CAST = /\s*::\s*["\w.]+(?:\s+\w+)*\s*(?:\([\d\s,]*\)\s*)?\[\s*\d*\s*\]/y;

function refuseColonName(text: string, token: Token, context: ParameterContext): ParameterReading | null {
  const subscript = context.brackets.at(-1)?.open === '[';
  if (subscript || !isIdentifierStart(text.charCodeAt(token.end))) return null;
  return refuse(
    'ND2028',
    token.start,
    'A ":name" parameter under a header in the spelling of sqlc.',
    'Write @name, or a header with @name instead of "name:".',
  );
}

function refuse(code: Problem['code'], offset: number, message: string, hint: string): ParameterReading {
  return { use: null, problem: { offset, code, message, hint } };
}

function value(name: string, start: number, end: number, mark: '?' | null): ParameterReference {
  return { name, start, end, mark, role: 'other', list: false, sign: '@' };
}
