import type { Header } from './header.ts';
import type { Comment } from './leading-comments.ts';
import type { Problem } from './problem.ts';
import type { SourceStatement } from './source-statement.ts';

const EXAMPLE = '/* @name GetCar :maybe */ SELECT * FROM cars WHERE id = :id;';

/** A file with no statement and nothing to complain of. */
export const EMPTY: Problem = {
  offset: 0,
  message: 'No query in this file.',
  hint: `Write one, for example ${EXAMPLE}`,
};

/**
 * What to say of statements without headers.
 * @param annotated whether the file has any header: if it has none, once is enough
 */
export function headerless(problems: readonly Problem[], annotated: boolean): readonly Problem[] {
  const [first] = problems;
  if (annotated || first === undefined) return problems;
  const hint = `Put a header above each statement, for example ${EXAMPLE}`;
  return [{ offset: first.offset, message: 'No statement in this file has a name.', hint }];
}

/** @param previous the header of the statement directly above, if nothing but white space lies between */
export function withoutHeader(
  text: string,
  body: SourceStatement,
  comments: readonly Comment[],
  previous: Header | null,
): Problem {
  const offset = body.start;
  if (previous !== null) {
    const hint = 'A header names one statement: give this one its own, or remove the ";" above it.';
    return { offset, message: `A second statement under the header of ${previous.name}.`, hint };
  }
  const buried = comments.some((comment) => text.slice(comment.start, comment.end).includes('@name'));
  const hint = buried
    ? '@name must start a line of the comment.'
    : `Write one above it, for example ${EXAMPLE.split(' */')[0]} */`;
  return { offset, message: 'A statement without a header.', hint };
}

export function secondOfName(header: Header, line: number): Problem {
  return {
    offset: header.offset,
    message: `A second query named ${header.name}.`,
    hint: `The first is on line ${line}. Names are unique within a file.`,
  };
}

export function stopped(offset: number): Problem {
  return {
    offset,
    message: 'Reading stopped here: too many quotes and comments are not closed.',
    hint: 'Close those named above first.',
  };
}
