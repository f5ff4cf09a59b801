import pc from 'picocolors';
import { describe, expect, test } from 'vitest';
import { layOutExcerpt, renderDiagnostic } from '../../src/cli/print-diagnostics.ts';
import { displayPath, escapeControlChars } from '../../src/cli/terminal.ts';
import { type Diagnostic, diagnostic } from '../../src/diagnostic.ts';

const plain = { colors: pc.createColors(false), root: '/project', cwd: '/project' };

function render(known: Partial<Diagnostic> & { readonly message: string }): string {
  return renderDiagnostic(diagnostic({ code: 'ND3001', ...known }), plain);
}

describe('renderDiagnostic', () => {
  test('shows the place, the line with a caret, the SQLSTATE and the hint', () => {
    const text = render({
      file: 'queries/cars.sql',
      line: 12,
      column: 12,
      message: 'column "mak" does not exist',
      sqlstate: '42703',
      hint: 'Perhaps you meant to reference the column "cars.make".',
      excerpt: 'SELECT id, mak FROM cars',
    });
    expect(text).toBe(
      [
        'queries/cars.sql:12:12: error ND3001: column "mak" does not exist',
        '  12 | SELECT id, mak FROM cars',
        '     |            ^^^',
        '  SQLSTATE 42703',
        '  hint: Perhaps you meant to reference the column "cars.make".',
      ].join('\n'),
    );
  });

  test('omits what is not known', () => {
    expect(render({ message: 'no database' })).toBe('error ND3001: no database');
    expect(render({ file: 'a.sql', message: 'is empty' })).toBe('a.sql: error ND3001: is empty');
    expect(render({ file: 'a.sql', line: 3, excerpt: 'SELECT', message: 'odd' })).toBe(
      'a.sql:3: error ND3001: odd\n  3 | SELECT',
    );
  });

  test('indents the further lines of a message and of a hint', () => {
    expect(render({ message: 'first\nsecond', hint: 'do this\nor that\n' })).toBe(
      'error ND3001: first\n  second\n  hint: do this\n  or that',
    );
  });

  test('puts the caret under the place after tabs and wide characters', () => {
    const excerpt = "\tSELECT '日本', x";
    const text = render({ file: 'a.sql', line: 1, column: excerpt.indexOf('x') + 1, excerpt, message: 'm' });
    expect(text.split('\n').slice(1)).toEqual(["  1 |     SELECT '日本', x", '    |                    ^']);
  });

  const underlined = (excerpt: string, from: string, end?: Diagnostic['end']) => {
    const column = excerpt.indexOf(from) + 1;
    const found = { file: 'a.sql', line: 1, column, excerpt, message: 'm', ...(end && { end }) };
    const [, line = '', carets = ''] = render(found).split('\n');
    return line.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1);
  };

  test('underlines the word, the literal or the operator', () => {
    const cases: Readonly<Record<string, string>> = {
      mak: 'mak',
      'public."Odd ""name".x': 'public."Odd ""name".x',
      größe: 'größe',
      "'it''s here'": "'it''s here'",
      ':id': ':id',
      '@name': '@name',
      '<>': '<>',
      '/* @name A */': '/* @name A */',
      '(': '(',
    };
    for (const [from, expected] of Object.entries(cases)) {
      expect(underlined(`SELECT ${from} (1) FROM cars`, from)).toBe(expected);
    }
  });

  test('underlines as far as the diagnostic says, and on its first line only', () => {
    const excerpt = 'SELECT a + b FROM cars';
    expect(underlined(excerpt, 'a +', { line: 1, column: 13 })).toBe('a + b');
    expect(underlined(excerpt, 'FROM', { line: 3, column: 2 })).toBe('FROM cars');
  });

  test('puts the caret behind the line where the statement ends too early', () => {
    const text = render({ file: 'a.sql', line: 1, column: 8, excerpt: 'SELECT ', message: 'm' });
    expect(text.split('\n').slice(1)).toEqual(['  1 | SELECT', '    |        ^']);
  });

  test('colours nothing but what it adds', () => {
    const colors = pc.createColors(true);
    const text = renderDiagnostic(diagnostic({ code: 'ND3001', message: 'm', hint: 'h' }), {
      ...plain,
      colors,
    });
    const url = new URL('../../docs/errors.md#nd3001', import.meta.url).href;
    const link = `\u001b]8;;${url}\u001b\\ND3001\u001b]8;;\u001b\\`;
    expect(text).toBe(`${colors.red('error')} ${link}: m\n  ${colors.cyan('hint:')} h`);
  });

  test('lets no escape sequence from a file reach the terminal', () => {
    const hostile = '\u001b[31m\u009b2J\u202e';
    const text = render({
      file: `${hostile}.sql`,
      line: 1,
      column: 1,
      excerpt: hostile,
      message: hostile,
      hint: hostile,
    });
    for (const character of '\u001b\u009b\u202e') expect(text).not.toContain(character);
    expect(text).toContain('\\u001b[31m\\u009b2J\\u202e');
  });
});

describe('layOutExcerpt', () => {
  const line = `${'a, '.repeat(100)}HERE, ${'b, '.repeat(100)}`;
  test('cuts a long line on both sides of the place', () => {
    const { text, caret } = layOutExcerpt(line, line.indexOf('HERE') + 1);
    expect(text.length).toBeLessThanOrEqual(100);
    expect(text.slice(caret)).toMatch(/^HERE/);
    expect(text).toMatch(/^….*…$/);
  });

  test('keeps what fits at the beginning and at the end', () => {
    expect(layOutExcerpt(line, 1)).toEqual({
      text: `${line.slice(0, 99)}…`,
      caret: 0,
      underlined: 1,
    });
    const end = layOutExcerpt(line.trimEnd(), line.trimEnd().length);
    expect(end.text).toBe(`…${line.trimEnd().slice(-99)}`);
    expect(end.text.slice(end.caret)).toBe(',');
  });

  test('never cuts a character in half', () => {
    const emoji = '👍🏽'.repeat(600);
    const { text } = layOutExcerpt(emoji, 1201);
    expect(Buffer.from(text).toString()).toBe(text);
    expect(text.replaceAll('👍🏽', '')).toMatch(/^….{0,4}…$/u);
  });

  test('looks only at the surroundings of the place', () => {
    const { text, caret } = layOutExcerpt(`${'x'.repeat(5_000_000)}HERE${'x'.repeat(5_000_000)}`, 5_000_001);
    expect(text).toHaveLength(100);
    expect(text.slice(caret)).toMatch(/^HERE/);
  });
});

describe('shownPath', () => {
  test('is relative to where the user is, otherwise to the project', () => {
    expect(displayPath('queries/a.sql', { root: '/w/app', cwd: '/w' })).toBe('app/queries/a.sql');
    expect(displayPath('queries/a.sql', { root: '/w/app', cwd: '/w/app/queries' })).toBe('a.sql');
    expect(displayPath('queries/a.sql', { root: '/w/app', cwd: '/elsewhere' })).toBe('queries/a.sql');
  });
});

test('visible keeps line feeds and everything that can be seen', () => {
  expect(escapeControlChars('Zürich 日本 👍🏽\n')).toBe('Zürich 日本 👍🏽\n');
  expect(escapeControlChars('\r\u0007\u2028')).toBe('\\u000d\\u0007\\u2028');
});
