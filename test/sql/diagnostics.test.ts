import { describe, expect, it } from 'vitest';
import { readStatements } from '../../src/sql/read.ts';
import { faults } from './support/read.ts';

/** The names of the statements that a text still gives, and its faults. */
function read(text: string): readonly [names: readonly string[], faults: readonly string[]] {
  return [readStatements('q.sql', text).statements.map(({ name }) => name), faults(text)];
}

const EXAMPLE = '/* @name GetCar :maybe */ SELECT * FROM cars WHERE id = :id;';
const ONE = 'Write one above it, for example /* @name GetCar :maybe */';
const NAME = 'A name is letters, digits and _, and does not start with a digit.';
const COMMANDS = 'The commands are :one, :maybe, :many, :exec and :execrows.';
const PARAM =
  'Write @param ids -> (...) for a list, @param car -> (make, model!) for an object, @param cars -> ((make, model!)...) for a list of objects, or @param make! or @param make? to mark one value.';
const CLOSE = 'before the next header or the end of the file.';

describe('a diagnostic', () => {
  it('has the place, the line and what to do', () => {
    expect(
      readStatements('queries/cars.sql', '-- x\r\n/* @name A */ SELECT :a,\r\n  $1;\r\n').diagnostics,
    ).toEqual([
      {
        file: 'queries/cars.sql',
        line: 3,
        column: 3,
        code: 'ND2023',
        message: '$1: a statement with :name parameters has no positional ones.',
        hint: 'Name these, too, such as :p1 for $1:\nSELECT :a,\r\n  :p1;',
        excerpt: '  $1;',
        sqlstate: null,
      },
    ]);
  });

  it('is in the order of the file', () => {
    const text =
      '/* @name A */ SELECT 1; SELECT 2; /* @name A */ SELECT 3; SELECT $1; /* @nmae B */ SELECT 4;';
    const columns = readStatements('q.sql', text).diagnostics.map(({ column }) => column);
    expect(columns).toEqual([25, 44, 59, 73]);
  });

  it('counts columns in UTF-16 code units, a byte order mark as none', () => {
    expect(faults('\uFEFF/* 😀 */ SELECT 1;')[0]).toMatch(/^1:10 /);
  });
});

describe('files without queries', () => {
  const empty = `1:1 No query in this file. | Write one, for example ${EXAMPLE}`;
  it.each(['', '\n\n', '-- a comment only', '/* a comment only */', ';;', '\uFEFF'])('%j', (text) => {
    expect(read(text)).toEqual([[], [empty]]);
  });

  it('without annotations', () => {
    expect(read('-- all cars\nSELECT 1;\nSELECT :a; SELECT $1')).toEqual([
      [],
      [
        `2:1 No statement in this file has a name. | Put a header above each statement, for example ${EXAMPLE}`,
      ],
    ]);
  });
});

describe('headers', () => {
  it.each<[string, string, readonly string[], string]>([
    [
      '@param only',
      '/* @param ids -> (...) */ SELECT 1 WHERE 1 IN :ids;',
      [],
      '1:4 A comment with @param but no @name. | Write @name and @param into one comment, above the statement.',
    ],
    [
      '@param beside the header',
      '/* @name A */\n-- @param ids -> (...)\nSELECT 1 WHERE 1 = :ids;',
      [],
      '2:4 A comment with @param but no @name. | Write @name and @param into one comment, above the statement.',
    ],
    ['misspelt @name', '/* @nmae A */ SELECT 1;', [], '1:4 Unknown annotation @nmae. | Did you mean @name?'],
    ['@Name', '-- @Name A\nSELECT 1;', [], '1:4 Unknown annotation @Name. | Did you mean @name?'],
    [
      'misspelt @param',
      '/* @name A\n @parm ids -> (...) */ SELECT 1;',
      [],
      '2:2 Unknown annotation @parm. | Did you mean @param?',
    ],
    ['no name', '/* @name */ SELECT 1;', [], `1:9 @name without a name. | ${NAME}`],
    [
      'prose on the line after an empty @name',
      '/* @name\n Finds a car */ SELECT 1;',
      [],
      `1:9 @name without a name. | ${NAME}`,
    ],
    [
      'not an identifier',
      '/* @name get-car */ SELECT 1;',
      [],
      `1:10 "get-car" is not a valid query name. | ${NAME}`,
    ],
    ['a digit first', '/* @name 1st */ SELECT 1;', [], `1:10 "1st" is not a valid query name. | ${NAME}`],
    [
      'unknown command',
      '/* @name A :onee */ SELECT 1;',
      [],
      `1:12 Unknown command ":onee". | Did you mean ":one"? ${COMMANDS}`,
    ],
    [
      'unknown command, nothing near',
      '/* @name A :first */ SELECT 1;',
      [],
      `1:12 Unknown command ":first". | ${COMMANDS}`,
    ],
    [
      'no command behind the colon',
      '/* @name A : one */ SELECT 1;',
      [],
      `1:12 Unknown command ":". | ${COMMANDS}`,
    ],
    [
      'two names',
      '/* @name A\n @name B */ SELECT 1;',
      [],
      '2:2 A second @name in one header. | Write one header for each statement.',
    ],
    [
      'two queries of one name',
      '/* @name A */ SELECT 1;\n/* @name A */ SELECT 2;',
      ['A'],
      '2:10 A second query named A. | The first is on line 1. Names are unique within a file.',
    ],
    [
      'no statement at the end',
      '/* @name A */ SELECT 1;\n/* @name B */\n-- end',
      ['A'],
      '2:10 The header of B has no statement. | Write the statement below its header, or remove the header.',
    ],
    [
      'no statement before the next',
      '/* @name A */\n/* @name B */ SELECT 1;',
      ['B'],
      '1:10 The header of A has no statement. | Write the statement below its header, or remove the header.',
    ],
    [
      'an empty statement',
      '/* @name A */ ; /* @name B */ SELECT 1;',
      ['B'],
      '1:10 The header of A has no statement. | Write the statement below its header, or remove the header.',
    ],
    [
      '@name amid a line',
      '/* @name A */ SELECT 1;\n/* finds it, @name B */ SELECT 2;',
      ['A'],
      '2:25 A statement without a header. | @name must start a line of the comment.',
    ],
  ])('%s', (_, text, names, fault) => {
    expect(read(text)).toEqual([names, [fault]]);
  });
});

describe('@param', () => {
  it.each<[string, string]>([
    ['', '1:15 @param: expected the name of a parameter, found the end of the comment.'],
    [':ids -> (...)', '1:19 @param: expected the name of a parameter, found ":ids".'],
    ['ids', '1:19 @param ids: expected "->", "!" or "?", found the end of the comment.'],
    ['ids the ids to find', '1:23 @param ids: expected "->", "!" or "?", found "the".'],
    ['ids = (...)', '1:23 @param ids: expected "->", "!" or "?", found "=".'],
    ['ids -> ...', '1:26 @param ids: expected "(", found "...".'],
    ['ids -> [...]', '1:26 @param ids: expected "(", found "[...]".'],
    ['ids -> ()', '1:27 @param ids: expected "...", "(" or the name of a field, found ")".'],
    ['ids -> (...', '1:31 @param ids: expected ")", found the end of the comment.'],
    ['row -> (a; b)', '1:28 @param row: expected "," or ")", found ";".'],
    ['row -> (a b)', '1:29 @param row: expected "," or ")", found "b)".'],
    ['row -> (a, , b)', '1:30 @param row: expected the name of a field, found ",".'],
    ['rows -> ((a, b))', '1:34 @param rows: expected "...", found ")".'],
    ['rows -> ((a, b)...', '1:38 @param rows: expected ")", found the end of the comment.'],
    ['rows -> (())', '1:29 @param rows: expected the name of a field, found "))".'],
  ])('%s', (annotation, message) => {
    const [names, [fault]] = read(`/* @name A    @param ${annotation} */ SELECT :ids, :row, :rows;`);
    expect(names).toEqual([]);
    expect(fault?.replace(/^1:\d+ /, '')).toBe(`${message.replace(/^1:\d+ /, '')} | ${PARAM}`);
  });

  it.each<[string, string, string]>([
    [
      'bad syntax has its place',
      '/* @name A\n @param ids -> [...] */ SELECT :ids;',
      `2:16 @param ids: expected "(", found "[...]". | ${PARAM}`,
    ],
    [
      'a field twice',
      '/* @name A @param x -> (a, b, a) */ INSERT INTO t VALUES :x;',
      '1:31 @param x: the field a occurs twice. | Name each field once.',
    ],
    [
      'a field of a bad name',
      '/* @name A @param x -> (a, __proto__!) */ INSERT INTO t VALUES :x;',
      '1:28 @param x: "__proto__" is not a valid name of a field. | As a key of an object literal it sets the prototype, so that the value would never arrive: use another name.',
    ],
    [
      'a parameter twice',
      '/* @name A @param x -> (a) @param x -> (...) */ INSERT INTO t VALUES :x;',
      '1:35 A second @param x in one header. | Describe each parameter once.',
    ],
    [
      'not used',
      '/* @name A @param ids -> (...) */ SELECT 1;',
      '1:19 @param ids: the statement does not use :ids. | Write :ids where its value belongs, or remove the line.',
    ],
    [
      'not used, but a similar one',
      '/* @name A @param carIds -> (...) */ SELECT :carId;',
      '1:19 @param carIds: the statement does not use :carIds. | Did you mean carId?',
    ],
  ])('%s', (_, text, fault) => {
    expect(read(text)).toEqual([[], [fault]]);
  });
});

describe('statements', () => {
  it.each<[string, string, readonly string[], readonly string[]]>([
    [
      'without a header between others',
      '/* @name A */ SELECT 1;\n-- more\nSELECT 2;\n/* @name B */ SELECT 3;',
      ['A', 'B'],
      [`3:1 A statement without a header. | ${ONE}`],
    ],
    [
      'without a header before others',
      'SELECT 2;\n/* @name B */ SELECT 3;',
      ['B'],
      [`1:1 A statement without a header. | ${ONE}`],
    ],
    [
      'two under one header',
      '/* @name A */\nSELECT 1;\nSELECT 2;\nSELECT 3',
      ['A'],
      [
        '3:1 A second statement under the header of A. | A header names one statement: give this one its own, or remove the ";" above it.',
        '4:1 A second statement under the header of A. | A header names one statement: give this one its own, or remove the ";" above it.',
      ],
    ],
    [
      'without ; before the next header',
      '/* @name A */ SELECT 1 -- one\n/* @name B */ SELECT 2;',
      ['B'],
      ['1:23 The statement of A does not end before the next header. | End it with ";".'],
    ],
    [
      'without ; before a decorated header',
      '/* @name A */ SELECT 1\n/**\n * @name B\n */\nSELECT 2;',
      ['B'],
      ['1:23 The statement of A does not end before the next header. | End it with ";".'],
    ],
    [
      'without ; before a line header',
      '-- @name A\nSELECT 1\n-- @name B\nSELECT 2',
      ['B'],
      ['2:9 The statement of A does not end before the next header. | End it with ";".'],
    ],
    [
      'positional',
      '/* @name A */ SELECT $1, :a, $12;/* @name B */ SELECT $2, $1;',
      ['B'],
      [
        '1:22 $1: a statement with :name parameters has no positional ones. | Name these, too, such as :p1 for $1, :p12 for $12:\nSELECT :p1, :a, :p12;',
      ],
    ],
    [
      'a NUL',
      '/* @name A */ SELECT \0 1;/* @name B */ SELECT 3;',
      ['B'],
      ['1:22 A NUL character in a statement. | Remove it: Postgres cannot store it.'],
    ],
    [
      'a NUL in a string',
      "/* @name A */ SELECT '\0';",
      [],
      ['1:23 A NUL character in a statement. | Remove it: Postgres cannot store it.'],
    ],
  ])('%s', (_, text, names, expected) => {
    expect(read(text)).toEqual([names, expected]);
  });
});

describe('unterminated', () => {
  it.each<[string, string, readonly string[], string]>([
    ['string', "/* @name A */ SELECT 'a;", [], `1:22 Unterminated string. | Close it with ' ${CLOSE}`],
    [
      'escape string',
      "/* @name A */ SELECT E'a\\';",
      [],
      `1:22 Unterminated string. | Close it with ' ${CLOSE}`,
    ],
    [
      'quoted identifier',
      '/* @name A */ SELECT "a;',
      [],
      `1:22 Unterminated quoted identifier. | Close it with " ${CLOSE}`,
    ],
    [
      'dollar quote',
      '/* @name A */ SELECT $$ $a$;',
      [],
      `1:22 Unterminated dollar-quoted string. | Close it with $$ ${CLOSE}`,
    ],
    [
      'tagged dollar quote',
      '/* @name A */ SELECT $a$ $$ ;',
      [],
      `1:22 Unterminated dollar-quoted string. | Close it with $a$ ${CLOSE}`,
    ],
    [
      'comment',
      '/* @name A */ SELECT 1 /* /* */;',
      [],
      `1:24 Unterminated block comment. | Close it with */ (comments nest: each /* inside needs its own) ${CLOSE}`,
    ],
    [
      'comment above a statement',
      '/* @name A */ SELECT 1; /* end',
      ['A'],
      `1:25 Unterminated block comment. | Close it with */ (comments nest: each /* inside needs its own) ${CLOSE}`,
    ],
    [
      'header',
      '/* @name A  SELECT 1;\n/* @name B */ SELECT 2;',
      ['B'],
      `1:1 Unterminated block comment. | Close it with */ (comments nest: each /* inside needs its own) ${CLOSE}`,
    ],
    [
      'string before other queries',
      "/* @name A */ SELECT 'a;\n/* @name B */ SELECT 'b';\n-- @name C\nSELECT 'c';",
      ['B', 'C'],
      `1:22 Unterminated string. | Close it with ' ${CLOSE}`,
    ],
    [
      'string that another query closes',
      "/* @name A */ SELECT 'a;\n/* @name B */ SELECT 1;\n/* @name C */ SELECT 'c",
      ['B'],
      `1:22 Unterminated string. | Close it with ' ${CLOSE}`,
    ],
    [
      'dollar quote before other queries',
      '/* @name A */ SELECT $x$a;\n/* @name B */ SELECT 2;',
      ['B'],
      `1:22 Unterminated dollar-quoted string. | Close it with $x$ ${CLOSE}`,
    ],
    [
      'comment before other queries',
      '/* @name A */ SELECT 1 /* a;\n-- @name B\nSELECT 2;',
      ['B'],
      `1:24 Unterminated block comment. | Close it with */ (comments nest: each /* inside needs its own) ${CLOSE}`,
    ],
  ])('%s', (_, text, names, fault) => {
    const [found, [first]] = read(text);
    expect([found, first]).toEqual([names, fault]);
  });

  it('ends reading where too much is', () => {
    const text = Array.from({ length: 30 }, (_, n) => `/* @name A${n} */ SELECT $a${n}$;\n`).join('');
    const [names, found] = read(text);
    expect(names).toEqual([]);
    expect(found).toHaveLength(21);
    expect(found.at(-1)).toBe(
      '21:1 Reading stopped here: too many quotes and comments are not closed. | Close those named above first.',
    );
  });
});

describe('parameters', () => {
  it.each<[string, string, string]>([
    [
      'marked both ways',
      '/* @name A */ SELECT :a!, :a?;',
      '1:27 :a is marked both ! (never null) and ? (may be omitted). | Use one mark for all places of a parameter.',
    ],
    [
      'marked ! in the header and ? in the text',
      '/* @name A @param a! */ SELECT :a, :a?;',
      '1:36 :a is marked both ! (never null) and ? (may be omitted). | Use one mark for all places of a parameter.',
    ],
    [
      'marked ? in the header and ! in the text',
      '/* @name A @param a? -> (...) */ SELECT 1 WHERE 1 IN :a!;',
      '1:54 :a is marked both ! (never null) and ? (may be omitted). | Use one mark for all places of a parameter.',
    ],
    [
      'marked in the header and not used',
      '/* @name A @param b? */ SELECT :a;',
      '1:19 @param b: the statement does not use :b. | Write :b where its value belongs, or remove the line.',
    ],
    [
      'marked in the header and a list',
      '/* @name A @param a! */ SELECT 1 WHERE 1 IN :a;',
      '1:45 IN :a needs a list, but the header does not declare one. | Add to the header: @param a! -> (...)',
    ],
    [
      'an object that the header marks as one that may be left out',
      '/* @name A @param x? -> (a, b!) */ INSERT INTO t VALUES :x;',
      '1:19 :x? is an object, which cannot be omitted. | Mark its fields instead: (a?, b?)',
    ],
    [
      'an object that may be left out',
      '/* @name A @param x -> (a, b!) */ INSERT INTO t VALUES :x?;',
      '1:56 :x? is an object, which cannot be omitted. | Mark its fields instead: (a?, b?)',
    ],
    [
      '!=',
      '/* @name A */ SELECT :a!=1;',
      '1:22 ":a!=" can be read in two ways. | Write ":a !=" for the operator or ":a! =" for a parameter that is not null.',
    ],
    [
      '!~',
      '/* @name A */ SELECT :a!~1;',
      '1:22 ":a!~" can be read in two ways. | Write ":a !~" for the operator or ":a! ~" for a parameter that is not null.',
    ],
    [
      '__proto__',
      '/* @name A */ SELECT :__proto__;',
      '1:22 "__proto__" is not a valid parameter name. | As a key of an object literal it sets the prototype, so that the value would never arrive: use another name.',
    ],
    [
      'a name of other characters',
      '/* @name A */ SELECT :a€;',
      '1:22 "a€" is not a valid parameter name. | A name is letters, digits and _, and does not start with a digit.',
    ],
    [
      'IN without a list',
      '/* @name A */ SELECT 1 IN :a;',
      '1:27 IN :a needs a list, but the header does not declare one. | Add to the header: @param a -> (...)',
    ],
    [
      'VALUES without a list',
      '/* @name A */ INSERT INTO t VALUES :a;',
      '1:36 VALUES :a needs a list, but the header does not declare one. | Add to the header: @param a -> ((column, ...)...)',
    ],
    [
      'a list here and one value there',
      '/* @name A */ SELECT 1 IN :a AND 2 = :a;',
      '1:27 IN :a needs a list, but elsewhere :a is one value. | Use two parameters, and describe the list in the header: @param a -> (...)',
    ],
    [
      'a list as one value',
      '/* @name A @param a -> (...) */ SELECT 1 IN :a AND 2 = :a;',
      '1:56 :a is a list by its @param, but is used here as one value. | Write IN :a, or use a parameter of another name for one value.',
    ],
    [
      'a list under a cast',
      '/* @name A @param a -> (...) */ SELECT :a ::int[];',
      '1:40 :a is a list by its @param, but is used here as one value. | Write IN :a, or use a parameter of another name for one value.',
    ],
    [
      'a list in ANY',
      '/* @name A @param a -> (...) */ SELECT 1 = ANY (:a);',
      '1:49 :a is a list by its @param, but is used here as one value. | Remove the @param line to pass one array, or write IN :a.',
    ],
    [
      'a list behind ALL',
      '/* @name A @param a -> (...) */ SELECT 1 = ALL :a;',
      '1:48 :a is a list by its @param, but is used here as one value. | Remove the @param line to pass one array, or write IN :a.',
    ],
  ])('%s', (_, text, fault) => {
    expect(read(text)).toEqual([[], [fault]]);
  });

  it.each([
    '/* @name A @param a -> (...) */ SELECT (1, 2) = :a',
    '/* @name A @param a -> (...) */ SELECT 1 NOT IN :a',
    '/* @name A @param a -> (...) */ SELECT 1 IN (:a)',
    '/* @name A @param a -> (...) */ SELECT coalesce :a',
    '/* @name A @param a -> ((x, y)...) */ SELECT (1, 2) IN (:a)',
    '/* @name A @param a -> (x, y) */ SELECT col = :a',
    '/* @name A */ SELECT position(:a IN :b)',
    '/* @name A */ SELECT 1 = ANY(:a), 2 = ALL (:a)',
  ])('but not: %s', (text) => {
    expect(read(text)).toEqual([['A'], []]);
  });
});
