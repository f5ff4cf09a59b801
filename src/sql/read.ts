import type { Diagnostic } from '../diagnostic.ts';
import {
  type Comment,
  defaultDialect,
  type Header,
  readHeaderComments,
  readLeadingComments,
  withoutStatement,
} from './headers.ts';
import { filePositions, type Problem, unterminated } from './problem.ts';
import { assemble, readSourceStatement, type SourceStatement } from './source-statement.ts';
import type { Statement } from './statement.ts';

/** What a file says, and what is wrong with it; one does not exclude the other. */
export interface Reading {
  /** The statements without a fault, in the order of the file. */
  readonly statements: Statement[];
  /** In the order of the file. */
  readonly diagnostics: Diagnostic[];
  /** What the author should know and can live with, in the order of the file. */
  readonly warnings: Diagnostic[];
}

interface ReadingOptions {
  /** Whether PgTyped has run these statements, so that what it lets pass is not an error. */
  readonly pgtyped?: boolean;
}

/**
 * Reads a `.sql` file: statements, each under a header comment that names it (see headers.ts), each
 * ended by `;`, which the last one may lack. Bad content gives diagnostics and never throws.
 *
 * Nothing is dropped silently: text that belongs to no statement is white space, an ordinary comment,
 * a lone `;`, or a diagnostic names it.
 * @param file the path for messages
 */
export function readStatements(file: string, text: string, options: ReadingOptions = {}): Reading {
  const where = filePositions(file, text);
  const statements: Statement[] = [];
  const problems: Problem[] = [];
  const bare: Problem[] = [];
  const names = new Map<string, number>();
  let annotated = false;
  let skipsNameless = false;
  let nested = true;
  let unclosed = 0;
  let previous: Header | null = null;
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  while (at < text.length && unclosed < MOST_UNCLOSED) {
    const lead = readLeadingComments(text, at, nested);
    const above = readHeaderComments(text, lead.comments);
    nested = lead.nested;
    annotated ||= above !== null;
    if (above !== null) for (const problem of above.problems) problems.push(problem);
    if (lead.comments.length > 0) previous = null;
    if (lead.unterminated !== null) {
      problems.push(unterminated(text, { kind: 'block comment', start: lead.unterminated }));
      unclosed += 1;
      at = lead.end;
      continue;
    }
    if (lead.end === text.length || text[lead.end] === ';') {
      if (above?.header) problems.push(withoutStatement(above.header));
      at = lead.end + 1;
      continue;
    }

    const header = above?.header ?? null;
    skipsNameless ||= header?.dialect.skipsNameless ?? false;
    const { readParameter } = header?.dialect ?? defaultDialect;
    const body = readSourceStatement(text, lead.end, readParameter);
    at = body.next;
    if (typeof body.ended !== 'string') {
      problems.push(unterminated(text, body.ended));
      unclosed += 1;
    } else if (above === null) {
      bare.push(withoutHeader(text, body, lead.comments, previous));
      continue;
    } else if (header !== null) {
      const { statement, problems: own } = assemble(file, text, header, where.position(header.offset), body);
      const first = names.get(header.name);
      for (const problem of own) problems.push(problem);
      if (first === undefined) names.set(header.name, header.offset);
      else problems.push(secondOfName(header, where.position(first).line));
      const healthy = !own.some((problem) => severity(problem, options) === 'error');
      if (healthy && first === undefined && above.healthy) statements.push(statement);
    }
    previous = header;
  }
  if (at < text.length) problems.push(stopped(at));
  for (const problem of headerless(bare, annotated))
    problems.push(skipsNameless ? nameless(problem) : problem);
  if (problems.length === 0 && statements.length === 0) problems.push(EMPTY);
  problems.sort((one, other) => one.offset - other.offset);
  const all = (wanted: string) =>
    problems.filter((problem) => severity(problem, options) === wanted).map(where.diagnostic);
  return { statements, diagnostics: all('error'), warnings: all('warning') };
}

function severity({ pgtyped, harmless }: Problem, options: ReadingOptions): 'error' | 'warning' | null {
  if (harmless === true) return 'warning';
  if (pgtyped === undefined) return 'error';
  if (options.pgtyped === true) return 'warning';
  return pgtyped === 'warns' ? 'error' : null;
}

/** Each unclosed quote is looked for to the end of the file: the bound keeps reading linear. */
const MOST_UNCLOSED = 20;

const EXAMPLE = '/* @name GetCar :maybe */ SELECT * FROM cars WHERE id = :id;';

/** A file with no statement and nothing to complain of. */
const EMPTY: Problem = {
  offset: 0,
  code: 'ND2002',
  message: 'No query in this file.',
  hint: `Write one, for example ${EXAMPLE}`,
};

/**
 * What to say of statements without headers.
 * @param annotated whether the file has any header: if it has none, once is enough
 */
function headerless(problems: readonly Problem[], annotated: boolean): readonly Problem[] {
  const [first] = problems;
  if (annotated || first === undefined) return problems;
  const hint = `Put a header above each statement, for example ${EXAMPLE}`;
  return [{ offset: first.offset, code: 'ND2003', message: 'No statement in this file has a name.', hint }];
}

/** A dialect such as sqlc's skips statements without a name. */
function nameless(problem: Problem): Problem {
  return problem.message === HASH
    ? problem
    : { ...problem, message: `${problem.message} No function is made of it.`, harmless: true };
}

const HASH = 'A comment of PostgreSQL does not begin with "#".';

/** @param previous the header of the statement directly above, if nothing but white space lies between */
function withoutHeader(
  text: string,
  body: SourceStatement,
  comments: readonly Comment[],
  previous: Header | null,
): Problem {
  const offset = body.start;
  if (text[offset] === '#') return { offset, code: 'ND2031', message: HASH, hint: 'Begin it with "--".' };
  if (previous !== null) {
    const hint = 'A header names one statement: give this one its own, or remove the ";" above it.';
    return {
      offset,
      code: 'ND2004',
      message: `A second statement under the header of ${previous.name}.`,
      hint,
    };
  }
  const buried = comments.some((comment) => text.slice(comment.start, comment.end).includes('@name'));
  const hint = buried
    ? '@name must start a line of the comment.'
    : `Write one above it, for example ${EXAMPLE.split(' */')[0]} */`;
  return { offset, code: 'ND2003', message: 'A statement without a header.', hint };
}

function secondOfName(header: Header, line: number): Problem {
  return {
    offset: header.offset,
    code: 'ND2005',
    message: `A second query named ${header.name}.`,
    hint: `The first is on line ${line}. Names are unique within a file.`,
  };
}

function stopped(offset: number): Problem {
  return {
    offset,
    code: 'ND2009',
    message: 'Reading stopped here: too many quotes and comments are not closed.',
    hint: 'Close those named above first.',
  };
}
