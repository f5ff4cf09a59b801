import { fileOffset } from '../sql/postgres-text.ts';
import { resultItems } from '../sql/result-list.ts';
import type { Statement } from '../sql/statement.ts';
import type { StatementProblem } from './statement-problem.ts';

/**
 * Where the columns of a result are written in the file, by their indexes; nothing where that is unknown.
 * @param columns how many the server has described
 */
export function resultPosition(
  statement: Statement,
  columns: number,
): (column: number) => Pick<StatementProblem, 'offset' | 'end'> {
  let items: ReturnType<typeof resultItems> | undefined;
  return (column) => {
    if (items === undefined) items = resultItems(statement.sql);
    const item = items?.length === columns ? items[column] : undefined;
    if (item === undefined) return {};
    const [offset, end] = [fileOffset(statement, item.start), fileOffset(statement, item.end)];
    // What a star represents has the place of the star.
    return end > offset ? { offset, end } : { offset };
  };
}
