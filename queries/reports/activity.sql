/*
  @name ListActivity :many
  What happened lately in one user's account: tasks added and jobs asked for, the newest first.
*/
SELECT 'task' AS kind, task.id::text AS id, task.title AS title, task.created_at AS happened_at
FROM tasks AS task
WHERE task.user_id = :userId!
UNION ALL
SELECT 'job', job.id::text, job.kind, job.created_at
FROM jobs AS job
WHERE job.requested_by = :userId!
ORDER BY happened_at DESC, kind, id
LIMIT :limit!;

/*
  @name GetDashboard :maybe
  Everything on a user's first page, in one round trip.
*/
SELECT
  u.name,
  (SELECT count(*) FROM tasks AS t WHERE t.user_id = u.id AND NOT t.completed) AS open_tasks,
  (
    SELECT t.title
    FROM tasks AS t
    WHERE t.user_id = u.id AND NOT t.completed
    ORDER BY t.due_on NULLS LAST, t.created_at
    LIMIT 1
  ) AS next_task,
  EXISTS (
    SELECT FROM jobs AS j WHERE j.requested_by = u.id AND j.status IN ('queued', 'running')
  ) AS has_active_jobs,
  last_job.id AS last_job_id,
  last_job.status AS last_job_status,
  coalesce(
    (
      SELECT json_agg(json_build_object('id', t.id, 'title', t.title, 'dueOn', t.due_on) ORDER BY t.due_on)
      FROM tasks AS t
      WHERE t.user_id = u.id AND NOT t.completed AND t.due_on IS NOT NULL
    ),
    '[]'
  ) AS due
FROM users AS u
LEFT JOIN LATERAL (
  SELECT j.id, j.status
  FROM jobs AS j
  WHERE j.requested_by = u.id
  ORDER BY j.created_at DESC, j.id DESC
  LIMIT 1
) AS last_job ON true
WHERE u.id = :userId!;
