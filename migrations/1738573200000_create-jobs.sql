-- Up Migration

CREATE TYPE job_status AS ENUM ('queued', 'running', 'succeeded', 'failed', 'cancelled');
CREATE TYPE task_status AS ENUM ('pending', 'running', 'done', 'failed', 'skipped');

CREATE TABLE jobs (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('import_cars', 'refresh_prices', 'export_tasks')),
  requested_by uuid REFERENCES users (id) ON DELETE SET NULL,
  status job_status NOT NULL DEFAULT 'queued',
  parameters jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(parameters) = 'object'),
  stage_results jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(stage_results) = 'array'),
  attempts smallint NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  run_at timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz,
  finished_at timestamptz,
  error text,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT jobs_started_check CHECK (status IN ('queued', 'cancelled') OR started_at IS NOT NULL),
  CONSTRAINT jobs_finished_check CHECK (
    (status IN ('succeeded', 'failed', 'cancelled')) = (finished_at IS NOT NULL)
  ),
  CONSTRAINT jobs_error_check CHECK ((status = 'failed') = (error IS NOT NULL))
);

CREATE INDEX jobs_active_idx ON jobs (run_at, id) WHERE status IN ('queued', 'running');
CREATE INDEX jobs_requested_by_idx ON jobs (requested_by);

CREATE TABLE job_tasks (
  job_id bigint NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  position integer NOT NULL CHECK (position >= 1),
  name text NOT NULL CHECK (name <> ''),
  status task_status NOT NULL DEFAULT 'pending',
  parameters jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(parameters) = 'object'),
  stage_results jsonb,
  started_at timestamptz,
  finished_at timestamptz,
  PRIMARY KEY (job_id, position),
  CHECK (finished_at >= started_at),
  CHECK (status <> 'done' OR finished_at IS NOT NULL)
);

ALTER TABLE users ADD COLUMN notify_on job_status[] NOT NULL DEFAULT '{failed}';

COMMENT ON COLUMN jobs.parameters IS 'What the job is to do, as an object; its keys depend on kind.';
COMMENT ON COLUMN jobs.stage_results IS 'One entry for each finished task, in the order of finishing.';
COMMENT ON COLUMN jobs.run_at IS 'Not before this moment.';
COMMENT ON COLUMN job_tasks.stage_results IS 'What the task left for those after it; NULL until it is done.';
COMMENT ON COLUMN users.notify_on IS 'The outcomes of own jobs that a message is sent for.';

-- Down Migration

ALTER TABLE users DROP COLUMN notify_on;
DROP TABLE job_tasks;
DROP TABLE jobs;
DROP TYPE task_status;
DROP TYPE job_status;
