/*
  @name EnqueueJob :one
  Queues a job together with its tasks, in the order given.
*/
WITH job AS (
  INSERT INTO jobs (kind, requested_by, parameters, run_at)
  VALUES (:kind, :requestedBy, coalesce(:parameters, '{}'::jsonb), coalesce(:runAt, now()))
  RETURNING id, status, run_at
), task AS (
  INSERT INTO job_tasks (job_id, position, name)
  SELECT job.id, step.position, step.name
  FROM job, unnest(:taskNames!::text[]) WITH ORDINALITY AS step (name, position)
  RETURNING position
)
SELECT job.id, job.status, job.run_at, (SELECT count(*) FROM task) AS tasks
FROM job;

/*
  @name AddJobTasks :execrows
  @param tasks -> ((jobId!, position!, name!, parameters!)...)
*/
INSERT INTO job_tasks (job_id, position, name, parameters)
VALUES :tasks
ON CONFLICT (job_id, position) DO NOTHING;

/*
  @name ClaimNextJob :one
  Starts the job that has waited longest; NULL if none is due.
*/
SELECT claim_next_job() AS job_id;

/*
  @name AdvanceJob :one
  Finishes the running task of a job with its result and starts the next one.
*/
SELECT advance_job(:jobId!, :result) AS "remaining!";

/*
  @name FailJob :one
*/
SELECT fail_job(:jobId!, :reason!) AS "skipped!";

/*
  @name RetryJob :one
  NULL if there is no such job or it has not failed.
*/
SELECT retry_job(:jobId!) AS job_id;

/*
  @name CancelJobs :many
  @param ids -> (...)
  Only jobs that have not been started can be cancelled.
*/
UPDATE jobs
SET status = 'cancelled', finished_at = now()
WHERE id IN :ids! AND status = 'queued'
RETURNING id;

/*
  @name GetJob :maybe
  A job with its tasks as JSON.
*/
SELECT
  job.id,
  job.kind,
  job.status,
  job.parameters,
  job.stage_results,
  job.attempts,
  job.error,
  job.finished_at - job.started_at AS took,
  (SELECT u.name FROM users AS u WHERE u.id = job.requested_by) AS requested_by,
  coalesce(
    jsonb_agg(
      jsonb_build_object('position', task.position, 'name', task.name, 'status', task.status)
      ORDER BY task.position
    ) FILTER (WHERE task.job_id IS NOT NULL),
    '[]'
  ) AS tasks
FROM jobs AS job
LEFT JOIN job_tasks AS task ON task.job_id = job.id
WHERE job.id = :id!
GROUP BY job.id;

/*
  @name ListActiveJobs :many
*/
SELECT
  job.id,
  job.kind,
  job.status,
  job.run_at,
  current.name AS current_task,
  remaining_job_tasks(job.id) AS remaining
FROM jobs AS job
LEFT JOIN job_tasks AS current ON current.job_id = job.id AND current.status = 'running'
WHERE job.status IN ('queued', 'running')
ORDER BY job.run_at, job.id;

/*
  @name GetJobProgress :many
*/
SELECT status, tasks
FROM job_progress(:jobId!);

/*
  @name CountJobsByStatus :many
  @optional kind
  Every status is listed, also those that no job is in.
*/
SELECT status, count(job.id) AS jobs
FROM unnest(enum_range(NULL::job_status)) AS status
LEFT JOIN (
  SELECT id, status
  FROM jobs
  WHERE kind = :kind
) AS job USING (status)
GROUP BY status
ORDER BY status;

/*
  @name FindJobsByParameter :many
  Jobs whose parameters contain the given ones.
*/
SELECT id, kind, status, parameters ->> 'source' AS source, parameters -> 'limits' AS limits
FROM jobs
WHERE parameters @> :parameters!
ORDER BY id;

/*
  @name PurgeJobs :one
  Deletes what ended before the given moment and tells how much that was.
*/
WITH purged AS (
  DELETE FROM jobs
  WHERE finished_at < :before!
  RETURNING id, status
)
SELECT
  count(*) AS jobs,
  count(*) FILTER (WHERE status = 'failed') AS failed,
  array_agg(id ORDER BY id) AS ids
FROM purged;
