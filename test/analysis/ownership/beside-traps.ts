import type { cases } from './cases.ts';

/** Statements that keep to the owner in less plain ways, each kind with statements that are like them and do not. */
export const besideTraps: typeof cases = [
  // A subquery, or a list, of one value
  ['SELECT * FROM tasks WHERE user_id = (SELECT $1::int)'],
  ['SELECT * FROM tasks WHERE user_id = (SELECT who())'],
  ["SELECT * FROM tasks WHERE user_id = (SELECT current_setting('app.user_id')::int)"],
  ["INSERT INTO tasks (id, user_id, title) VALUES (1, (SELECT $1::int), 'a')"],
  ['SELECT * FROM tasks WHERE user_id = ANY (ARRAY[$1::int])'],
  ['SELECT * FROM tasks WHERE user_id IN ($1, $1)'],
  ['SELECT * FROM notes WHERE task_id = ANY (ARRAY(SELECT id FROM tasks WHERE user_id = $1))'],
  ['SELECT * FROM notes WHERE task_id = (SELECT id FROM tasks WHERE user_id = $1 AND title = $2)'],
  ['SELECT * FROM notes WHERE task_id = (SELECT id FROM tasks WHERE user_id = $1 LIMIT 1)'],
  ['SELECT * FROM projects WHERE user_id = (SELECT user_id FROM tasks WHERE user_id = $1 LIMIT 1)'],
  ['SELECT * FROM tasks WHERE user_id = (SELECT $2::int) AND $1 > 0', 'read tasks'],
  ['SELECT * FROM tasks WHERE user_id <> (SELECT $1::int)', 'read tasks'],
  [
    'SELECT * FROM tasks WHERE user_id = (SELECT CASE WHEN n > 0 THEN $1 ELSE 2 END FROM tags WHERE id = 1)',
    'read tasks',
  ],
  ["INSERT INTO tasks (id, user_id, title) VALUES (1, (SELECT $1::int WHERE $2 = 1), 'a')", 'inserted tasks'],
  ["INSERT INTO tasks (id, user_id, title) VALUES (1, (SELECT $1::int LIMIT $2), 'a')", 'inserted tasks'],
  ['INSERT INTO audit (user_id) VALUES ((SELECT $1::int FROM tags WHERE id = 5))', 'inserted audit'],
  ['SELECT * FROM tasks WHERE user_id = ANY (ARRAY[$1::int, $2::int])', 'read tasks'],
  ['SELECT * FROM tasks WHERE user_id = ALL (ARRAY[$1::int])', 'read tasks'],
  ['SELECT * FROM tasks WHERE user_id <> ANY (ARRAY[$1::int])', 'read tasks'],
  ['SELECT * FROM tasks WHERE NOT user_id = ANY (ARRAY[$1::int])', 'read tasks'],
  ['SELECT * FROM tasks WHERE user_id = ANY (ARRAY[$1::int] || 2)', 'read tasks'],
  [
    'SELECT * FROM notes WHERE task_id = ANY (ARRAY(SELECT id FROM tasks WHERE user_id = $1 UNION SELECT 3))',
    'read notes',
  ],
  [
    'SELECT * FROM notes WHERE task_id = ANY (ARRAY(SELECT parent_id FROM tasks WHERE user_id = $1))',
    'read notes',
  ],
  [
    'SELECT * FROM notes WHERE task_id = (SELECT parent_id FROM tasks WHERE user_id = $1 AND title = $2)',
    'read notes',
  ],
  ['SELECT * FROM notes WHERE task_id = (SELECT max(id) FROM tasks WHERE user_id = $1)', 'read notes'],
  ['SELECT * FROM tags g WHERE g.owner = $1 AND g.owner = (SELECT user_id FROM tasks LIMIT 1)', 'read tasks'],
  [
    'SELECT * FROM tags g WHERE g.owner = $1 AND g.owner = ANY (ARRAY(SELECT user_id FROM tasks LIMIT 1))',
    'read tasks',
  ],
  // An outer join that a condition makes an inner one; OR
  ['SELECT o.* FROM notes o LEFT JOIN tasks t ON t.id = o.task_id WHERE t.user_id = $1'],
  ['SELECT o.* FROM tasks t RIGHT JOIN notes o ON t.id = o.task_id WHERE t.user_id = $1'],
  ['SELECT o.* FROM notes o FULL JOIN tasks t ON t.id = o.task_id WHERE t.user_id = $1 AND o.n > 0'],
  ['SELECT o.* FROM notes o LEFT JOIN tasks t ON t.id = o.task_id AND t.user_id = $1 WHERE t.id IS NOT NULL'],
  ['SELECT o.* FROM notes o LEFT JOIN tasks t ON t.id = o.task_id AND t.user_id = $1 WHERE t.n > 2'],
  [
    'SELECT o.* FROM notes o LEFT JOIN tasks t ON t.id = o.task_id AND t.user_id = $1 JOIN tags g ON g.id = t.n',
  ],
  [
    'SELECT o.* FROM notes o LEFT JOIN (tasks t JOIN tags g ON g.id = t.n) ON t.id = o.task_id AND t.user_id = $1 WHERE g.id = 1',
  ],
  [
    'SELECT o.* FROM tags g LEFT JOIN notes o ON o.n = g.id LEFT JOIN tasks t ON t.id = o.task_id AND t.user_id = $1 WHERE t.n = 1',
  ],
  [
    'SELECT o.* FROM notes o LEFT JOIN (SELECT id, user_id FROM tasks) t ON t.id = o.task_id WHERE t.user_id = $1',
  ],
  ['SELECT * FROM tasks WHERE (done AND user_id = $1) OR (n = 3 AND user_id = $1)'],
  ['SELECT * FROM tasks WHERE user_id = $1 AND done OR user_id = $1 AND n = 3 OR user_id = $1 AND n IS NULL'],
  [
    'SELECT * FROM tasks t, projects p WHERE (t.user_id = p.user_id AND p.user_id = $1 AND t.done) OR (p.user_id = $1 AND t.user_id = $1)',
  ],
  [
    'SELECT * FROM tasks t JOIN tags g ON (t.user_id = $1 AND t.n = g.id) OR (t.user_id = $1 AND t.id = g.id)',
  ],
  [
    'SELECT * FROM notes o WHERE EXISTS (SELECT FROM tasks t WHERE (t.id = o.task_id AND t.done AND t.user_id = $1) OR (t.id = o.task_id AND t.user_id = $1 AND t.n = 1))',
  ],
  [
    'SELECT o.* FROM notes o LEFT JOIN tasks t ON t.id = o.task_id AND t.user_id = $1 WHERE t.id IS NULL',
    'read notes',
  ],
  [
    'SELECT o.* FROM notes o LEFT JOIN tasks t ON t.id = o.task_id AND t.user_id = $1 WHERE coalesce(t.n, 3) > 2',
    'read notes',
  ],
  [
    'SELECT o.* FROM notes o LEFT JOIN tasks t ON t.id = o.task_id AND t.user_id = $1 WHERE t.n > 2 OR o.n > 2',
    'read notes',
  ],
  [
    'SELECT o.* FROM notes o LEFT JOIN tasks t ON t.id = o.task_id AND t.user_id = $1 WHERE t.done IS NOT TRUE',
    'read notes',
  ],
  [
    'SELECT o.* FROM notes o LEFT JOIN tasks t ON t.id = o.task_id AND t.user_id = $1 WHERE NOT (t.n > 2) IS TRUE',
    'read notes',
  ],
  [
    'SELECT o.* FROM notes o LEFT JOIN tasks t ON t.id = o.task_id AND t.user_id = $1 LEFT JOIN tags g ON g.id = t.n',
    'read notes',
  ],
  [
    'SELECT o.* FROM notes o LEFT JOIN tasks t ON t.id = o.task_id AND t.user_id = $1 LEFT JOIN tags g ON g.id = t.n WHERE o.n = 2',
    'read notes',
  ],
  [
    'SELECT o.* FROM notes o LEFT JOIN (tasks t RIGHT JOIN tags g ON g.id = t.n) ON t.id = o.task_id AND t.user_id = $1 WHERE o.id > 0',
    'read notes',
  ],
  [
    'SELECT o.* FROM notes o LEFT JOIN (tags g LEFT JOIN tasks t ON t.id = g.id AND t.user_id = $1) ON t.id = o.task_id WHERE g.id = 1',
  ],
  ['SELECT o.* FROM notes o FULL JOIN tasks t ON t.id = o.task_id WHERE t.user_id = $1', 'read notes'],
  [
    'SELECT * FROM notes o FULL JOIN tasks t ON t.id = o.task_id AND t.user_id = $1 WHERE o.n > 0',
    'read tasks',
    'read notes',
  ],
  [
    'SELECT o.* FROM notes o LEFT JOIN tasks t ON t.id = o.task_id AND t.user_id = $1 WHERE (t.*) IS DISTINCT FROM NULL',
    'read notes',
  ],
  ['SELECT * FROM tasks WHERE (done AND user_id = $1) OR n = 3', 'read tasks'],
  ['SELECT * FROM tasks WHERE (done AND user_id = $1) OR (n = 3 AND user_id = $2)', 'read tasks'],
  ['SELECT * FROM tasks WHERE (done AND user_id = $1) OR (n = 3 AND id = $1)', 'read tasks'],
  [
    "SELECT * FROM tasks t, projects p WHERE (t.user_id = $1 AND p.name = 'x') OR (p.user_id = $1 AND t.n = 2)",
    'read projects',
    'read tasks',
  ],
  [
    'SELECT * FROM tasks t, tags g WHERE (t.user_id = g.owner AND g.id = 1) OR (g.owner = $1 AND t.n = 2)',
    'read tasks',
  ],
  [
    'SELECT * FROM notes o WHERE EXISTS (SELECT FROM tasks t WHERE t.id = o.task_id AND t.user_id = $1) OR EXISTS (SELECT FROM tasks t WHERE t.id = o.n AND t.user_id = $1)',
    'read notes',
  ],
  ['SELECT * FROM tasks WHERE NOT ((done AND user_id = $1) OR (n = 3 AND user_id = $1))', 'read tasks'],
  // Keys of own rows: behind LIMIT, of a WITH query that is read twice, of what is written
  ['SELECT n.* FROM notes n WHERE n.task_id IN (SELECT id FROM tasks WHERE user_id = $1 ORDER BY n LIMIT 5)'],
  [
    'SELECT n.* FROM notes n JOIN (SELECT id FROM tasks WHERE user_id = $1 ORDER BY n LIMIT 5) t ON t.id = n.task_id',
  ],
  [
    'SELECT n.* FROM notes n JOIN (SELECT id, row_number() OVER (ORDER BY n) AS r FROM tasks WHERE user_id = $1) t ON t.id = n.task_id WHERE t.r < 3',
  ],
  [
    'SELECT n.* FROM notes n JOIN (SELECT DISTINCT ON (n) id FROM tasks WHERE user_id = $1 ORDER BY n, id) t ON t.id = n.task_id',
  ],
  [
    'UPDATE tasks SET n = 1 WHERE id IN (SELECT id FROM tasks WHERE user_id = $1 ORDER BY n LIMIT 5 FOR UPDATE SKIP LOCKED)',
  ],
  [
    'UPDATE tasks SET n = 1 WHERE id = (SELECT id FROM tasks WHERE user_id = $1 ORDER BY n LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id',
  ],
  ['DELETE FROM tasks WHERE id = ANY (ARRAY(SELECT id FROM tasks WHERE user_id = $1 LIMIT 3))'],
  [
    'WITH m AS (SELECT id FROM tasks WHERE user_id = $1 LIMIT 3) UPDATE tasks t SET n = 1 FROM m WHERE m.id = t.id',
  ],
  [
    'WITH m AS MATERIALIZED (SELECT id FROM tasks WHERE user_id = $1) SELECT n.* FROM notes n JOIN m ON m.id = n.task_id',
  ],
  [
    'WITH m AS (SELECT id FROM tasks WHERE user_id = $1) SELECT (SELECT count(*) FROM notes n JOIN m ON m.id = n.task_id), (SELECT count(*) FROM m)',
  ],
  [
    'WITH m AS (SELECT id FROM tasks WHERE user_id = $1) SELECT * FROM m a, m b, notes n WHERE n.task_id = a.id AND b.id > a.id',
  ],
  [
    "WITH made AS (INSERT INTO tasks (id, user_id, title) VALUES (9, $1, 'x') RETURNING id, user_id) INSERT INTO notes (id, task_id, body) SELECT 1, id, 'y' FROM made",
  ],
  [
    "WITH made AS (INSERT INTO tasks (id, user_id, title) VALUES (9, $1, 'x') RETURNING id) INSERT INTO notes (id, task_id, body) SELECT 1, id, 'y' FROM made RETURNING task_id",
  ],
  [
    "WITH made AS (INSERT INTO tasks (id, user_id, title) VALUES (9, $1, 'x') ON CONFLICT (user_id, title) DO UPDATE SET n = 3 RETURNING id) INSERT INTO notes (id, task_id, body) SELECT 1, id, 'y' FROM made",
  ],
  [
    'WITH up AS (UPDATE tasks SET n = 4 WHERE user_id = $1 RETURNING id) SELECT o.* FROM notes o JOIN up ON up.id = o.task_id',
  ],
  [
    'WITH gone AS (DELETE FROM tasks WHERE user_id = $1 RETURNING id) DELETE FROM notes o USING gone WHERE o.task_id = gone.id',
  ],
  ['SELECT a.* FROM tasks a JOIN tasks b ON a.id = b.id WHERE b.user_id = $1'],
  [
    'SELECT a.* FROM tasks a JOIN tasks b ON a.user_id = b.user_id AND a.title = b.title WHERE b.user_id = $1',
  ],
  ['SELECT a.* FROM open_tasks a JOIN tasks b ON a.id = b.id WHERE b.user_id = $1'],
  [
    'UPDATE tasks SET n = 2 WHERE user_id = $1 RETURNING (SELECT count(*) FROM notes o WHERE o.task_id = tasks.id)',
  ],
  [
    'SELECT * FROM notes n WHERE n.id IN (SELECT o.id FROM notes o JOIN tasks t ON t.id = o.task_id WHERE t.user_id = $1 LIMIT 3)',
  ],
  [
    'DELETE FROM notes WHERE id IN (SELECT o.id FROM notes o JOIN tasks t ON t.id = o.task_id WHERE t.user_id = $1)',
  ],
  [
    'SELECT n.* FROM notes n WHERE n.task_id IN (SELECT parent_id FROM tasks WHERE user_id = $1 ORDER BY n LIMIT 5)',
    'read notes',
  ],
  [
    'SELECT n.* FROM notes n WHERE n.task_id IN (SELECT id + 1 FROM tasks WHERE user_id = $1 LIMIT 5)',
    'read notes',
  ],
  [
    'SELECT n.* FROM notes n WHERE n.task_id IN (SELECT id FROM tasks WHERE user_id = $1 LIMIT 5) OR n.id = 1',
    'read notes',
  ],
  [
    'SELECT n.* FROM notes n WHERE n.task_id NOT IN (SELECT id FROM tasks WHERE user_id = $1 LIMIT 5)',
    'read notes',
  ],
  [
    'SELECT n.* FROM notes n WHERE n.task_id = ALL (SELECT id FROM tasks WHERE user_id = $1 LIMIT 5)',
    'read notes',
  ],
  [
    'SELECT n.* FROM notes n JOIN (SELECT max(id) AS id FROM tasks WHERE user_id = $1) t ON t.id = n.task_id',
    'read notes',
  ],
  [
    'SELECT n.* FROM notes n JOIN (SELECT id FROM tasks ORDER BY n LIMIT 5) x ON x.id = n.task_id JOIN tasks t ON t.id = x.id WHERE t.user_id = $1',
    'read tasks',
  ],
  [
    'SELECT n.* FROM notes n LEFT JOIN (SELECT id FROM tasks WHERE user_id = $1 LIMIT 5) t ON t.id = n.task_id',
    'read notes',
  ],
  ['UPDATE tasks SET n = 1 WHERE n IN (SELECT n FROM tasks WHERE user_id = $1)', 'read tasks'],
  ['UPDATE tasks SET n = 1 WHERE id IN (SELECT n FROM tasks WHERE user_id = $1 LIMIT 5)', 'read tasks'],
  ['UPDATE tasks SET n = 1 WHERE id IN (SELECT id FROM tasks LIMIT 5) AND user_id = $1', 'read tasks'],
  ['UPDATE tasks SET n = 1 WHERE title IN (SELECT title FROM tasks WHERE user_id = $1)', 'read tasks'],
  ['SELECT a.* FROM tasks a JOIN projects b ON a.id = b.id WHERE b.user_id = $1', 'read tasks'],
  ['SELECT a.* FROM tasks a JOIN tasks b ON a.id = b.parent_id WHERE b.user_id = $1', 'read tasks'],
  ['SELECT a.* FROM tasks a LEFT JOIN tasks b ON a.id = b.id AND b.user_id = $1', 'read tasks'],
  [
    'SELECT a.* FROM tasks a WHERE NOT EXISTS (SELECT FROM tasks b WHERE b.id = a.id AND b.user_id = $1)',
    'read tasks',
  ],
  ['SELECT a.* FROM events a JOIN events b ON a.at = b.at AND a.n = b.n WHERE b.user_id = $1', 'read events'],
  ['SELECT a.* FROM events_old a JOIN events b ON a.at = b.at WHERE b.user_id = $1', 'read events_old'],
  [
    'WITH m AS (SELECT id FROM tasks) SELECT a.* FROM m a JOIN m b USING (id) JOIN tasks t ON t.id = b.id WHERE t.user_id = $1',
    'read tasks',
  ],
  [
    'WITH m AS (SELECT id, user_id FROM tasks WHERE user_id = $1) SELECT * FROM m a, m b, notes n, tasks t WHERE n.task_id = t.id AND t.id = n.n AND b.id = n.id',
    'read tasks',
    'read notes',
  ],
  [
    'WITH up AS (UPDATE tasks SET n = $2 WHERE user_id = $1 RETURNING n) SELECT o.* FROM notes o JOIN up ON up.n = o.task_id',
    'read notes',
  ],
  [
    "WITH made AS (INSERT INTO tasks (id, user_id, title) VALUES (9, $2, 'x') RETURNING id) INSERT INTO notes (id, task_id, body) SELECT $1, id, 'y' FROM made",
    'inserted tasks',
    'inserted notes',
  ],
  [
    "WITH made AS (INSERT INTO projects (id, user_id, name) VALUES (9, $1, 'x') RETURNING id) INSERT INTO notes (id, task_id, body) SELECT 1, id, 'y' FROM made",
    'inserted notes',
  ],
  [
    "WITH made AS (INSERT INTO tasks (id, user_id, title, parent_id) VALUES (9, $1, 'x', $2) RETURNING parent_id) INSERT INTO notes (id, task_id, body) SELECT 1, parent_id, 'y' FROM made",
    'inserted notes',
  ],
  [
    "WITH made AS (INSERT INTO tasks (id, user_id, title) VALUES (9, $1, 'x') RETURNING id + 1 AS id) INSERT INTO notes (id, task_id, body) SELECT 1, id, 'y' FROM made",
    'inserted notes',
  ],
  [
    'WITH m AS (SELECT id FROM tasks WHERE user_id = $1 UNION ALL SELECT $2) SELECT n.* FROM notes n JOIN m ON m.id = n.task_id',
    'read notes',
  ],
  [
    'SELECT x.id FROM (SELECT id, user_id FROM tasks LIMIT 3) x JOIN tags g ON g.owner = x.user_id WHERE g.owner = $1',
    'read tasks',
  ],
  // ON CONFLICT with a condition; functions that act, where rows are written; varchar(n)
  [
    "INSERT INTO tasks (id, user_id, title) VALUES (1, $1, 'a') ON CONFLICT (id) DO UPDATE SET n = 1 WHERE tasks.user_id = $1",
  ],
  [
    "INSERT INTO tasks (id, user_id, title) VALUES (1, $1, 'a') ON CONFLICT (id) DO UPDATE SET title = excluded.title WHERE tasks.user_id = excluded.user_id RETURNING id",
  ],
  [
    "INSERT INTO tasks (id, user_id, title) VALUES (1, $1, 'a') ON CONFLICT (id) DO UPDATE SET user_id = excluded.user_id WHERE tasks.user_id = $1",
  ],
  [
    "INSERT INTO notes (id, task_id, body) SELECT 1, t.id, 'x' FROM tasks t WHERE t.user_id = $1 ON CONFLICT (id) DO UPDATE SET body = excluded.body WHERE notes.task_id = excluded.task_id",
  ],
  [
    "INSERT INTO notes (id, task_id, body) SELECT 1, t.id, 'x' FROM tasks t WHERE t.user_id = $1 ON CONFLICT (id) DO UPDATE SET body = excluded.body WHERE EXISTS (SELECT FROM tasks u WHERE u.id = notes.task_id AND u.user_id = $1)",
  ],
  [
    "INSERT INTO tasks (id, user_id, title) VALUES (1, $1, 'a') ON CONFLICT (id) DO UPDATE SET n = 1 WHERE tasks.user_id = $1 RETURNING (SELECT count(*) FROM projects p WHERE p.user_id = tasks.user_id)",
  ],
  [
    "INSERT INTO tasks (id, user_id, title) VALUES (1, $1, 'a') ON CONFLICT (id) DO UPDATE SET n = (SELECT max(id) FROM projects p WHERE p.user_id = tasks.user_id) WHERE tasks.user_id = $1",
  ],
  [
    "INSERT INTO tasks (id, user_id, title) VALUES (1, $1, 'a') ON CONFLICT (id) DO UPDATE SET n = logged(tasks.id) WHERE tasks.user_id = $1",
  ],
  ['INSERT INTO tasks (id, user_id, title) VALUES (1, $1, logged(1)::text), (2, $1, logged(2)::text)'],
  [
    'INSERT INTO tasks (id, user_id, title) SELECT id + 100, user_id, logged(id)::text FROM tasks WHERE user_id = $1',
  ],
  [
    'INSERT INTO tasks (id, user_id, title) SELECT id + 100, user_id, logged(id)::text FROM tasks WHERE user_id = $1 UNION ALL SELECT id + 200, user_id, logged(id)::text FROM tasks WHERE user_id = $1',
  ],
  [
    'INSERT INTO tasks (id, user_id, title) SELECT id + 100, user_id, logged(id)::text FROM tasks WHERE user_id = $1 ORDER BY n LIMIT 3',
  ],
  [
    'SELECT logged(id) FROM tasks WHERE user_id = $1 UNION ALL SELECT logged(id) FROM projects WHERE user_id = $1',
  ],
  [
    'MERGE INTO tasks t USING tags g ON t.user_id = $1 AND t.n = g.id WHEN MATCHED THEN UPDATE SET n = logged(t.id) WHEN NOT MATCHED THEN INSERT (id, user_id, title) VALUES (logged(g.id), $1, g.name)',
  ],
  [
    'WITH x AS (INSERT INTO audit (user_id, what) SELECT user_id, logged(id)::text FROM tasks WHERE user_id = $1) SELECT 1',
  ],
  ['INSERT INTO handles (id, owner) VALUES (1, $1)'],
  ['INSERT INTO handles (id, owner) SELECT 2, owner FROM handles WHERE owner = $1'],
  ['UPDATE handles SET owner = $1 WHERE owner = $1'],
  [
    "INSERT INTO tasks (id, user_id, title) VALUES (1, $1, 'a') ON CONFLICT (id) DO UPDATE SET n = 1 WHERE excluded.user_id = $1",
    'conflict tasks',
  ],
  [
    "INSERT INTO tasks (id, user_id, title) VALUES (1, $1, 'a') ON CONFLICT (id) DO UPDATE SET n = 1 WHERE tasks.user_id = $1 OR tasks.n = 1",
    'conflict tasks',
  ],
  [
    "INSERT INTO tasks (id, user_id, title) VALUES (1, $1, 'a') ON CONFLICT (id) DO UPDATE SET n = 1 WHERE tasks.id = excluded.id",
    'conflict tasks',
  ],
  [
    "INSERT INTO tasks (id, user_id, title) VALUES (1, $1, 'a') ON CONFLICT (id) DO UPDATE SET n = 1 WHERE tasks.user_id = $2",
    'conflict tasks',
  ],
  [
    "INSERT INTO tasks (id, user_id, title) VALUES (1, $1, 'a') ON CONFLICT (id) DO UPDATE SET user_id = 7 WHERE tasks.user_id = $1",
    'moved tasks',
  ],
  [
    "INSERT INTO tasks (id, user_id, title) VALUES (1, $1, 'a') ON CONFLICT (id) DO NOTHING",
    'conflict tasks',
  ],
  ["INSERT INTO tasks (id, user_id, title) VALUES (1, $1, 'a') ON CONFLICT DO NOTHING", 'conflict tasks'],
  [
    "INSERT INTO notes (id, task_id, body) SELECT 1, t.id, 'x' FROM tasks t WHERE t.user_id = $1 ON CONFLICT (id) DO UPDATE SET body = excluded.body WHERE notes.body = excluded.body",
    'conflict notes',
  ],
  [
    "INSERT INTO tasks (id, user_id, title) VALUES (1, $1, 'a') ON CONFLICT (id) DO UPDATE SET n = 1 WHERE tasks.user_id = $1 AND logged(tasks.id) = 1",
    'acting logged',
  ],
  [
    "INSERT INTO tasks (id, user_id, title) VALUES (1, $1, 'a') ON CONFLICT (id) DO UPDATE SET n = 1 WHERE tasks.user_id = $1 AND EXISTS (SELECT FROM projects p WHERE p.id = tasks.project_id)",
    'read projects',
  ],
  [
    "INSERT INTO tags (id, name, owner) VALUES (1, 'x', $1) ON CONFLICT (id) DO UPDATE SET name = 'y' WHERE tags.owner = $2 RETURNING (SELECT count(*) FROM projects p WHERE p.user_id = tags.owner)",
    'read projects',
  ],
  [
    "INSERT INTO tags (id, name, owner) VALUES (1, 'x', $1) ON CONFLICT (id) DO UPDATE SET owner = $2 WHERE tags.owner = $1 RETURNING (SELECT count(*) FROM projects p WHERE p.user_id = tags.owner)",
    'read projects',
  ],
  [
    'INSERT INTO audit (user_id, what) SELECT $1, x.w FROM (SELECT user_id, logged(id)::text AS w FROM tasks) x WHERE x.user_id = $1',
    'acting logged',
  ],
  [
    "INSERT INTO audit (user_id, what) SELECT user_id, 'x' FROM tasks WHERE user_id = $1 AND logged(id) = 1",
    'acting logged',
  ],
  [
    'INSERT INTO audit (user_id, what) WITH x AS (SELECT user_id, logged(id)::text AS w FROM tasks) SELECT user_id, w FROM x WHERE user_id = $1',
    'acting logged',
  ],
  [
    'SELECT x.l FROM (SELECT user_id, logged(id) AS l FROM tasks UNION ALL SELECT user_id, logged(id) FROM projects) x WHERE x.user_id = $1',
    'acting logged',
  ],
  [
    'MERGE INTO tasks t USING tags g ON t.user_id = $1 AND logged(t.id) = g.id WHEN MATCHED THEN UPDATE SET n = 2',
    'acting logged',
  ],
  [
    'MERGE INTO tasks t USING tags g ON t.user_id = $1 AND t.n = g.id WHEN MATCHED AND logged(t.id) = 1 THEN UPDATE SET n = 2',
    'acting logged',
  ],
  [
    'MERGE INTO tags g USING (SELECT id, user_id, logged(id) AS l FROM tasks) t ON t.id = g.id AND t.user_id = $1 WHEN MATCHED THEN UPDATE SET id = t.l',
    'read tasks',
    'acting logged',
  ],
  ['SELECT * FROM (VALUES (logged(1))) v(x)', 'acting logged'],
  ['INSERT INTO handles (id, owner) VALUES (1, $1::varchar(3))', 'inserted handles'],
  ['INSERT INTO handles (id, owner) VALUES (1, substr($1, 1, 8))', 'inserted handles'],
  ['INSERT INTO handles (id, owner) VALUES (1, $1::char(8))', 'inserted handles'],
  [
    'INSERT INTO handles (id, owner) VALUES (1, $2) ON CONFLICT (id) DO UPDATE SET v = $1',
    'inserted handles',
    'conflict handles',
  ],
  ['INSERT INTO padded (id, owner) VALUES (1, $1)', 'inserted padded'],
  ['INSERT INTO prices (id, owner) VALUES (1, $1)', 'inserted prices'],
  ['INSERT INTO handles (id, owner) SELECT 1, lpad($1, 8)', 'inserted handles'],
  ['SELECT * FROM handles WHERE owner::varchar(3) = $1', 'read handles'],
];
