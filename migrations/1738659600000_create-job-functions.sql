-- Up Migration

CREATE FUNCTION remaining_job_tasks(job bigint) RETURNS bigint
  LANGUAGE sql STABLE STRICT
BEGIN ATOMIC
  SELECT count(*)
  FROM job_tasks AS task
  WHERE task.job_id = remaining_job_tasks.job AND task.status IN ('pending', 'running');
END;
COMMENT ON FUNCTION remaining_job_tasks(bigint) IS 'How many tasks of the job are still to be finished.';

CREATE FUNCTION job_progress(job bigint) RETURNS TABLE (status task_status, tasks bigint)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT task.status, count(*)
  FROM job_tasks AS task
  WHERE task.job_id = job_progress.job
  GROUP BY task.status
  ORDER BY task.status;
END;
COMMENT ON FUNCTION job_progress(bigint) IS 'How many tasks of the job are in each state; states without tasks are left out.';

CREATE FUNCTION start_next_job_task(job bigint) RETURNS bigint
  LANGUAGE sql
BEGIN ATOMIC
  UPDATE job_tasks AS task
  SET status = 'running', started_at = now()
  WHERE task.job_id = start_next_job_task.job
    AND task.position = (
      SELECT min(pending.position)
      FROM job_tasks AS pending
      WHERE pending.job_id = start_next_job_task.job AND pending.status = 'pending'
    );
  SELECT remaining_job_tasks(start_next_job_task.job);
END;
COMMENT ON FUNCTION start_next_job_task(bigint) IS 'Starts the first pending task, if any; returns how many are unfinished.';

CREATE FUNCTION claim_next_job() RETURNS bigint
  LANGUAGE plpgsql
AS $$
DECLARE
  claimed bigint;
BEGIN
  UPDATE jobs
  SET status = 'running', started_at = now(), attempts = attempts + 1
  WHERE id = (
    SELECT id
    FROM jobs
    WHERE status = 'queued' AND run_at <= now()
    ORDER BY run_at, id
    LIMIT 1
    FOR UPDATE SKIP LOCKED
  )
  RETURNING id INTO claimed;
  PERFORM start_next_job_task(claimed);
  RETURN claimed;
END
$$;
COMMENT ON FUNCTION claim_next_job() IS 'Starts the job that has waited longest and returns its id; NULL if none is due.';

CREATE FUNCTION advance_job(job bigint, result jsonb DEFAULT NULL) RETURNS bigint
  LANGUAGE plpgsql
AS $$
DECLARE
  finished text;
  remaining bigint;
BEGIN
  PERFORM FROM jobs WHERE id = job AND status = 'running' FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'job % is not running', job USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  UPDATE job_tasks
  SET status = 'done', finished_at = clock_timestamp(), stage_results = result
  WHERE job_id = job AND status = 'running'
  RETURNING name INTO finished;
  remaining := start_next_job_task(job);
  UPDATE jobs
  SET
    stage_results = CASE
      WHEN finished IS NULL THEN stage_results
      ELSE stage_results || jsonb_build_array(jsonb_build_object('task', finished, 'result', result))
    END,
    status = CASE WHEN remaining = 0 THEN 'succeeded'::job_status ELSE status END,
    finished_at = CASE WHEN remaining = 0 THEN clock_timestamp() END
  WHERE id = job;
  RETURN remaining;
END
$$;
COMMENT ON FUNCTION advance_job(bigint, jsonb) IS
  'Finishes the running task with its result and starts the next; returns how many are unfinished. After the last the job has succeeded.';

CREATE FUNCTION fail_job(job bigint, reason text) RETURNS bigint
  LANGUAGE plpgsql
AS $$
DECLARE
  skipped bigint;
BEGIN
  UPDATE jobs
  SET status = 'failed', error = coalesce(reason, 'unknown'), finished_at = clock_timestamp()
  WHERE id = job AND status = 'running';
  IF NOT FOUND THEN
    RAISE EXCEPTION 'job % is not running', job USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  UPDATE job_tasks SET status = 'failed', finished_at = clock_timestamp() WHERE job_id = job AND status = 'running';
  UPDATE job_tasks SET status = 'skipped' WHERE job_id = job AND status = 'pending';
  GET DIAGNOSTICS skipped = ROW_COUNT;
  RETURN skipped;
END
$$;
COMMENT ON FUNCTION fail_job(bigint, text) IS 'Ends a running job; returns how many of its tasks were skipped.';

CREATE FUNCTION retry_job(job bigint) RETURNS bigint
  LANGUAGE sql
BEGIN ATOMIC
  UPDATE job_tasks AS task
  SET status = 'pending', started_at = NULL, finished_at = NULL
  FROM jobs
  WHERE jobs.id = task.job_id
    AND jobs.id = retry_job.job
    AND jobs.status = 'failed'
    AND task.status IN ('failed', 'skipped');
  UPDATE jobs
  SET status = 'queued', error = NULL, started_at = NULL, finished_at = NULL, run_at = now()
  WHERE jobs.id = retry_job.job AND jobs.status = 'failed'
  RETURNING jobs.id;
END;
COMMENT ON FUNCTION retry_job(bigint) IS 'Queues a failed job again and returns its id; NULL if it had not failed.';

-- Down Migration

DROP FUNCTION retry_job(bigint);
DROP FUNCTION fail_job(bigint, text);
DROP FUNCTION advance_job(bigint, jsonb);
DROP FUNCTION claim_next_job();
DROP FUNCTION start_next_job_task(bigint);
DROP FUNCTION job_progress(bigint);
DROP FUNCTION remaining_job_tasks(bigint);
