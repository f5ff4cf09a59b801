import { describe, expect, test } from 'vitest';
import { splitStatements } from '../../src/database/split-statements.ts';

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
