import { parseSQLFile } from '@pgtyped/parser';
import { describe, expect, it } from 'vitest';
import { fileOffset, parameterUses, placeholder } from '../../src/sql/postgres-text.ts';
import { readStatements } from '../../src/sql/read.ts';
import type { Statement } from '../../src/sql/statement.ts';
import fc from '../support/fast-check.ts';
import {
  concat,
  type Fragment,
  gaps,
  type Planted,
  tameFragments,
  tameGaps,
  wideFragments,
} from './support/fragments.ts';

interface File {
  readonly text: string;
  readonly statements: readonly {
    readonly name: string;
    readonly start: number;
    readonly end: number;
    readonly planted: readonly Planted[];
  }[];
}

/** A file of statements made of tokens, with the places of all that must be found in it. */
function file(fragments: fc.Arbitrary<Fragment>, gaps: fc.Arbitrary<string>): fc.Arbitrary<File> {
  const gap = gaps.map((text): Fragment => ({ text, planted: [] }));
  const statement = fc
    .array(fc.tuple(gap, fragments), { minLength: 1, maxLength: 12 })
    .map((all) => concat([{ text: 'SELECT', planted: [] }, ...all.flat()]));
  return fc.array(fc.tuple(gap, statement, gap), { minLength: 1, maxLength: 4 }).map((all) => {
    const statements: File['statements'][number][] = [];
    let text = '';
    all.forEach(([before, { text: sql, planted }, after], index) => {
      text += `/* @name Q${index} */${before.text}`;
      const start = text.length;
      text += sql;
      statements.push({
        name: `Q${index}`,
        start,
        end: text.length,
        planted: planted.map((one) => ({ ...one, start: one.start + start, end: one.end + start })),
      });
      text += `${after.text};\n`;
    });
    return { text, statements };
  });
}

function found(statement: Statement): readonly Planted[] {
  return parameterUses(statement).map(({ param, start, end }) => ({
    name: statement.params[param]?.name ?? '',
    start,
    end,
  }));
}

describe('files of random tokens', () => {
  const files = file(wideFragments, gaps);

  it('have exactly the parameters that were planted', () => {
    fc.assert(
      fc.property(files, ({ text, statements }) => {
        const read = readStatements('q.sql', text);
        expect(read.diagnostics).toEqual([]);
        expect(read.statements.map(({ name }) => name)).toEqual(statements.map(({ name }) => name));
        expect(read.statements.map(found)).toEqual(statements.map(({ planted }) => planted));
        expect(read.statements.map(({ body }) => body)).toEqual(
          statements.map(({ start, end }) => text.slice(start, end)),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('are copied run by run, and every place of the text maps back', () => {
    fc.assert(
      fc.property(files, ({ text }) => {
        for (const statement of readStatements('q.sql', text).statements) {
          const { sql, copied, parts, params } = statement;
          for (const run of copied) {
            expect(sql.slice(run.sql, run.sql + run.length)).toBe(
              text.slice(run.file, run.file + run.length),
            );
            for (let at = 0; at < run.length; at += 1)
              expect(fileOffset(statement, run.sql + at)).toBe(run.file + at);
          }
          const uses = parameterUses(statement);
          expect(copied).toHaveLength(uses.length + 1);
          uses.forEach((use, index) => {
            const from = (copied[index]?.sql ?? 0) + (copied[index]?.length ?? 0);
            const to = copied[index + 1]?.sql ?? 0;
            for (let at = from; at < to; at += 1) expect(fileOffset(statement, at)).toBe(use.start);
          });
          const texts = parts.map((part) => {
            const param = typeof part === 'number' ? params[part] : undefined;
            return param === undefined ? String(part) : placeholder(param);
          });
          expect(texts.join('')).toBe(sql);
          expect(parts.map((part) => typeof part)).toEqual(
            parts.map((_, index) => (index % 2 === 0 ? 'string' : 'number')),
          );
          expect(parts.length % 2).toBe(1);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('number their parameters in order of first use', () => {
    fc.assert(
      fc.property(files, ({ text }) => {
        for (const { params, parts } of readStatements('q.sql', text).statements) {
          const used = parts.filter((part) => typeof part === 'number');
          expect([...new Set(used)]).toEqual(params.map((_, index) => index));
          expect(params.map((param) => ('index' in param ? param.index : 0))).toEqual(
            params.map((_, index) => index + 1),
          );
        }
      }),
      { numRuns: 100 },
    );
  });

  it('are read by PgTyped with the same parameters, where it can read them', () => {
    fc.assert(
      fc.property(
        file(
          tameFragments,
          tameGaps.filter((gap) => !/^\s*--/.test(gap)),
        ),
        ({ text }) => {
          const theirs = parseSQLFile(text);
          expect(theirs.events).toEqual([]);
          // PgTyped counts in characters, and there is none outside the Basic Multilingual Plane here.
          const uses = theirs.queries.map(({ params }) =>
            params
              .flatMap(({ name, codeRefs }) =>
                codeRefs.used.map(({ a, b }) => ({ name, start: a - 1, end: b + 1 })),
              )
              .sort((one, other) => one.start - other.start),
          );
          expect(readStatements('q.sql', text).statements.map(found)).toEqual(uses);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('any text', () => {
  const chunks = [
    ...[
      '/*',
      '*/',
      '--',
      '\n',
      '@name ',
      '@param ',
      'A',
      'b',
      ' -> ',
      '(...)',
      '(a, b!)',
      '((a)...)',
      ':one',
      ';',
      "'",
      '"',
      '$$',
      '$t$',
    ],
    ...[
      'E',
      ':',
      ':a',
      ':a!',
      ':b?',
      '[',
      ']',
      'SELECT ',
      '\\',
      '\r\n',
      '\0',
      '😀',
      '* ',
      '-- name: X :many\n',
      '@x',
      '$1',
      'sqlc.slice(a)',
      '::',
    ],
  ];

  it('is read without throwing, and nothing is dropped silently', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...chunks), { maxLength: 40 }), (all) => {
        const text = all.join('');
        const { statements, diagnostics, warnings } = readStatements('q.sql', text);
        const said = [...diagnostics, ...warnings];
        expect(statements.length + said.length).toBeGreaterThan(0);
        for (const { line, column, excerpt } of said) {
          const lines = text.split(/\r\n|\n|\r/);
          expect(lines[(line ?? 0) - 1]).toBe(excerpt);
          expect(column).toBeLessThanOrEqual((excerpt ?? '').length + 1);
        }
        if (said.length > 0) return;
        const kept: string[] = [];
        let at = 0;
        for (const statement of statements) {
          const start = fileOffset(statement, 0);
          kept.push(text.slice(at, start));
          expect(text.slice(start, start + statement.body.length)).toBe(statement.body);
          at = start + statement.body.length;
        }
        kept.push(text.slice(at));
        for (const between of kept) expect([flat(between), nested(between)]).toContain('');
      }),
      { numRuns: 1000 },
    );
  });
});

/** What is left without white space, `;`, `--` comments and block comments that do not nest. */
function flat(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|--.*|[\s;]/g, '');
}

/** The same with block comments that nest. */
function nested(text: string): string {
  let depth = 0;
  return text.replace(/\/\*|\*\/|--.*|[\s\S]/g, (piece) => {
    if (depth === 0 && piece.startsWith('--')) return '';
    if (piece === '/*') depth += 1;
    else if (piece === '*/' && depth > 0) depth -= 1;
    else if (depth === 0 && !/[\s;]/.test(piece)) return piece;
    return '';
  });
}
