/** Statements that grow in one dimension. */
export interface Family {
  readonly name: string;
  /** Sizes at which the steps are counted; each is twice the one before. */
  readonly sizes: readonly number[];
  /** DDL that a statement of this size needs, besides `baseSchema`. */
  readonly schema?: (n: number) => string;
  readonly sql: (n: number) => string;
}

/** Tables that most families use. */
export const baseSchema = `
  CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
  CREATE TABLE a (id int PRIMARY KEY, b_id int, t text, u text NOT NULL, n int, f boolean, m mood, j jsonb, tags text[]);
  CREATE TABLE b (id int PRIMARY KEY, a_id int REFERENCES a, t text, n int NOT NULL, state text NOT NULL CHECK (state IN ('new', 'sent', 'done')));
  ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b;
`;

const range = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);
const list = (n: number, of: (i: number) => string, by = ', '): string => range(n).map(of).join(by);

/** Puts one text into another, n times: `(a AND (b AND …))`. */
function nest(n: number, inner: string, around: (inside: string, i: number) => string): string {
  return range(n).reduce(around, inner);
}

const wide = (columns: number) =>
  `CREATE TABLE wide (id int PRIMARY KEY, ${list(columns, (i) => `c${i} text`)});`;

/** Each dimension in which statements of real projects were seen to grow. */
export const families: readonly Family[] = [
  { name: 'result columns', sizes: [50, 100, 200], schema: wide, sql: () => 'SELECT * FROM wide' },
  {
    name: 'expressions in the SELECT list',
    sizes: [50, 100, 200],
    sql: (n) => `SELECT ${list(n, (i) => `coalesce(t, 'x${i}') AS c${i}`)} FROM a`,
  },
  {
    name: 'LEFT JOIN chain by key',
    sizes: [10, 20, 40],
    sql: (n) =>
      `SELECT b0.t ${list(n, (i) => `, a${i}.u AS u${i}`, '')} FROM b b0 ${list(n, (i) => `LEFT JOIN a a${i} ON a${i}.id = b0.a_id`, ' ')} WHERE b0.id = 1`,
  },
  {
    name: 'LEFT JOIN chain, each by the one before',
    sizes: [10, 20, 40],
    sql: (n) =>
      `SELECT a0.t ${list(n, (i) => `, a${i + 1}.u AS u${i}`, '')} FROM a a0 ${list(n, (i) => `LEFT JOIN a a${i + 1} ON a${i + 1}.id = a${i}.n`, ' ')} WHERE a0.id = 1`,
  },
  {
    name: 'LEFT JOIN chain by no key',
    sizes: [10, 20, 40],
    sql: (n) =>
      `SELECT a0.t ${list(n, (i) => `, a${i + 1}.u AS u${i}`, '')} FROM a a0 ${list(n, (i) => `LEFT JOIN a a${i + 1} ON a${i + 1}.t = a${i}.t`, ' ')}`,
  },
  {
    name: 'LEFT JOIN nested to the right',
    sizes: [10, 20, 40],
    sql: (n) =>
      `SELECT a0.t FROM a a0 ${list(n, (i) => `LEFT JOIN (a a${i + 1}`, ' ')} ${list(
        n,
        (i) => `ON a${n - i}.id = a${n - i - 1}.n)`,
        ' ',
      )
        .replaceAll(/\) ON/g, ' ON')
        .replace(/\)$/, '')}`.replaceAll('LEFT JOIN (', 'LEFT JOIN '),
  },
  {
    name: 'RIGHT JOIN chain',
    sizes: [10, 20, 40],
    sql: (n) =>
      `SELECT a0.t FROM a a0 ${list(n, (i) => `RIGHT JOIN a a${i + 1} ON a${i + 1}.id = a${i}.n`, ' ')}`,
  },
  {
    name: 'FULL JOIN chain',
    sizes: [7, 14, 28],
    sql: (n) =>
      `SELECT a0.t FROM a a0 ${list(n, (i) => `FULL JOIN a a${i + 1} ON a${i + 1}.id = a${i}.n`, ' ')}`,
  },
  {
    name: 'FULL JOIN chain USING',
    sizes: [14, 28, 56],
    sql: (n) => `SELECT id FROM a a0 ${list(n, (i) => `FULL JOIN a a${i + 1} USING (id)`, ' ')}`,
  },
  {
    name: 'LEFT JOIN LATERAL chain',
    sizes: [10, 20, 40],
    sql: (n) =>
      `SELECT a0.t FROM a a0 ${list(n, (i) => `LEFT JOIN LATERAL (SELECT x.n, x.u FROM a x WHERE x.id = ${i === 0 ? 'a0' : `l${i - 1}`}.n) l${i} ON true`, ' ')}`,
  },
  {
    name: 'INNER JOIN chain',
    sizes: [10, 20, 40],
    sql: (n) =>
      `SELECT a0.t FROM a a0 ${list(n, (i) => `JOIN a a${i + 1} ON a${i + 1}.id = a${i}.n`, ' ')} WHERE a0.id = 1`,
  },
  {
    name: 'NATURAL LEFT JOIN chain',
    sizes: [8, 16, 32],
    sql: (n) =>
      `SELECT id FROM a ${list(n, (i) => `NATURAL LEFT JOIN (SELECT id, n AS n${i} FROM a) x${i}`, ' ')}`,
  },
  {
    name: 'comma joins with conditions',
    sizes: [8, 16, 32],
    sql: (n) =>
      `SELECT a0.t FROM ${list(n + 1, (i) => `a a${i}`)} WHERE ${list(n, (i) => `a${i + 1}.id = a${i}.n`, ' AND ')}`,
  },
  {
    name: 'views on views, SELECT *, 50 text columns',
    sizes: [4, 8, 16],
    schema: (n) =>
      `${wide(50)} CREATE VIEW w0 AS SELECT * FROM wide; ${list(n, (i) => `CREATE VIEW w${i + 1} AS SELECT * FROM w${i};`, ' ')}`,
    sql: (n) => `SELECT * FROM w${n}`,
  },
  {
    name: 'views on views with conditions',
    sizes: [4, 8, 16],
    schema: (n) =>
      `CREATE VIEW w0 AS SELECT * FROM a; ${list(n, (i) => `CREATE VIEW w${i + 1} AS SELECT * FROM w${i} WHERE n > ${i} AND t IS NOT NULL;`, ' ')}`,
    sql: (n) => `SELECT * FROM w${n} WHERE n < 100`,
  },
  {
    name: 'UPDATE … RETURNING * through views on views',
    sizes: [4, 8, 16],
    schema: (n) =>
      `${wide(50)} CREATE VIEW w0 AS SELECT * FROM wide; ${list(n, (i) => `CREATE VIEW w${i + 1} AS SELECT * FROM w${i};`, ' ')}`,
    sql: (n) => `UPDATE w${n} SET c1 = 'x' RETURNING *`,
  },
  {
    name: 'a WITH query used twice a level, CASE',
    sizes: [4, 8, 16],
    sql: (n) =>
      `WITH w0 AS (SELECT id, CASE WHEN n > 0 THEN 'a' ELSE 'b' END AS k, jsonb_build_object('n', n) AS j FROM a) ${list(n, (i) => `, w${i + 1} AS (SELECT x.id, CASE WHEN x.k = 'a' THEN y.k ELSE x.k END AS k, CASE WHEN x.k = 'a' THEN y.j ELSE x.j END AS j FROM w${i} x JOIN w${i} y ON x.id = y.id)`, '')} SELECT k, j FROM w${n}`,
  },
  {
    name: 'a WITH query used twice a level, UNION',
    sizes: [4, 8, 16],
    sql: (n) =>
      `WITH w0 AS (SELECT id, 'a' AS k, jsonb_build_object('n', n) AS j FROM a) ${list(n, (i) => `, w${i + 1} AS (SELECT id, k, j FROM w${i} UNION ALL SELECT id, 'x${i}', j FROM w${i})`, '')} SELECT k, j FROM w${n}`,
  },
  {
    name: 'a WITH query used twice a level, conditions',
    sizes: [4, 8, 16],
    sql: (n) =>
      `WITH w0 AS (SELECT id, t FROM a) ${list(n, (i) => `, w${i + 1} AS (SELECT x.id, y.t FROM w${i} x JOIN w${i} y ON x.id = y.id WHERE x.t > 'a' AND y.t < 'z')`, '')} SELECT t FROM w${n} WHERE t <> ''`,
  },
  {
    name: 'a chain of WITH queries, a condition each',
    sizes: [10, 20, 40],
    sql: (n) =>
      `WITH w0 AS (SELECT id, t, n FROM a) ${list(n, (i) => `, w${i + 1} AS (SELECT * FROM w${i} WHERE n > ${i})`, '')} SELECT t FROM w${n}`,
  },
  {
    name: 'recursive JSON columns of one WITH RECURSIVE',
    sizes: [4, 8, 16],
    sql: (n) =>
      `WITH RECURSIVE r AS (SELECT 1 AS i, ${list(n, (i) => `jsonb_build_object('k', ${i}) AS j${i}`)} UNION ALL SELECT i + 1, ${list(n, (i) => `jsonb_build_object('k', j${(i + 1) % n})`)} FROM r WHERE i < 5) SELECT * FROM r`,
  },
  {
    name: 'columns of a WITH RECURSIVE',
    sizes: [10, 20, 40],
    sql: (n) =>
      `WITH RECURSIVE r AS (SELECT 1 AS i, ${list(n, (i) => `${i} AS c${i}`)} UNION ALL SELECT i + 1, ${list(n, (i) => (i === 0 ? 'nullif(i, 3)' : `c${i - 1}`))} FROM r WHERE i < 5) SELECT * FROM r`,
  },
  {
    name: 'NOT (a AND NOT (…)) in SELECT',
    sizes: [8, 16, 32],
    sql: (n) => `SELECT ${nest(n, 'f', (inside, i) => `NOT (n > ${i} AND ${inside})`)} AS x FROM a`,
  },
  {
    name: 'NOT (a AND NOT (…)) in WHERE',
    sizes: [8, 16, 32],
    sql: (n) => `SELECT t FROM a WHERE ${nest(n, 'f', (inside, i) => `NOT (n > ${i} AND ${inside})`)}`,
  },
  {
    name: 'a AND (b OR (…)) in SELECT',
    sizes: [8, 16, 32],
    sql: (n) =>
      `SELECT ${nest(n, 'f', (inside, i) => `(n > ${i} AND (t = 'x${i}' OR ${inside}))`)} AS x FROM a`,
  },
  {
    name: 'a AND (b OR (…)) in WHERE',
    sizes: [8, 16, 32],
    sql: (n) =>
      `SELECT t FROM a WHERE ${nest(n, 'f', (inside, i) => `(n > ${i} AND (t = 'x${i}' OR ${inside}))`)}`,
  },
  {
    name: 'conditions of different columns, nested',
    sizes: [8, 16, 32],
    schema: (n) => `CREATE TABLE flags (${list(n, (i) => `f${i} boolean`)});`,
    sql: (n) => `SELECT ${nest(n, 'f0', (inside, i) => `NOT (f${i} AND ${inside})`)} AS x FROM flags`,
  },
  {
    name: 'CASE in a CASE’s condition',
    sizes: [6, 12, 24],
    sql: (n) =>
      `SELECT ${nest(n, 'n > 0', (inside, i) => `CASE WHEN ${inside} THEN n > ${i} ELSE f END`)} AS x FROM a`,
  },
  {
    name: 'CASE in a CASE’s result',
    sizes: [6, 12, 24],
    sql: (n) =>
      `SELECT ${nest(n, 'n', (inside, i) => `CASE WHEN n > ${i} THEN ${inside} ELSE id END`)} AS x FROM a`,
  },
  {
    name: 'CASE branches',
    sizes: [60, 120, 240],
    sql: (n) => `SELECT CASE ${list(n, (i) => `WHEN n = ${i} THEN 'x${i}'`, ' ')} END AS x FROM a`,
  },
  {
    name: 'CASE branches of one subject',
    sizes: [60, 120, 240],
    sql: (n) => `SELECT CASE t ${list(n, (i) => `WHEN 'k${i}' THEN 'x${i}'`, ' ')} ELSE '' END AS x FROM a`,
  },
  {
    name: 'coalesce(c + coalesce(…), d)',
    sizes: [8, 16, 32],
    sql: (n) => `SELECT ${nest(n, 'n', (inside) => `coalesce(n + ${inside}, b_id)`)} AS x FROM a`,
  },
  {
    name: 'arguments of COALESCE',
    sizes: [25, 50, 100],
    schema: wide,
    sql: (n) => `SELECT coalesce(${list(n, (i) => `c${i}`)}) AS x FROM wide`,
  },
  {
    name: '(… IS NOT NULL) IS NOT NULL',
    sizes: [8, 16, 32],
    sql: (n) =>
      `SELECT ${nest(n, 'n', (inside) => `(${inside} IS NOT NULL)`)} AS x FROM a WHERE ${nest(n, 'n', (inside) => `(${inside} IS NOT NULL)`)}`,
  },
  {
    name: 'a = (b = (…))',
    sizes: [8, 16, 32],
    sql: (n) =>
      `SELECT ${nest(n, 'f', (inside, i) => `(n > ${i}) = (${inside})`)} AS x FROM a WHERE ${nest(n, 'f', (inside, i) => `(n > ${i}) = (${inside})`)}`,
  },
  {
    name: 'IS DISTINCT FROM, nested',
    sizes: [8, 16, 32],
    sql: (n) =>
      `SELECT t FROM a WHERE ${nest(n, 'f', (inside, i) => `(n > ${i}) IS DISTINCT FROM (${inside})`)}`,
  },
  {
    name: '|| chain',
    sizes: [1250, 2500, 5000],
    sql: (n) => `SELECT ${list(n, () => 't', ' || ')} AS x FROM a`,
  },
  {
    name: '+ chain to the right',
    sizes: [50, 100, 200],
    sql: (n) => `SELECT ${nest(n, 'n', (inside) => `n + (${inside})`)} AS x FROM a`,
  },
  {
    name: 'function calls, nested',
    sizes: [50, 100, 200],
    sql: (n) =>
      `SELECT ${nest(n, 't', (inside) => `upper(${inside})`)} AS x FROM a WHERE ${nest(n, 't', (inside) => `upper(${inside})`)} = 'X'`,
  },
  {
    name: 'UNION ALL arms',
    sizes: [750, 1500, 3000],
    sql: (n) => list(n, (i) => `SELECT id, ${i} AS k FROM a`, ' UNION ALL '),
  },
  {
    name: 'UNION arms with a constant',
    sizes: [25, 50, 100],
    sql: (n) => list(n, (i) => `SELECT '${i}' AS kind, id FROM a`, ' UNION '),
  },
  {
    name: 'INTERSECT arms',
    sizes: [50, 100, 200],
    sql: (n) => list(n, () => 'SELECT id, t FROM a', ' INTERSECT '),
  },
  {
    name: 'UNION nested to the right',
    sizes: [25, 50, 100],
    sql: (n) => nest(n, 'SELECT id FROM a', (inside) => `SELECT n FROM a UNION ALL (${inside})`),
  },
  {
    name: 'AND terms',
    sizes: [125, 250, 500],
    sql: (n) => `SELECT t FROM a WHERE ${list(n, (i) => `n <> ${i}`, ' AND ')}`,
  },
  {
    name: 'OR terms',
    sizes: [125, 250, 500],
    sql: (n) => `SELECT t FROM a WHERE ${list(n, (i) => `n = ${i}`, ' OR ')}`,
  },
  {
    name: 'parameters, one per OR term',
    sizes: [50, 100, 200],
    sql: (n) => `SELECT t FROM a WHERE ${list(n, (i) => `n = $${i + 1}`, ' OR ')}`,
  },
  {
    name: 'parameters, one per AND term',
    sizes: [50, 100, 200],
    sql: (n) => `SELECT t FROM a WHERE ${list(n, (i) => `n <> $${i + 1}`, ' AND ')}`,
  },
  {
    name: 'optional filters',
    sizes: [10, 20, 40],
    schema: wide,
    sql: (n) =>
      `SELECT id FROM wide WHERE ${list(n, (i) => `($${i + 1}::text IS NULL OR c${i} = $${i + 1})`, ' AND ')}`,
  },
  {
    name: 'values of IN',
    sizes: [250, 500, 1000],
    sql: (n) => `SELECT t FROM a WHERE n IN (${list(n, String)})`,
  },
  {
    name: 'subqueries in FROM, nested',
    sizes: [8, 16, 32],
    sql: (n) =>
      nest(
        n,
        'SELECT id, t, n FROM a',
        (inside, i) => `SELECT id, t, n FROM (${inside}) s${i} WHERE n > ${i}`,
      ),
  },
  {
    name: 'subqueries in FROM, nested, twice a level',
    sizes: [2, 4, 8],
    sql: (n) =>
      nest(
        n,
        'SELECT id, t FROM a',
        (inside) => `SELECT x.id, y.t FROM (${inside}) x JOIN (SELECT id, t FROM a) y ON x.id = y.id`,
      ),
  },
  {
    name: 'scalar subqueries, nested',
    sizes: [4, 8, 16],
    sql: (n) =>
      `SELECT ${nest(n, 'a0.n', (inside, i) => `(SELECT ${inside} FROM a x${i} WHERE x${i}.id = a0.id AND x${i}.n > 0)`)} AS x FROM a a0`,
  },
  {
    name: 'EXISTS, nested',
    sizes: [4, 8, 16],
    sql: (n) =>
      `SELECT t FROM a a0 WHERE ${nest(n, 'a0.n > 0', (inside, i) => `EXISTS (SELECT FROM a x${i} WHERE x${i}.id = a0.n AND ${inside})`)}`,
  },
  {
    name: 'NOT EXISTS and AND, nested, in SELECT',
    sizes: [4, 8, 16],
    sql: (n) =>
      `SELECT ${nest(n, 'a0.f', (inside, i) => `(a0.n > ${i} AND NOT EXISTS (SELECT FROM a x${i} WHERE x${i}.id = a0.n AND ${inside}))`)} AS x FROM a a0`,
  },
  {
    name: 'IN (subquery), side by side',
    sizes: [8, 16, 32],
    sql: (n) =>
      `SELECT t FROM a WHERE ${list(n, (i) => `id IN (SELECT a_id FROM b WHERE b.n > ${i})`, ' AND ')}`,
  },
  {
    name: 'scalar subqueries in the SELECT list',
    sizes: [8, 16, 32],
    sql: (n) =>
      `SELECT ${list(n, (i) => `(SELECT u FROM a WHERE a.id = b.a_id AND n > ${i}) AS c${i}`)} FROM b`,
  },
  {
    name: 'JSON nesting',
    sizes: [8, 16, 32],
    sql: (n) =>
      `SELECT ${nest(n, "'1'::jsonb", (inside, i) => `jsonb_build_object('k${i}', ${inside}, 't', t)`)} AS x FROM a`,
  },
  {
    name: 'JSON through subqueries',
    sizes: [8, 16, 32],
    sql: (n) =>
      nest(
        n,
        "SELECT id, jsonb_build_object('n', n) AS j FROM a",
        (inside, i) => `SELECT id, jsonb_build_object('k', j, 'n', id) AS j FROM (${inside}) s${i}`,
      ),
  },
  {
    name: 'JSON keys',
    sizes: [12, 24, 48],
    sql: (n) => `SELECT jsonb_build_object(${list(n, (i) => `'k${i}', n`)}) AS x FROM a`,
  },
  {
    name: 'CHECK constraints that tie columns',
    sizes: [10, 20, 40],
    schema: (n) =>
      `CREATE TABLE tied (id int PRIMARY KEY, ${list(n, (i) => `s${i} text, d${i} date, CHECK ((s${i} = 'x') = (d${i} IS NOT NULL))`)});`,
    sql: () => "SELECT * FROM tied WHERE s1 = 'x'",
  },
  {
    name: 'CHECK constraints that tie columns in a chain',
    sizes: [8, 16, 32],
    schema: (n) =>
      `CREATE TABLE chained (c0 int, ${list(n, (i) => `c${i + 1} int, CHECK ((c${i} IS NULL) = (c${i + 1} IS NULL))`)});`,
    sql: () => 'SELECT * FROM chained WHERE c0 IS NOT NULL',
  },
  {
    name: 'joins along foreign keys in a scalar subquery',
    sizes: [4, 8, 16],
    sql: (n) =>
      `SELECT (SELECT max(x0.n) FROM ${list(n, (i) => `b x${i}`)} WHERE x0.id = b.id AND ${list(n - 1, (i) => `x${i + 1}.id = x${i}.id`, ' AND ')}) FROM b`,
  },
  {
    name: 'COALESCE compared with constants',
    sizes: [20, 40, 80],
    sql: (n) => `SELECT n FROM b WHERE ${list(n, (i) => `coalesce(n, a_id, ${-i}) >= 0`, ' AND ')}`,
  },
  {
    name: 'CHECK constraints of one column',
    sizes: [10, 20, 40],
    schema: (n) =>
      `CREATE TABLE checked (id int PRIMARY KEY, ${list(n, (i) => `c${i} text CHECK (c${i} IN ('a', 'b'))`)});`,
    sql: () => 'SELECT * FROM checked',
  },
  {
    name: 'unique keys',
    sizes: [10, 20, 40],
    schema: (n) => `CREATE TABLE keyed (${list(n, (i) => `c${i} int UNIQUE`)});`,
    sql: (n) => `SELECT * FROM keyed WHERE c${n - 1} = $1`,
  },
  {
    name: 'foreign keys followed',
    sizes: [10, 20, 40],
    schema: (n) =>
      `CREATE TABLE many_keys (id int PRIMARY KEY, ${list(n, (i) => `k${i} int NOT NULL REFERENCES a`)});`,
    sql: (n) =>
      `SELECT m.id ${list(n, (i) => `, a${i}.u AS u${i}`, '')} FROM many_keys m ${list(n, (i) => `LEFT JOIN a a${i} ON a${i}.id = m.k${i}`, ' ')}`,
  },
  {
    name: 'partitions, INSERT',
    sizes: [15, 30, 60],
    schema: (n) =>
      `CREATE TABLE part (id int, k int NOT NULL, PRIMARY KEY (id, k)) PARTITION BY LIST (k); ${list(n, (i) => `CREATE TABLE part_${i} PARTITION OF part FOR VALUES IN (${i});`, ' ')}`,
    sql: () => 'INSERT INTO part (id, k) VALUES ($1, $2) RETURNING *',
  },
  {
    name: 'enum labels in a CASE',
    sizes: [15, 30, 60],
    schema: (n) =>
      `CREATE TYPE label AS ENUM (${list(n, (i) => `'l${i}'`)}); CREATE TABLE labelled (l label NOT NULL);`,
    sql: (n) => `SELECT CASE ${list(n, (i) => `WHEN l = 'l${i}' THEN ${i}`, ' ')} END AS x FROM labelled`,
  },
  {
    name: 'functions that call functions',
    sizes: [2, 4, 8],
    schema: (n) =>
      `CREATE FUNCTION f0(x int) RETURNS int LANGUAGE sql RETURN x + 1; ${list(n, (i) => `CREATE FUNCTION f${i + 1}(x int) RETURNS int LANGUAGE sql RETURN f${i}(x) + f${i}(x + 1);`, ' ')}`,
    sql: (n) => `SELECT f${n}(id) AS x FROM a`,
  },
  {
    name: 'GROUPING SETS',
    sizes: [6, 12, 24],
    schema: wide,
    sql: (n) =>
      `SELECT ${list(n, (i) => `c${i}`)}, count(*) AS n FROM wide GROUP BY GROUPING SETS (${list(n, (i) => `(c${i})`)})`,
  },
  {
    name: 'GROUP BY columns and aggregates',
    sizes: [12, 24, 48],
    schema: wide,
    sql: (n) =>
      `SELECT ${list(n, (i) => `c${i}`)}, ${list(n, (i) => `max(c${i}) FILTER (WHERE c${i} > 'a') AS m${i}`)} FROM wide GROUP BY ${list(n, (i) => `c${i}`)} HAVING ${list(n, (i) => `count(c${i}) > 0`, ' AND ')}`,
  },
  {
    name: 'window functions',
    sizes: [12, 24, 48],
    schema: wide,
    sql: (n) =>
      `SELECT ${list(n, (i) => `first_value(c${i}) OVER (PARTITION BY c${i} ORDER BY id) AS w${i}`)} FROM wide`,
  },
  {
    name: 'columns of VALUES',
    sizes: [100, 200, 400],
    sql: (n) => `SELECT * FROM (VALUES ${list(n, (i) => `(${i}, 'x${i}', NULL)`)}) v (p, q, r)`,
  },
  {
    name: 'rows of INSERT',
    sizes: [100, 200, 400],
    sql: (n) => `INSERT INTO a (id, u, n) VALUES ${list(n, (i) => `(${i}, 'x', ${i})`)} RETURNING id, n`,
  },
  {
    name: 'columns of INSERT … ON CONFLICT',
    sizes: [12, 24, 48],
    schema: wide,
    sql: (n) =>
      `INSERT INTO wide (id, ${list(n, (i) => `c${i}`)}) VALUES ($1, ${list(n, (i) => `$${i + 2}`)}) ON CONFLICT (id) DO UPDATE SET ${list(n, (i) => `c${i} = coalesce(excluded.c${i}, wide.c${i})`)} RETURNING *`,
  },
  {
    name: 'triggers',
    sizes: [10, 20, 40],
    schema: (n) =>
      `CREATE TABLE triggered (id int PRIMARY KEY, t text); CREATE FUNCTION fire() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; ${list(n, (i) => `CREATE TRIGGER t${i} BEFORE INSERT ON triggered FOR EACH ROW EXECUTE FUNCTION fire();`, ' ')}`,
    sql: () => 'INSERT INTO triggered (id, t) VALUES ($1, $2) RETURNING *',
  },
  {
    name: 'arrays of arrays',
    sizes: [12, 24, 48],
    sql: (n) => `SELECT ARRAY[${list(n, (i) => `ARRAY[n, ${i}]`)}] AS x FROM a`,
  },
  {
    name: 'array concatenations',
    sizes: [25, 50, 100],
    sql: (n) => `SELECT ${list(n, (i) => `ARRAY[${i}]`, ' || ')} AS x FROM a`,
  },
  {
    name: 'whole rows through subqueries',
    sizes: [4, 8, 16],
    sql: (n) => nest(n, 'SELECT a AS r FROM a', (inside, i) => `SELECT r FROM (${inside}) s${i}`),
  },
  {
    name: 'data-modifying WITH queries',
    sizes: [5, 10, 20],
    sql: (n) =>
      `WITH ${list(n, (i) => `w${i} AS (UPDATE b SET n = ${i} WHERE id = $${i + 1} RETURNING *)`)} SELECT ${list(n, (i) => `w${i}.n AS n${i}`)} FROM ${list(n, (i) => `w${i}`)}`,
  },
];
