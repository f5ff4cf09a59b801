import { parseSQLFile } from '@pgtyped/parser';
import { describe, expect, it } from 'vitest';
import { readStatements } from '../../src/sql/read.ts';

/** What is read, with the names, errors and warnings told apart. */
function read(text: string, pgtyped: boolean) {
  const { statements, diagnostics, warnings } = readStatements('q.sql', text, { pgtyped });
  const said = (all: typeof diagnostics) =>
    all.map(({ line, column, message }) => `${line}:${column} ${message}`);
  return {
    sql: statements.map(({ sql }) => sql),
    errors: said(diagnostics),
    warnings: said(warnings),
  };
}

describe('a @param that the statement does not use', () => {
  const text = '/* @name A\n   @param ids -> (...) */\nSELECT 1 AS a;\n';
  const message = '2:11 @param ids: the statement does not use :ids.';

  it('is a mistake', () => {
    expect(read(text, false)).toEqual({ sql: [], errors: [message], warnings: [] });
  });

  it('is a warning if PgTyped runs it with a warning', () => {
    expect(read(text, true)).toEqual({ sql: ['SELECT 1 AS a'], errors: [], warnings: [message] });
    const { queries, events } = parseSQLFile(text);
    expect(queries.map(({ name }) => name)).toEqual(['A']);
    expect(events).toMatchObject([{ type: 1, message: { text: expect.stringContaining('"ids"') } }]);
  });
});

describe('an operator with "!" behind a parameter', () => {
  it.each([
    [':a != 5', '$1 != 5'],
    [":a !~ 'x'", "$1 !~ 'x'"],
    [":a\n!~~ 'x'", "$1\n!~~ 'x'"],
  ])('%j is read as written, and PgTyped reads something else', (written, sql) => {
    const text = `/* @name A */\nSELECT 1 AS one WHERE ${written};\n`;
    const ours = read(text, true);
    expect(ours).toMatchObject({ sql: [`SELECT 1 AS one WHERE ${sql}`], errors: [] });
    expect(ours.warnings).toEqual([expect.stringContaining('2:23 PgTyped reads the "!" after :a as a mark')]);
    expect(read(text, false)).toEqual({ ...ours, warnings: [] });
    // What @pgtyped/runtime replaces by $1 reaches up to the "!".
    const { a = 0, b = 0 } = parseSQLFile(text).queries[0]?.params[0]?.codeRefs.used[0] ?? {};
    expect(text.slice(a - 1, b + 1)).toMatch(/^:a\s!$/);
  });

  it.each([':a <> 5', ':a! <> 5', '5 != :a', ':a! != 5', ':a OR NOT (:a ~ :a)'])(
    '%j is read alike by both',
    (written) => {
      expect(read(`/* @name A */\nSELECT 1 AS one WHERE ${written};\n`, true).warnings).toEqual([]);
    },
  );
});
