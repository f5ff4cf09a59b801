import type { Statement } from '../sql/statement.ts';
import type { AnalysedQuery } from './analysed-query.ts';

/** The healthy queries of earlier analyses on the same schema, for statements that are there again, wherever they are. */
export interface AnalysisMemo {
  /** The query of an equal statement, at the place of this one; null: there was none. */
  get(statement: Statement): AnalysedQuery | null;
  /** Keeps these and no others. */
  keep(queries: readonly (readonly [Statement, AnalysedQuery])[]): void;
}

/** An empty memo; to be thrown away when the schema changes. */
export function createAnalysisMemo(): AnalysisMemo {
  let same = new Map<Statement, AnalysedQuery>();
  let bySql: ReadonlyMap<string, (readonly [Statement, AnalysedQuery])[]> | null = null;
  return {
    get(statement) {
      const query = same.get(statement);
      if (query !== undefined) return query;
      bySql ??= groupBySql(same);
      const alike = bySql.get(statement.sql);
      if (alike === undefined) return null;
      const key = keyOf(statement);
      const [, moved] = alike.find(([one]) => keyOf(one) === key) ?? [];
      return moved === undefined ? null : { ...moved, statement: movedTo(statement, moved.statement) };
    },
    keep(queries) {
      same = new Map(queries);
      bySql = null;
    },
  };
}

function groupBySql(
  queries: ReadonlyMap<Statement, AnalysedQuery>,
): ReadonlyMap<string, (readonly [Statement, AnalysedQuery])[]> {
  const groups = new Map<string, (readonly [Statement, AnalysedQuery])[]>();
  for (const entry of queries) {
    const group = groups.get(entry[0].sql);
    if (group === undefined) groups.set(entry[0].sql, [entry]);
    else group.push(entry);
  }
  return groups;
}

/** All of a statement but its place. */
function keyOf({ file: _file, line: _line, column: _column, offset, copied, ...rest }: Statement): string {
  return JSON.stringify([copied.map((span) => [span.sql, span.file - offset, span.length]), rest]);
}

/** An analysed statement at the place of an equal one. */
function movedTo({ file, line, column, offset }: Statement, analysed: Statement): Statement {
  const by = offset - analysed.offset;
  const copied = analysed.copied.map((span) => ({ ...span, file: span.file + by }));
  return { ...analysed, file, line, column, offset, copied };
}
