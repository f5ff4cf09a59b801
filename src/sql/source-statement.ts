import { type Header, isHeader, nextHeader } from './headers.ts';
import { endOfSpace, readToken, type Token } from './lexer.ts';
import {
  type EmbeddedRow,
  type ParameterReader,
  type ParameterReference,
  parameterContext,
  pass,
  resolveParameters,
} from './parameters.ts';
import { render, withEmbedded } from './postgres-text.ts';
import type { FilePosition, Problem } from './problem.ts';
import { refusedCommand } from './refused-command.ts';
import { isRowSource, rowSource, withoutAlias } from './row-source.ts';
import type { RowSource, Statement } from './statement.ts';

/** The text of one statement; offsets in the file's text. */
export interface SourceStatement {
  readonly start: number;
  /** After its last token: comments before the closing `;` are omitted. */
  readonly end: number;
  /** Where reading goes on: after the `;`, at the next header, or the end of the text. */
  readonly next: number;
  /** What ended it: a token is a quote or comment that is not closed where it should be. */
  readonly ended: 'semicolon' | 'header' | 'text' | Token;
  readonly uses: readonly ParameterReference[];
  readonly embedded: readonly EmbeddedRow[];
  readonly problems: readonly Problem[];
}

/** Reads a statement from its first token to its `;`, the next header or the end of the text. */
export function readSourceStatement(
  text: string,
  start: number,
  readParameter: ParameterReader,
): SourceStatement {
  const uses: ParameterReference[] = [];
  const problems: Problem[] = [];
  const embedded: EmbeddedRow[] = [];
  const context = parameterContext(text);
  let end = start;
  const body = (next: number, ended: SourceStatement['ended']): SourceStatement => {
    return { start, end, next, ended, uses, embedded, problems };
  };
  for (let at = start; at < text.length; at = endOfSpace(text, at)) {
    const token = readToken(text, at);
    if (!token.closed || swallowsHeader(text, token)) {
      const next = nextHeader(text, token.start + 1) ?? text.length;
      return body(next, token);
    }
    if (token.kind === ';') return body(token.end, 'semicolon');
    if (token.kind === 'line comment' || token.kind === 'block comment') {
      if (isHeader(text.slice(token.start, token.end))) {
        return body(token.start, 'header');
      }
      at = token.end;
      continue;
    }
    const found = readParameter(text, token, context);
    if (found?.problem) problems.push(found.problem);
    const row = found && 'embedded' in found ? found.embedded : null;
    if (row) embedded.push(row);
    if (found?.use) uses.push(found.use);
    const read = row ?? found?.use;
    at = read?.end ?? token.end;
    pass(context, read ? { kind: 'parameter', start: token.start, end: at, closed: true } : token);
    end = at;
  }
  return body(text.length, 'text');
}

/**
 * Whether quoted text has a header in it. A forgotten quote ends at the next query's first quote, and
 * what is left can even be valid SQL: the queries between would be gone silently.
 */
function swallowsHeader(text: string, token: Token): boolean {
  if (token.kind !== 'string' && token.kind !== 'quoted identifier') return false;
  const quoted = text.slice(token.start, token.end);
  return quoted.includes('name') && nextHeader(quoted, 1) !== null;
}

/** A statement and what is wrong with it; with problems, the statement is of no use. */
interface Assembled {
  readonly statement: Statement;
  readonly problems: readonly Problem[];
}

/**
 * Puts a header and the statement below it together. Comments inside the statement stay in its text,
 * so that Postgres sees what the file says; those before its first and after its last token do not.
 */
export function assemble(
  file: string,
  text: string,
  header: Header,
  position: FilePosition,
  body: SourceStatement,
): Assembled {
  const { params, problems } = resolveParameters(body.uses, header.tags.param, header.tags.optional);
  const written = text.slice(body.start, body.end);
  const sources: RowSource[] = [];
  const unnamed: Problem[] = [];
  const upToEnd = text.slice(0, body.end);
  for (const use of body.uses) {
    const index = params.findIndex(({ name }) => name === use.name);
    const param = params[index];
    if (!isRowSource(use, param, upToEnd)) continue;
    const source = rowSource(upToEnd, use.end, index, param);
    if (source === null) unnamed.push(withoutAlias(use));
    else sources.push(source);
  }
  const rendered: Statement = {
    name: header.name,
    file,
    offset: header.offset,
    ...position,
    command: header.command?.command ?? null,
    assertedSingleRow: header.command?.assertedSingleRow ?? false,
    ...header.dialect.facts,
    ...(header.tags.optional.length > 0 && { optional: header.tags.optional }),
    ...(header.tags.load !== null && { load: header.tags.load }),
    ...(header.tags.unscoped !== null && { unscoped: header.tags.unscoped }),
    ...(header.tags.scatter !== null && { scatter: header.tags.scatter }),
    documentation: header.documentation,
    body: written,
    ...render(text, body.start, body.end, body.uses, params),
    params,
    ...(sources.length > 0 && { sources }),
  };
  const statement = withEmbedded(rendered, body.embedded);
  const own = [...body.problems, ...problems, ...unnamed];
  const together = header.dialect.parameterProblem?.(text, body, body.uses);
  if (together) own.push(together);
  const refused = refusedCommand(header, written, body.start);
  if (refused !== null) own.push(refused);
  if (body.ended === 'header') own.push(withoutSemicolon(header, body));
  const nul = written.indexOf('\0');
  if (nul !== -1) own.push(withNul(body.start + nul));
  return { statement, problems: own };
}

function withoutSemicolon(header: Header, body: SourceStatement): Problem {
  return {
    offset: body.end,
    code: 'ND2007',
    message: `The statement of ${header.name} does not end before the next header.`,
    hint: 'End it with ";".',
  };
}

/** Postgres's protocol ends a text at a NUL: the rest would be cut off silently. */
function withNul(offset: number): Problem {
  return {
    offset,
    code: 'ND2010',
    message: 'A NUL character in a statement.',
    hint: 'Remove it: Postgres cannot store it.',
  };
}
