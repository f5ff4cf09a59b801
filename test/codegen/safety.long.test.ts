import { describe, expect, it } from 'vitest';
import type { AnalysedQuery } from '../../src/analysis/analysed-query.ts';
import { docComment } from '../../src/codegen/comment.ts';
import { header, isGenerated } from '../../src/codegen/header.ts';
import { sqlLiteral, stringLiteral } from '../../src/codegen/literal.ts';
import { printModules } from '../../src/codegen/print.ts';
import fc from '../support/fast-check.ts';
import { array, base, column, composite, config, domain, enumType, query, value } from './support/build.ts';
import { evaluateModule, parseModule } from './support/parse.ts';

const evil = fc.constantFrom(
  '*/',
  '/*',
  '//',
  '`',
  '$' + '{',
  '}',
  '\\',
  "'",
  '"',
  '\n',
  '\r',
  '\r\n',
  '\r\r\n',
  '\u2028',
  '\u2029',
  '\ud800',
  '\udc00',
  '\u202e',
  '\0',
  '\t',
  '@ts-ignore',
  '@ts-expect-error',
  '@ts-nocheck',
  '__proto__',
  'constructor',
  'prototype',
  '</script>',
  '<!--',
  '\ufeff',
  '1',
  ' ',
  '$1',
);
const text = fc
  .array(fc.oneof(evil, evil, fc.string({ unit: 'binary', maxLength: 3 }), fc.string({ maxLength: 3 })), {
    maxLength: 6,
  })
  .map((parts) => parts.join(''));

/** The JavaScript value of a literal. */
function evaluated(literal: string): unknown {
  return new Function(`return ${literal};`)();
}

describe('literals', () => {
  it('have the value that they were made of', () => {
    fc.assert(
      fc.property(text, (s) => {
        expect(evaluated(stringLiteral(s))).toBe(s);
        expect(evaluated(sqlLiteral(s))).toBe(s);
      }),
      { numRuns: 3000 },
    );
  });

  it('show everything that is in them', () => {
    fc.assert(
      fc.property(text, (s) => {
        expect(stringLiteral(s)).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
        expect(sqlLiteral(s).replaceAll('\n', '')).not.toMatch(
          /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u,
        );
      }),
    );
  });

  it.each([
    ['plain', "'plain'"],
    ["it's", '"it\'s"'],
    [`it's "it"`, `'it\\'s "it"'`],
    ['a\u2028b\ud800', "'a\\u2028b\\ud800'"],
  ])('%j is %s', (s, literal) => expect(stringLiteral(s)).toBe(literal));

  it('writes SQL of several lines so that it can be read', () => {
    const sql = "SELECT `a`, '$" + "{b}', E'\\n'\nFROM t\nWHERE x = $1";
    expect(sqlLiteral(sql)).toBe("`SELECT \\`a\\`, '\\$" + "{b}', E'\\\\n'\nFROM t\nWHERE x = $1`");
  });
});

describe('comments', () => {
  it('end where they are meant to', () => {
    fc.assert(
      fc.property(text, (s) => {
        const { kinds } = parseModule(`${header(s)}${docComment(s, '')}export const a = 1;\n`);
        expect(kinds).toEqual(['VariableStatement']);
        expect(isGenerated(header(s))).toBe(true);
        expect(header(s).split(/[\n\r\u2028\u2029]/)).toHaveLength(header('a.sql').split('\n').length);
        expect(docComment(s, '')).not.toMatch(/@ts-(ignore|expect-error|nocheck)/);
      }),
      { numRuns: 200 },
    );
  });

  it('are not there where there is nothing to say', () => {
    expect(docComment('', '')).toBe('');
    expect(docComment(' \n\n', '')).toBe('');
  });

  it('can be as long as a file of 10 MB', () => {
    const long = 'x'.repeat(10_000_000);
    expect(docComment(long, '')).toBe(`/** ${long} */\n`);
    expect(docComment(`${long}\n*/`, '')).toBe(`/**\n * ${long}\n * *\\/\n */\n`);
  });
});

const names = fc.uniqueArray(text, { minLength: 1, maxLength: 4 });

/** Queries all of whose texts come from a stranger. */
const queries = fc
  .record({
    file: text,
    documentation: text,
    sql: text,
    comment: text,
    columns: names,
    fields: names,
    labels: names,
    schema: text,
    type: text,
    literal: text,
    json: text,
    params: fc.uniqueArray(fc.stringMatching(/^[a-z_]{1,8}$/), { minLength: 1, maxLength: 3 }),
  })
  .map(({ params, ...given }) => {
    const status = enumType(given.type, given.labels, given.schema);
    const address = composite(
      given.type,
      given.fields.map((field) => [field, base('text')] as const),
      `${given.schema}2`,
    );
    const kinds = [
      status,
      address,
      array(status),
      array(address),
      domain(given.type, base('text'), [given.literal], `${given.schema}3`),
      value({ type: base('text'), nullable: true, literals: [given.literal, 'b'] }),
      value({
        type: base('jsonb'),
        nullable: false,
        json: {
          kind: 'object',
          fields: [{ name: given.json, value: { kind: 'literal', value: given.json } }],
        },
      }),
    ];
    const first = query({
      name: 'First',
      file: given.file,
      documentation: given.documentation,
      sql: `${given.sql.replaceAll(':', '')} ${params.map((p) => `:${p}`).join(', ')} ${given.sql}`,
      params: Object.fromEntries(params.map((p, i) => [p, i === 0 ? { list: status } : base('text')])),
      columns: given.columns.flatMap((name) =>
        kinds.map((kind, i) =>
          column(`${name}${i || ''}`, kind, {
            comment: given.comment,
            source: i === 6 ? { schema: given.schema, table: given.type, column: name } : null,
          }),
        ),
      ),
    });
    const second = query({
      name: 'second',
      file: given.file,
      sql: given.sql,
      params: {},
      columns: [column('plain', base('int4'))],
    });
    return { given, queries: [first, second] as const };
  })
  // Two different names made the same by a number behind them are the test's own fault.
  .filter(({ queries: [first] }) => new Set(first.columns.map((c) => c.name)).size === first.columns.length);

function columnNames(query: AnalysedQuery): string[] {
  return query.columns.map((c) => c.name);
}

describe('modules made of texts from strangers', () => {
  it("for nodrift's runtime: nothing breaks out, everything arrives", () => {
    fc.assert(
      fc.property(queries, ({ given, queries: [first, second] }) => {
        const { modules, diagnostics } = printModules({
          config: config(),
          files: [{ file: given.file, output: '/app/queries/a.queries.ts', queries: [first, second] }],
        });
        expect(diagnostics).toEqual([]);
        const [module, shared] = modules.map((m) => m.text);
        const parsed = parseModule(module ?? '');
        expect(parsed.kinds.filter((kind) => kind !== 'ImportDeclaration')).toEqual([
          'InterfaceDeclaration',
          'InterfaceDeclaration',
          'VariableStatement',
          'InterfaceDeclaration',
          'VariableStatement',
        ]);
        expect(parsed.modules).toEqual(['nodrift-runtime', './types.js']);
        expect(parsed.values).toEqual(['first', 'second']);
        expect(parsed.interfaces.get('FirstRow')?.map((m) => m.name)).toEqual(columnNames(first));
        expect(new Set(parsed.imports).size).toBe(parsed.imports.length);

        const definition = evaluateModule(module ?? '').get('first') as {
          file: string;
          sql: (string | number)[];
          columns: [string, unknown][];
        };
        expect(definition.file).toBe(given.file);
        expect(definition.columns.map(([name]) => name)).toEqual(columnNames(first));
        const sql = first.statement.parts.map((p) =>
          typeof p === 'string' ? p.replaceAll('\r\n', '\n') : p,
        );
        expect(definition.sql).toEqual(sql.filter((p) => p !== ''));

        const types = parseModule(shared ?? '');
        expect(new Set(types.kinds)).toEqual(
          new Set(['ImportDeclaration', 'InterfaceDeclaration', 'TypeAliasDeclaration', 'VariableStatement']),
        );
        const labels = [...types.aliases.values()].map(unionMembers);
        expect(labels).toContainEqual([...new Set(given.labels)]);
        expect(labels).toContainEqual([given.literal]);
        expect([...types.interfaces.values()].map((members) => members.map((m) => m.name))).toEqual([
          given.fields,
        ]);
        const codecs = [...evaluateModule(shared ?? '').values()] as [string, unknown][][];
        expect(codecs.map((fields) => fields.map(([name]) => name))).toEqual([given.fields]);
      }),
      { numRuns: 60 },
    );
  });

  it("for PgTyped's runtime: nothing breaks out, everything arrives", () => {
    fc.assert(
      fc.property(queries, ({ given, queries: [first, second] }) => {
        const { modules, diagnostics } = printModules({
          config: config({ runtime: '@pgtyped/runtime' }),
          files: [{ file: given.file, output: '/app/queries/a.queries.ts', queries: [first, second] }],
        });
        expect(diagnostics).toEqual([]);
        expect(modules).toHaveLength(1);
        const text = modules[0]?.text ?? '';
        const parsed = parseModule(text);
        expect(parsed.values).toEqual(['first', 'second']);
        expect(parsed.modules).toEqual(['@pgtyped/runtime']);
        expect(parsed.interfaces.get('IFirstResult')?.map((m) => m.name)).toEqual(columnNames(first));
        expect([...parsed.aliases.values()].map(unionMembers)).toContainEqual([...given.labels].sort());
        const { ir } = evaluateModule(text).get('first') as { ir: { statement: string } };
        expect(ir.statement).toBe(expectedStatement(first));
      }),
      { numRuns: 60 },
    );
  });
});

function expectedStatement({ statement: { parts, params } }: AnalysedQuery): string {
  return parts
    .map((part) => (typeof part === 'string' ? part.replaceAll('\r\n', '\n') : `:${params[part]?.name}`))
    .join('');
}

/** The values of a union of string literals; null for any other type. */
function unionMembers(type: string): unknown {
  try {
    return new Function(`return [${type.replace(/^\s*\|/, '').split(/\s+\|\s+(?=['"])/)}];`)();
  } catch {
    return null;
  }
}
