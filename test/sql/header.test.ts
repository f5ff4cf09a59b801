import { describe, expect, it } from 'vitest';
import { body, statement, statements, written } from './support/read.ts';

const first = (header: string) => statement(`${header}\nSELECT :x::text AS x;`);

describe('the name', () => {
  it.each([
    ['in a block comment', '/* @name GetCar */'],
    ['on its own line', '/*\n  @name GetCar\n*/'],
    ['on the next line', '/* @name\n GetCar\n*/'],
    ['in a line comment', '-- @name GetCar'],
    ['in a line comment without a blank', '--@name GetCar'],
    ['indented', '    --   @name   GetCar   '],
    ['after prose lines', '/* Finds a car.\n @name GetCar */'],
    ['in a decorated comment', '/**\n * @name GetCar\n */'],
    ['after an ordinary comment', '-- All about cars\n\n/* and more */\n-- @name GetCar'],
    ['before an ordinary comment', '/* @name GetCar */\n-- not yet ready\n/* really */'],
    ['with CRLF', '/*\r\n  @name GetCar\r\n*/\r'],
    ['after a byte order mark', '\uFEFF/* @name GetCar */'],
  ])('%s', (_, header) => {
    const { name, command, documentation, sql } = first(header);
    expect({ name, command, sql }).toEqual({ name: 'GetCar', command: null, sql: 'SELECT $1::text AS x' });
    expect(['', 'Finds a car.']).toContain(documentation);
  });

  it('has its place in the file', () => {
    const text =
      '\uFEFF/* @name A */ SELECT 1;\r\n\r\n-- cars\r\n--  @name B\r\nSELECT 2;\n/*\n@name C */ SELECT 3;';
    const places = statements(text).map(({ name, offset, line, column }) => ({
      name,
      at: text[offset],
      line,
      column,
    }));
    expect(places).toEqual([
      { name: 'A', at: 'A', line: 1, column: 10 },
      { name: 'B', at: 'B', line: 4, column: 11 },
      { name: 'C', at: 'C', line: 7, column: 7 },
    ]);
  });

  it('is not looked for in the comments inside a statement', () => {
    expect(body('SELECT 1 /* see @name */ AS a -- the @name of\n, 2 AS b').sql).toContain('see @name');
  });
});

describe('the command', () => {
  it.each(['one', 'maybe', 'many', 'exec', 'execrows'])(':%s', (command) => {
    expect(first(`/* @name GetCar :${command} */`).command).toBe(command);
    expect(first(`-- @name GetCar:${command}`).command).toBe(command);
  });

  it('is on the line of the name', () => {
    const { command, documentation } = first('/* @name GetCar\n :one */');
    expect({ command, documentation }).toEqual({ command: null, documentation: ':one' });
  });

  it.each(['one', 'maybe'])(':%s! is the author asserting at most one row', (command) => {
    const pgtyped = statement(`/* @name A :${command}! */ SELECT 1;`);
    const sqlc = statement(`-- name: A :${command}!\nSELECT 1;`);
    for (const read of [pgtyped, sqlc]) expect(read).toMatchObject({ command, assertedSingleRow: true });
    expect(statement(`/* @name A :${command} */ SELECT 1;`).assertedSingleRow).toBe(false);
  });

  it('may be followed by annotations and prose', () => {
    const read = statement('/* @name A :many @param ids -> (...) All of them. */ SELECT 1 WHERE 1 IN :ids;');
    expect(read).toMatchObject({ command: 'many', documentation: 'All of them.' });
    expect(read.params.map(written)).toEqual(['ids(...)']);
  });
});

describe('the documentation', () => {
  it.each([
    ['none', '/* @name A */', ''],
    ['one line', '/* @name A\n   Finds a car. */', 'Finds a car.'],
    ['behind the annotations', '/* @name A :one  Finds a car.  */', 'Finds a car.'],
    [
      'around the annotations',
      '/*\n Before.\n @name A\n\n After.\n\n Last.\n*/',
      'Before.\n\nAfter.\n\nLast.',
    ],
    [
      'indentation that is not shared',
      '/*\n  @name A\n  List:\n    - one\n    - two\n*/',
      'List:\n  - one\n  - two',
    ],
    ['line comments', '-- @name A\n-- Finds\n--   a car.\n--', 'Finds\n  a car.'],
    ['line comments with CRLF', '-- @name A\r\n-- Finds\r\n-- a car.\r', 'Finds\na car.'],
    ['decoration', '/**\n * @name A\n * Finds\n *\n * - a car\n */', 'Finds\n\n- a car'],
    ['stars that are no decoration', '/*\n@name A\n* one\n* two\nthree\n*/', '* one\n* two\nthree'],
    [
      'other tags',
      '/* @name A\n @deprecated use B\n @see C\n @note D */',
      '@deprecated use B\n@see C\n@note D',
    ],
    ['CRLF', '/*\r\n @name A\r\n Finds\r\n a car.\r\n*/', 'Finds\na car.'],
    [
      'addresses',
      '/* @name A\n https://a.org/b:c?d=:e;f bob@param.org src/*.sql */',
      'https://a.org/b:c?d=:e;f bob@param.org src/*.sql',
    ],
    ['marks of the language', '/* @name A\n it\'s :x "y" $1 $$ ; -- z */', 'it\'s :x "y" $1 $$ ; -- z'],
    ['nested comments', '/* @name A /* inside */ after */', '/* inside */ after'],
    ['a mention of @param', '/* @name A\n see @param below */', 'see @param below'],
  ])('%s', (_, header, expected) => {
    expect(first(header).documentation).toBe(expected);
  });

  it('does not take in a comment behind the statement before', () => {
    const text = '-- @name A\nSELECT 1; -- done\n-- @name B\nSELECT 2; -- done';
    expect(statements(text).map(({ documentation }) => documentation)).toEqual(['', '']);
  });

  it('does not take in a comment that an empty line parts from the header', () => {
    expect(first('-- Cars\n-- ====\n\n-- @name A\n-- Finds one.').documentation).toBe('Finds one.');
  });
});

describe('@param', () => {
  it.each([
    ['x -> (...)', 'SELECT 1 WHERE 1 IN :x', 'x(...)'],
    ['x->(...)', 'SELECT 1 WHERE 1 IN :x', 'x(...)'],
    ['x -> (a)', 'INSERT INTO t VALUES :x', 'x(a)'],
    ['x -> (a, b!)', 'INSERT INTO t VALUES :x', 'x(a, b!)'],
    ['x -> ( a ,b ! , c?, )', 'INSERT INTO t VALUES :x', 'x(a, b!, c?)'],
    ['x -> ((a, b!)...)', 'INSERT INTO t VALUES :x', 'x((a, b!)...)'],
    ['x\n->\n(\n(\na,\nb!,\n)\n...\n)\n', 'INSERT INTO t VALUES :x', 'x((a, b!)...)'],
    ['x -> (größe)', 'INSERT INTO t VALUES :x', 'x(größe)'],
    ['x -> (...) @param y -> (...)', 'SELECT 1 WHERE 1 IN :y AND 2 IN :x!', 'y(...) x!(...)'],
  ])('%s', (annotation, sql, expected) => {
    expect(body(sql, `@param ${annotation}`).params.map(written).join(' ')).toBe(expected);
  });

  it.each([
    ['x!', 'SELECT :x', 'x!'],
    ['x?', 'SELECT :x, :y', 'x? y'],
    ['x? Prose.', 'SELECT :x', 'x?'],
    ['x! @param y?', 'SELECT :x, :y', 'x! y?'],
    ['x!', 'SELECT :x!', 'x!'],
    ['x! -> (...)', 'SELECT 1 WHERE 1 IN :x', 'x!(...)'],
    ['x?->(...)', 'SELECT 1 WHERE 1 IN :x', 'x?(...)'],
    ['x! -> (a?, b)', 'INSERT INTO t VALUES :x', 'x(a?, b)'],
  ])('%s', (annotation, sql, expected) => {
    expect(body(sql, `@param ${annotation}`).params.map(written).join(' ')).toBe(expected);
  });

  it('marks what sqlc spells', () => {
    const read = statement('-- name: A :many\n-- @param x!\n-- @param y?\nSELECT @x, sqlc.arg(y);');
    expect(read.params.map(written)).toEqual(['x!', 'y?']);
  });

  it('is prose where a sentence mentions a mark', () => {
    const read = statement('/* @name A\n see @param x! below */\nSELECT :x;');
    expect(read.params.map(written)).toEqual(['x']);
  });

  it('over several line comments', () => {
    const read = statement('-- @name A\n-- @param x -> (\n--   a,\n--   b!)\nINSERT INTO t VALUES :x;');
    expect(read.params.map(written)).toEqual(['x(a, b!)']);
    expect(read.documentation).toBe('');
  });

  it('in a decorated comment', () => {
    const read = statement(
      '/**\n * @name A\n * @param x -> (\n *   a,\n *   b!)\n */\nINSERT INTO t VALUES :x;',
    );
    expect(read.params.map(written)).toEqual(['x(a, b!)']);
  });

  it('behind prose', () => {
    const read = statement(
      '/* @name A Finds by ids, @param ids -> (...) that is. */ SELECT 1 WHERE 1 IN :ids;',
    );
    expect(read.params.map(written)).toEqual(['ids(...)']);
  });
});

describe('a slash and star in prose', () => {
  it('opens no comment where nothing closes it', () => {
    const text = '/* @name A  from src/*.sql */\nSELECT 1;\n/* @name B  from lib/*.sql */\nSELECT 2;';
    expect(statements(text).map(({ name, documentation }) => [name, documentation])).toEqual([
      ['A', 'from src/*.sql'],
      ['B', 'from lib/*.sql'],
    ]);
  });
});
