import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyse } from '../../src/analysis/analyse.ts';
import { EmptyUpdateError } from '../../src/runtime/index.ts';
import { statementOf } from '../../src/runtime/statement.ts';
import { readStatements } from '../../src/sql/read.ts';
import { type Analysed, analysed, servers } from '../support/analysed.ts';
import { tested } from '../support/tested.ts';
import { definitionOf } from './optional/run.ts';

const schema = `
  CREATE TABLE car (id text PRIMARY KEY, make text NOT NULL, model text NOT NULL, year smallint NOT NULL,
    price numeric(12,2) NOT NULL, sold_at timestamptz, tags text[] NOT NULL, note varchar(20), bits bit(3));
  CREATE TABLE tag (car_id text REFERENCES car, tag text, kind text);
  CREATE DOMAIN word AS text CHECK (VALUE IS NOT NULL);
  CREATE SCHEMA other;
  CREATE TYPE other."Body" AS ENUM ('suv', 'van');
  ALTER TABLE car ADD body other."Body";
  CREATE TABLE thing (id int PRIMARY KEY, a int NOT NULL DEFAULT 3, b int DEFAULT 4, c text,
    d int GENERATED ALWAYS AS (b + 1) STORED, e timestamptz DEFAULT now(), f int DEFAULT 5 CONSTRAINT thing_f CHECK (f > 6));
  CREATE TABLE secret (id int, owner text, a int);
  ALTER TABLE secret ENABLE ROW LEVEL SECURITY;
  CREATE POLICY shown ON secret FOR SELECT USING (owner = 'me');
  CREATE POLICY changed ON secret FOR UPDATE USING (true);
  CREATE VIEW secrets AS SELECT * FROM secret;
  CREATE FUNCTION matches(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT $1 = $2';
  CREATE FUNCTION alike(text, text) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT $1 = $2';
`;

/** A statement, what is sent of it with everything, and what without. */
type Case = readonly [sql: string, all: string, none: string];

const guards: readonly Case[] = [
  [
    'SELECT id FROM car WHERE (:make::text IS NULL OR make = :make)',
    'SELECT id FROM car WHERE (make = $1::text)',
    'SELECT id FROM car WHERE ( TRUE )',
  ],
  [
    'SELECT id FROM car WHERE :make?::text IS NULL OR make = :make ORDER BY id',
    'SELECT id FROM car WHERE make = $1::text ORDER BY id',
    'SELECT id FROM car WHERE  TRUE  ORDER BY id',
  ],
  [
    'SELECT id FROM car WHERE (make = :make OR :make IS NULL) AND year > :year',
    'SELECT id FROM car WHERE (make = $1::text) AND year > $2::int2',
    'SELECT id FROM car WHERE ( TRUE ) AND year > $1::int2',
  ],
  [
    'SELECT id FROM car WHERE (:a::text IS NULL OR make = :a OR model = :a)',
    'SELECT id FROM car WHERE (make = $1::text OR model = $1::text)',
    'SELECT id FROM car WHERE ( TRUE )',
  ],
  [
    'SELECT id FROM car WHERE (make = :a OR:a IS NULL OR(model = :a))',
    'SELECT id FROM car WHERE (make = $1::text OR(model = $1::text))',
    'SELECT id FROM car WHERE ( TRUE )',
  ],
  [
    'SELECT id FROM car WHERE (:a::text IS NULL OR :b::int IS NULL OR (make = :a AND year = :b))',
    'SELECT id FROM car WHERE ((make = $1::text AND year = $2::int4))',
    'SELECT id FROM car WHERE ( TRUE )',
  ],
  [
    'SELECT id FROM car WHERE (:a::text IS NULL OR make = :a AND (:b::int IS NULL OR year = :b))',
    'SELECT id FROM car WHERE (make = $1::text AND (year = $2::int4))',
    'SELECT id FROM car WHERE ( TRUE )',
  ],
  [
    'SELECT id FROM car WHERE coalesce(:make, make) = make AND year > 1',
    'SELECT id FROM car WHERE $1::text = make AND year > 1',
    'SELECT id FROM car WHERE  TRUE  AND year > 1',
  ],
  [
    'SELECT id FROM car c WHERE (c.year = COALESCE ( :year::smallint , c.year )) ORDER BY id',
    'SELECT id FROM car c WHERE (c.year = ($1::int2::smallint)) ORDER BY id',
    'SELECT id FROM car c WHERE  TRUE  ORDER BY id',
  ],
  [
    'SELECT id FROM car WHERE id = coalesce(:id, id) AND price = coalesce(:price, price)',
    'SELECT id FROM car WHERE id = $1::text AND price = $2::numeric',
    'SELECT id FROM car WHERE  TRUE  AND  TRUE ',
  ],
  [
    'SELECT id FROM car JOIN tag ON tag.car_id = id WHERE EXISTS (SELECT FROM car x WHERE x.make = coalesce(:make, x.make))',
    'SELECT id FROM car JOIN tag ON tag.car_id = id WHERE EXISTS (SELECT FROM car x WHERE x.make = $1::text)',
    'SELECT id FROM car JOIN tag ON tag.car_id = id WHERE EXISTS (SELECT FROM car x WHERE  TRUE )',
  ],
  // The same parameter elsewhere: NULL is sent there.
  [
    'SELECT id, :a::text AS a FROM car WHERE (:a::text IS NULL OR make = :a)',
    'SELECT id, $1::text AS a FROM car WHERE (make = $1::text)',
    'SELECT id, $1::text AS a FROM car WHERE ( TRUE )',
  ],
  // The type is that of the whole statement.
  [
    'SELECT id FROM car WHERE (:year::smallint IS NULL OR year::bigint >= :year)',
    'SELECT id FROM car WHERE (year::bigint >= $1::int2)',
    'SELECT id FROM car WHERE ( TRUE )',
  ],
  [
    'SELECT id FROM car WHERE (:tags::text[] IS NULL OR :tags[1] = make OR tags @> :tags)',
    'SELECT id FROM car WHERE (($1::text[])[1] = make OR tags @> $1::text[])',
    'SELECT id FROM car WHERE ( TRUE )',
  ],
  [
    'SELECT id FROM car WHERE (body = :body OR :body IS NULL) AND (bits = :bits OR :bits IS NULL)',
    'SELECT id FROM car WHERE (body = $1::"other"."Body") AND (bits = $2::"bit")',
    'SELECT id FROM car WHERE ( TRUE ) AND ( TRUE )',
  ],
  // Anywhere in an expression.
  [
    'SELECT id, NOT (:a::text IS NULL OR make = :a) AS b FROM car',
    'SELECT id, NOT (make = $1::text) AS b FROM car',
    'SELECT id, NOT ( TRUE ) AS b FROM car',
  ],
  [
    'SELECT count(*) FILTER (WHERE :a::text IS NULL OR make = :a) AS n FROM car',
    'SELECT count(*) FILTER (WHERE make = $1::text) AS n FROM car',
    'SELECT count(*) FILTER (WHERE  TRUE ) AS n FROM car',
  ],
  [
    'SELECT CASE WHEN :a::text IS NULL OR make = :a THEN 1 ELSE 2 END AS n FROM car',
    'SELECT CASE WHEN make = $1::text THEN 1 ELSE 2 END AS n FROM car',
    'SELECT CASE WHEN  TRUE  THEN 1 ELSE 2 END AS n FROM car',
  ],
  [
    'SELECT c.id FROM car c LEFT JOIN tag t ON t.car_id = c.id AND (:a::text IS NULL OR t.tag = :a) JOIN tag s ON true',
    'SELECT c.id FROM car c LEFT JOIN tag t ON t.car_id = c.id AND (t.tag = $1::text) JOIN tag s ON true',
    'SELECT c.id FROM car c LEFT JOIN tag t ON t.car_id = c.id AND ( TRUE ) JOIN tag s ON true',
  ],
  [
    'SELECT make, count(*) AS n FROM car GROUP BY make HAVING :n::int IS NULL OR count(*) > :n',
    'SELECT make, count(*) AS n FROM car GROUP BY make HAVING count(*) > $1::int4',
    'SELECT make, count(*) AS n FROM car GROUP BY make HAVING  TRUE ',
  ],
  [
    'WITH c AS (SELECT * FROM car WHERE (:a::text IS NULL OR make = :a)) SELECT c.id FROM c, tag WHERE :b::text IS NULL OR tag = :b',
    'WITH c AS (SELECT car.id, car.make, car.model, car.year, car.price, car.sold_at, car.tags, car.note, car.bits, car.body FROM car WHERE (make = $1::text)) SELECT c.id FROM c, tag WHERE tag = $2::text',
    'WITH c AS (SELECT car.id, car.make, car.model, car.year, car.price, car.sold_at, car.tags, car.note, car.bits, car.body FROM car WHERE ( TRUE )) SELECT c.id FROM c, tag WHERE  TRUE ',
  ],
  [
    "SELECT 'é€😀' AS s FROM car WHERE (make = 'ü' OR :a::text IS NULL) /* é */ AND year = 2",
    "SELECT 'é€😀' AS s FROM car WHERE (make = 'ü') /* é */ AND year = 2",
    "SELECT 'é€😀' AS s FROM car WHERE ( TRUE ) /* é */ AND year = 2",
  ],
  [
    'UPDATE car SET year = 1 WHERE (:a::text IS NULL OR make = :a)',
    'UPDATE car SET year = 1 WHERE (make = $1::text)',
    'UPDATE car SET year = 1 WHERE ( TRUE )',
  ],
  // The rows are read all the same.
  [
    'UPDATE secret SET a = a + 1 WHERE (:a::text IS NULL OR owner = :a)',
    'UPDATE secret SET a = a + 1 WHERE (owner = $1::text)',
    'UPDATE secret SET a = a + 1 WHERE ( TRUE )',
  ],
  [
    'WITH x AS (DELETE FROM secret WHERE (:a::text IS NULL OR owner = :a) RETURNING 1) UPDATE car SET year = 1 WHERE (:b::text IS NULL OR make = :b)',
    'WITH x AS (DELETE FROM secret WHERE ($1::text IS NULL OR owner = $1::text) RETURNING 1) UPDATE car SET year = 1 WHERE (make = $2::text)',
    'WITH x AS (DELETE FROM secret WHERE ($1::text IS NULL OR owner = $1::text) RETURNING 1) UPDATE car SET year = 1 WHERE ( TRUE )',
  ],
  // Some are cut, and others are not.
  [
    'SELECT id FROM car WHERE (:a::text IS NULL OR make = :a) AND (:b::text IS NULL OR matches(make, :b)) AND (:c::text IS NULL OR alike(make, :c))',
    'SELECT id FROM car WHERE (make = $1::text) AND ($2::text IS NULL OR matches(make, $2::text)) AND (alike(make, $3::text))',
    'SELECT id FROM car WHERE ( TRUE ) AND ($1::text IS NULL OR matches(make, $1::text)) AND ( TRUE )',
  ],
];

/** Guards that are sent always, and why. */
const kept: readonly (readonly [sql: string, because: string | null])[] = [
  ['SELECT id FROM car WHERE coalesce(:note, note) = note', null],
  ['SELECT id FROM car WHERE coalesce(:make, model) = make', null],
  ['SELECT id FROM car WHERE coalesce(:make, make, model) = make', null],
  ['SELECT id FROM car WHERE coalesce(:make, make) <> make', null],
  ['SELECT id FROM car WHERE coalesce(:make!, make) = make', null],
  ['SELECT id FROM car WHERE NOT coalesce(:make, make) = make', null],
  ['SELECT tag FROM tag LEFT JOIN car ON car.id = car_id WHERE coalesce(:make, make) = make', null],
  ['SELECT id FROM car WHERE coalesce(:ts::timestamptz, now()) = sold_at', null],
  ['SELECT id FROM car WHERE :a::text IS NULL OR matches(make, :a)', 'it calls matches, which is volatile'],
  ['SELECT id FROM car WHERE :a::float8 IS NULL OR random() < :a', 'it calls random, which is volatile'],
  ['SELECT id FROM car WHERE :a::word IS NULL OR make = :a', 'its type is a domain, which may refuse NULL'],
  [
    'SELECT 1 AS one FROM car HAVING :a::int IS NULL OR count(*) > :a',
    'without it the analysis differs elsewhere: QUERY.hasAggs',
  ],
  [
    'UPDATE secret SET a = 1 WHERE (:a::text IS NULL OR owner = :a)',
    'without it the policies for SELECT do not hold for the rows',
  ],
  [
    'DELETE FROM secrets WHERE (:a::text IS NULL OR owner = :a) AND (:b::int IS NULL OR a = :b)',
    'without it the policies for SELECT do not hold for the rows',
  ],
  [
    'SELECT id FROM car WHERE (:a::text IS NULL OR make = :a) OR year = 3',
    'its alternatives could not be told apart in the text',
  ],
  // Never omitted, or no guard.
  ['SELECT id FROM car WHERE :a!::text IS NULL OR make = :a!', null],
  ['SELECT id FROM car WHERE :a::text IS NULL AND make = :a', null],
  ['SELECT id FROM car WHERE sold_at IS NULL OR make = :a', null],
  ['SELECT id FROM car WHERE lower(:a) IS NULL OR make = :a', null],
];

/** By `@optional`, with its parameters first. */
const optional: readonly (readonly [names: string, ...Case])[] = [
  [
    'make, year',
    'SELECT id FROM car WHERE sold_at IS NULL AND make ILIKE :make AND year >= :year LIMIT 5',
    'SELECT id FROM car WHERE sold_at IS NULL AND make ILIKE $1::text AND year >= $2::int2 LIMIT 5',
    'SELECT id FROM car WHERE sold_at IS NULL AND  TRUE  AND  TRUE  LIMIT 5',
  ],
  [
    'tag',
    'SELECT id FROM car WHERE EXISTS (SELECT FROM tag t WHERE t.car_id = car.id AND t.tag = :tag)',
    'SELECT id FROM car WHERE EXISTS (SELECT FROM tag t WHERE t.car_id = car.id AND t.tag = $1::text)',
    'SELECT id FROM car WHERE  TRUE ',
  ],
  [
    'a, b',
    'SELECT id FROM car WHERE (make = :a AND model = :b AND (year = 1)) AND year = 2',
    'SELECT id FROM car WHERE (make = $1::text AND model = $2::text AND (year = 1)) AND year = 2',
    'SELECT id FROM car WHERE ( TRUE  AND  TRUE  AND (year = 1)) AND year = 2',
  ],
  [
    'a',
    'SELECT id FROM car WHERE year = 2 AND ((make = :a OR model = :a)) AND NOT (make = :a)',
    'SELECT id FROM car WHERE year = 2 AND ((make = $1::text OR model = $1::text)) AND NOT (make = $1::text)',
    'SELECT id FROM car WHERE year = 2 AND  TRUE  AND  TRUE ',
  ],
  [
    'a, b',
    'SELECT id FROM car WHERE year BETWEEN :a AND :b AND (price, id) > (1, :b::text) AND CASE WHEN year = 1 AND true THEN price > :a ELSE true END',
    'SELECT id FROM car WHERE year BETWEEN $1::int2 AND $2::int2 AND (price, id) > (1, $2::int2::text) AND CASE WHEN year = 1 AND true THEN price > $1::int2 ELSE true END',
    'SELECT id FROM car WHERE  TRUE  AND  TRUE  AND  TRUE ',
  ],
  [
    'ids',
    'SELECT id FROM car WHERE id IN :ids',
    'SELECT id FROM car WHERE id = ANY ($1::text[])',
    'SELECT id FROM car WHERE  TRUE ',
  ],
  [
    'a',
    'SELECT make, count(*) FILTER (WHERE price > :a) AS n FROM car JOIN tag ON car_id = id AND kind = :a::numeric::text GROUP BY make HAVING min(price) > :a',
    'SELECT make, count(*) FILTER (WHERE price > $1::numeric) AS n FROM car JOIN tag ON car_id = id AND kind = $1::numeric::text GROUP BY make HAVING min(price) > $1::numeric',
    'SELECT make, count(*) FILTER (WHERE  TRUE ) AS n FROM car JOIN tag ON car_id = id AND  TRUE  GROUP BY make HAVING  TRUE ',
  ],
  // A guard of its own is what counts there, and in another one it is the half that is sent.
  [
    'a, b',
    'SELECT id FROM car WHERE (:a::text IS NULL OR make = :a) AND (:c::text IS NULL OR model = :c AND make <> :b)',
    'SELECT id FROM car WHERE (make = $1::text) AND (model = $2::text AND make <> $3::text)',
    'SELECT id FROM car WHERE ( TRUE ) AND ( TRUE )',
  ],
  [
    'a',
    'DELETE FROM car USING tag WHERE car_id = id AND tag = :a',
    'DELETE FROM car USING tag WHERE car_id = id AND tag = $1::text',
    'DELETE FROM car USING tag WHERE car_id = id AND  TRUE ',
  ],
  // LIMIT and OFFSET.
  [
    'limit, offset',
    'SELECT id AS limit, year FROM car ORDER BY id LIMIT :limit OFFSET :offset',
    'SELECT id AS limit, year FROM car ORDER BY id LIMIT $1::int8 OFFSET $2::int8',
    'SELECT id AS limit, year FROM car ORDER BY id LIMIT NULL OFFSET NULL',
  ],
  [
    'page, size',
    'SELECT id FROM car OFFSET(:page::int - 1) * :size LIMIT(:size)FOR UPDATE',
    'SELECT id FROM car OFFSET($1::int4::int - 1) * $2::int4 LIMIT($2::int4)FOR UPDATE',
    'SELECT id FROM car OFFSET NULL LIMIT NULL FOR UPDATE',
  ],
  [
    'n',
    'SELECT id FROM car OFFSET :m ROWS FETCH FIRST :n ROWS ONLY',
    'SELECT id FROM car OFFSET ($1::int8) ROWS FETCH FIRST ($2::int8) ROWS ONLY',
    'SELECT id FROM car OFFSET ($1::int8) ROWS FETCH FIRST NULL ROWS ONLY',
  ],
  [
    'a, n',
    'SELECT id FROM (SELECT id FROM car LIMIT (:n::text)::int + 1) q WHERE id IN (SELECT tag FROM tag WHERE kind = :k LIMIT (SELECT count(*) FROM tag WHERE kind = :a LIMIT 3)) LIMIT greatest(1, :n::text::int)',
    'SELECT id FROM (SELECT id FROM car LIMIT ($1::text)::int + 1) q WHERE id IN (SELECT tag FROM tag WHERE kind = $2::text LIMIT (SELECT count(*) FROM tag WHERE kind = $3::text LIMIT 3)) LIMIT greatest(1, $1::text::int)',
    'SELECT id FROM (SELECT id FROM car LIMIT NULL) q WHERE  TRUE  LIMIT NULL',
  ],
  [
    'n',
    'WITH c AS (SELECT id FROM car ORDER BY id LIMIT :n) SELECT c.id, (SELECT tag FROM tag LIMIT :n OFFSET 2) AS tag FROM c UNION (SELECT tag, kind FROM tag LIMIT CASE WHEN :n > 1 AND true THEN 4 END)',
    'WITH c AS (SELECT id FROM car ORDER BY id LIMIT $1::int8) SELECT c.id, (SELECT tag FROM tag LIMIT $1::int8 OFFSET 2) AS tag FROM c UNION (SELECT tag, kind FROM tag LIMIT CASE WHEN $1::int8 > 1 AND true THEN 4 END)',
    'WITH c AS (SELECT id FROM car ORDER BY id LIMIT NULL) SELECT c.id, (SELECT tag FROM tag LIMIT NULL OFFSET 2) AS tag FROM c UNION (SELECT tag, kind FROM tag LIMIT NULL)',
  ],
];

/** Assignments and values by `@optional`; "none" is with one assignment where nothing else would be sent. */
const assigned: readonly (readonly [names: string, ...Case])[] = [
  [
    'make, year, note',
    'UPDATE car SET make = :make, year = :year, note = :note, sold_at = now() WHERE id = :id',
    'UPDATE car SET make = $1::text, year = $2::int2, note = $3::varchar, sold_at = now() WHERE id = $4::text',
    'UPDATE car SET sold_at = now() WHERE id = $1::text',
  ],
  [
    'make, year',
    'UPDATE car AS c SET /* a, b */ make = upper(:make) || :make -- the, make\n, sold_at = now(), year = :year FROM tag t WHERE t.car_id = c.id AND t.kind = :kind RETURNING c.id, c.make',
    'UPDATE car AS c SET /* a, b */ make = upper($1::text) || $1::text, sold_at = now(), year = $2::int2 FROM tag t WHERE t.car_id = c.id AND t.kind = $3::text RETURNING c.id, c.make',
    'UPDATE car AS c SET /* a, b */ sold_at = now() FROM tag t WHERE t.car_id = c.id AND t.kind = $1::text RETURNING c.id, c.make',
  ],
  // Sent only if all are given; the same in a condition.
  [
    'a, b, c',
    'UPDATE car SET make = :a || :b, note = NULL, model = (SELECT t.tag FROM tag t WHERE t.kind = :c LIMIT 1) WHERE id = :id AND price > :c::text::numeric',
    'UPDATE car SET make = $1::text || $2::text, note = NULL, model = (SELECT t.tag FROM tag t WHERE t.kind = $3::text LIMIT 1) WHERE id = $4::text AND price > $3::text::numeric',
    'UPDATE car SET note = NULL WHERE id = $1::text AND  TRUE ',
  ],
  [
    'a, b, c, d',
    'UPDATE car SET (make, model) = (:a, :b), (note, year) = ROW(:c, 2), tags[1] = :d, tags[2] = :d, bits = DEFAULT',
    'UPDATE car SET (make, model) = ($1::text, $2::text), (note, year) = ROW($3::varchar, 2), tags[1] = $4::text, tags[2] = $4::text, bits = DEFAULT',
    'UPDATE car SET bits = DEFAULT',
  ],
  [
    'a, b',
    'UPDATE car SET (make, model) = (SELECT :a, t.tag FROM tag t LIMIT 1), note = :b, sold_at = NULL',
    'UPDATE car SET (make, model) = (SELECT $1::text, t.tag FROM tag t LIMIT 1), note = $2::varchar, sold_at = NULL',
    'UPDATE car SET sold_at = NULL',
  ],
  [
    'note, body',
    "INSERT INTO car (id, make, model, year, price, tags, note, body) VALUES (:id, 'm', 'm', 1, 1, '{}', :note, :body) ON CONFLICT (id) DO UPDATE SET note = :note, body = :body, year = 2 WHERE car.make = 'x' RETURNING id",
    `INSERT INTO car (id, make, model, year, price, tags, note, body) VALUES ($1::text, 'm', 'm', 1, 1, '{}', $2::varchar, $3::"other"."Body") ON CONFLICT (id) DO UPDATE SET note = $2::varchar, body = $3::"other"."Body", year = 2 WHERE car.make = 'x' RETURNING id`,
    "INSERT INTO car (id, make, model, year, price, tags, note, body) VALUES ($1::text, 'm', 'm', 1, 1, '{}', DEFAULT, DEFAULT) ON CONFLICT (id) DO UPDATE SET year = 2 WHERE car.make = 'x' RETURNING id",
  ],
  [
    'note, a',
    "WITH x AS (UPDATE car SET note = :note, year = 3 WHERE id = :id RETURNING id) INSERT INTO tag VALUES ((SELECT id FROM x), coalesce(:a, 'x') || 'y')",
    "WITH x AS (UPDATE car SET note = $1::varchar, year = 3 WHERE id = $2::text RETURNING id) INSERT INTO tag VALUES ((SELECT id FROM x), coalesce($3::text, 'x') || 'y')",
    'WITH x AS (UPDATE car SET year = 3 WHERE id = $1::text RETURNING id) INSERT INTO tag VALUES ((SELECT id FROM x), DEFAULT)',
  ],
];

/** What is wrong, by the header's words and the statement. */
const refused: readonly (readonly [header: string, sql: string, message: RegExp])[] = [
  [':many @optional a', 'SELECT :a::text AS a FROM car', /here cannot be omitted/],
  [
    ':many @optional a',
    'SELECT id FROM car ORDER BY id FETCH FIRST :a ROWS WITH TIES',
    /this limit cannot be omitted: without it Postgres says: row count cannot be null/,
  ],
  [':maybe @optional a', 'SELECT id FROM car LIMIT least(:a, 1)', /nothing proves/],
  [
    ':many @optional a',
    "SELECT id FROM car WHERE make = :a OR model = 'x'",
    /another alternative of this OR/,
  ],
  [
    ':exec @optional a',
    "INSERT INTO tag (car_id, tag) SELECT id, :a FROM car WHERE id = 'x'",
    /only a value of a single row in VALUES can be omitted/,
  ],
  [
    ':exec @optional a',
    "INSERT INTO tag (car_id, tag) VALUES ('a', :a), ('b', :a)",
    /only a value of a single row in VALUES can be omitted/,
  ],
  [
    ':exec @optional make',
    "INSERT INTO car (id, make) VALUES ('a', :make)",
    /make is NOT NULL and has no default, so it must be given/,
  ],
  [':exec @optional ids', 'INSERT INTO tag (tag) VALUES :ids', /this value cannot be omitted/],
  [':many @optional a', 'UPDATE car SET year = 1 RETURNING :a::text AS a', /here cannot be omitted/],
  [':many @optional a', 'EXPLAIN SELECT id FROM car WHERE make = :a', /always sent as a whole/],
  [':maybe @optional id', 'SELECT make FROM car WHERE id = :id', /if id can be omitted, nothing proves/],
  [
    ':many @optional n',
    'SELECT 1 AS one FROM car HAVING count(*) > :n',
    /cannot be omitted: without it the analysis differs elsewhere: QUERY.hasAggs/,
  ],
];

describe.each(tested(servers))('optional parts on PostgreSQL %s', (server) => {
  let database: Analysed;
  beforeAll(async () => {
    database = await analysed(server, schema);
  });
  afterAll(() => database?.close());

  const find = async (header: string, sql: string, lenientParameters = false) => {
    const text = `/*\n  @name Q ${header}\n  @param ids -> (...)\n*/\n${sql};`;
    const { statements } = readStatements(
      'q.sql',
      sql.includes(':ids') ? text : text.replace(/\n.*@param.*/, ''),
    );
    return analyse(database.client, statements, {
      texts: new Map([['q.sql', text]]),
      lenientParameters,
      catalog: Promise.resolve(database.catalog),
    });
  };

  const textsOf = async (header: string, sql: string) => {
    const { queries, diagnostics } = await find(header, sql);
    expect(diagnostics).toEqual([]);
    const [query] = queries;
    if (query === undefined) throw new Error('no query');
    const definition = definitionOf(query);
    const bind = ((definition.statement as typeof statementOf) ?? statementOf)(definition);
    const all = bind(
      Object.fromEntries(definition.params.map(({ name }) => [name, name === 'ids' ? [1n] : '1'])),
    );
    const always = new Set(definition.params.map((_, i) => i));
    for (const i of [...(query.optional?.guarded ?? []), ...(query.optional?.optional ?? [])])
      always.delete(i);
    const values = definition.params.map(({ name }, i) => [name, always.has(i) ? '1' : undefined]);
    return [all.text, bind(Object.fromEntries(values)).text];
  };

  it.each(guards)('guards: %s', async (sql, all, none) => {
    expect(await textsOf('', sql)).toEqual([all, none]);
  });

  it.each(optional)('@optional %s: %s', async (names, sql, all, none) => {
    expect(await textsOf(`@optional ${names}`, sql)).toEqual([all, none]);
  });

  it.each([
    'UPDATE car SET make = :make WHERE id = :id',
    'UPDATE car SET (make, model) = (:make, :make)',
    'UPDATE car SET make = :make, note = upper(:make)',
    "INSERT INTO car (id) VALUES ('x') ON CONFLICT (id) DO UPDATE SET make = :make",
    'WITH x AS (UPDATE car SET make = :make WHERE id = :id RETURNING id) DELETE FROM tag WHERE car_id IN (SELECT id FROM x)',
  ])('nothing is sent if nothing is assigned: %s', async (sql) => {
    await expect(textsOf(':exec @optional make', sql)).rejects.toThrow(EmptyUpdateError);
  });

  it.each(assigned)('assignments of @optional %s: %s', async (names, sql, all, none) => {
    expect(await textsOf(`@optional ${names}`, sql)).toEqual([all, none]);
  });

  it.each(kept)('are always sent where they are not proven: %s', async (sql, because) => {
    const { queries, diagnostics } = await find('', sql);
    expect(diagnostics).toEqual([]);
    expect(queries[0]?.optional?.pieces ?? null).toBeNull();
    expect(queries[0]?.optional?.conditions[0]?.keptBecause ?? null).toBe(because);
  });

  it.each(refused)('%s: %s is refused', async (header, sql, message) => {
    const { queries, diagnostics } = await find(header, sql);
    expect(queries).toEqual([]);
    expect(diagnostics[0]?.message).toMatch(message);
    expect(diagnostics[0]?.hint).not.toBeNull();
  });

  it('prove nothing of the columns', async () => {
    const { queries } = await find(
      ':many @optional note, tag',
      'SELECT c.note, t.tag, c.sold_at FROM car c LEFT JOIN tag t ON t.car_id = c.id WHERE c.note = :note AND t.tag = :tag AND sold_at > :after',
    );
    expect(queries[0]?.columns.map(({ name, value }) => [name, value.nullable])).toEqual([
      ['note', true],
      ['tag', true],
      ['sold_at', false],
    ]);
  });

  it('prove nothing of a number of rows', async () => {
    const { queries, diagnostics } = await find(
      ':maybe @optional n, o',
      'SELECT 1 AS one LIMIT :n::int OFFSET :o',
    );
    expect(diagnostics).toEqual([]);
    expect(queries[0]?.params.map((param) => 'value' in param && param.value.nullable)).toEqual([true, true]);
  });

  it('have parameters that may be NULL only where that means something', async () => {
    const { queries } = await find(
      ':many @optional a, b, c',
      'SELECT id FROM car WHERE make = :a AND sold_at IS NOT DISTINCT FROM :b AND (:c::text IS NULL OR model = :c) AND make = :d AND (model = :e AND note > :a OR note > :a)',
    );
    expect(
      queries[0]?.params.map((param) => [
        param.name,
        'value' in param && param.value.nullable,
        param.canBeMissing,
      ]),
    ).toEqual([
      ['a', false, true],
      ['b', true, true],
      ['c', true, true],
      ['d', false, undefined],
      // With `a` omitted, its NULL means nothing; the type does not say so.
      ['e', true, undefined],
    ]);
  });

  it('of UPDATE may leave the columns as they are', async () => {
    const { queries, diagnostics } = await find(
      ':many @optional note, sold, make, year',
      "UPDATE car SET note = :note, sold_at = coalesce(:sold, now()), make = :make, bits = B'101', model = :make || :year::int FROM tag WHERE car_id = id AND kind = :kind RETURNING note, sold_at, make, bits, body, kind",
    );
    expect(diagnostics).toEqual([]);
    const [query] = queries;
    expect(
      query?.params.map((param) => [
        param.name,
        'value' in param && param.value.nullable,
        param.canBeMissing,
      ]),
    ).toEqual([
      // NULL means something where the column takes it, and is no value where it does not.
      ['note', true, true],
      ['sold', true, true],
      ['make', false, true],
      // With `make` omitted, its NULL means nothing; the type does not say so.
      ['year', true, true],
      ['kind', false, undefined],
    ]);
    expect(query?.columns.map(({ name, value }) => [name, value.nullable])).toEqual([
      ['note', true],
      // What was there before may be NULL.
      ['sold_at', true],
      ['make', false],
      ['bits', false],
      ['body', true],
      ['kind', false],
    ]);
    expect(query?.writes).toEqual([
      { schema: 'public', table: 'car', columns: ['bits', 'make', 'model', 'note', 'sold_at'] },
    ]);
    expect(query?.reads.find(({ table }) => table === 'car')?.columns).not.toContain('model');
  });

  it('of INSERT may be DEFAULT', async () => {
    const { queries, diagnostics } = await find(
      ':one @optional a, b, c, e, f',
      "INSERT INTO thing (id, a, b, c, e, f) VALUES (:id, :a, :b, coalesce(:c, 'x'), :e, :f) RETURNING id, a, b, c, d, e",
    );
    expect(diagnostics).toEqual([]);
    const [query] = queries;
    expect(
      query?.params.map((param) => [
        param.name,
        'value' in param && param.value.nullable,
        param.canBeMissing,
      ]),
    ).toEqual([
      ['id', false, undefined],
      ['a', false, true],
      ['b', true, true],
      ['c', true, true],
      ['e', true, true],
      ['f', true, true],
    ]);
    expect(query?.columns.map(({ name, value }) => [name, value.nullable])).toEqual([
      ['id', false],
      ['a', false],
      ['b', true],
      ['c', true],
      ['d', true],
      ['e', true],
    ]);
    expect(query?.violations.constraints.map(({ constraint }) => constraint)).toContain('thing_f');
  });

  it.each([
    ['UPDATE car SET make = :a? WHERE id = :id', true],
    ['INSERT INTO thing (id, a) VALUES (1, :a?)', true],
    ['UPDATE car SET note = :a? WHERE id = :id', false],
    ['UPDATE car SET make = coalesce(:a?, make) WHERE id = :id', false],
    ['UPDATE car SET make = :a? WHERE id = :a', false],
  ])('are what is meant where NULL can only fail: %s', async (sql, fails) => {
    const { diagnostics } = await find(':exec', sql);
    expect(diagnostics.map(({ code, hint }) => [code, hint?.includes('@optional a')])).toEqual(
      fails ? [['ND3021', true]] : [],
    );
    // PgTyped has no such mark, and sends NULL.
    expect((await find(':exec', sql, true)).diagnostics).toEqual([]);
  });

  it('are not for the runtime of PgTyped', async () => {
    const guard = await find('', 'SELECT id FROM car WHERE (:a::text IS NULL OR make = :a)', true);
    expect(guard.queries[0]?.optional).toBeUndefined();
    const named = await find(':many @optional a', 'SELECT id FROM car WHERE make = :a', true);
    expect(named.diagnostics[0]?.message).toMatch(/@pgtyped\/runtime sends whole statements/);
  });
});
