import { describe, expect, it } from 'vitest';
import { fileOffset, parameterUses, sqlOffsetOfPosition } from '../../src/sql/postgres-text.ts';
import { statement } from './support/read.ts';

const text = '-- @name A\n-- @param ids -> (...)\nSELECT :a!, 😀 WHERE 1 IN :ids LIMIT:a;\n';
const read = statement(text);

describe('fileOffset', () => {
  it.each([
    ['SELECT', 'SELECT'],
    ['ELECT', 'ELECT'],
    ['$1, ', ':a!'],
    ['1, ', ':a!'],
    [', ', ', 😀'],
    ['😀', '😀'],
    ['WHERE', 'WHERE'],
    ['($2)', ':ids'],
    ['$2)', ':ids'],
    [')', ':ids LIMIT'],
    [' LIMIT', ' LIMIT'],
    [' $1', ':a;'],
  ])('%j is %j', (sql, file) => {
    const at = sql === ' $1' ? read.sql.lastIndexOf(sql) : read.sql.indexOf(sql);
    expect(fileOffset(read, at)).toBe(text.lastIndexOf(file));
  });

  it('is the place of the last parameter at the end, and past it', () => {
    const { length } = read.sql;
    expect(fileOffset(read, length - 1)).toBe(text.lastIndexOf(':a'));
    expect(fileOffset(read, length)).toBe(text.lastIndexOf(';'));
    expect(fileOffset(read, length + 100)).toBe(text.lastIndexOf(';'));
  });

  it('is the start of the statement at 0, also where a parameter is there', () => {
    expect(fileOffset(read, 0)).toBe(text.indexOf('SELECT'));
    expect(fileOffset(statement('/* @name A */ :a'), 0)).toBe(14);
  });
});

describe('sqlOffsetOfPosition', () => {
  it.each([
    ['abc', 1, 0],
    ['abc', 3, 2],
    ['abc', 4, 3],
    ['abc', 100, 3],
    ['a😀b', 2, 1],
    ['a😀b', 3, 3],
    ['😀😀b', 3, 4],
    ['ü\r\nb', 4, 3],
    ['', 1, 0],
    ['abc', 0, 0],
  ])('of %j at %i is %i', (sql, position, offset) => {
    expect(sqlOffsetOfPosition(sql, position)).toBe(offset);
  });
});

describe('parameterUses', () => {
  it('names each place with its marks', () => {
    const found = parameterUses(read).map(({ param, start, end }) => [param, text.slice(start, end)]);
    expect(found).toEqual([
      [0, ':a!'],
      [1, ':ids'],
      [0, ':a'],
    ]);
  });

  it('parts parameters that touch', () => {
    const { sql, ...rest } = statement('/* @name A */ SELECT :a:b');
    expect(parameterUses({ sql, ...rest })).toEqual([
      { param: 0, start: 21, end: 23 },
      { param: 1, start: 23, end: 25 },
    ]);
  });
});
