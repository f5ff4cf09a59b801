/** Statements in which `$1` is the owner, and what of them is not proven: `kind table`, or the name of a function. */
export const cases: readonly (readonly [sql: string, ...unproven: readonly string[]])[] = [
  // One table
  ['SELECT * FROM tasks WHERE user_id = $1'],
  ['SELECT * FROM tasks WHERE $1 = user_id AND n > 3'],
  ['SELECT * FROM tasks WHERE user_id = $1 AND (done OR n IS NULL)'],
  ['SELECT * FROM tasks t WHERE (t.user_id, t.id) = ($1, $2)'],
  ['SELECT count(*) FROM tasks WHERE user_id = $1 GROUP BY done'],
  ['SELECT * FROM tasks WHERE user_id = $1 ORDER BY n LIMIT 3'],
  ["SELECT * FROM tasks WHERE user_id = current_setting('app.user_id')::int"],
  ['SELECT * FROM tasks WHERE user_id = who()'],
  ['SELECT * FROM tags'],
  ['SELECT * FROM tasks', 'read tasks'],
  ['SELECT count(*) FROM tasks', 'read tasks'],
  ['SELECT * FROM tasks WHERE id = $1', 'read tasks'],
  ['SELECT * FROM tasks WHERE user_id = $2 AND $1 > 0', 'read tasks'],
  ['SELECT * FROM tasks WHERE user_id = $1 OR done', 'read tasks'],
  ['SELECT * FROM tasks WHERE NOT (user_id = $1)', 'read tasks'],
  ['SELECT * FROM tasks WHERE user_id <> $1', 'read tasks'],
  ['SELECT * FROM tasks WHERE user_id >= $1 AND user_id <= $1', 'read tasks'],
  ['SELECT * FROM tasks WHERE user_id IN ($1, $2)', 'read tasks'],
  ['SELECT * FROM tasks WHERE user_id = ANY ($2::int[]) AND $1 > 0', 'read tasks'],
  ['SELECT * FROM tasks WHERE (user_id = $1) IS NOT FALSE', 'read tasks'],
  ['SELECT * FROM tasks WHERE coalesce(user_id, $1) = $1', 'read tasks'],
  ['SELECT * FROM tasks WHERE user_id = coalesce($1, user_id)', 'read tasks'],
  ['SELECT * FROM tasks WHERE ($1::int IS NULL OR user_id = $1)', 'read tasks'],
  ['SELECT * FROM tasks WHERE user_id = $1 + 0', 'read tasks'],
  ['SELECT * FROM tasks WHERE user_id + 0 = $1', 'read tasks'],
  ['SELECT * FROM tasks WHERE (user_id, id) > ($1, $2)', 'read tasks'],
  ['SELECT * FROM audit WHERE user_id = $1'],
  ['SELECT * FROM audit WHERE user_id IS NOT DISTINCT FROM $1', 'read audit'],
  ["SELECT * FROM tasks WHERE user_id = current_setting('app.other')::int AND $1 > 0", 'read tasks'],
  ['SELECT user_id = $1 AS mine FROM tasks', 'read tasks'],
  ['SELECT count(*) FILTER (WHERE user_id = $1) FROM tasks', 'read tasks'],
  ['SELECT user_id FROM tasks GROUP BY user_id HAVING user_id = $1', 'read tasks'],
  ['SELECT * FROM tasks TABLESAMPLE system (10) WHERE user_id = $1', 'sampled tasks'],
  ['SELECT CASE WHEN user_id = $1 THEN title END FROM tasks', 'read tasks'],
  // Joins
  ['SELECT * FROM tasks t JOIN projects p ON p.id = t.project_id WHERE t.user_id = $1 AND p.user_id = $1'],
  ['SELECT * FROM tasks t JOIN projects p ON p.user_id = t.user_id WHERE t.user_id = $1'],
  ['SELECT * FROM tasks JOIN projects USING (user_id) WHERE user_id = $1'],
  ['SELECT * FROM tasks t, projects p WHERE t.user_id = p.user_id AND p.user_id = $1'],
  ['SELECT * FROM tasks t JOIN projects p ON p.id = t.project_id WHERE t.user_id = $1', 'read projects'],
  [
    'SELECT * FROM tasks t LEFT JOIN projects p ON p.id = t.project_id AND p.user_id = $1 WHERE t.user_id = $1',
  ],
  ['SELECT * FROM tasks t LEFT JOIN projects p ON p.user_id = t.user_id WHERE t.user_id = $1'],
  ['SELECT * FROM tasks t LEFT JOIN projects p ON p.id = t.project_id WHERE t.user_id = $1', 'read projects'],
  [
    'SELECT * FROM tasks t LEFT JOIN projects p ON p.id = t.project_id AND t.user_id = $1',
    'read tasks',
    'read projects',
  ],
  ['SELECT * FROM tasks t LEFT JOIN projects p ON t.user_id = $1 AND p.user_id = t.user_id', 'read tasks'],
  ['SELECT * FROM projects p RIGHT JOIN tasks t ON p.user_id = t.user_id WHERE t.user_id = $1'],
  ['SELECT * FROM tasks t RIGHT JOIN tags g ON t.user_id = $1 AND g.id = t.n'],
  ['SELECT * FROM tasks t RIGHT JOIN tags g ON g.id = t.n', 'read tasks'],
  ['SELECT * FROM tasks t FULL JOIN tags g ON t.user_id = $1 AND g.id = t.n', 'read tasks'],
  ['SELECT * FROM tasks t FULL JOIN tags g ON g.id = t.n WHERE t.user_id = $1'],
  ['SELECT * FROM tasks t FULL JOIN projects p ON p.id = t.project_id WHERE t.user_id = $1', 'read projects'],
  [
    'SELECT * FROM (tasks t JOIN tags g ON t.user_id = $1) FULL JOIN things x ON x.id = t.id',
    'parent things',
  ],
  [
    'SELECT * FROM tags g LEFT JOIN (tasks t JOIN notes o ON o.task_id = t.id) ON t.user_id = $1 AND t.n = g.id',
  ],
  [
    'SELECT * FROM tags g LEFT JOIN (tasks t JOIN notes o ON o.task_id = t.id) ON t.n = g.id',
    'read tasks',
    'read notes',
  ],
  [
    'SELECT * FROM tags g LEFT JOIN (tags h LEFT JOIN tasks t ON t.n = h.id) ON t.user_id = $1 AND h.id = g.id',
  ],
  [
    `SELECT * FROM tags g LEFT JOIN (SELECT p.id FROM projects p WHERE p.user_id = $1 AND p.user_id = $2) x ON x.id = g.id
      JOIN tasks t ON t.user_id = $2`,
    'read tasks',
  ],
  [
    'SELECT * FROM notes o WHERE o.task_id = ALL (SELECT t.id FROM tasks t WHERE t.user_id = $1)',
    'read notes',
  ],
  [
    'SELECT * FROM (SELECT count(*) AS n FROM tasks t WHERE t.user_id = $1 AND t.user_id = $2) x, projects p WHERE p.user_id = $2',
    'read projects',
  ],
  ['SELECT * FROM tasks t CROSS JOIN tasks u WHERE t.user_id = $1', 'read tasks'],
  ['SELECT * FROM tasks t JOIN tags g ON g.owner = t.user_id', 'read tasks'],
  ['SELECT * FROM tasks t JOIN tags g ON g.owner = t.user_id WHERE g.owner = $1'],
  ['SELECT * FROM tasks t JOIN tasks p ON p.id = t.parent_id WHERE t.user_id = $1', 'read tasks'],
  ['SELECT * FROM tags g LEFT JOIN tasks t ON t.n = g.id WHERE t.user_id = $1'],
  [
    'SELECT * FROM tags g LEFT JOIN tasks t ON t.n = g.id WHERE t.user_id = $1 OR t.user_id IS NULL',
    'read tasks',
  ],
  // Through a foreign key
  ['SELECT o.* FROM notes o JOIN tasks t ON t.id = o.task_id WHERE t.user_id = $1'],
  ['SELECT * FROM notes WHERE task_id IN (SELECT id FROM tasks WHERE user_id = $1)'],
  ['SELECT * FROM notes o WHERE EXISTS (SELECT FROM tasks t WHERE t.id = o.task_id AND t.user_id = $1)'],
  [
    'SELECT * FROM notes o WHERE EXISTS (SELECT 1 FROM tasks t WHERE t.id = o.task_id AND t.user_id = $1 LIMIT 1)',
  ],
  ['SELECT * FROM tasks t LEFT JOIN notes o ON o.task_id = t.id WHERE t.user_id = $1'],
  ['SELECT t.*, (SELECT count(*) FROM notes o WHERE o.task_id = t.id) FROM tasks t WHERE t.user_id = $1'],
  ['SELECT * FROM notes o JOIN tasks t ON t.id = $2 AND o.task_id = $2 WHERE t.user_id = $1'],
  ['SELECT * FROM notes WHERE task_id = $2 AND $1 > 0', 'read notes'],
  ['SELECT * FROM notes o JOIN tasks t ON t.n = o.task_id WHERE t.user_id = $1', 'read notes'],
  ['SELECT * FROM notes o JOIN tasks t ON t.id = o.id WHERE t.user_id = $1', 'read notes'],
  [
    'SELECT * FROM notes o WHERE NOT EXISTS (SELECT FROM tasks t WHERE t.id = o.task_id AND t.user_id = $1)',
    'read notes',
  ],
  ['SELECT * FROM notes WHERE task_id NOT IN (SELECT id FROM tasks WHERE user_id = $1)', 'read notes'],
  ['SELECT * FROM notes o LEFT JOIN tasks t ON t.id = o.task_id AND t.user_id = $1', 'read notes'],
  [
    'SELECT * FROM tasks t JOIN LATERAL (SELECT * FROM notes o WHERE o.task_id = t.id LIMIT 2) o ON true WHERE t.user_id = $1',
  ],
  [
    'SELECT * FROM tasks t JOIN LATERAL (SELECT * FROM notes o ORDER BY o.n LIMIT 2) o ON o.task_id = t.id WHERE t.user_id = $1',
    'read notes',
  ],
  // Subqueries in conditions
  ['SELECT * FROM tags g WHERE EXISTS (SELECT FROM tasks t WHERE t.n = g.id AND t.user_id = $1)'],
  ['SELECT * FROM tags g WHERE EXISTS (SELECT FROM tasks t WHERE t.n = g.id)', 'read tasks'],
  ['SELECT * FROM tags g WHERE NOT EXISTS (SELECT FROM tasks t WHERE t.n = g.id AND t.user_id = $1)'],
  ['SELECT * FROM tags WHERE id = (SELECT max(n) FROM tasks)', 'read tasks'],
  ['SELECT * FROM tags WHERE id = (SELECT max(n) FROM tasks WHERE user_id = $1)'],
  [
    'SELECT * FROM tasks t WHERE t.user_id = $1 AND t.n > (SELECT avg(u.n) FROM tasks u WHERE u.user_id = t.user_id)',
  ],
  ['SELECT * FROM tasks t WHERE t.user_id = $1 AND t.n > (SELECT avg(u.n) FROM tasks u)', 'read tasks'],
  [
    'SELECT * FROM tasks t WHERE t.user_id = $1 OR EXISTS (SELECT FROM projects p WHERE p.user_id = t.user_id)',
    'read tasks',
    'read projects',
  ],
  ['SELECT * FROM tags g WHERE g.owner = $1 AND EXISTS (SELECT FROM tasks t WHERE t.user_id = g.owner)'],
  [
    'SELECT * FROM tags g WHERE g.owner = $1 OR EXISTS (SELECT FROM tasks t WHERE t.user_id = g.owner)',
    'read tasks',
  ],
  [
    'SELECT * FROM tags g WHERE (g.owner = $1 AND EXISTS (SELECT FROM tasks t WHERE t.user_id = g.owner)) OR g.id = 1',
  ],
  [
    'SELECT * FROM tags g WHERE NOT (g.owner = $1 AND EXISTS (SELECT FROM tasks t WHERE t.user_id = g.owner))',
    'read tasks',
  ],
  ['SELECT * FROM tasks WHERE user_id IN (SELECT $1::int)'],
  ['SELECT * FROM tasks WHERE user_id = (SELECT owner FROM tags WHERE id = $1)', 'read tasks'],
  ['SELECT * FROM tasks WHERE user_id IN (SELECT user_id FROM projects WHERE user_id = $1)'],
  ['SELECT * FROM tags g WHERE g.owner = $1 AND g.owner IN (SELECT user_id FROM tasks)'],
  [
    'SELECT * FROM tags g WHERE g.owner = $1 AND g.owner IN (SELECT user_id FROM tasks LIMIT 1)',
    'read tasks',
  ],
  ['SELECT * FROM tags g WHERE g.owner = $1 AND g.owner IN (SELECT max(user_id) FROM tasks)', 'read tasks'],
  [
    'SELECT count(*), (SELECT count(*) FROM projects p WHERE p.user_id = $2) FROM tasks t WHERE t.user_id = $1 AND t.user_id = $2',
    'read projects',
  ],
  [
    'SELECT (SELECT count(*) FROM projects p WHERE p.user_id = $2) FROM tasks t WHERE t.user_id = $1 AND t.user_id = $2',
  ],
  ['SELECT * FROM tasks WHERE user_id = $1 LIMIT (SELECT count(*) FROM projects)', 'read projects'],
  ['SELECT ARRAY(SELECT title FROM tasks WHERE user_id = $1)'],
  ['SELECT ARRAY(SELECT title FROM tasks)', 'read tasks'],
  ['SELECT (SELECT title FROM tasks WHERE user_id = $1 AND id = g.id) FROM tags g'],
  // Subqueries in FROM, WITH, set operations
  ['SELECT * FROM (SELECT * FROM tasks) t WHERE t.user_id = $1'],
  ['SELECT * FROM (SELECT user_id AS who, title FROM tasks WHERE n > 1) t WHERE t.who = $1'],
  ['SELECT * FROM (SELECT * FROM tasks ORDER BY n LIMIT 2) t WHERE t.user_id = $1', 'read tasks'],
  ['SELECT * FROM (SELECT * FROM tasks OFFSET 1) t WHERE t.user_id = $1', 'read tasks'],
  [
    'SELECT * FROM (SELECT *, row_number() OVER (ORDER BY n) AS r FROM tasks) t WHERE t.user_id = $1',
    'read tasks',
  ],
  [
    'SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY user_id ORDER BY n) AS r FROM tasks) t WHERE t.user_id = $1',
  ],
  ['SELECT * FROM (SELECT user_id, count(*) FROM tasks GROUP BY user_id) t WHERE t.user_id = $1'],
  ['SELECT * FROM (SELECT user_id, done, count(*) FROM tasks GROUP BY user_id, done) t WHERE t.user_id = $1'],
  [
    'SELECT * FROM (SELECT user_id, count(*) FROM tasks GROUP BY ROLLUP (user_id)) t WHERE t.user_id = $1',
    'read tasks',
  ],
  ['SELECT * FROM (SELECT max(user_id) AS user_id FROM tasks) t WHERE t.user_id = $1', 'read tasks'],
  ['SELECT * FROM (SELECT DISTINCT user_id, title FROM tasks) t WHERE t.user_id = $1'],
  [
    'SELECT * FROM (SELECT DISTINCT ON (user_id) user_id, title FROM tasks ORDER BY user_id, n) t WHERE t.user_id = $1',
  ],
  [
    'SELECT * FROM (SELECT DISTINCT ON (title) user_id, title FROM tasks ORDER BY title, n) t WHERE t.user_id = $1',
    'read tasks',
  ],
  [
    'SELECT * FROM (SELECT done, user_id, count(*) FROM tasks GROUP BY done, user_id) t JOIN projects p ON p.user_id = t.user_id WHERE t.user_id = $1',
  ],
  [
    'SELECT * FROM (SELECT user_id, max(n) AS n FROM tasks GROUP BY user_id HAVING max(n) > 2) t WHERE t.n = $1',
    'read tasks',
  ],
  [
    'SELECT * FROM (SELECT id, user_id, count(*) FROM tasks GROUP BY id) t WHERE t.user_id = $1',
    'read tasks',
  ],
  ['SELECT * FROM (SELECT user_id + 0 AS user_id FROM tasks) t WHERE t.user_id = $1', 'read tasks'],
  ['SELECT * FROM (SELECT user_id, generate_series(1, n) FROM tasks) t WHERE t.user_id = $1', 'read tasks'],
  [
    'SELECT * FROM (SELECT user_id FROM tasks WHERE user_id = $1 LIMIT 1) t JOIN projects p ON p.user_id = t.user_id',
  ],
  [
    'SELECT * FROM (SELECT user_id FROM tasks LIMIT 1) t JOIN projects p ON p.user_id = t.user_id',
    'read tasks',
    'read projects',
  ],
  [
    'WITH mine AS (SELECT * FROM tasks WHERE user_id = $1) SELECT * FROM mine a JOIN mine b ON a.id = b.parent_id',
  ],
  ['WITH mine AS (SELECT * FROM tasks) SELECT * FROM mine WHERE user_id = $1'],
  [
    'WITH mine AS (SELECT * FROM tasks) SELECT * FROM mine a JOIN mine b ON a.id = b.id WHERE a.user_id = $1',
    'read tasks',
  ],
  [
    'WITH mine AS MATERIALIZED (SELECT * FROM tasks WHERE user_id = $1) SELECT p.* FROM mine JOIN projects p USING (user_id)',
  ],
  [
    'WITH a AS (SELECT user_id FROM tasks WHERE user_id = $1) SELECT * FROM projects p, a, a b WHERE p.user_id = b.user_id',
  ],
  [
    'WITH a AS (SELECT * FROM tags) SELECT * FROM tasks t, a x, a y WHERE x.owner = $1 AND t.user_id = y.owner',
    'read tasks',
  ],
  ['SELECT * FROM open_tasks x, open_tasks y WHERE x.user_id = $1', 'read tasks'],
  ['SELECT * FROM tasks WHERE user_id = $1 UNION SELECT * FROM tasks WHERE user_id = $1 AND done'],
  ['SELECT title FROM tasks WHERE user_id = $1 UNION ALL SELECT name FROM projects', 'read projects'],
  ['SELECT title FROM tasks WHERE user_id = $1 EXCEPT SELECT name FROM projects', 'read projects'],
  [
    'SELECT * FROM (SELECT user_id, title FROM tasks UNION SELECT user_id, name FROM projects) x WHERE x.user_id = $1',
  ],
  [
    'SELECT * FROM (SELECT user_id, title FROM tasks UNION SELECT user_id, name FROM projects LIMIT 1) x WHERE x.user_id = $1',
    'read tasks',
    'read projects',
  ],
  [
    'SELECT * FROM (SELECT user_id, title FROM tasks EXCEPT SELECT user_id, name FROM projects) x WHERE x.user_id = $1',
  ],
  [
    'SELECT * FROM tags g JOIN (SELECT user_id FROM tasks WHERE user_id = $1 UNION ALL SELECT $1) x ON true JOIN projects p ON p.user_id = x.user_id',
  ],
  [
    'SELECT * FROM tags g JOIN (SELECT user_id FROM tasks WHERE user_id = $1 UNION ALL SELECT 7) x ON true JOIN projects p ON p.user_id = x.user_id',
    'read projects',
  ],
  [
    `WITH RECURSIVE tree AS (SELECT id, user_id FROM tasks WHERE id = $2 AND user_id = $1
      UNION ALL SELECT t.id, t.user_id FROM tasks t JOIN tree ON t.parent_id = tree.id AND t.user_id = tree.user_id) SELECT * FROM tree`,
  ],
  [
    `WITH RECURSIVE tree AS (SELECT id, user_id FROM tasks WHERE id = $2 AND user_id = $1
      UNION ALL SELECT t.id, t.user_id FROM tasks t JOIN tree ON t.parent_id = tree.id) SELECT * FROM tree`,
    'read tasks',
  ],
  [
    `WITH RECURSIVE tree AS (SELECT id, user_id FROM tasks WHERE id = $2
      UNION ALL SELECT t.id, t.user_id FROM tasks t JOIN tree ON t.parent_id = tree.id) SELECT * FROM tree WHERE user_id = $1`,
    'read tasks',
    'read tasks',
  ],
  [
    `WITH RECURSIVE s AS (SELECT $1::int AS who, 0 AS n UNION ALL SELECT who, n + 1 FROM s WHERE n < 3)
      SELECT * FROM tasks t JOIN s ON t.user_id = s.who`,
  ],
  [
    `WITH RECURSIVE s AS (SELECT $1::int AS who, 0 AS n UNION ALL SELECT n, who FROM s WHERE n < 3)
      SELECT * FROM tasks t JOIN s ON t.user_id = s.who`,
    'read tasks',
  ],
  // Views and partitions
  ['SELECT * FROM open_tasks WHERE user_id = $1'],
  ['SELECT * FROM open_tasks', 'read tasks'],
  ['SELECT * FROM first_tasks WHERE user_id = $1', 'read tasks'],
  ['SELECT * FROM counts WHERE user_id = $1'],
  ['SELECT * FROM noted WHERE user_id = $1'],
  ['SELECT title FROM noted', 'read tasks', 'read notes'],
  ['SELECT * FROM notes o JOIN open_tasks t ON t.id = o.task_id WHERE t.user_id = $1'],
  ['SELECT * FROM stored WHERE user_id = $1', 'stored stored'],
  ['SELECT * FROM events WHERE user_id = $1'],
  ['SELECT * FROM events_old WHERE user_id = $1'],
  ['SELECT * FROM events_old', 'read events_old'],
  ['SELECT * FROM things', 'parent things'],
  ['SELECT * FROM ONLY things'],
  ['SELECT * FROM owned_things WHERE user_id = $1'],
  // Functions
  ['SELECT * FROM tasks_of($1)'],
  ['SELECT * FROM tasks_of($2) WHERE user_id = $1', 'read tasks'],
  ['SELECT * FROM all_titles()', 'read tasks'],
  ['SELECT tag_name(id) FROM tags'],
  ['SELECT opaque(1)', 'function opaque'],
  ['SELECT pure(1), trusted(2)'],
  ["SELECT query_to_xml('SELECT * FROM tasks', true, true, '')", 'function query_to_xml'],
  ["SELECT set_config('app.user_id', '7', true)", 'function set_config'],
  ["SELECT pg_notify('titles', title) FROM tasks WHERE user_id = $1"],
  ['SELECT id FROM tasks WHERE user_id = $1 AND pg_try_advisory_lock(id)', 'acting pg_try_advisory_lock'],
  ['SELECT id FROM tasks WHERE user_id = $1 AND random() < 0.5'],
  ["SELECT nextval('audit_id_seq') FROM tasks WHERE user_id = $1"],
  [
    "WITH made AS (SELECT nextval('audit_id_seq')::int AS id) INSERT INTO tasks (id, user_id, title) SELECT id, $1, 'x' FROM made",
  ],
  [
    "WITH made AS (SELECT nextval('audit_id_seq')::int AS id) INSERT INTO tasks (id, user_id, title) SELECT a.id, $1, 'x' FROM made a, made b",
  ],
  ["INSERT INTO tasks (id, user_id, title) VALUES ((SELECT nextval('audit_id_seq')), $1, 'x')"],
  [
    "SELECT (WITH v AS (SELECT nextval('audit_id_seq') + g.id AS v) SELECT v FROM v) AS v FROM tags g",
    'acting nextval',
  ],
  ["SELECT id FROM tasks WHERE user_id = $1 AND id > (SELECT nextval('audit_id_seq'))", 'acting nextval'],
  ["UPDATE tasks SET n = setval('audit_id_seq', id) WHERE user_id = $1 RETURNING pg_notify('titles', title)"],
  // INSERT
  ["INSERT INTO tasks (id, user_id, title) VALUES (1, $1, 'a')"],
  ["INSERT INTO tasks (id, user_id, title) VALUES (1, $1, 'a'), (2, $1, 'b') RETURNING *"],
  ["INSERT INTO tasks (id, user_id, title) VALUES (1, $1, 'a'), (2, $2, 'b')", 'inserted tasks'],
  ["INSERT INTO tasks (id, user_id, title) VALUES ($1, $2, 'a')", 'inserted tasks'],
  ['INSERT INTO audit (what) VALUES ($1::int::text)', 'inserted audit'],
  ['INSERT INTO tasks (id, user_id, title) SELECT id + 100, user_id, title FROM tasks WHERE user_id = $1'],
  [
    'INSERT INTO tasks (id, user_id, title) SELECT id + 100, user_id, title FROM tasks',
    'read tasks',
    'inserted tasks',
  ],
  [
    'INSERT INTO notes (id, task_id, body) SELECT 1, t.id, $2 FROM tasks t WHERE t.id = $3 AND t.user_id = $1',
  ],
  ['INSERT INTO notes (id, task_id, body) VALUES (1, $2, $1::int::text)', 'inserted notes'],
  [
    'INSERT INTO notes (id, task_id, body) SELECT 1, $2, $1::int::text WHERE EXISTS (SELECT FROM tasks WHERE id = $2 AND user_id = $1)',
  ],
  [
    "INSERT INTO notes (id, task_id, body) SELECT 1, t.id, 'x' FROM tags g JOIN tasks t ON t.n = g.id WHERE t.user_id = $1",
  ],
  [
    "INSERT INTO tasks (id, user_id, title) VALUES (1, $1, 'a') ON CONFLICT (user_id, title) DO UPDATE SET n = 1",
  ],
  [
    "INSERT INTO tasks (id, user_id, title) VALUES (1, $1, 'a') ON CONFLICT (user_id, title) DO UPDATE SET user_id = excluded.user_id",
  ],
  [
    "INSERT INTO tasks (id, user_id, title) VALUES (1, $1, 'a') ON CONFLICT (user_id, title) DO UPDATE SET user_id = 7",
    'moved tasks',
  ],
  [
    "INSERT INTO tasks (id, user_id, title) VALUES (1, $1, 'a') ON CONFLICT (id) DO UPDATE SET n = 1",
    'conflict tasks',
  ],
  [
    "INSERT INTO tasks (id, user_id, title) VALUES (1, $1, 'a') ON CONFLICT (id) DO NOTHING",
    'conflict tasks',
  ],
  ["INSERT INTO tasks (id, user_id, title) VALUES (1, $1, 'a') ON CONFLICT DO NOTHING", 'conflict tasks'],
  [
    "INSERT INTO tags (id, name) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET name = (SELECT max(title) FROM tasks)",
    'read tasks',
  ],
  ['INSERT INTO open_tasks (id, user_id, title) VALUES (1, $1, $2)'],
  ['INSERT INTO open_tasks (id, user_id, title) VALUES ($1, $3, $2)', 'inserted tasks'],
  ['INSERT INTO tags (id, name) SELECT id, title FROM tasks', 'read tasks'],
  // UPDATE
  ['UPDATE tasks SET n = 1 WHERE user_id = $1 AND id = $2'],
  ['UPDATE tasks SET n = 1 WHERE id = $1', 'read tasks'],
  ['UPDATE tasks SET user_id = $1 WHERE user_id = $1'],
  ['UPDATE tasks SET user_id = $2 WHERE user_id = $1', 'moved tasks'],
  ['UPDATE tasks SET user_id = $1 WHERE id = $2', 'read tasks'],
  [
    'UPDATE tasks SET (title, user_id) = (SELECT name, 7 FROM tags LIMIT 1) WHERE user_id = $1',
    'moved tasks',
  ],
  ['UPDATE tasks t SET n = p.id FROM projects p WHERE p.user_id = t.user_id AND t.user_id = $1'],
  [
    'UPDATE tasks t SET n = p.id FROM projects p WHERE p.id = t.project_id AND t.user_id = $1',
    'read projects',
  ],
  ['UPDATE tasks t SET n = p.id FROM projects p WHERE p.id = t.project_id AND p.user_id = $1', 'read tasks'],
  ['UPDATE notes o SET n = 1 FROM tasks t WHERE t.id = o.task_id AND t.user_id = $1'],
  ['UPDATE notes o SET task_id = $2 FROM tasks t WHERE t.id = o.task_id AND t.user_id = $1', 'moved notes'],
  [
    'UPDATE notes o SET task_id = u.id FROM tasks t, tasks u WHERE t.id = o.task_id AND t.user_id = $1 AND u.user_id = $1',
  ],
  ['UPDATE open_tasks SET n = 2 WHERE user_id = $1'],
  ['UPDATE open_tasks SET n = 2', 'read tasks'],
  ['UPDATE tags SET name = (SELECT max(title) FROM tasks WHERE user_id = $1)'],
  ['UPDATE events SET n = 1 WHERE user_id = $1'],
  // DELETE
  ['DELETE FROM tasks WHERE user_id = $1 AND id = $2 RETURNING id'],
  ['DELETE FROM tasks WHERE id = $1', 'read tasks'],
  ['DELETE FROM notes o USING tasks t WHERE t.id = o.task_id AND t.user_id = $1'],
  ['DELETE FROM notes USING tasks t WHERE t.user_id = $1', 'read notes'],
  ['DELETE FROM tags WHERE id IN (SELECT n FROM tasks)', 'read tasks'],
  ['DELETE FROM things', 'parent things'],
  // Data-modifying WITH
  [
    'WITH gone AS (DELETE FROM tasks WHERE user_id = $1 RETURNING *) SELECT * FROM gone JOIN projects p USING (user_id)',
  ],
  ['WITH gone AS (DELETE FROM tasks RETURNING *) SELECT * FROM gone WHERE user_id = $1', 'read tasks'],
  [
    "WITH made AS (INSERT INTO tasks (id, user_id, title) VALUES (9, $1, 'x') RETURNING id, user_id) SELECT p.* FROM projects p JOIN made ON made.user_id = p.user_id",
  ],
  // MERGE
  [
    `MERGE INTO tasks t USING tags g ON t.user_id = $1 AND t.n = g.id WHEN MATCHED THEN UPDATE SET title = g.name
      WHEN NOT MATCHED THEN INSERT (id, user_id, title) VALUES (g.id, $1, g.name)`,
  ],
  [
    `MERGE INTO tasks t USING tags g ON t.n = g.id WHEN MATCHED AND t.user_id = $1 THEN UPDATE SET title = g.name`,
    'read tasks',
  ],
  [
    `MERGE INTO tasks t USING tags g ON t.user_id = $1 AND t.n = g.id WHEN MATCHED THEN UPDATE SET user_id = g.owner
      WHEN NOT MATCHED THEN INSERT (id, user_id, title) VALUES (g.id, g.owner, g.name)`,
    'moved tasks',
    'inserted tasks',
  ],
  [`MERGE INTO tasks t USING tags g ON t.user_id = g.owner WHEN MATCHED THEN DELETE`, 'read tasks'],
  [
    `MERGE INTO tasks t USING tags g ON t.user_id = $1 AND t.user_id = g.owner
      WHEN NOT MATCHED THEN INSERT (id, user_id, title) VALUES (g.id, g.owner, g.name)`,
    'inserted tasks',
  ],
  [
    `MERGE INTO tasks t USING tags g ON t.user_id = $1 AND t.user_id = g.owner WHEN MATCHED THEN UPDATE SET user_id = g.owner`,
  ],
  [`MERGE INTO tags g USING tasks t ON t.n = g.id AND t.user_id = $1 WHEN MATCHED THEN DELETE`, 'read tasks'],
  [
    `MERGE INTO tags g USING (SELECT * FROM tasks WHERE user_id = $1) t ON t.n = g.id WHEN MATCHED THEN DELETE`,
  ],
];

/** From PostgreSQL 17 on MERGE accepts views. */
export const casesSince17: typeof cases = [
  [`MERGE INTO open_tasks t USING tags g ON t.user_id = $1 WHEN MATCHED THEN DELETE`, 'rewritten open_tasks'],
];
