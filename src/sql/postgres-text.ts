import { isIdentifierPart } from './lexer.ts';
import type { EmbeddedRow, ParameterReference } from './parameters.ts';
import { aroundRows, isRowSource } from './row-source.ts';
import type { Param, SourceSpan, Statement } from './statement.ts';

/** A statement with `$n` for its parameters. */
interface Rendered {
  readonly sql: string;
  /** The texts before, between and after the uses: one run more than there are uses, empty ones included. */
  readonly copied: readonly SourceSpan[];
  readonly parts: readonly (string | number)[];
}

/**
 * Puts `$n`, `($n)` or `($n, $n+1)` where the parameters are in `text` from `start` to `end`.
 * A blank keeps a `$n` from growing together with a word beside it (`LIMIT:n`).
 */
export function render(
  text: string,
  start: number,
  end: number,
  uses: readonly ParameterReference[],
  params: readonly Param[],
): Rendered {
  const indexes = new Map(params.map((param, index) => [param.name, index]));
  const placeholders = params.map(placeholder);
  const pieces: string[] = [];
  const parts: (string | number)[] = [];
  const copied: SourceSpan[] = [];
  let length = 0;
  let at = start;
  let gap = '';
  for (const use of uses) {
    const index = indexes.get(use.name) ?? -1;
    const before = isIdentifierPart(text.charCodeAt(use.start - 1)) && use.start > start ? ' ' : '';
    const param = params[index];
    // Rows that are compared are a list, too: `(a, b) IN (($1, $2))`.
    const isList = use.role === 'in' && param?.kind === 'objects';
    const around = isRowSource(use, param, text.slice(0, end))
      ? aroundRows(param)
      : isList
        ? ['(', ')']
        : null;
    copy(use.start, around?.[0] ?? before);
    const sign = placeholders[index] ?? '';
    pieces.push(sign);
    parts.push(index);
    length += sign.length;
    at = use.end;
    gap = around?.[1] ?? (isIdentifierPart(text.charCodeAt(at)) && at < end ? ' ' : '');
  }
  copy(end, '');
  return { sql: pieces.join(''), copied, parts };

  function copy(to: number, after: string): void {
    copied.push({ sql: length + gap.length, file: at, length: to - at });
    const piece = gap + text.slice(at, to) + after;
    pieces.push(piece);
    parts.push(piece);
    length += piece.length;
  }
}

/** What represents a parameter in the text that Postgres analyses. */
export function placeholder(param: Param): string {
  switch (param.kind) {
    case 'scalar':
      return `$${param.index}`;
    case 'list':
      return `($${param.index})`;
    default:
      return `(${param.fields.map(({ index, type }) => `$${index}${type === undefined ? '' : `::${type}`}`).join(', ')})`;
  }
}

/**
 * The statement with the types of its rows' fields.
 * @param types by `$n`
 */
export function withFieldTypes(statement: Statement, types: ReadonlyMap<number, string>): Statement {
  const params = statement.params.map((param) =>
    param.kind !== 'objects'
      ? param
      : {
          ...param,
          fields: param.fields.map((field) => {
            const type = types.get(field.index);
            return type === undefined ? field : { ...field, type };
          }),
        },
  );
  const grown = params.map((param, i) => {
    const before = statement.params[i];
    return placeholder(param).length - (before === undefined ? 0 : placeholder(before).length);
  });
  let moved = 0;
  let run = 0;
  // One run before each use of a parameter, and more where stars were replaced.
  const copied: SourceSpan[] = [];
  let at = 0;
  for (const part of statement.parts) {
    if (typeof part === 'string') {
      at += part.length;
      for (; (statement.copied[run]?.sql ?? Number.POSITIVE_INFINITY) <= at; run++) {
        const span = statement.copied[run];
        if (span !== undefined) copied.push({ ...span, sql: span.sql + moved });
      }
    } else {
      const param = statement.params[part];
      at += param === undefined ? 0 : placeholder(param).length;
      moved += grown[part] ?? 0;
    }
  }
  const placeholders = params.map(placeholder);
  const sql = statement.parts.map((part) => (typeof part === 'number' ? placeholders[part] : part)).join('');
  return { ...statement, params, sql, copied };
}

/** The statement with rows as a whole, which Postgres selects by the name alone. */
export function withEmbedded(statement: Statement, rows: readonly EmbeddedRow[]): Statement {
  if (rows.length === 0) return statement;
  const replacements = rows.flatMap(({ name, start, end }): Replacement[] => {
    const run = statement.copied.find(({ file, length }) => file <= start && end <= file + length);
    if (run === undefined) return [];
    const moved = run.sql - run.file;
    return [{ start: start + moved, end: end + moved, text: name }];
  });
  const embedded = rows.map(({ name }) =>
    name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase(),
  );
  return { ...withReplacements(statement, replacements), embedded };
}

/**
 * Where an offset of `statement.sql` lies in the file.
 * @param sqlOffset 0-based, UTF-16 code units; past the end counts as the end
 * @returns the same in the file's text; inside a `$n` the place of the parameter it represents
 */
export function fileOffset(statement: Statement, sqlOffset: number): number {
  const { copied } = statement;
  let low = 0;
  let high = copied.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((copied[middle]?.sql ?? 0) <= sqlOffset) low = middle;
    else high = middle - 1;
  }
  const run = copied[low];
  return run === undefined
    ? statement.offset
    : run.file + Math.max(0, Math.min(sqlOffset - run.sql, run.length));
}

/**
 * Turns a position as Postgres reports it (`P` of an ErrorResponse: 1-based, in characters) into an
 * offset of the text (0-based, UTF-16 code units); past the end gives the text's length.
 */
export function sqlOffsetOfPosition(sql: string, position: number): number {
  let offset = 0;
  for (let character = 1; character < position && offset < sql.length; character += 1) {
    offset += (sql.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  }
  return offset;
}

/** One use of a parameter: its index in `params` and its place in the file's text, marks included. */
interface ParameterUse {
  readonly param: number;
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** The places of a statement's parameters in the file, in the order of the text. */
export function parameterUses(statement: Statement): ParameterUse[] {
  const { copied, params } = statement;
  const uses: ParameterUse[] = [];
  let at = 0;
  let run = 0;
  for (const part of statement.parts) {
    if (typeof part === 'string') {
      at += part.length;
      continue;
    }
    while ((copied[run + 1]?.sql ?? Number.POSITIVE_INFINITY) <= at) run += 1;
    const [before, after] = [copied[run], copied[run + 1]];
    if (before !== undefined && after !== undefined) {
      uses.push({ param: part, start: before.file + before.length, end: after.file });
    }
    const param = params[part];
    at += param === undefined ? 0 : placeholder(param).length;
  }
  return uses;
}

/** A run of `Statement.sql` without parameters, and what is put in its place. */
export interface Replacement {
  /** Offsets in `sql`, UTF-16 code units; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * The statement with other text in some places of its `sql` and `parts`; its `body` stays as it is in the file. A
 * position inside of what was put in maps to where the replaced run begins.
 * @param replacements in order, none overlapping another
 */
export function withReplacements(statement: Statement, replacements: readonly Replacement[]): Statement {
  const { sql } = statement;
  const spaced = replacements.map((one) => ({ ...one, text: withBlanks(sql, one) }));
  let at = 0;
  const parts = statement.parts.map((part) => {
    const from = at;
    if (typeof part === 'number') {
      const param = statement.params[part];
      at += param === undefined ? 0 : placeholder(param).length;
      return part;
    }
    at += part.length;
    return replaced(part, from, within(spaced, from, at));
  });
  return { ...statement, sql: replaced(sql, 0, spaced), parts, copied: cut(statement.copied, spaced) };
}

/** A blank keeps names from growing together with a word beside them, as in `SELECT*FROM`. */
function withBlanks(sql: string, { start, end, text }: Replacement): string {
  const before = isIdentifierPart(sql.charCodeAt(start - 1)) ? ' ' : '';
  return before + text + (isIdentifierPart(sql.charCodeAt(end)) ? ' ' : '');
}

function within(replacements: readonly Replacement[], start: number, end: number): readonly Replacement[] {
  return replacements.filter((one) => one.start >= start && one.end <= end);
}

function replaced(text: string, offset: number, replacements: readonly Replacement[]): string {
  let result = '';
  let at = 0;
  for (const one of replacements) {
    result += text.slice(at, one.start - offset) + one.text;
    at = one.end - offset;
  }
  return result + text.slice(at);
}

function cut(copied: readonly SourceSpan[], replacements: readonly Replacement[]): readonly SourceSpan[] {
  let moved = 0;
  return copied.flatMap((run) => {
    const end = run.sql + run.length;
    const runs: SourceSpan[] = [];
    let at = run.sql;
    const copyTo = (to: number) => {
      runs.push({ sql: at + moved, file: run.file + at - run.sql, length: to - at });
    };
    for (const one of within(replacements, run.sql, end)) {
      copyTo(one.start);
      moved += one.text.length - (one.end - one.start);
      at = one.end;
    }
    copyTo(end);
    return runs;
  });
}
