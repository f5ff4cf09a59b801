import { describe, expect, it } from 'vitest';
import { endOfSpace, readToken } from '../../src/sql/lexer.ts';

/** All tokens of a text, as `kind text`. */
function tokens(text: string): readonly string[] {
  const all: string[] = [];
  for (let at = endOfSpace(text, 0); at < text.length; ) {
    const { kind, start, end, closed } = readToken(text, at);
    expect(start).toBe(at);
    all.push(`${kind}${closed ? '' : ' (open)'} ${text.slice(start, end)}`);
    at = endOfSpace(text, end);
  }
  return all;
}

describe('the lexer', () => {
  it.each<[string, readonly string[]]>([
    ['a B_1 c$d größe 名前', ['word a', 'word B_1', 'word c$d', 'word größe', 'word 名前']],
    [
      '1 2.5 1e5 0xFF 1_000',
      ['number 1', 'number 2', 'other .', 'number 5', 'number 1e5', 'number 0xFF', 'number 1_000'],
    ],
    ["'' 'a' 'a''b' '\\'", ["string ''", "string 'a'", "string 'a''b'", "string '\\'"]],
    [
      "E'a\\'b' e'\\\\' E'''' E'a''\\''",
      ["string E'a\\'b'", "string e'\\\\'", "string E''''", "string E'a''\\''"],
    ],
    ["E'a'\n'\\'b'", ["string E'a'\n'\\'b'"]],
    ["E'a' -- c\n -- d\n '\\'b'", ["string E'a' -- c\n -- d\n '\\'b'"]],
    ["E'a' '\\'", ["string E'a'", "string '\\'"]],
    [
      "B'1' x'F' n'a' U&'\\0061' u&\"a\"\"b\"",
      ["string B'1'", "string x'F'", "string n'a'", "string U&'\\0061'", 'quoted identifier u&"a""b"'],
    ],
    [
      "eE'a' u'a' u &'a'",
      ['word eE', "string 'a'", 'word u', "string 'a'", 'word u', 'operator &', "string 'a'"],
    ],
    ['"a" "a""b" "a\\"', ['quoted identifier "a"', 'quoted identifier "a""b"', 'quoted identifier "a\\"']],
    ['$$ a $$ $t$ $$ $u$ $t$', ['dollar-quoted string $$ a $$', 'dollar-quoted string $t$ $$ $u$ $t$']],
    ['$$$$ $ü$$ü$', ['dollar-quoted string $$$$', 'dollar-quoted string $ü$$ü$']],
    ['$a$ $$a$', ['dollar-quoted string $a$ $$a$']],
    [
      '$1 $12a $ $a $1$',
      [
        'positional $1',
        'positional $12',
        'word a',
        'other $',
        'other $',
        'word a',
        'positional $1',
        'other $',
      ],
    ],
    ['a$$b$$', ['word a$$b$$']],
    [':: := : :a :::', ['cast ::', 'assignment :=', 'colon :', 'colon :', 'word a', 'cast ::', 'colon :']],
    ['( ) [ ] , ; . {', ['( (', ') )', '[ [', '] ]', ', ,', '; ;', 'other .', 'other {']],
    [
      '+ ->> @> <= ?| |/ !~~*',
      [
        'operator +',
        'operator ->>',
        'operator @>',
        'operator <=',
        'operator ?|',
        'operator |/',
        'operator !~~*',
      ],
    ],
    ['+--a\n-', ['operator +', 'line comment --a', 'operator -']],
    ['*/*a*/*', ['operator *', 'block comment /*a*/', 'operator *']],
    ['/* /* */ */ /**/ /*/ */', ['block comment /* /* */ */', 'block comment /**/', 'block comment /*/ */']],
    ['--\r\n--a\r--b', ['line comment --', 'line comment --a', 'line comment --b']],
    ["'a", ["string (open) 'a"]],
    ["E'a\\'", ["string (open) E'a\\'"]],
    ["E'a\\", ["string (open) E'a\\"]],
    ['"a', ['quoted identifier (open) "a']],
    ['$a$ $$', ['dollar-quoted string (open) $a$ $$']],
    ['/* /* */', ['block comment (open) /* /* */']],
  ])('%j', (text, expected) => {
    expect(tokens(text)).toEqual(expected);
  });

  it.each([...' \t\n\v\f\r'])('%j is white space', (space) => {
    expect(tokens(`${space}a${space}${space}b${space}`)).toEqual(['word a', 'word b']);
  });

  it('takes other spaces for letters, as Postgres does', () => {
    expect(tokens('a\u00A0b')).toEqual(['word a\u00A0b']);
  });
});
