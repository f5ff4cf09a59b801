import { type Header, readHeader } from './header.ts';
import type { Comment } from './leading-comments.ts';
import type { Problem } from './problem.ts';

/** What the comments above a statement say, if any of them is annotated. */
export interface HeaderComments {
  /** Null where the header is broken; `problems` then says how. */
  readonly header: Header | null;
  /** Whether its statement can be returned. */
  readonly healthy: boolean;
  readonly problems: readonly Problem[];
}

/**
 * Reads the comments above a statement. The header may be anywhere among them; the others are
 * ignored, as PgTyped ignores them, be they before the first query or between a header and its
 * statement. Null where no comment is annotated.
 */
export function readHeaderComments(text: string, comments: readonly Comment[]): HeaderComments | null {
  const problems: Problem[] = [];
  let annotated = false;
  let header: Header | null = null;
  let healthy = true;
  for (const comment of comments) {
    const reading = readHeader(text, comment);
    for (const problem of reading.problems) problems.push(problem);
    if (reading.header !== null) {
      if (header !== null) problems.push(withoutStatement(header));
      header = reading.header;
    }
    annotated ||= reading.header !== null || reading.problems.length > 0;
    healthy &&= reading.problems.length === 0;
  }
  return annotated ? { header, healthy, problems } : null;
}

export function withoutStatement(header: Header): Problem {
  return {
    offset: header.offset,
    message: `The header of ${header.name} has no statement.`,
    hint: 'Write the statement below its header, or remove the header.',
  };
}
