import type { Header } from './header.ts';
import { resolveParameters } from './parameters.ts';
import type { FilePosition } from './places.ts';
import type { Problem } from './problem.ts';
import { refusedCommand } from './refused-command.ts';
import { render } from './render.ts';
import type { SourceStatement } from './source-statement.ts';
import type { Statement } from './statement.ts';

/** A statement and what is wrong with it; with problems, the statement is of no use. */
export interface Assembled {
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
  place: FilePosition,
  body: SourceStatement,
): Assembled {
  const { params, problems } = resolveParameters(body.uses, header.transforms);
  const written = text.slice(body.start, body.end);
  const statement: Statement = {
    name: header.name,
    file,
    offset: header.offset,
    ...place,
    command: header.command?.command ?? null,
    assertedSingleRow: header.command?.assertedSingleRow ?? false,
    documentation: header.documentation,
    body: written,
    ...render(text, body.start, body.end, body.uses, params),
    params,
  };
  const own = [...body.problems, ...problems];
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
    message: `The statement of ${header.name} does not end before the next header.`,
    hint: 'End it with ";".',
  };
}

/** Postgres's protocol ends a text at a NUL: the rest would be cut off silently. */
function withNul(offset: number): Problem {
  return { offset, message: 'A NUL character in a statement.', hint: 'Remove it: Postgres cannot store it.' };
}
