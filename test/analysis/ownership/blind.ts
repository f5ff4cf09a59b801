/** Statements whose expectation was written before they were tried: whether they are proven. */
export const blind: readonly (readonly [isProven: boolean, sql: string])[] = [
  [
    true,
    'SELECT t.title, p.name FROM tasks t JOIN projects p ON (p.id, p.user_id) = (t.project_id, t.user_id) WHERE t.user_id = $1',
  ],
  [
    false,
    'SELECT t.title, p.name FROM tasks t JOIN projects p ON (p.id, p.user_id) = (t.project_id, t.id) WHERE t.user_id = $1',
  ],
  [
    true,
    "SELECT title FROM tasks WHERE user_id = $1 AND title ILIKE '%' || $2 || '%' ORDER BY n DESC NULLS LAST LIMIT 10 OFFSET 20",
  ],
  [
    true,
    'SELECT done, count(*), array_agg(title ORDER BY n) FROM tasks WHERE user_id = $1 GROUP BY CUBE (done, n)',
  ],
  [false, 'SELECT done, count(*) FILTER (WHERE user_id = $1) FROM tasks GROUP BY done'],
  [
    true,
    'SELECT title, rank() OVER (ORDER BY n), sum(n) OVER w FROM tasks WHERE user_id = $1 WINDOW w AS (PARTITION BY done)',
  ],
  [
    false,
    'SELECT title FROM (SELECT title, user_id, rank() OVER (ORDER BY n) AS r FROM tasks) x WHERE r = 1 AND user_id = $1',
  ],
  [
    true,
    "SELECT json_agg(json_build_object('t', t.title, 'n', (SELECT json_agg(o.body) FROM notes o WHERE o.task_id = t.id))) FROM tasks t WHERE t.user_id = $1",
  ],
  [
    false,
    "SELECT json_agg(json_build_object('t', t.title, 'n', (SELECT json_agg(o.body) FROM notes o WHERE o.task_id = t.parent_id))) FROM tasks t WHERE t.user_id = $1",
  ],
  [
    true,
    'SELECT (SELECT max(n) FROM tasks WHERE user_id = $1) - (SELECT min(n) FROM tasks WHERE user_id = $1)',
  ],
  [false, 'SELECT (SELECT max(n) FROM tasks WHERE user_id = $1) - (SELECT min(n) FROM tasks)'],
  [
    true,
    'SELECT t.id FROM tasks t WHERE t.user_id = $1 AND NOT EXISTS (SELECT FROM notes o WHERE o.task_id = t.id)',
  ],
  [
    false,
    'SELECT t.id FROM tasks t WHERE t.user_id = $1 AND NOT EXISTS (SELECT FROM notes o WHERE o.n = t.n)',
  ],
  [
    true,
    'SELECT t.id FROM tasks t WHERE t.user_id = $1 AND t.n >= ALL (SELECT u.n FROM tasks u WHERE u.user_id = $1)',
  ],
  [false, 'SELECT t.id FROM tasks t WHERE t.user_id = $1 AND t.n >= ALL (SELECT u.n FROM tasks u)'],
  [true, 'SELECT * FROM tasks t CROSS JOIN LATERAL unnest(ARRAY[t.n, t.id]) v WHERE t.user_id = $1'],
  [true, 'SELECT * FROM generate_series(1, $2::int) g LEFT JOIN tasks t ON t.n = g AND t.user_id = $1'],
  [
    true,
    'DELETE FROM tasks USING projects p WHERE tasks.user_id = $1 AND p.user_id = $1 AND p.id = tasks.project_id RETURNING p.name',
  ],
  [
    false,
    'DELETE FROM tasks USING projects p WHERE tasks.user_id = $1 AND p.id = tasks.project_id RETURNING p.name',
  ],
  [
    true,
    'UPDATE tasks SET n = sub.c FROM (SELECT task_id, count(*)::int AS c FROM notes WHERE task_id IN (SELECT id FROM tasks WHERE user_id = $1) GROUP BY task_id) sub WHERE sub.task_id = tasks.id AND tasks.user_id = $1',
  ],
  [
    false,
    'UPDATE tasks SET n = sub.c FROM (SELECT n, count(*)::int AS c FROM notes GROUP BY n) sub WHERE sub.n = tasks.n AND tasks.user_id = $1',
  ],
  [true, "INSERT INTO audit (user_id, what) VALUES ($1, DEFAULT), ($1, 'x')"],
  [false, "INSERT INTO audit (user_id, what) VALUES (DEFAULT, 'y'), ($1, 'x')"],
  [true, 'INSERT INTO events (user_id, at) SELECT $1, g FROM generate_series(1, 3) g'],
  [false, 'INSERT INTO events (user_id, at) SELECT g, $1 FROM generate_series(1, 3) g'],
  [true, 'SELECT count(DISTINCT title) FROM open_tasks WHERE user_id = $1'],
  [false, 'SELECT count(DISTINCT title) FROM open_tasks WHERE user_id = ANY (SELECT user_id FROM counts)'],
  [
    true,
    'WITH a AS (SELECT * FROM tasks WHERE user_id = $1), b AS (SELECT * FROM a WHERE done), c AS (SELECT * FROM a WHERE NOT done) SELECT (SELECT count(*) FROM b), (SELECT count(*) FROM c)',
  ],
  [
    false,
    'WITH a AS (SELECT * FROM tasks), b AS (SELECT * FROM a WHERE user_id = $1), c AS (SELECT * FROM a WHERE NOT done) SELECT (SELECT count(*) FROM b), (SELECT count(*) FROM c)',
  ],
  [true, "SELECT coalesce((SELECT title FROM tasks WHERE user_id = $1 AND id = $2), 'none')"],
  [false, 'SELECT coalesce((SELECT title FROM tasks WHERE id = $2), $1::int::text)'],
  [true, 'SELECT * FROM tasks WHERE user_id = $1 EXCEPT ALL SELECT * FROM tasks WHERE user_id = $1 AND done'],
  [false, 'SELECT id FROM tasks WHERE user_id = $1 INTERSECT SELECT task_id FROM notes'],
  [true, 'SELECT 1 WHERE EXISTS (SELECT FROM tasks WHERE user_id = $1 AND id = $2)'],
  [false, 'SELECT 1 WHERE EXISTS (SELECT FROM tasks WHERE id = $2) AND $1 > 0'],
  [true, 'SELECT t.* FROM tasks t WHERE $1 IN (t.user_id)'],
  [false, 'SELECT t.* FROM tasks t WHERE $1 IN (t.user_id, t.n)'],
  [true, 'SELECT a.id FROM tasks a NATURAL JOIN (SELECT user_id FROM projects WHERE user_id = $1) b'],
  [false, 'SELECT a.id FROM tasks a NATURAL JOIN (SELECT id FROM projects WHERE user_id = $1) b'],
  [
    false,
    'SELECT count(*), (SELECT count(*) FROM notes o WHERE o.task_id = max(t.id)) FROM tasks t WHERE t.user_id = $1',
  ],
  [
    false,
    'SELECT percentile_disc((SELECT count(*) / 10.0 FROM projects)) WITHIN GROUP (ORDER BY n) FROM tasks WHERE user_id = $1',
  ],
];
