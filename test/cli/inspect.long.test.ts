import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { type Answers, answerLines } from '../../src/impact/queries/questions.ts';
import { postgresUrl } from '../support/postgres.ts';
import { carsProject, nodrift } from './support/cli.ts';

const schema = closed(
  JSON.parse(readFileSync(new URL('../../docs/inspect.schema.json', import.meta.url), 'utf8')),
);

/** A schema in which objects have no fields but those that are described. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const inner = Object.fromEntries(Object.entries(value).map(([key, below]) => [key, closed(below)]));
  return 'properties' in value && 'type' in value ? { ...inner, additionalProperties: false } : inner;
}

/** Fails unless the text is JSON of the documented format; returns it. */
function valid(text: string) {
  const inspection = JSON.parse(text);
  const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
  ajv.validate(schema as object, inspection);
  expect(ajv.errors ?? []).toEqual([]);
  return inspection;
}

const more = `/* @name InsertCars :exec
  @param cars -> ((id!, make!)...) */
INSERT INTO cars (id, make) VALUES :cars;

/* @name InsertCar :exec
  @param car -> (id!, make!) */
INSERT INTO cars (id, make) VALUES :car;

/* @name FindCars :many
  @param ids -> (...) */
SELECT cars.*, upper(make) AS loud, NULL::shop.plan[] AS "Plans" FROM cars WHERE id IN :ids;
`;
const files = {
  'migrations/2_shop.sql': "CREATE SCHEMA shop;\nCREATE TYPE shop.plan AS ENUM ('a', 'b');\n",
  'queries/more.sql': more,
};
const broken = '/* @name Broken */\nSELECT mkae FROM cars;\n\n/* @name Fine :one */\nSELECT 1 AS one;\n';

describe('inspect --json', () => {
  test('says everything, in the documented format', async () => {
    const { root } = carsProject(files);
    const run = await nodrift(['inspect', '--json'], { cwd: root });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    const { postgres, ...rest } = valid(run.stdout);
    expect(postgres).toMatch(/^\d+\.\d+$/);
    expect(rest).toMatchSnapshot();
  });

  test('says which parts depend on parameters', async () => {
    const guarded = `/* @name FindCars */
SELECT id FROM cars WHERE (:make::text IS NULL OR make = :make) AND (:n::float8 IS NULL OR random() < :n);
`;
    const expanded =
      '\n/* @name Expanded @param ids -> (...) */ SELECT 1 AS n FROM cars WHERE true = id IN :ids;\n';
    const { root } = carsProject({ 'queries/guarded.sql': guarded + expanded });
    const run = await nodrift(['inspect', '--json', 'queries/guarded.sql'], { cwd: root });
    const [{ conditions }, { lists }] = valid(run.stdout).queries;
    expect(lists).toEqual([
      { param: 'ids', expandedBecause: 'PostgreSQL analyses it differently as an array' },
    ]);
    expect(conditions).toMatchObject([
      { params: ['make'], text: ':make::text IS NULL OR make = :make', keptBecause: null },
      { params: ['n'], keptBecause: 'it calls random, which is volatile' },
    ]);
    expect(conditions).toHaveLength(2);
  });

  test('says what kinds of rows a UNION has, as they are generated', async () => {
    const owned = `/* @name ListOwned */
SELECT 'car' AS "what", id AS car_id FROM cars UNION ALL SELECT 'nothing', NULL;
`;
    const { root } = carsProject({ 'queries/owned.sql': owned });
    const run = await nodrift(['inspect', '--json', 'queries/owned.sql'], { cwd: root });
    const [{ columns, variants }] = valid(run.stdout).queries;
    const shown = (all: readonly { readonly name: string; readonly tsType: string }[]) =>
      all.map(({ name, tsType }) => `${name}: ${tsType}`);
    expect(shown(columns)).toEqual(["what: 'car' | 'nothing'", 'car_id: string | null']);
    expect(variants.discriminant).toBe('what');
    expect(
      variants.members.map((member: { value: string; columns: typeof columns }) => [
        member.value,
        ...shown(member.columns),
      ]),
    ).toEqual([
      ['car', "what: 'car'", 'car_id: string'],
      ['nothing', "what: 'nothing'", 'car_id: null'],
    ]);
    const text = await nodrift(['inspect', 'queries/owned.sql'], { cwd: root });
    expect(text.stdout).toContain(
      "\n  row     what: 'car'; car_id: string\n  row     what: 'nothing'; car_id: null\n",
    );
  });

  test('lists the healthy queries beside the errors, and exits with 1', async () => {
    const { root } = carsProject({ 'queries/broken.sql': broken });
    const run = await nodrift(['inspect', '--json'], { cwd: root });
    expect(run).toMatchObject({ exitCode: 1, stderr: '' });
    const { queries, errors } = valid(run.stdout);
    expect(queries.map(({ name }: { name: string }) => name)).toEqual(['fine', 'getCar', 'addCar']);
    expect(errors).toMatchSnapshot();
  });

  test('is limited to the files named', async () => {
    const { root } = carsProject({ ...files, 'queries/broken.sql': broken });
    const run = await nodrift(['inspect', '--json', 'queries/cars.sql'], { cwd: root });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    const { queries, errors } = valid(run.stdout);
    expect(queries.map(({ name }: { name: string }) => name)).toEqual(['getCar', 'addCar']);
    expect(errors).toEqual([]);
  });

  test('says the same whatever the server', async () => {
    const { root } = carsProject(files);
    const on = async (...argv: string[]) => {
      const { postgres, ...rest } = valid(
        (await nodrift(['inspect', '--json', ...argv], { cwd: root })).stdout,
      );
      return rest;
    };
    const embedded = await on();
    expect(await on('--url', postgresUrl(14))).toEqual(embedded);
    expect(await on('--url', postgresUrl(18))).toEqual(embedded);
  });
});

describe('inspect', () => {
  test('prints a paragraph for each query', async () => {
    const { root } = carsProject(files);
    const run = await nodrift(['inspect'], { cwd: root });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.stdout).toMatchSnapshot();
  });

  test('prints why a list is not sent as an array', () => {
    const lists = [
      { param: 'ids', expandedBecause: 'it is used elsewhere than behind IN' },
      { param: 'others', expandedBecause: null },
    ];
    const none = { reads: [], writes: [], conditions: [], scopes: [], load: null, route: null };
    const violations = { constraints: [], open: false };
    const answers: Answers = { ...none, readOnly: null, violations, lists };
    expect(answerLines(answers)).toEqual([
      ['lists', 'ids: a parameter for each value, since it is used elsewhere than behind IN'],
    ]);
  });

  test('prints errors on the error stream', async () => {
    const { root } = carsProject({ 'queries/broken.sql': broken });
    const run = await nodrift(['inspect', 'queries/broken.sql'], { cwd: root });
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toMatch(/^fine {2}queries\/broken\.sql:4 {2}:one {2}SELECT, 1 row\n/);
    expect(run.stderr).toMatch(/^queries\/broken\.sql:2:8: error ND3001: /);
  });
});
