import { describe, expect, test } from 'vitest';
import { withoutClusterStatements } from '../../../src/database/migrations/cluster-statements.ts';
import { splitStatements } from '../../../src/database/server/split-statements.ts';
import fc from '../../support/fast-check.ts';

const split = (text: string) => splitStatements(text).map(({ start, end }) => text.slice(start, end));

describe('a script is cut where psql cuts it', () => {
  test.each<[string, string[]]>([
    ['', []],
    [' ; ;; ', []],
    ['-- only a comment', []],
    ['SELECT 1', ['SELECT 1']],
    ['SELECT 1;SELECT 2;', ['SELECT 1', 'SELECT 2']],
    ['/* a; b */ SELECT 1 -- c;\n + 2 ; -- d', ['SELECT 1 -- c;\n + 2 ']],
    [
      "SELECT ';', E'\\';', $$;$$, $a$ $$; $a$, \";\";SELECT 2",
      ["SELECT ';', E'\\';', $$;$$, $a$ $$; $a$, \";\"", 'SELECT 2'],
    ],
    [
      'CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); SELECT 3',
      ['CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)', 'SELECT 3'],
    ],
    [
      'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 1 END; END; SELECT 3',
      [
        'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 1 END; END',
        'SELECT 3',
      ],
    ],
    [
      'create or replace procedure p() begin atomic insert into t values (1); end; select 3',
      ['create or replace procedure p() begin atomic insert into t values (1); end', 'select 3'],
    ],
    ['BEGIN; SELECT 1; END; SELECT 2', ['BEGIN', 'SELECT 1', 'END', 'SELECT 2']],
    ["SELECT 'never closed; SELECT 2", ["SELECT 'never closed; SELECT 2"]],
  ])('%j', (text, expected) => {
    expect(split(text)).toEqual(expected);
  });
});

/** Pieces that a script could be made of, in any order: most of it is not SQL. */
const scripts = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ';',
        "'",
        '"',
        '$$',
        '$a$',
        '--',
        '/*',
        '*/',
        '\n',
        '\r\n',
        ' ',
        '(',
        ')',
        '\\',
        "E'",
        'x',
        '🦊',
      ),
      fc.constantFrom(
        'GRANT SELECT ON t TO nobody',
        'ALTER TABLE t OWNER TO nobody',
        'CREATE ROLE r',
        'BEGIN ATOMIC',
        'END',
      ),
      fc.string({ maxLength: 5 }),
    ),
    { maxLength: 20 },
  )
  .map((pieces) => pieces.join(''));

test('of any text the statements are in order, and one does not reach into the next', () => {
  fc.assert(
    fc.property(scripts, (text) => {
      let last = 0;
      for (const { start, end } of splitStatements(text)) {
        expect(start).toBeGreaterThanOrEqual(last);
        expect(end).toBeGreaterThan(start);
        last = end;
      }
      expect(last).toBeLessThanOrEqual(text.length);
    }),
  );
});

test('of any text what is omitted leaves blanks, and every other character in its place', () => {
  fc.assert(
    fc.property(scripts, fc.boolean(), (text, disposable) => {
      const { sql } = withoutClusterStatements(text, { roles: new Set(), disposable });
      expect(sql.length).toBe(text.length);
      for (let i = 0; i < text.length; i++) if (sql[i] !== text[i]) expect(sql[i]).toBe(' ');
      expect(sql.replaceAll(/[^\r\n]/g, ' ')).toBe(text.replaceAll(/[^\r\n]/g, ' '));
    }),
  );
});
