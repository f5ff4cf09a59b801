import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SchemaForm, schemaForms } from '../../src/project/config.ts';
import { type Analysed, analysed } from '../support/analysed.ts';
import fc, { type Arbitrary } from '../support/fast-check.ts';
import { majors } from '../support/postgres.ts';
import { makeProject } from '../support/project.ts';
import { conditionCases, conditionTables, isKnownTo } from './support/condition-cases.ts';
import { generatedSchemas, issuesOf } from './support/generated-schemas.ts';

const schema = `
  CREATE TYPE mood AS ENUM ('sad', 'ok', 'it''s fine');
  CREATE DOMAIN short AS varchar(3) CHECK (VALUE <> 'abc');
  CREATE TABLE kinds (
    small int2, whole int4, big int8, single float4, double float8, exact numeric, price numeric(5, 2), hundreds numeric(3, 0),
    free text, four varchar(4), padded char(3), id uuid, mood mood, code short, at timestamptz, doc jsonb, texts varchar(2)[],
    flag boolean,
    positive int4 CONSTRAINT is_positive CHECK (positive > 0),
    year int4 CONSTRAINT a_year CHECK (year BETWEEN 1900 AND 2100 OR year = -1),
    wide int8 CONSTRAINT is_wide CHECK (wide <> 5 AND NOT (wide > 100)),
    kind text CONSTRAINT a_kind CHECK (kind IN ('a', 'b') OR kind IS NULL),
    title varchar(5) CONSTRAINT a_title CHECK (length(btrim(title)) > 0 AND title <> 'nope'),
    least int4, most int4, CONSTRAINT in_order CHECK (least <= most),
    sure boolean, CONSTRAINT is_sure CHECK (sure IS NOT FALSE OR least IS NOT NULL),
    slug text CONSTRAINT is_slug CHECK (lower(slug) = slug)
  );
  CREATE TABLE tasks (
    id int4 GENERATED ALWAYS AS IDENTITY, owner_id int8 NOT NULL, title text NOT NULL, done boolean NOT NULL DEFAULT false,
    notes text, twice int4 GENERATED ALWAYS AS (1) STORED
  );
  CREATE TABLE pgmigrations (id int4);`;

const near = (...bounds: readonly number[]) =>
  fc.tuple(fc.constantFrom(...bounds), fc.integer({ min: -2, max: 2 })).map(([bound, by]) => bound + by);
const characters = fc.constantFrom('a', 'é', '😀', ' ', '\ud800', '\0', '\n', 'b');
const text = (most: number) => fc.array(characters, { maxLength: most }).map((all) => all.join(''));
const digits = fc.stringMatching(/^ ?[+-]?(0|9|99|999|9999|12)?(\.(9|99|994|995|9949|0|005)?)?(e-?[0-3])?$/);
const number = fc.oneof(
  digits,
  fc.constantFrom('NaN', 'Infinity', '-inf', '1e400000', '0e-20000', '', '.', '999.995', '-999.994'),
);
const float = fc.oneof(
  fc.double(),
  fc.constantFrom(
    3.4028234663852886e38,
    3.4028235677973366e38,
    3.402823567797337e38,
    7.0064923216241e-46,
    7.006492321624085e-46,
    1e-45,
    Number.NaN,
  ),
);
const integers = near(-32768, 32767, -2147483648, 2147483647, 0, 1900, 2100);
const number8 = fc
  .bigInt({ min: -3n, max: 3n })
  .chain((by) => fc.constantFrom(-(2n ** 63n) + by, 2n ** 63n - 1n + by, 100n + by, by + 5n));

/** By column, values that it may take or not. */
const values: Readonly<Record<string, Arbitrary<unknown>>> = {
  small: integers,
  whole: integers,
  big: number8,
  single: float,
  double: float,
  exact: number,
  price: number,
  hundreds: number,
  free: text(3),
  four: text(6),
  padded: text(5),
  id: fc.constantFrom(
    '{00000000-0000-4000-8000-00000000000A}',
    '0'.repeat(32),
    '0000-'.repeat(7),
    `${'0000-'.repeat(7)}0000`,
    '',
  ),
  mood: fc.constantFrom('sad', 'ok', "it's fine", 'OK', ''),
  code: fc.oneof(text(5), fc.constantFrom('abc', 'abc ', 'abcd', 'ab')),
  at: near(-210866803200000, 0).map((time) => new Date(time)),
  doc: fc.oneof(
    fc.json().map((json) => JSON.parse(json)),
    fc.constantFrom('\0', { a: '\ud800' }, '\\u0000', [null]),
  ),
  texts: fc.array(text(3), { maxLength: 2 }),
  flag: fc.boolean(),
  positive: integers,
  year: fc.oneof(integers, fc.constant(-1)),
  wide: number8,
  kind: fc.constantFrom('a', 'b', 'c', ''),
  title: fc.oneof(text(7), fc.constantFrom('nope', 'nope ', 'nope  ', '     ', '      ')),
};

const rows: Arbitrary<Readonly<Record<string, unknown>>> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(...Object.keys(values))
      .chain((column) =>
        fc.option(values[column] ?? fc.constant(null), { freq: 20 }).map((value) => ({ [column]: value })),
      ),
  },
  fc.record(
    {
      least: fc.option(fc.integer({ min: 0, max: 2 })),
      most: fc.option(fc.integer({ min: 0, max: 2 })),
      sure: fc.option(fc.boolean()),
    },
    { requiredKeys: [] },
  ),
);

const folder = mkdtempSync(join(tmpdir(), 'nodrift-validators-'));
afterAll(() => rmSync(folder, { recursive: true }));
describe.each([...majors, 'PGlite'] as const)('schemas of tables, %s', (server) => {
  let db: Analysed;
  beforeAll(async () => {
    db = await analysed(server, schema);
  });
  afterAll(() => db.close());

  const isAccepted = async (row: Readonly<Record<string, unknown>>) => {
    const sent = Object.entries(row).map(([column, value]) => [column, encoded(column, value)] as const);
    const columns = sent.map(([column]) => column).join(', ');
    const places = sent.map((_, i) => `$${i + 1}`).join(', ');
    const statement =
      columns === ''
        ? 'INSERT INTO kinds DEFAULT VALUES'
        : `INSERT INTO kinds (${columns}) VALUES (${places})`;
    return db
      .rows(
        statement,
        sent.map(([, value]) => value),
      )
      .then(
        () => true,
        () => false,
      );
  };

  // How a form is printed does not depend on the server.
  const forms: readonly SchemaForm[] = server === 18 || server === 'PGlite' ? schemaForms : ['standard'];
  test.each(forms)('%s accepts what PostgreSQL accepts', async (form) => {
    const { schemas } = await generatedSchemas({ validators: form }, db.catalog, folder);
    await fc.assert(
      fc.asyncProperty(rows, async (row) => {
        const issues = await issuesOf(schemas.kindsInsert, row);
        expect([issues.length === 0, issues]).toEqual([await isAccepted(row), issues]);
      }),
      { numRuns: 200 },
    );
  });

  test.each(forms)('%s names the column and the constraint', async (form) => {
    const { text, schemas } = await generatedSchemas({ validators: form }, db.catalog, folder);
    expect(await issuesOf(schemas.kindsInsert, { year: 1899 })).toEqual([['year', 'must meet a_year']]);
    expect(await issuesOf(schemas.kindsUpdate, { least: 2, most: 1 })).toEqual([
      ['least', 'must meet in_order'],
    ]);
    expect(await issuesOf(schemas.kindsUpdate, { least: 2 })).toEqual([]);
    expect(await issuesOf(schemas.kindsInsert, { four: '😀😀😀😀😀' })).toEqual([
      ['four', 'must be varchar(4)'],
    ]);
    expect((await issuesOf(schemas.tasksInsert, { ownerId: 1n })).map(([path]) => path)).toEqual([
      'owner_id',
      'title',
    ]);
    expect(await issuesOf(schemas.tasksInsert, { owner_id: 1n, title: 'a', id: 5 })).toEqual([]);
    expect(await issuesOf(schemas.tasksUpdate, {})).toEqual([]);
    expect((await issuesOf(schemas.tasksUpdate, { title: null })).map(([path]) => path)).toEqual(['title']);
    expect(text).toContain('For some values only the database checks is_slug.');
    expect(Object.keys(schemas).sort()).toEqual(['kindsInsert', 'kindsUpdate', 'tasksInsert', 'tasksUpdate']);
  });
});

test.each(schemaForms)('%s refuses what is no row at all', async (form) => {
  const config = { validators: form, types: { int8: 'string' } } as const;
  const db = await analysed('PGlite', conditionTables('PGlite'));
  try {
    const { schemas } = await generatedSchemas(config, db.catalog, folder);
    const junk = [5, 1.5, 'x', '', {}, [], [null], true, 5n, new Date(Number.NaN), new Uint8Array(), () => 1];
    const columns = Object.values(conditionCases).map((one) =>
      isKnownTo('PGlite', one) ? Object.keys(one.types) : [],
    );
    for (const [i, names] of columns.entries())
      for (const value of names.length === 0 ? [] : junk) {
        const row = Object.fromEntries(names.map((name) => [name, value]));
        const found = await issuesOf(schemas[`t${i}Insert`], row);
        expect(found.every(([path]) => names.includes(path ?? ''))).toBe(true);
      }
    expect(await issuesOf(schemas.t0Insert, null)).toHaveLength(1);
    const wide = Object.keys(conditionCases).indexOf('int8');
    expect(await issuesOf(schemas[`t${wide}Insert`], { c: ' +6' })).toEqual([]);
    expect(await issuesOf(schemas[`t${wide}Insert`], { c: '7' })).toHaveLength(1);
  } finally {
    await db.close();
  }
});

test('the schemas of all forms have the same types', { timeout: 300_000 }, async () => {
  const db = await analysed('PGlite', schema);
  const checks = await analysed('PGlite', conditionTables('PGlite'));
  const types = makeProject({});
  try {
    const texts = await Promise.all(
      schemaForms.map(
        async (form) =>
          [`${form}.ts`, (await generatedSchemas({ validators: form }, db.catalog, folder)).text] as const,
      ),
    );
    const conditions = await Promise.all(
      schemaForms.map(
        async (form) =>
          [
            `${form}-checks.ts`,
            (await generatedSchemas({ validators: form }, checks.catalog, folder)).text,
          ] as const,
      ),
    );
    const names = ['kindsInsert', 'kindsUpdate', 'tasksInsert', 'tasksUpdate'];
    const same = names.flatMap((name) => {
      const type = `s.${name.charAt(0).toUpperCase()}${name.slice(1)}`;
      return ['z', 'v', 's'].flatMap((form) =>
        ['input', 'output'].map((way) => `same<Of<typeof ${form}.${name}, '${way}'>, ${type}>(true);`),
      );
    });
    const use = `import * as s from './standard.ts'; import * as v from './valibot.ts'; import * as z from './zod.ts';
      type Of<T extends { '~standard': { types?: unknown } }, W extends 'input' | 'output'> = NonNullable<T['~standard']['types']> extends Record<W, infer X> ? X : 'none';
      declare function same<A, B>(is: [A] extends [B] ? ([B] extends [A] ? true : false) : false): void;
      ${same.join('\n')}
      same<Of<typeof z.tasksInsert, 'input'>, { title: string }>(false);`;
    types.write({ ...Object.fromEntries([...texts, ...conditions]), 'use.ts': use });
    const modules = fileURLToPath(new URL('../../node_modules/', import.meta.url));
    const program = ts.createProgram(
      ['use.ts', ...conditions.map(([name]) => name)].map((name) => types.path(name)),
      {
        strict: true,
        exactOptionalPropertyTypes: true,
        noEmit: true,
        skipLibCheck: true,
        allowImportingTsExtensions: true,
        target: ts.ScriptTarget.ES2023,
        module: ts.ModuleKind.ESNext,
        moduleResolution: ts.ModuleResolutionKind.Bundler,
        types: [],
        paths: {
          zod: [join(modules, 'zod-4')],
          valibot: [join(modules, 'valibot')],
          'nodrift-runtime': [fileURLToPath(new URL('../../src/runtime/index.ts', import.meta.url))],
        },
      },
    );
    const found = ts
      .getPreEmitDiagnostics(program)
      .filter(({ file }) => file?.fileName.startsWith(types.root));
    expect(found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))).toEqual([]);
    expect(program.getSourceFile(types.path('zod.ts'))).toBeDefined();
  } finally {
    types[Symbol.dispose]();
    await db.close();
    await checks.close();
  }
});

/** As nodrift-runtime sends it. */
function encoded(column: string, value: unknown): unknown {
  if (column === 'doc' && value !== null) return JSON.stringify(value);
  if (column === 'at' && value instanceof Date) {
    const [year, rest] = [value.getUTCFullYear(), value.toISOString().replace(/^[+-]?\d+/, '')];
    return year > 0 ? value.toISOString() : `${String(1 - year).padStart(4, '0')}${rest} BC`;
  }
  return Array.isArray(value)
    ? `{${value.map((one) => `"${String(one).replace(/["\\]/g, '\\$&')}"`).join(',')}}`
    : value;
}
