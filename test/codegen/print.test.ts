import { describe, expect, it } from 'vitest';
import type { AnalysedQuery } from '../../src/analysis/analysed-query.ts';
import { header, isGenerated } from '../../src/codegen/header.ts';
import { type PrintMemo, printModules } from '../../src/codegen/print.ts';
import type { Config } from '../../src/project/config.ts';
import { array, base, column, composite, config, domain, enumType, query, value } from './support/build.ts';
import { parseModule } from './support/parse.ts';
import { int4, jobStatus, sampleQueries, text } from './support/sample.ts';

function print(queries: readonly AnalysedQuery[], known: Partial<Config> = {}) {
  return printModules({
    config: config(known),
    files: [{ file: 'queries/test.sql', output: '/app/queries/test.queries.ts', queries }],
  });
}

/** The text of the only file's module. */
function moduleOf(queries: readonly AnalysedQuery[], known: Partial<Config> = {}): string {
  const { modules, diagnostics } = print(queries, known);
  expect(diagnostics).toEqual([]);
  return modules[0]?.text ?? '';
}

/** The members of one query's row. */
function row(columns: AnalysedQuery['columns'], known: Partial<Config> = {}): Record<string, string> {
  const { interfaces } = parseModule(moduleOf([query({ name: 'q', sql: 'SELECT', columns })], known));
  const members = interfaces.get('QRow') ?? interfaces.get('IQResult') ?? [];
  return Object.fromEntries(members.map((m) => [m.name, m.type]));
}

describe('the modules of the sample', () => {
  it("for nodrift's runtime", async () => {
    const { modules, diagnostics } = printModules({
      config: config({ types: { numeric: 'decimal.js#Decimal' } }),
      files: [{ file: 'queries/cars.sql', output: '/app/queries/cars.queries.ts', queries: sampleQueries }],
    });
    expect(diagnostics).toEqual([]);
    expect(modules.map(({ path, source }) => ({ path, source }))).toEqual([
      { path: '/app/queries/cars.queries.ts', source: 'queries/cars.sql' },
      { path: '/app/queries/types.ts', source: null },
    ]);
    await expect(modules[0]?.text).toMatchFileSnapshot('fixtures/nodrift/cars.queries.ts');
    await expect(modules[1]?.text).toMatchFileSnapshot('fixtures/nodrift/types.ts');
    expect(modules.every((m) => isGenerated(m.text))).toBe(true);
  });

  it("for PgTyped's runtime", async () => {
    const { modules, diagnostics } = printModules({
      config: config({ runtime: '@pgtyped/runtime' }),
      files: [{ file: 'queries/cars.sql', output: '/app/queries/cars.queries.ts', queries: sampleQueries }],
    });
    expect(diagnostics).toEqual([]);
    await expect(modules[0]?.text).toMatchFileSnapshot('fixtures/pgtyped/cars.queries.ts');
    expect(modules).toHaveLength(1);
    expect(isGenerated(modules[0]?.text ?? '')).toBe(true);
  });
});

describe('the same input', () => {
  it('gives the same text', () => {
    expect(moduleOf(sampleQueries)).toBe(moduleOf(structuredClone(sampleQueries)));
  });

  it.each(['nodrift', '@pgtyped/runtime'] as const)(
    'gives the same text from a checkout with other line endings (%s)',
    (runtime) => {
      const crlf = structuredClone(sampleQueries).map((q) => ({
        ...q,
        statement: {
          ...q.statement,
          documentation: q.statement.documentation.replaceAll('\n', '\r\n'),
          body: q.statement.body.replaceAll('\n', '\r\n'),
          sql: q.statement.sql.replaceAll('\n', '\r\n'),
          parts: q.statement.parts.map((p) => (typeof p === 'string' ? p.replaceAll('\n', '\r\n') : p)),
        },
      }));
      expect(crlf[1]?.statement.sql).toContain('\r\n');
      expect(moduleOf(crlf, { runtime })).toBe(moduleOf(sampleQueries, { runtime }));
    },
  );
});

describe('names', () => {
  it('of two queries that are generated as one: both places are told', () => {
    const queries = [
      query({ name: 'get_car', sql: 'SELECT', line: 3 }),
      query({ name: 'other', sql: 'SELECT', line: 6 }),
      query({ name: 'GetCar', sql: 'SELECT', line: 9 }),
    ];
    const { modules, diagnostics } = print(queries);
    expect(modules).toEqual([]);
    expect(diagnostics).toEqual([
      {
        file: 'queries/test.sql',
        line: 9,
        column: 10,
        code: 'ND3012',
        message: '"GetCar" and "get_car" would both be generated as getCar.',
        hint: 'Rename one of them; the other one is in line 3.',
        sqlstate: null,
        excerpt: null,
      },
      {
        file: 'queries/test.sql',
        line: 3,
        column: 10,
        code: 'ND3012',
        message: '"GetCar" and "get_car" would both be generated as getCar.',
        hint: 'Rename one of them; the other one is in line 9.',
        sqlstate: null,
        excerpt: null,
      },
    ]);
  });

  it('that leave nothing to call a function by are refused', () => {
    expect(print([query({ name: '_1', sql: 'SELECT' })]).diagnostics).toMatchObject([
      { line: 1, message: 'The name "_1" cannot be made into a TypeScript name.' },
    ]);
  });

  it('of columns are in camelCase where the configuration says so, in the types and in the data', () => {
    const columns = [column('sold_at', text), column('_', text), column('a b', text)];
    const module = moduleOf([query({ name: 'q', sql: 'SELECT', columns })], { camelCaseColumnNames: true });
    expect(module).toContain('  soldAt: string;\n  _: string;\n  aB: string;\n');
    expect(module).toContain(
      "    ['soldAt', text, 0, 'sold_at'],\n    ['_', text, 0],\n    ['aB', text, 0, 'a b'],\n",
    );
  });

  it('of columns that become one are refused', () => {
    const columns = [column('sold_at', text), column('soldAt', text)];
    const { diagnostics } = print([query({ name: 'q', sql: 'SELECT', columns })], {
      camelCaseColumnNames: true,
    });
    expect(diagnostics).toMatchObject([
      {
        line: 1,
        message: 'Several columns of the result would be called "soldAt": "sold_at", "soldAt".',
        hint: 'Give each column a name of its own with AS.',
      },
    ]);
    expect(print([query({ name: 'q', sql: 'SELECT', columns })]).diagnostics).toEqual([]);
  });

  it('of a query that are taken: what is imported gives way', () => {
    const module = moduleOf([
      query({ name: 'text', sql: 'SELECT', columns: [column('a', text)] }),
      query({ name: 'many', sql: 'SELECT', columns: [column('a', array(text))] }),
      query({ name: 'text_row', sql: 'SELECT', columns: [column('a', enumType('text_row', ['x']))] }),
    ]);
    expect(module).toContain(
      "import { arrayWithNulls, many as many_, type NoParams, text as text_ } from 'nodrift-runtime';",
    );
    expect(module).toContain("import type { TextRow as TextRow_ } from './types.js';");
    expect(module).toContain('export const text = /* @__PURE__ */ many_<NoParams, TextRow>({');
    expect(module).toContain("['a', /* @__PURE__ */ arrayWithNulls(text_), 0]");
    expect(module).toContain('  a: TextRow_;');
  });

  it('of a broken query keep their file from being printed, not the others', () => {
    const { modules } = printModules({
      config: config(),
      files: [
        { file: 'a.sql', output: '/app/a.ts', queries: [query({ name: '_', sql: 'SELECT' })] },
        { file: 'b.sql', output: '/app/b.ts', queries: [query({ name: 'b', sql: 'SELECT' })] },
        { file: 'c.sql', output: '/app/c.ts', queries: [] },
      ],
    });
    expect(modules.map((m) => m.path)).toEqual(['/app/b.ts']);
  });
});

describe('parameters', () => {
  const params = (spec: Parameters<typeof query>[0]['params'], sql: string, known: Partial<Config> = {}) => {
    const module = moduleOf([query({ name: 'q', sql, params: spec ?? {} })], known);
    return parseModule(module).interfaces.get('QParams');
  };

  it('that may be omitted say so to exactOptionalPropertyTypes', () => {
    expect(params({ a: int4, b: value(int4, true) }, ':a? :b')).toEqual([
      { name: 'a', optional: true, type: 'number | null | undefined' },
      { name: 'b', optional: false, type: 'number | null' },
    ]);
  });

  it('that are lists take what cannot be written to, and must have an element where that is asked for', () => {
    const spec = { ids: { list: value(int4, true) }, tags: array(text) };
    expect(params(spec, ':ids :tags')?.map((p) => p.type)).toEqual([
      'readonly (number | null)[]',
      'readonly (string | null)[]',
    ]);
    expect(params(spec, ':ids :tags', { nonEmptyArrayParams: true })?.map((p) => p.type)).toEqual([
      'readonly [number | null, ...(number | null)[]]',
      'readonly (string | null)[]',
    ]);
    const rows = { rows: { objects: { id: int4 } } };
    const row = '{ readonly id: number }';
    expect(params(rows, ':rows')?.map((p) => p.type)).toEqual([`readonly ${row}[]`]);
    expect(params(rows, ':rows', { nonEmptyArrayParams: true })?.map((p) => p.type)).toEqual([
      `readonly [${row}, ...${row}[]]`,
    ]);
  });

  it('that are lists are arrays in conditions that can be omitted, too', () => {
    const one = query({ name: 'q', sql: 'SELECT 1 WHERE id IN :ids', params: { ids: { list: int4 } } });
    const condition = { needs: [0], pieces: ['id IN ', 0] };
    const optional = {
      conditions: [],
      guarded: [],
      optional: [0],
      tested: [],
      pieces: ['SELECT 1 WHERE ', condition],
    };
    const module = moduleOf([{ ...one, arrays: new Map([[0, 'int4']]), optional }]);
    expect(module).toContain("{ needs: [0], text: ['id = ANY (', 0, '::int4[])'] }");
  });

  it('that are lists name their SQL type, so that an empty one can be sent', () => {
    const spec = {
      a: { list: int4 },
      b: { list: enumType('My "status"', ['x']) },
      c: { list: base('char') },
      d: { list: base('record') },
      e: { list: array(base('citext', 'ext')) },
    };
    const module = moduleOf([query({ name: 'q', sql: ':a :b :c :d :e', params: spec })]);
    expect(module).toContain("{ name: 'a', list: int4, type: 'int4' }");
    expect(module).toContain(`{ name: 'b', list: text, type: '"public"."My ""status"""' }`);
    expect(module).toContain(`{ name: 'c', list: text, type: '"char"' }`);
    expect(module).toContain("{ name: 'd', list: record }");
    expect(module).toContain(`type: '"ext"."citext"[]' }`);
  });
});

describe('types that files share', () => {
  const sharedOf = (queries: readonly AnalysedQuery[], known: Partial<Config> = {}) =>
    print(queries, known).modules.at(-1)?.text ?? '';
  const selecting = (...types: Parameters<typeof column>[1][]) => [
    query({ name: 'q', sql: 'SELECT', columns: types.map((type, i) => column(`c${i}`, type)) }),
  ];

  it('are once, and are imported by each file', () => {
    const queries = selecting(jobStatus);
    const modulesAs = (known: Partial<Config>) =>
      printModules({
        config: config({ sharedTypes: '/app/types/db.mts', ...known }),
        files: [
          { file: 'a.sql', output: '/app/a.queries.ts', queries },
          { file: 'b.sql', output: '/app/types/b.queries.ts', queries },
          { file: 'c.sql', output: '/app/x/y/c.queries.ts', queries },
        ],
      }).modules;
    const importsOf = (found: ReturnType<typeof modulesAs>) =>
      found.map((m) => parseModule(m.text).modules.filter((name) => name.startsWith('.')));
    const modules = modulesAs({});
    expect(importsOf(modules)).toEqual([['./types/db.mjs'], ['./db.mjs'], ['../../types/db.mjs'], []]);
    expect(importsOf(modulesAs({ importExtension: 'ts' }))).toEqual([
      ['./types/db.mts'],
      ['./db.mts'],
      ['../../types/db.mts'],
      [],
    ]);
    expect(modules[3]?.text).toBe(
      `${header('the schema')}export type JobStatus = 'queued' | 'running' | 'done' | "can't";\n`,
    );
  });

  it('are called apart where two schemas have one name; the home schema keeps the short name', () => {
    const types = selecting(
      enumType('status', ['a'], 'audit'),
      enumType('status', ['b']),
      enumType('status', ['c'], 'a_b'),
      enumType('other', ['d'], 'audit'),
      enumType('kind', ['e'], 'x'),
      enumType('kind', ['f'], 'y'),
    );
    expect([...parseModule(sharedOf(types)).aliases]).toEqual([
      ['ABStatus', "'c'"],
      ['AuditStatus', "'a'"],
      ['Other', "'d'"],
      ['Status', "'b'"],
      ['XKind', "'e'"],
      ['YKind', "'f'"],
    ]);
    const { aliases } = parseModule(sharedOf(types, { searchPath: ['audit', 'public'] }));
    expect(aliases.get('Status')).toBe("'a'");
  });

  it('are never called like a global, and always something', () => {
    const types = selecting(
      enumType('date', ['a']),
      enumType('json', ['b']),
      enumType('1x', ['c']),
      enumType('_', ['d']),
    );
    expect([...parseModule(sharedOf(types)).aliases]).toEqual([
      ['Public', "'d'"],
      ['Public1x', "'c'"],
      ['PublicDate', "'a'"],
      ['PublicJson', "'b'"],
    ]);
  });

  it('are declared before they are used, composites in composites', () => {
    const inner = composite('zip_code', { code: text });
    const middle = composite('place', { zips: array(inner), at: base('timestamptz') });
    const shared = sharedOf(selecting(composite('address', { place: middle, zip: inner })));
    expect(shared).toContain(
      "export const zipCodeCodec = /* @__PURE__ */ composite([['code', text]]);\n\n" +
        'export const placeCodec = /* @__PURE__ */ composite([\n' +
        "  ['zips', /* @__PURE__ */ arrayWithNulls(zipCodeCodec)],\n" +
        "  ['at', timestamptz],\n" +
        ']);\n\n' +
        'export const addressCodec = /* @__PURE__ */ composite([\n' +
        "  ['place', placeCodec],\n" +
        "  ['zip', zipCodeCodec],\n" +
        ']);\n',
    );
  });

  it('that are not used are not there', () => {
    expect(print(selecting(int4)).modules).toHaveLength(1);
    // The enum is known by its narrower union only.
    expect(print(selecting({ type: jobStatus, nullable: false, literals: ['done'] })).modules).toHaveLength(
      1,
    );
  });

  it('import nothing that they do not use', () => {
    const shared = sharedOf(selecting(domain('level', int4, [1, 2]), jobStatus));
    expect(parseModule(shared).imports).toEqual([]);
  });

  describe('JSON structures', () => {
    const items = (structure: 'a' | 'b') =>
      column(
        'items',
        {
          type: base('jsonb'),
          nullable: structure === 'a',
          json: {
            kind: 'array',
            element: { kind: 'object', fields: [{ name: structure, value: { kind: 'number' } }] },
          },
        },
        { source: { schema: 'public', table: 'orders', column: 'items' } },
      );

    it('of a column are named by it', () => {
      const queries = [
        query({ name: 'q', sql: 'SELECT', columns: [items('a')] }),
        query({ name: 'r', sql: 'SELECT', columns: [items('a')] }),
      ];
      expect(moduleOf(queries)).toContain('  items: OrdersItems | null;\n');
      expect(sharedOf(queries)).toContain('export type OrdersItems = { a: number }[];\n');
    });

    it('that differ from query to query are in each', () => {
      const queries = [
        query({ name: 'q', sql: 'SELECT', columns: [items('a')] }),
        query({ name: 'r', sql: 'SELECT', columns: [items('b')] }),
      ];
      expect(print(queries).modules).toHaveLength(1);
      expect(moduleOf(queries)).toContain('  items: { a: number }[] | null;\n');
      expect(moduleOf(queries)).toContain('  items: { b: number }[];\n');
    });
  });
});

describe('what a value can be', () => {
  it('is a union only where equal values are spelled equally', () => {
    const literals = ['1', '2'];
    expect(
      row(
        ['text', 'varchar', 'bpchar', 'numeric', 'uuid'].map((name) =>
          column(name, { type: base(name), nullable: false, literals }),
        ),
      ),
    ).toEqual({
      text: "'1' | '2'",
      varchar: "'1' | '2'",
      bpchar: 'string',
      numeric: 'string',
      uuid: 'string',
    });
    expect(row([column('c', { type: base('citext', 'public'), nullable: false, literals })])).toEqual({
      c: 'string',
    });
  });

  it('is never anything but null where no value is possible', () => {
    expect(row([column('a', { type: text, nullable: true, literals: [] })])).toEqual({ a: 'null' });
  });

  it('is of the type that the codec gives', () => {
    const columns = [column('a', { type: base('int8'), nullable: false, literals: [1, 2] })];
    expect(row(columns)).toEqual({ a: '1n | 2n' });
    expect(row(columns, { types: { int8: 'number' } })).toEqual({ a: '1 | 2' });
    expect(row(columns, { types: { int8: 'string' } })).toEqual({ a: 'string' });
  });
});

describe('long types', () => {
  it('are broken where they do not fit', () => {
    const labels = ['one', 'two', 'three', 'four', 'five', 'six', 'seven'].map((word) => `number ${word}`);
    const columns = [
      column('a', { type: text, nullable: true, literals: labels }),
      column('b', { type: array(text), nullable: true }),
      column('c', {
        type: base('json'),
        nullable: true,
        json: {
          kind: 'array',
          element: {
            kind: 'object',
            fields: labels.map((name) => ({
              name,
              value: { kind: 'union', members: [{ kind: 'null' }, { kind: 'number' }] },
            })),
          },
        },
      }),
    ];
    expect(moduleOf([query({ name: 'q', sql: 'SELECT', columns })])).toContain(`export interface QRow {
  a:
    | 'number one'
    | 'number two'
    | 'number three'
    | 'number four'
    | 'number five'
    | 'number six'
    | 'number seven'
    | null;
  b: (string | null)[] | null;
  c: {
    'number one': number | null;
    'number two': number | null;
    'number three': number | null;
    'number four': number | null;
    'number five': number | null;
    'number six': number | null;
    'number seven': number | null;
  }[] | null;
}
`);
  });
});

describe('with what was printed before', () => {
  const file = (i: number, columns: AnalysedQuery['columns']) => ({
    file: `queries/f${i}.sql`,
    output: `/app/queries/f${i}.queries.ts`,
    queries: [query({ name: `q${i}`, sql: 'SELECT', columns })],
  });
  const plain = [column('id', value(int4))];
  const shared = [column('status', value(jobStatus))];

  it('only the module of a changed file is printed, and what the others share stays', () => {
    const files = Array.from({ length: 100 }, (_, i) => file(i, i % 10 === 0 ? shared : plain));
    const memo: PrintMemo = new Map();
    const before = printModules({ config: config(), files, memo });
    const changed = files.map((one, i) => (i === 7 ? file(7, shared) : one));
    const after = printModules({ config: config(), files: changed, memo });
    expect(after).toEqual(printModules({ config: config(), files: changed }));
    const isKept = after.modules.map((module, i) => module === before.modules[i]);
    // The last one is that of the shared types.
    expect(isKept.flatMap((kept, i) => (kept ? [] : [i]))).toEqual([7, 100]);
    const fewer = changed.filter((_, i) => i % 10 !== 0 && i !== 7);
    expect(printModules({ config: config(), files: fewer, memo })).toEqual(
      printModules({ config: config(), files: fewer }),
    );
    expect(memo.size).toBe(fewer.length);
  });

  it('all that name a shared type are printed where it is called otherwise', () => {
    const elsewhere = [column('status', value({ ...jobStatus, schema: 'other' }))];
    const memo: PrintMemo = new Map();
    const files = [file(0, elsewhere), file(1, plain)];
    printModules({ config: config(), files, memo });
    // The home schema's takes the short name.
    const both = [...files, file(2, shared)];
    const { modules } = printModules({ config: config(), files: both, memo });
    expect(modules).toEqual(printModules({ config: config(), files: both }).modules);
    expect(modules[0]?.text).toContain('OtherJobStatus');
  });

  it('what is wrong with a file is said each time', () => {
    const memo: PrintMemo = new Map();
    const twice = [...plain, ...plain];
    const files = [file(0, plain), file(1, twice)];
    for (const keepGoing of [false, true, true]) {
      const printed = printModules({ config: config(), files, keepGoing, memo });
      expect(printed).toEqual(printModules({ config: config(), files, keepGoing }));
      expect(printed.diagnostics).toHaveLength(1);
    }
  });
});
