import type { Diagnostic } from '../diagnostic.ts';
import { assemble } from './assemble.ts';
import { EMPTY, headerless, secondOfName, stopped, withoutHeader } from './file-problems.ts';
import type { Header } from './header.ts';
import { readHeaderComments, withoutStatement } from './header-comments.ts';
import { readLeadingComments } from './leading-comments.ts';
import { readNamedParameter } from './named-parameter.ts';
import { filePositions } from './places.ts';
import type { Problem } from './problem.ts';
import { readSourceStatement } from './source-statement.ts';
import { readSqlcParameter } from './sqlc-parameter.ts';
import type { Statement } from './statement.ts';
import { unterminated } from './unterminated.ts';

/** What a file says, and what is wrong with it; one does not exclude the other. */
export interface Reading {
  /** The statements without a fault, in the order of the file. */
  readonly statements: Statement[];
  /** In the order of the file. */
  readonly diagnostics: Diagnostic[];
  /** What a project on PgTyped is to know and can live with, in the order of the file. */
  readonly warnings: Diagnostic[];
}

export interface ReadingOptions {
  /** Whether PgTyped has run these statements, so that what it lets pass is not an error. */
  readonly pgtyped?: boolean;
}

/**
 * Reads a `.sql` file: statements, each under a header comment that names it (see header.ts), each
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
    const body = readSourceStatement(
      text,
      lead.end,
      header?.spelling === 'sqlc' ? readSqlcParameter : readNamedParameter,
    );
    at = body.next;
    if (typeof body.ended !== 'string') {
      problems.push(unterminated(text, body.ended));
      unclosed += 1;
    } else if (above === null) {
      bare.push(withoutHeader(text, body, lead.comments, previous));
      continue;
    } else if (header !== null) {
      const { statement, problems: own } = assemble(file, text, header, where.place(header.offset), body);
      const first = names.get(header.name);
      for (const problem of own) problems.push(problem);
      if (first === undefined) names.set(header.name, header.offset);
      else problems.push(secondOfName(header, where.place(first).line));
      const healthy = !own.some((problem) => severity(problem, options) === 'error');
      if (healthy && first === undefined && above.healthy) statements.push(statement);
    }
    previous = header;
  }
  if (at < text.length) problems.push(stopped(at));
  for (const problem of headerless(bare, annotated)) problems.push(problem);
  if (problems.length === 0 && statements.length === 0) problems.push(EMPTY);
  problems.sort((one, other) => one.offset - other.offset);
  const all = (wanted: string) =>
    problems.filter((problem) => severity(problem, options) === wanted).map(where.diagnostic);
  return { statements, diagnostics: all('error'), warnings: all('warning') };
}

function severity({ pgtyped }: Problem, options: ReadingOptions): 'error' | 'warning' | null {
  if (pgtyped === undefined) return 'error';
  if (options.pgtyped === true) return 'warning';
  return pgtyped === 'warns' ? 'error' : null;
}

/** Each unclosed quote is looked for to the end of the file: the bound keeps reading linear. */
const MOST_UNCLOSED = 20;
