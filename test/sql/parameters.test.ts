import { describe, expect, it } from 'vitest';
import { body, written } from './support/read.ts';

const names = (sql: string, annotations = '') => body(sql, annotations).params.map(written).join(' ');

describe('a parameter is', () => {
  it.each([
    ['a colon and a name', 'SELECT :a', 'a'],
    ['between anything', 'SELECT(:a),:b+:c', 'a b c'],
    ['required with !', 'SELECT :a!, :b', 'a! b'],
    ['required if one use says so', 'SELECT :a, :a!', 'a!'],
    ['optional with ?', 'SELECT :a?, :b', 'a? b'],
    ['optional if one use says so', 'SELECT :a, :a?', 'a?'],
    ['marked before a cast', 'SELECT :a!::int, :b?::int', 'a! b?'],
    ['named like a keyword', 'SELECT :select, :constructor, :_', 'select constructor _'],
    ['named with letters of any language', 'SELECT :größe, :名前', 'größe 名前'],
    ['named up to a $', 'SELECT :a$b', 'a'],
    ['in :=', 'SELECT f(x := :a, y:=:b)', 'a b'],
    ["a slice's bound", 'SELECT x[:a : :b], x[:c:], x[:a:hi]', 'a b c'],
    ['a subscript', 'SELECT x[:a], x[1][:b], x[f(:c):2]', 'a b c'],
    ['an element', 'SELECT ARRAY[x, :a], ARRAY[[x, :b], [y, :c]]', 'a b c'],
    ['behind a keyword in a subscript', 'SELECT x[CASE WHEN :a THEN 1 ELSE :b END:2]', 'a b'],
  ])('%s', (_, sql, expected) => {
    expect(names(sql)).toBe(expected);
  });
});

describe('a parameter is not', () => {
  it.each([
    ['a cast', "SELECT a::text, 'a'::text, 1::int"],
    ['an assignment', 'SELECT f(a := b)'],
    ['a slice', 'SELECT x[1:2], x[a:b], x[a :b], x["a":b], x[a[1]:b], x[f(1):b], x[:], x[1:]'],
    ['a colon apart from the name', 'SELECT x[1: a]'],
    ['in a string', "SELECT ':a', 'it''s :a', E'\\':a', U&':a', N':a', B':a', '\\', ':a'"],
    ['in a dollar quote', 'SELECT $$ :a $$, $t$ $$ :a $$ $t$'],
    ['in a quoted identifier', 'SELECT ":a", "b"":a", U&":a"'],
    ['in a comment', 'SELECT 1 /* :a /* :a */ :a */, 2 -- :a\n, 3'],
    ['a number', 'SELECT :1'],
    ['a psql variable', 'SELECT :\'a\', :"a"'],
  ])('%s', (_, sql) => {
    expect(names(sql)).toBe('');
  });
});

describe('? behind a parameter', () => {
  it.each([
    ['SELECT :a?', 'a?'],
    ['SELECT :a?, 1', 'a?'],
    ['SELECT (:a?)', 'a?'],
    ['SELECT :a?::jsonb', 'a?'],
    ['SELECT :a? AS x', 'a?'],
    ['SELECT :a?-- x\n', 'a?'],
    ['SELECT :a?/* x */', 'a?'],
    ['SELECT x[:a?]', 'a?'],
    ['SELECT :a? || x', 'a?'],
  ])('is a mark in %s', (sql, expected) => {
    expect(names(sql)).toBe(expected);
  });

  it.each([
    ["SELECT :a ? 'k'", 'a'],
    ["SELECT :a? 'k'", 'a'],
    ["SELECT :a?'k'", 'a'],
    ['SELECT :a? :b', 'a b'],
    ['SELECT :a?:b', 'a b'],
    ['SELECT :a ?:b', 'a b'],
    ['SELECT :a?k', 'a'],
    ['SELECT :a?|k', 'a'],
    ['SELECT :a?&k', 'a'],
    ['SELECT :a?||k', 'a'],
    ['SELECT :a?-1', 'a'],
    ['SELECT :a? $$k$$', 'a'],
    ['SELECT :a? (k)', 'a'],
    ['SELECT :a? 1', 'a'],
    ['SELECT :a? "k"', 'a'],
  ])('is an operator in %s', (sql, expected) => {
    const read = body(sql);
    expect(read.params.map(written).join(' ')).toBe(expected);
    expect(read.sql).toContain('?');
  });
});

describe('the statement for Postgres', () => {
  it.each([
    ['numbers parameters in order of first use', 'SELECT :b, :a, :b', '', 'SELECT $1, $2, $1'],
    [
      'also where @param names them in another order',
      'SELECT 1 WHERE 1 IN :b AND 2 IN :a',
      '@param a -> (...) @param b -> (...)',
      'SELECT 1 WHERE 1 IN ($1) AND 2 IN ($2)',
    ],
    ['has ($n) for a list', 'SELECT 1 WHERE 1 IN :a!', '@param a -> (...)', 'SELECT 1 WHERE 1 IN ($1)'],
    [
      'keeps parentheses around a list',
      'SELECT 1 WHERE 1 IN (:a)',
      '@param a -> (...)',
      'SELECT 1 WHERE 1 IN (($1))',
    ],
    [
      'has ($n, $n+1) for an object',
      'INSERT INTO t VALUES :a, :b, :a',
      '@param a -> (x, y!) @param b -> (z)',
      'INSERT INTO t VALUES ($1, $2), ($3), ($1, $2)',
    ],
    [
      'has ($n, $n+1) for objects',
      'INSERT INTO t VALUES :a RETURNING :b',
      '@param a -> ((x, y!)...)',
      'INSERT INTO t VALUES ($1, $2) RETURNING $3',
    ],
    ['takes marks away', 'SELECT :a!, :b?', '', 'SELECT $1, $2'],
    ['keeps column marks', 'SELECT :a AS "a!", b AS "b?"', '', 'SELECT $1 AS "a!", b AS "b?"'],
    ['keeps $n apart from words', 'SELECT 1 LIMIT:a OFFSET:b', '', 'SELECT 1 LIMIT $1 OFFSET $2'],
    ['keeps $n apart from what follows', 'SELECT :a!b, :c$d', '', 'SELECT $1 b, $2 $d'],
    ['keeps $n apart from each other', 'SELECT :a:b', '', 'SELECT $1 $2'],
    ['keeps comments inside', 'SELECT /* x */ 1 -- y\n, :a', '', 'SELECT /* x */ 1 -- y\n, $1'],
    ['drops comments around', '-- x\n/* y */ SELECT 1 /* z */ -- z\n', '', 'SELECT 1'],
    ['keeps line ends', 'SELECT\r\n  1', '', 'SELECT\r\n  1'],
  ])('%s', (_, sql, annotations, expected) => {
    expect(body(sql, annotations).sql).toBe(expected);
  });

  it('is cut at the parameters', () => {
    const { parts, body: written } = body(
      'INSERT INTO t VALUES :a,:b LIMIT:c',
      '@param a -> ((x, y)...) @param b -> (...)',
    );
    expect(parts).toEqual(['INSERT INTO t VALUES ', 0, ',', 1, ' LIMIT ', 2, '']);
    expect(written).toBe('INSERT INTO t VALUES :a,:b LIMIT:c');
  });

  it('is one part without parameters', () => {
    expect(body('SELECT 1').parts).toEqual(['SELECT 1']);
  });

  it('has the slots of lists and objects numbered in one row', () => {
    const { params } = body(
      'SELECT :a, 1 IN :b, 2 IN (:c), :d',
      '@param b -> (...) @param c -> ((x!, y?)...)',
    );
    expect(params).toEqual([
      { kind: 'scalar', name: 'a', index: 1, required: null },
      { kind: 'list', name: 'b', index: 2, required: null },
      {
        kind: 'objects',
        name: 'c',
        fields: [
          { name: 'x', index: 3, required: true },
          { name: 'y', index: 4, required: false },
        ],
      },
      { kind: 'scalar', name: 'd', index: 5, required: null },
    ]);
  });
});
