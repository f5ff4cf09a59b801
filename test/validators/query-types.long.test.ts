import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { schemaForms } from '../../src/project/config.ts';
import { type Analysed, analysed } from '../support/analysed.ts';
import { makeProject } from '../support/project.ts';
import { bundled, generatedTexts, issuesOf, loadModules, runtimeFile } from './support/query-schemas.ts';

const schema = `
  CREATE TYPE mood AS ENUM ('sad', 'it''s fine');
  CREATE DOMAIN code AS text CHECK (VALUE IN ('a', 'b'));
  CREATE TYPE point3 AS (x float8, label text, tags text[]);
  CREATE TABLE things (
    id int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name varchar(5) NOT NULL, price numeric(6, 2), mood mood, code code,
    at timestamptz, day date, span int4range, spans int8multirange, doc jsonb, place point3, matrix int4[], raw bytea,
    single float4, flag boolean NOT NULL DEFAULT false, kind text CHECK (kind IN ('x', 'y'))
  );
  CREATE TABLE parts (id int4 PRIMARY KEY, thing_id int8 NOT NULL REFERENCES things, label text);
  INSERT INTO things (name, price, mood, code, at, day, span, spans, doc, place, matrix, raw, single, kind) VALUES
    ('all', 'NaN', 'sad', 'a', now(), now(), '[1,5)', '{[1,2),[5,)}', '{"a": [1, null]}', ROW('NaN', NULL, '{a,NULL}'), '{1,NULL}',
     '\\x00', 'Infinity', 'x'), ('none', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
  INSERT INTO parts VALUES (1, 1, 'p'), (2, 1, NULL);`;
const queries = `
/* @name Add :one
   @param thing -> (name, price, mood, code!, at, day, span, spans, doc, place, matrix, raw, single, kind) */
INSERT INTO things (name, price, mood, code, at, day, span, spans, doc, place, matrix, raw, single, kind) VALUES :thing
RETURNING id;
/* @name AddMany :execrows
   @param things -> ((name, price)...) */
INSERT INTO things (name, price) VALUES :things;
/* @name Change :execrows
   @optional name, price */
UPDATE things SET name = :name, price = :price WHERE id = :id;
/* @name Find :many
   @param ids -> (...)
   @param flag? */
SELECT * FROM things WHERE id IN :ids OR flag = :flag OR mood = ANY (:moods);
/* @name Nested :many */
SELECT t.id, t.name AS "own.name", p.id AS "parts[].id", p.label AS "parts[].label"
FROM things t LEFT JOIN parts p ON p.thing_id = t.id;
/* @name Ids :many */ SELECT t.id, p.id AS "ids[]" FROM things t LEFT JOIN parts p ON p.thing_id = t.id;
/* @name Owner :many */ SELECT p.id, t.id AS "thing.id", t.name AS "thing.name" FROM parts p LEFT JOIN things t ON t.id = p.thing_id;
/* @name Either :many */ SELECT 'thing' AS kind, name AS label FROM things UNION ALL SELECT 'part', label FROM parts;
/* @name Built :many */
SELECT json_build_object('id', id, 'list', json_build_array(name, 1)) AS built, jsonb_strip_nulls(jsonb_build_object('price', price)) AS stripped,
  ARRAY(SELECT p FROM parts p) AS rows, ROW(1, name) AS pair, '{}'::json AS empty FROM things;
/* @name Nothing :exec */ DELETE FROM parts WHERE false;
`;
const decimal = `export class Decimal { constructor(readonly text: string) {} toString() { return this.text; } }`;
const settings = [
  {},
  {
    types: { int8: 'number', timestamptz: 'string', date: 'Date' },
    nonEmptyArrayParams: true,
    camelCaseColumnNames: true,
  },
  { types: { int8: 'string', numeric: './decimal.js#Decimal', 'public.things.doc': './doc.js#Doc' } },
];

let db: Analysed;
beforeAll(async () => {
  db = await analysed('PGlite', schema);
}, 120_000);
afterAll(() => db.close());

describe.each(settings)('with %j', (known) => {
  // What the settings change is the same in the two libraries.
  test.each(known === settings[0] ? schemaForms : (['zod', 'standard'] as const))(
    "the types of %s's schemas are those of the queries",
    { timeout: 300_000 },
    async (form) => {
      const texts = await generatedTexts(db, queries, form, { root: '/app/queries', ...known });
      const names = [...(texts['q.schemas.ts'] ?? '').matchAll(/^export const (\w+)/gm)].map(
        ([, name = '']) => name,
      );
      expect(names).toContain('addParams');
      expect(names).not.toContain('nothingParams');
      const same = names.flatMap((name) => {
        const type = `q.${name.charAt(0).toUpperCase()}${name.slice(1)}`;
        return ['input', 'output'].map((way) => `same<Of<typeof s.${name}, '${way}'>, ${type}>(true);`);
      });
      const use = `import * as q from './q.queries.js'; import * as s from './q.schemas.js';
      type Of<T extends { '~standard': { types?: unknown } }, W extends 'input' | 'output'> = NonNullable<T['~standard']['types']> extends Record<W, infer X> ? X : 'none';
      declare function same<A, B>(is: [A] extends [B] ? ([B] extends [A] ? true : false) : false): void;
      ${same.join('\n')}
      same<Of<typeof s.changeParams, 'input'>, q.AddParams>(false);`;
      using project = makeProject({
        ...texts,
        'use.ts': use,
        'decimal.ts': decimal,
        'doc.ts': 'export interface Doc { a: number[] }',
      });
      const modules = fileURLToPath(new URL('../../node_modules/', import.meta.url));
      const program = ts.createProgram([project.path('use.ts')], {
        strict: true,
        exactOptionalPropertyTypes: true,
        noUnusedLocals: true,
        verbatimModuleSyntax: true,
        noEmit: true,
        skipLibCheck: true,
        target: ts.ScriptTarget.ES2023,
        module: ts.ModuleKind.ESNext,
        moduleResolution: ts.ModuleResolutionKind.Bundler,
        types: [],
        paths: { zod: [`${modules}zod-4`], valibot: [`${modules}valibot`], 'nodrift-runtime': [runtimeFile] },
      });
      const found = ts
        .getPreEmitDiagnostics(program)
        .filter(({ file }) => file?.fileName.startsWith(project.root));
      expect(
        found.map(({ file, start = 0, messageText }) => [
          ts.flattenDiagnosticMessageText(messageText, ' '),
          file?.text.slice(start, start + 80),
        ]),
      ).toEqual([]);
    },
  );

  test.each(schemaForms)("%s's schemas take each row that comes", async (form) => {
    const texts = await generatedTexts(db, queries, form, { root: '/app/queries', ...known });
    const { queries: run, schemas } = await loadModules({ ...texts, 'decimal.ts': decimal });
    for (const name of ['find', 'nested', 'ids', 'owner', 'either', 'built']) {
      const params = name === 'find' ? { ids: [1, 2], flag: null, moods: ['sad'] } : undefined;
      const rows = (await run[name]?.run(params, db.client)) ?? [];
      expect(rows.length, name).toBeGreaterThan(1);
      for (const row of rows) expect(issuesOf(schemas[`${name}Row`], row), name).toEqual([]);
    }
  });
});

test.each(schemaForms)('a bundle has no schema of %s that is not used', async (form) => {
  const texts = await generatedTexts(db, queries, form);
  expect(await bundled(`import './q.schemas.js';`, texts)).toBe('');
  const one = await bundled(`export { ownerRow } from './q.schemas.js';`, texts, {
    external: ['zod', 'valibot'],
  });
  expect(one).toContain('thing');
  expect(one).not.toMatch(/addParams|labels|INSERT/);
});
