import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyse } from '../../src/analysis/analyse.ts';
import type { NestedField, Nesting } from '../../src/analysis/analysed-query.ts';
import { readStatements } from '../../src/sql/read.ts';
import { type Analysed, analysed } from '../support/analysed.ts';

const schema = `
  CREATE TABLE cities (id int PRIMARY KEY, name text NOT NULL);
  CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL, nick text, city_id int REFERENCES cities);
  CREATE TABLE articles (id int PRIMARY KEY, title text NOT NULL, slug text UNIQUE, owner_id int REFERENCES people,
    editor_id int NOT NULL REFERENCES people);
  CREATE TABLE tags (id int PRIMARY KEY, article_id int NOT NULL REFERENCES articles, name text NOT NULL, note text);
  CREATE TABLE photos (id int PRIMARY KEY, article_id int NOT NULL REFERENCES articles, url text NOT NULL);
  CREATE TABLE words (id int PRIMARY KEY, tag_id int NOT NULL REFERENCES tags, word text NOT NULL);
  CREATE TABLE topics (id int PRIMARY KEY, name text NOT NULL);
  CREATE TABLE article_topics (article_id int NOT NULL REFERENCES articles, topic_id int NOT NULL REFERENCES topics,
    PRIMARY KEY (article_id, topic_id));
  CREATE TABLE loose_topics (article_id int NOT NULL REFERENCES articles, topic_id int NOT NULL REFERENCES topics);
`;

/** What is made of the rows, in short: `owner? { id: 2, name: 3? }`. */
function brief(fields: readonly NestedField[]): string {
  return fields
    .map((field) => {
      if (field.kind === 'column') return `${field.name}${field.nullable ? '?' : ''}`;
      const present = field.present === null ? '' : `?${field.present}`;
      if (field.kind === 'object') return `${field.name}${present} { ${brief(field.fields)} }`;
      const of = 'column' in field.of ? `${field.of.nullable ? '?' : ''}` : ` { ${brief(field.of)} }`;
      const key = field.key === undefined ? '' : `#${field.key.join()}`;
      return `${field.name}[]${present}${key}${of}`;
    })
    .join(', ');
}

const short = ({ fields, key, inOrder }: Nesting) =>
  `${key === undefined ? '' : `#${key.join()} `}${inOrder ? 'in order ' : ''}${brief(fields)}`;

let database: Analysed;
beforeAll(async () => {
  database = await analysed('PGlite', schema);
});
afterAll(() => database?.close());

async function ask(sql: string, command: string) {
  const text = `/* @name Q ${command} */\n${sql};\n`;
  const { statements } = readStatements('q.sql', text);
  const texts = new Map([['q.sql', text]]);
  const { queries, diagnostics } = await analyse(database.client, statements, {
    texts,
    lenientParameters: false,
    catalog: Promise.resolve(database.catalog),
  });
  await database.client.query('SET debug_print_parse = off');
  return { query: queries[0], messages: diagnostics.map(({ message, hint }) => `${message} | ${hint}`) };
}

async function nested(sql: string, command = ''): Promise<string> {
  const { query, messages } = await ask(sql, command);
  if (query?.nesting === undefined) throw new Error(messages.join('\n') || 'not nested');
  return short(query.nesting);
}

async function problem(sql: string, command = ''): Promise<string> {
  const { query, messages } = await ask(sql, command);
  if (query !== undefined) throw new Error(short(query.nesting ?? { fields: [] }));
  return messages.join('\n');
}

describe('objects', () => {
  it.each([
    // An inner join, and an outer one whose foreign key is NOT NULL, find a row.
    ['JOIN people o ON o.id = a.owner_id', 'owner { id, name, nick? }'],
    ['LEFT JOIN people o ON o.id = a.editor_id', 'owner { id, name, nick? }'],
    ['LEFT JOIN people o ON o.id = a.owner_id', 'owner?1 { id, name, nick? }'],
    ['LEFT JOIN people o ON o.id = a.owner_id WHERE o.nick IS NOT NULL', 'owner { id, name, nick }'],
  ])('%s', async (join, expected) => {
    const columns = 'a.id, o.id AS "owner.id", o.name AS "owner.name", o.nick AS "owner.nick"';
    expect(await nested(`SELECT ${columns} FROM articles a ${join}`)).toBe(`id, ${expected}`);
  });

  it('are of columns of one table, too', async () => {
    expect(await nested('SELECT nick AS "known.as", name AS "known.name" FROM people')).toBe(
      'known { as?, name }',
    );
    expect(await nested('SELECT nick AS "known.as" FROM people')).toBe('known { as? }');
  });

  it('are in objects', async () => {
    const from = `FROM articles a LEFT JOIN people o ON o.id = a.owner_id LEFT JOIN cities c ON c.id = o.city_id`;
    expect(
      await nested(
        `SELECT a.id, o.id AS "owner.id", c.id AS "owner.city.id", c.name AS "owner.city.name" ${from}`,
      ),
    ).toBe('id, owner?1 { id, city?2 { id, name } }');
    // The city needs the owner, whose columns tell whether there is an object.
    expect(await nested(`SELECT a.id, c.name AS "owner.city", o.name AS "owner.name" ${from}`)).toBe(
      'id, owner?2 { city?, name }',
    );
  });

  it('are absent also where an expression has a value', async () => {
    expect(
      await nested(
        `SELECT a.id, o.id AS "owner.id", coalesce(o.nick, '-') AS "owner.nick", 'person' AS "owner.kind"
         FROM articles a LEFT JOIN people o ON o.id = a.owner_id`,
      ),
    ).toBe('id, owner?1 { id, nick, kind }');
    expect(
      await nested(
        `SELECT a.slug AS "both.slug", o.id AS "both.owner" FROM articles a LEFT JOIN people o ON o.id = a.owner_id`,
      ),
    ).toBe('both { slug?, owner? }');
  });

  it('are of either side of a FULL JOIN', async () => {
    expect(
      await nested(
        'SELECT a.id AS "a.id", a.title AS "a.title", p.id AS "p.id" FROM articles a FULL JOIN photos p ON p.article_id = a.id',
      ),
    ).toBe('a?0 { id, title }, p?2 { id }');
  });

  it('are not there where a column of another table is', async () => {
    // What is NULL only sometimes where the side is absent tells nothing.
    expect(
      await problem(
        `SELECT a.id, coalesce(o.nick, a.slug) AS "owner.nick", o.nick AS "owner.name"
         FROM articles a LEFT JOIN people o ON o.id = a.owner_id`,
      ),
    ).toBe(
      'Q: nothing tells whether "owner" is there, as all columns of it can be NULL | Select one that is NULL only where the outer join finds nothing, such as the key, as "owner.id".',
    );
    expect(
      await problem(
        `SELECT a.id, o.name AS "x.owner", p.url AS "x.url" FROM articles a
         LEFT JOIN people o ON o.id = a.owner_id LEFT JOIN photos p ON p.article_id = a.id`,
      ),
    ).toContain('the columns of "x" are of several outer joins');
  });

  it('are whole rows, too, and the results of RETURNING', async () => {
    expect(
      await nested('SELECT a.id, o AS "by.owner" FROM articles a LEFT JOIN people o ON o.id = a.owner_id'),
    ).toBe('id, by?1 { owner }');
    expect(
      await nested(
        `UPDATE articles a SET title = 'x' FROM people p LEFT JOIN cities c ON c.id = p.city_id
         WHERE p.id = a.editor_id RETURNING a.id, p.name AS "editor.name", c.name AS "editor.city.name"`,
      ),
    ).toBe('id, editor { name, city?2 { name } }');
  });

  it('consider that window functions see other rows', async () => {
    expect(
      await nested(
        `SELECT o.id AS "owner.id", first_value(o.id) OVER (ORDER BY a.id) AS "owner.first"
         FROM articles a LEFT JOIN people o ON o.id = a.owner_id`,
      ),
    ).toBe('owner?0 { id, first? }');
  });
});

describe('names', () => {
  it.each([
    ['SELECT 1 AS "a.b", 2 AS "a"', 'a'],
    ['SELECT 1 AS "a", 2 AS "a.b"', 'a'],
    ['SELECT 1 AS "a[].b", 2 AS "a.c"', 'a'],
    ['SELECT 1 AS "a[]", 2 AS "a[].c"', 'a'],
    ['SELECT 1 AS "x.a[].b", 2 AS "x.a"', 'a'],
  ])('%s', async (sql, name) => {
    expect(await problem(sql)).toContain(`"${name}" is the name of several things`);
  });

  it.each(['Total (net. of tax)', '1.5', 'a..b', '.a', 'a.', 'a.b c'])('%s stays as it is', async (name) => {
    const { query } = await ask(`SELECT 1 AS "${name}"`, '');
    expect(query?.nesting).toBeUndefined();
    expect(query?.columns[0]?.name).toBe(name);
  });

  it('of whole rows are refused where PgTyped reads the rows', async () => {
    const text = '-- name: Q :many\nSELECT sqlc.embed(p) FROM people p;\n';
    const { diagnostics } = await analyse(database.client, readStatements('q.sql', text).statements, {
      texts: new Map([['q.sql', text]]),
      lenientParameters: true,
      catalog: Promise.resolve(database.catalog),
    });
    await database.client.query('SET debug_print_parse = off');
    expect(diagnostics.map(({ code, message }) => [code, message])).toEqual([
      ['ND3018', 'Q: sqlc.embed(p): @pgtyped/runtime makes no objects of rows'],
    ]);
  });

  it('stay flat where PgTyped reads the rows', async () => {
    const text = '/* @name Q */\nSELECT 1 AS "a.b", 2 AS "c[].d";\n';
    const { queries } = await analyse(database.client, readStatements('q.sql', text).statements, {
      texts: new Map([['q.sql', text]]),
      lenientParameters: true,
      catalog: Promise.resolve(database.catalog),
    });
    await database.client.query('SET debug_print_parse = off');
    expect(queries[0]?.nesting).toBeUndefined();
  });
});

const tagged = 'FROM articles a LEFT JOIN tags t ON t.article_id = a.id';

describe('lists', () => {
  it.each([
    [
      `SELECT a.id, a.title, t.id AS "tags[].id", t.name AS "tags[].name" ${tagged}`,
      '#0 id, title, tags[]?2 { id, name }',
    ],
    // A list needs no key of its own, as each row is an element.
    [
      `SELECT a.id, t.name AS "tags[].name", t.note AS "tags[].note" ${tagged}`,
      '#0 id, tags[]?1 { name, note? }',
    ],
    [
      'SELECT a.id, t.note AS "tags[].note" FROM articles a JOIN tags t ON t.article_id = a.id',
      '#0 id, tags[] { note? }',
    ],
    [`SELECT a.id, t.name AS "tags[]" ${tagged}`, '#0 id, tags[]?1'],
    [`SELECT a AS article, t AS "tags[]" ${tagged}`, '#0 article, tags[]?1'],
    [`SELECT a.slug, a.id, t.name AS "tags[]" ${tagged}`, '#1 slug?, id, tags[]?2'],
    [`SELECT a.slug, t.name AS "tags[]" ${tagged} WHERE a.slug > ''`, '#0 slug, tags[]?1'],
    // The parent's other tables follow from its key.
    [
      `SELECT a.id, o.name AS "owner.name", e.name AS editor, t.name AS "tags[]" ${tagged}
       LEFT JOIN people o ON o.id = a.owner_id JOIN people e ON e.id = a.editor_id`,
      '#0 id, owner?1 { name }, editor, tags[]?3',
    ],
    // A table between them, with or without a key.
    [
      `SELECT a.id, p.name AS "topics[].name" FROM articles a LEFT JOIN (article_topics x JOIN topics p ON p.id = x.topic_id)
       ON x.article_id = a.id`,
      '#0 id, topics[]?1 { name }',
    ],
    [
      `SELECT a.id, p.name AS "topics[].name" FROM articles a LEFT JOIN article_topics x ON x.article_id = a.id
       LEFT JOIN topics p ON p.id = x.topic_id`,
      '#0 id, topics[]?1 { name }',
    ],
    // Of a subquery, of a WITH query, of elements of arrays.
    [
      `SELECT s.id, t.name AS "tags[]" FROM (SELECT * FROM articles ORDER BY title LIMIT 3) s
       LEFT JOIN tags t ON t.article_id = s.id`,
      '#0 id, tags[]?1',
    ],
    [
      `WITH s AS (SELECT editor_id, count(*) AS n FROM articles GROUP BY editor_id)
       SELECT s.editor_id, s.n, a.title AS "titles[]" FROM s JOIN articles a ON a.editor_id = s.editor_id`,
      '#0 editor_id, n, titles[]',
    ],
    [`SELECT a.id, unnest(ARRAY[1, 2]) AS "numbers[]" FROM articles a`, '#0 id, numbers[]'],
    [
      `SELECT a.id, t.name AS "names[].name", count(*) AS "names[].n" ${tagged} GROUP BY a.id, t.name`,
      '#0 id, names[]?1 { name, n }',
    ],
    [
      `SELECT a.id, (SELECT count(*) FROM photos p WHERE p.article_id = a.id) AS n, t.name AS "tags[]" ${tagged}`,
      '#0 id, n, tags[]?2',
    ],
    [
      `SELECT a.id, o.id AS "owner.id", p.url AS "owner.photos[]" FROM articles a
       LEFT JOIN (people o JOIN photos p ON p.id = o.id) ON o.id = a.owner_id`,
      '#0 id, owner?1 { id, photos[] }',
    ],
  ])('%s', async (sql, expected) => {
    expect(await nested(sql)).toBe(expected);
  });

  it('are in lists', async () => {
    expect(
      await nested(
        `SELECT a.id, t.id AS "tags[].id", t.name AS "tags[].name", w.word AS "tags[].words[]"
         ${tagged} LEFT JOIN words w ON w.tag_id = t.id`,
      ),
    ).toBe('#0 id, tags[]?1#1 { id, name, words[]?3 }');
    expect(
      await problem(
        `SELECT a.id, t.name AS "tags[].name", w.word AS "tags[].words[]" ${tagged} LEFT JOIN words w ON w.tag_id = t.id`,
      ),
    ).toBe(
      'Q: nothing proves which rows are one element of "tags[]", for "tags[].words[]" | Select a unique key that is never NULL beside the list: public.tags has (id).',
    );
  });

  it('come in order if ORDER BY begins with the key', async () => {
    const sql = `SELECT a.id, t.name AS "tags[]" ${tagged}`;
    expect(await nested(`${sql} ORDER BY a.id`)).toContain('in order');
    expect(await nested(`${sql} ORDER BY a.title DESC, a.id, t.name`)).toContain('in order');
    expect(await nested(`${sql} ORDER BY lower(a.title), a.id, t.name`)).toContain('in order');
    expect(await nested(`${sql} WHERE a.id = :id ORDER BY t.name`)).toContain('in order');
    expect(await nested(`${sql} ORDER BY a.title, t.name, a.id`)).not.toContain('in order');
    expect(await nested(`${sql} ORDER BY t.name, a.id`)).not.toContain('in order');
    expect(await nested(`${sql} ORDER BY a.title`)).not.toContain('in order');
    expect(await nested(sql)).not.toContain('in order');
  });

  it.each([
    // The key.
    [
      `SELECT a.title, t.name AS "tags[]" ${tagged}`,
      'nothing proves which rows are one object, for "tags[]" | Select a unique key that is never NULL beside the list: public.articles has (id).',
    ],
    [`SELECT a.slug, t.name AS "tags[]" ${tagged}`, 'nothing proves which rows are one object'],
    [`SELECT t.name AS "tags[]" ${tagged}`, 'nothing proves which rows are one object'],
    [
      `SELECT a.id, t.name AS "tags[]" FROM articles a FULL JOIN tags t ON t.article_id = a.id`,
      'nothing proves which rows are one object',
    ],
    [
      `SELECT a.id, p.url, t.name AS "tags[]" ${tagged} JOIN photos p ON p.article_id = a.id`,
      'nothing proves which rows are one object',
    ],
    // What differs between the rows of one parent.
    [
      `SELECT a.id, random() AS r, t.name AS "tags[]" ${tagged}`,
      '"r" can differ between the rows of one object | Put it into the list, as "tags[].r", or compute it in a subquery.',
    ],
    [`SELECT a.id, row_number() OVER () AS r, t.name AS "tags[]" ${tagged}`, '"r" can differ'],
    [`SELECT a.id, count(*) AS n, t.name AS "tags[]" ${tagged} GROUP BY a.id, t.name`, '"n" can differ'],
    [
      `SELECT a.id, a.id + t.id AS n, t.name AS "tags[]" ${tagged}`,
      'nothing proves which rows are one object',
    ],
    // What multiplies.
    [
      `SELECT a.id, t.name AS "tags[]", p.url AS "photos[]" ${tagged} LEFT JOIN photos p ON p.article_id = a.id`,
      'each element of "tags[]" is repeated for each of "photos[]", as both are lists of one object | Select one of them as a column: ARRAY(SELECT x FROM (SELECT …) AS x) AS photos.',
    ],
    [
      `SELECT a.id, t.name AS "tags[]" ${tagged} LEFT JOIN photos p ON p.article_id = a.id`,
      'elements of "tags[]" can be repeated, as p may have several rows for one of them | Select a unique key of p in the list, or use EXISTS or a subquery instead of the join.',
    ],
    [
      `SELECT a.id, p.name AS "topics[].name" FROM articles a JOIN loose_topics x ON x.article_id = a.id
       JOIN topics p ON p.id = x.topic_id`,
      'elements of "topics[]" can be repeated, as x may have several rows',
    ],
    // Whether there is an element.
    [`SELECT a.id, t.note AS "tags[]" ${tagged}`, 'nothing tells whether "tags[]" has an element'],
    [
      `SELECT a.id, t.note AS "tags[].note", w.word AS "tags[].word" ${tagged} LEFT JOIN words w ON w.tag_id = t.id`,
      'nothing tells whether "tags[]" has an element',
    ],
    [
      `SELECT a.id, o.id AS "owner.id", t.name AS "owner.tags[]" ${tagged} LEFT JOIN people o ON o.id = a.owner_id`,
      '"owner.tags[]" can have an element where "owner" is absent',
    ],
    [
      `SELECT a.id, t.name AS "tags[]" ${tagged} LIMIT 10`,
      'LIMIT and OFFSET count rows, and "tags[]" is made of several rows',
    ],
    [
      `SELECT 1 AS id, 2 AS "n[]" UNION ALL SELECT 1, 3`,
      '"n[]" needs a plain SELECT, and this is a set operation',
    ],
  ])('%s', async (sql, expected) => {
    expect(await problem(sql)).toContain(expected);
  });

  it.each([':one', ':maybe'])('of %s are proven by the key of the object', async (command) => {
    const sql = `SELECT a.id, t.name AS "tags[]" ${tagged}`;
    expect(await nested(`${sql} WHERE a.id = :id`, command)).toBe('# in order id, tags[]?1');
    expect((await ask(`${sql} WHERE a.id = :id`, command)).query?.rows).toEqual({ min: 0, max: 1 });
    expect(await nested(sql, `${command}!`)).toBe('#0 id, tags[]?1');
    expect(await problem(sql, command)).toBe(
      `Q: it is marked ${command}, but nothing proves that its rows are of at most one object | Compare every column of a unique key of what is not in the list with = to one value: public.articles has articles_pkey (id), articles_slug_key (slug). Or mark it :many, or ${command}! to assert it.`,
    );
  });
});
