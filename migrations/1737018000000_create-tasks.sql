-- Up Migration

CREATE TABLE tasks (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  parent_id uuid,
  title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 200),
  notes text,
  priority text NOT NULL DEFAULT 'normal' CHECK (priority IN ('low', 'normal', 'high')),
  labels text[] NOT NULL DEFAULT '{}' CHECK (array_position(labels, NULL) IS NULL),
  estimate interval CHECK (estimate > '0'),
  due_on date,
  completed boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (id, user_id),
  -- With the owner in the key, a subtask can never hang on somebody else's task.
  FOREIGN KEY (parent_id, user_id) REFERENCES tasks (id, user_id) ON DELETE CASCADE,
  CHECK (parent_id <> id)
);

CREATE INDEX tasks_user_id_created_at_idx ON tasks (user_id, created_at);
CREATE INDEX tasks_parent_id_idx ON tasks (parent_id);
CREATE INDEX tasks_open_due_on_idx ON tasks (user_id, due_on) WHERE NOT completed;

CREATE TRIGGER tasks_set_updated_at
  BEFORE UPDATE ON tasks
  FOR EACH ROW EXECUTE FUNCTION set_updated_at();

COMMENT ON COLUMN tasks.user_id IS 'The owner. Every query over tasks names it.';
COMMENT ON COLUMN tasks.parent_id IS 'The task that this one is a step of; NULL at the top.';
COMMENT ON COLUMN tasks.estimate IS 'The work expected, not the time until due_on.';

-- Down Migration

DROP TABLE tasks;
