import { afterAll, beforeAll, expect, it } from 'vitest';
import { analyse } from '../../src/analysis/analyse.ts';
import { nestedMany } from '../../src/runtime/index.ts';
import { readStatements } from '../../src/sql/read.ts';
import { type Analysed, analysed } from '../support/analysed.ts';
import fc from '../support/fast-check.ts';
import { brokenPromise, nestedDefinition } from '../support/nested-definition.ts';

/*
 * Statements with random joins, conditions and columns, on random data: what is made of the rows must be what is made of
 * them by hand, by the identities of the rows of all tables, which the same statement selects besides.
 */

let database: Analysed;
beforeAll(async () => {
  database = await analysed(
    'PGlite',
    `CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL, nick text);
     CREATE TABLE articles (id int PRIMARY KEY, title text NOT NULL, slug text UNIQUE, owner_id int);
     CREATE TABLE tags (id int PRIMARY KEY, article_id int, name text NOT NULL, note text);
     CREATE TABLE words (id int PRIMARY KEY, tag_id int, word text NOT NULL);`,
  );
});
afterAll(() => database?.close());

const join = fc.constantFrom('JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN');
const columns = (table: string, names: readonly string[]) =>
  fc.subarray(names.map((name) => [table, name] as const));
const shape = fc.record({
  joins: fc.tuple(join, join, join),
  hasWords: fc.boolean(),
  where: fc.constantFrom(
    '',
    'WHERE a.slug IS NOT NULL',
    'WHERE t.note IS NOT NULL',
    'WHERE o.nick > $$b$$',
    'WHERE a.id = 1',
  ),
  root: columns('a', ['id', 'title', 'slug']),
  owner: columns('o', ['id', 'name', 'nick']),
  tags: columns('t', ['id', 'name', 'note']),
  isWordInTag: fc.boolean(),
});
type Shape = typeof shape extends fc.Arbitrary<infer T> ? T : never;

const ids = { a: 0, o: 1, t: 2, w: 3 };

function fromOf({ joins: [owner, tags, words], hasWords, where }: Shape): string {
  return `FROM articles a ${owner} people o ON o.id = a.owner_id ${tags} tags t ON t.article_id = a.id
    ${hasWords ? `${words} words w ON w.tag_id = t.id` : ''} ${where} ORDER BY a.title, t.note, t.id, a.id, o.id${hasWords ? ', w.id' : ''}`;
}

function selected({ root, owner, tags, hasWords, isWordInTag }: Shape): readonly string[] {
  return [
    ...root.map(([table, name]) => `${table}.${name}`),
    ...owner.map(([table, name]) => `${table}.${name} AS "owner.${name}"`),
    ...tags.map(([table, name]) => `${table}.${name} AS "tags[].${name}"`),
    ...(hasWords ? [`w.word AS "tags[].${isWordInTag ? 'word' : 'words[]'}"`] : []),
  ];
}

type Row = readonly (string | null)[];

/** Groups by the identities of rows: the first four columns. */
function byHand(shape: Shape, rows: readonly Row[]): unknown[] {
  const { root, owner, tags, hasWords, isWordInTag } = shape;
  const parents = new Map<
    string,
    { value: Record<string, unknown>; tags: Map<string, Record<string, unknown>> }
  >();
  for (const row of rows) {
    let at = 4;
    const object = (names: readonly (readonly [string, string])[]) =>
      Object.fromEntries(names.map(([, name]) => [name, row[at++] ?? null]));
    const own = object(root);
    const person = object(owner);
    const tag: Record<string, unknown> = object(tags);
    const word = row[at] ?? null;
    // Objects are what the columns beside the list are of: articles may do no more than join people and tags.
    const key = JSON.stringify([root.length > 0 ? row[ids.a] : null, owner.length > 0 ? row[ids.o] : null]);
    const parent = parents.get(key) ?? {
      value: { ...own, ...(owner.length > 0 && { owner: row[ids.o] === null ? null : person }) },
      tags: new Map(),
    };
    parents.set(key, parent);
    if (row[ids.t] === null) continue;
    const isList = hasWords && !isWordInTag;
    const tagKey = isList ? String(row[ids.t]) : `${row[ids.t]} ${row[ids.w]}`;
    if (hasWords && isWordInTag) tag.word = word;
    const known = parent.tags.get(tagKey) ?? (isList ? { ...tag, words: [] as unknown[] } : tag);
    parent.tags.set(tagKey, known);
    if (isList && row[ids.w] !== null) (known as { words: unknown[] }).words.push(word);
  }
  return [...parents.values()].map(({ value, tags: all }) => ({ ...value, tags: [...all.values()] }));
}

const id = fc.integer({ min: 1, max: 4 });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const letter = fc.constantFrom('a', 'b', 'c');
const table = <T>(row: fc.Arbitrary<T>) => fc.array(fc.tuple(row), { maxLength: 5 });
const data = fc.record({
  people: table(fc.tuple(letter, maybe(letter))),
  articles: table(fc.tuple(letter, maybe(letter), maybe(id))),
  tags: table(fc.tuple(maybe(id), letter, maybe(letter))),
  words: table(fc.tuple(maybe(id), letter)),
});

const literal = (value: unknown) =>
  value === null ? 'NULL' : typeof value === 'number' ? String(value) : `'${value}'`;

it('makes of random rows what is made of them by hand', { timeout: 120_000 }, async () => {
  const shapes = fc.sample(
    shape.filter(({ tags, hasWords, isWordInTag }) => tags.length > 0 && (hasWords || isWordInTag)),
    300,
  );
  const text = shapes
    .map((one, i) => `/* @name Q${i} */\nSELECT ${selected(one).join(', ')} ${fromOf(one)};\n`)
    .join('\n');
  const { queries } = await analyse(database.client, readStatements('q.sql', text).statements, {
    texts: new Map([['q.sql', text]]),
    lenientParameters: false,
    catalog: Promise.resolve(database.catalog),
  });
  await database.client.query('SET debug_print_parse = off');
  // Most of the random ones lack a key.
  expect(queries.length).toBeGreaterThan(40);
  const seen = { parents: 0, withoutOwner: 0, withoutTags: 0, words: 0 };
  for (const content of fc.sample(data, 10)) {
    const slugs = new Set<unknown>();
    const unique = (value: unknown) => {
      const isNew = !slugs.has(value);
      slugs.add(value);
      return isNew ? value : null;
    };
    const values: Record<string, readonly unknown[][]> = {
      people: content.people.map(([row], i) => [i + 1, ...row]),
      articles: content.articles.map(([[title, slug, owner]], i) => [i + 1, title, unique(slug), owner]),
      tags: content.tags.map(([row], i) => [i + 1, ...row]),
      words: content.words.map(([row], i) => [i + 1, ...row]),
    };
    await database.client.query('TRUNCATE people, articles, tags, words');
    for (const [name, rows] of Object.entries(values)) {
      const lists = rows.map((row) => `(${row.map(literal).join()})`);
      if (lists.length > 0) await database.client.query(`INSERT INTO ${name} VALUES ${lists.join()}`);
    }
    for (const query of queries) {
      const one = shapes[Number(query.statement.name.slice(1))] as Shape;
      const identities = ['a.id', 'o.id', 't.id', one.hasWords ? 'w.id' : 'NULL::int'];
      const sql = `SELECT ${[...identities, ...selected(one)].join(', ')} ${fromOf(one)}`;
      const rows = (await database.rows(sql)).map((row) =>
        row.map((value) => (value === null ? null : String(value))),
      );
      const definition = nestedDefinition(query);
      const call = nestedMany<void, unknown>(definition).with();
      const made = call.resultOf(
        rows.map((row) => call.read?.(row.slice(4))),
        rows.length,
      );
      expect(made, `${query.statement.sql}\n${JSON.stringify(rows)}`).toEqual(byHand(one, rows));
      for (const object of made as { owner?: unknown; tags: { words?: unknown[] }[] }[]) {
        expect(brokenPromise(object, query.nesting?.fields ?? []), query.statement.sql).toBeNull();
        seen.parents += 1;
        seen.withoutOwner += object.owner === null ? 1 : 0;
        seen.withoutTags += object.tags.length === 0 ? 1 : 0;
        seen.words += object.tags.flatMap(({ words = [] }) => words).length;
      }
      if (query.nesting?.inOrder) {
        // The rows of each object follow one another.
        const keys = rows.map((row) => JSON.stringify(query.nesting?.key?.map((i) => row[i + 4])));
        const changes = keys.filter((key, i) => key !== keys[i - 1]);
        expect(changes.length, query.statement.sql).toBe(new Set(keys).size);
      }
    }
  }
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(20);
});
