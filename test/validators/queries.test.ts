import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SchemaForm, schemaForms } from '../../src/project/config.ts';
import { type Analysed, analysed } from '../support/analysed.ts';
import fc, { type Arbitrary } from '../support/fast-check.ts';
import { restOfTests, tested } from '../support/tested.ts';
import { generatedTexts, issuesOf, type Loaded, loadModules } from './support/query-schemas.ts';

const schema = `
  CREATE TYPE mood AS ENUM ('sad', 'ok');
  CREATE DOMAIN short AS varchar(3) CONSTRAINT no_abc CHECK (VALUE <> 'abc');
  CREATE TABLE kinds (
    id int4 GENERATED ALWAYS AS IDENTITY, named text UNIQUE,
    small int2, whole int4, big int8, single float4, price numeric(5, 2), four varchar(4), padded char(3), mood mood,
    code short, texts varchar(2)[], needed int4 NOT NULL DEFAULT 1,
    positive int4 CONSTRAINT is_positive CHECK (positive > 0),
    wide int8 CONSTRAINT is_wide CHECK (wide <> 5 AND wide < 100),
    kind text CONSTRAINT a_kind CHECK (kind IN ('a', 'b')),
    title varchar(5) CONSTRAINT a_title CHECK (length(btrim(title)) > 0 AND title <> 'nope'),
    least int4, most int4, CONSTRAINT in_order CHECK (least <= most),
    slug text CONSTRAINT is_slug CHECK (lower(slug) = slug)
  );
  CREATE VIEW named AS SELECT title AS called, four FROM kinds;
  CREATE TABLE logged (title varchar(5) CHECK (title <> 'nope'));
  CREATE FUNCTION upper_title() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.title := left(NEW.title, 1); RETURN NEW; END';
  CREATE TRIGGER t BEFORE INSERT ON logged FOR EACH ROW EXECUTE FUNCTION upper_title();
  INSERT INTO kinds (named) VALUES ('one');`;

const columns = [
  'small',
  'whole',
  'big',
  'single',
  'price',
  'four',
  'padded',
  'mood',
  'code',
  'texts',
  'needed',
  'positive',
  'wide',
  'kind',
  'title',
  'slug',
];
const queries = `
${columns.map((c) => `/* @name Add_${c} :execrows */ INSERT INTO kinds (${c}) VALUES (:${c});\n/* @name Set_${c} :execrows */ UPDATE kinds SET ${c} = :${c};`).join('\n')}
/* @name AddOne :one
   @param row -> (title, four!, positive) */
INSERT INTO kinds (title, four, positive) VALUES :row RETURNING title, four;
/* @name AddMany :execrows
   @param rows -> ((title, four!, wide)...) */
INSERT INTO kinds (title, four, wide) VALUES :rows;
/* @name AddTwo :execrows */ INSERT INTO kinds (title) VALUES (:first), (:second);
/* @name Change :execrows
   @optional title, wide */
UPDATE kinds SET title = :title, wide = :wide WHERE needed = :needed;
/* @name Cut :execrows */ INSERT INTO kinds (four) VALUES (:four!::varchar(2));
/* @name Longer :execrows */ INSERT INTO kinds (four, title) VALUES (:text!::text, upper(:other));
/* @name Find :many
   @param wides -> (...) */
SELECT id, title, price FROM kinds WHERE title = :title AND four = :four OR wide IN :wides;
/* @name Called :execrows */ INSERT INTO named (called, four) VALUES (:called, :four);
/* @name Twice :execrows */ INSERT INTO kinds (title, four) VALUES (:text, :text);
/* @name Upsert :execrows */
INSERT INTO kinds (named, title) VALUES (:named, :title) ON CONFLICT (named) DO UPDATE SET four = :four;
/* @name Within :one */ WITH added AS (INSERT INTO kinds (title) VALUES (:title)) SELECT :other!::text AS said;
/* @name Moved :many */ WITH changed AS (UPDATE kinds SET title = :title WHERE false) SELECT :title AS said;
/* @name Beside :execrows */
WITH added AS (INSERT INTO logged (title) VALUES ('a')) UPDATE kinds SET title = :title WHERE false;
/* @name AddLogged :execrows */ INSERT INTO logged (title) VALUES (:title);
/* @name Copied :execrows */ INSERT INTO kinds (title) SELECT :title FROM kinds;
`;

const near = (...bounds: readonly number[]) =>
  fc.tuple(fc.constantFrom(...bounds), fc.integer({ min: -2, max: 2 })).map(([bound, by]) => bound + by);
const characters = fc.constantFrom('a', 'é', '😀', ' ', '\0', '\n', 'b', 'B');
const text = (most: number) => fc.array(characters, { maxLength: most }).map((all) => all.join(''));
const title = fc.oneof(text(7), fc.constantFrom('nope', 'nope ', 'nope  ', '     ', '      '));
const big = fc.oneof(
  near(5, 100, Number.MAX_SAFE_INTEGER - 2),
  fc
    .bigInt({ min: -3n, max: 3n })
    .chain((by) => fc.constantFrom(-(2n ** 63n) + by, 2n ** 63n - 1n + by, 100n + by, by + 5n)),
);
const integers = near(-32768, 32767, -2147483648, 2147483647, 0);
const four = text(6);
const wide = big;
/** By column, or the name of a parameter, values that it may take or not. */
const values: Readonly<Record<string, Arbitrary<unknown>>> = {
  small: integers,
  whole: integers,
  big,
  single: fc.oneof(
    fc.double(),
    fc.constantFrom(3.4028235677973366e38, 3.402823567797337e38, 1e-45, Number.NaN),
  ),
  price: fc.oneof(
    fc.constantFrom('NaN', 'Infinity', '999.995', '-999.994', '1e3', '.', '99.999'),
    near(1000, -1000).map(String),
  ),
  four,
  padded: text(5),
  mood: fc.constantFrom('sad', 'ok', 'OK', ''),
  code: fc.oneof(text(5), fc.constantFrom('abc', 'abc ', 'abcd')),
  texts: fc.array(text(3), { maxLength: 2 }),
  needed: integers,
  positive: integers,
  wide,
  kind: fc.constantFrom('a', 'b', 'c', ''),
  title,
  slug: fc.constantFrom('a'),
};

const nullable = (of: Arbitrary<unknown>) => fc.option(of, { freq: 20 });
const ofColumn = fc
  .constantFrom(...columns)
  .chain((column) =>
    fc
      .tuple(
        fc.constantFrom(`Add_${column}`, `Set_${column}`),
        column === 'needed' ? integers : nullable(values[column] ?? fc.constant(null)),
      )
      .map(([name, value]) => [name, { [column]: value }] as const),
  );
const row = fc.record({ title: nullable(title), four, positive: nullable(integers) });
const calls: Arbitrary<readonly [string, Readonly<Record<string, unknown>>]> = fc.oneof(
  { weight: 8, arbitrary: ofColumn },
  row.map((one) => ['AddOne', { row: one }] as const),
  fc
    .array(fc.record({ title: nullable(title), four, wide: nullable(wide) }), { minLength: 1, maxLength: 3 })
    .map((rows) => ['AddMany', { rows }] as const),
  fc.record({ first: title, second: title }).map((params) => ['AddTwo', params] as const),
  fc
    .record({ title, wide, needed: fc.constant(1) }, { requiredKeys: ['title', 'needed'] })
    .map((params) => ['Change', params] as const),
  fc.record({ four }).map((params) => ['Cut', params] as const),
  fc.record({ text: four, other: fc.constant('a') }).map((params) => ['Longer', params] as const),
  fc
    .record({ title, four, wides: fc.array(big, { maxLength: 2 }) })
    .map((params) => ['Find', params] as const),
  fc.record({ called: title, four }).map((params) => ['Called', params] as const),
  fc.record({ text: fc.oneof(title, four) }).map((params) => ['Twice', params] as const),
  fc
    .record({ named: fc.constantFrom('two', 'three'), title, four: text(4) })
    .map((params) => ['Upsert', params] as const),
  // What is too long fails in PostgreSQL before it is known that no row has it.
  fc
    .record({ title: fc.constantFrom('nope', 'a', '') })
    .chain((params) => fc.constantFrom('Moved', 'Beside').map((name) => [name, params] as const)),
  fc.record({ title, other: fc.constant('a') }).map((params) => ['Within', params] as const),
  fc
    .record({ title })
    .chain((params) => fc.constantFrom('AddLogged', 'Copied').map((name) => [name, params] as const)),
);

describe.each(tested([14, 15, 16, 17, 18, 'PGlite']))('schemas of queries, %s', (server) => {
  let db: Analysed;
  // How a form is printed does not depend on the server.
  const forms: readonly SchemaForm[] = server === 14 ? schemaForms : ['standard'];
  const loaded = new Map<SchemaForm, Loaded>();
  beforeAll(async () => {
    db = await analysed(server, schema);
    for (const form of forms) loaded.set(form, await loadModules(await generatedTexts(db, queries, form)));
  }, 120_000);
  afterAll(() => db.close());

  test.each(forms)('%s accepts what PostgreSQL accepts through the query', async (form) => {
    const { queries: run, schemas } = loaded.get(form) ?? { queries: {}, schemas: {} };
    await fc.assert(
      fc.asyncProperty(calls, async ([wanted, params]) => {
        const name = wanted
          .replace(/^[A-Z]/, (first) => first.toLowerCase())
          .replace(/_([a-z])/, (_, next: string) => next.toUpperCase());
        const issues = issuesOf(schemas[`${name}Params`], params);
        await db.client.query('BEGIN');
        const isAccepted = await (run[name]?.(db.client, params) ?? Promise.reject(new Error(name))).then(
          () => true,
          (error: unknown) => (error instanceof Error && error.message === name ? error : false),
        );
        await db.client.query('ROLLBACK');
        expect([issues.length === 0, name, issues]).toEqual([isAccepted, name, issues]);
      }),
      { numRuns: restOfTests ? 300 : 200 },
    );
  });
});
