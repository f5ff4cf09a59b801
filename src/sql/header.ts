import { readAnnotations } from './annotations.ts';
import type { CommandWord } from './command.ts';
import { documentation } from './documentation.ts';
import type { Comment } from './leading-comments.ts';
import { mask } from './mask.ts';
import type { Problem } from './problem.ts';
import { readSqlcName } from './sqlc-header.ts';
import type { Transform } from './transform.ts';

/** What the comment above a statement says about it. */
export interface Header {
  readonly spelling: 'pgtyped' | 'sqlc';
  readonly name: string;
  /** Offset of the name in the file's text. */
  readonly offset: number;
  readonly command: CommandWord | null;
  /** By parameter, in the order written. */
  readonly transforms: ReadonlyMap<string, Transform>;
  readonly documentation: string;
  /** `@temporary`: the statement changes temporary tables, and not the schema that queries are analysed with. */
  readonly temporary: boolean;
}

/** A comment read as a header. Neither a header nor a problem: an ordinary comment, which is ignored. */
export interface HeaderReading {
  readonly header: Header | null;
  readonly problems: readonly Problem[];
}

const NO_HEADER: HeaderReading = { header: null, problems: [] };

/**
 * Reads a comment that is before a statement: a block comment or a run of `--` lines.
 *
 * Annotations (`@name`, `@param`, `@temporary`) start a line or follow another annotation; everything else is the
 * query's documentation, other tags such as `@deprecated` included. PgTyped takes annotations only,
 * `@name` first. A comment with no annotation at all is ignored, as PgTyped ignores it; one with a
 * misspelt annotation, or with `@param` but no `@name`, is a problem, for it would silently do nothing.
 */
export function readHeader(text: string, comment: Comment): HeaderReading {
  const raw = text.slice(comment.start, comment.end);
  if (!raw.includes('@') && !raw.includes('name:')) return NO_HEADER;
  const words = mask(text, comment);
  const found = readAnnotations(words, comment.start);
  if (found.name === null) {
    const sqlc = found.problems.length === 0 ? readSqlcName(words, comment.start) : null;
    if (sqlc === null) return { header: null, problems: found.problems };
    const { span, problem, ...header } = sqlc;
    if (problem !== null) return { header: null, problems: [problem] };
    const prose = documentation(words, [span, ...found.spans]);
    return {
      header: {
        spelling: 'sqlc',
        transforms: new Map(),
        documentation: prose,
        temporary: found.temporary,
        ...header,
      },
      problems: [],
    };
  }
  const { name, offset, command } = found.name;
  if (name === null || found.problems.length > 0) return { header: null, problems: found.problems };
  const prose = documentation(words, found.spans);
  return {
    header: {
      spelling: 'pgtyped',
      name,
      offset,
      command,
      transforms: found.transforms,
      documentation: prose,
      temporary: found.temporary,
    },
    problems: [],
  };
}
