/*
  @name AddTask :one
  @param task -> (userId!, parentId, title!, notes, priority!, labels!, dueOn)
*/
INSERT INTO tasks (user_id, parent_id, title, notes, priority, labels, due_on)
VALUES :task
RETURNING id, user_id, parent_id, title, notes, priority, labels, due_on, completed, created_at, updated_at;

/*
  @name AddTasks :many
  @param tasks -> ((userId!, title!, dueOn)...)
  @unscoped an import can have tasks of several users
  Adds several plain tasks at once.
*/
INSERT INTO tasks (user_id, title, due_on)
VALUES :tasks
RETURNING id, title;

/*
  @name GetTask :maybe
*/
SELECT id, user_id, parent_id, title, notes, priority, labels, due_on, completed, created_at, updated_at
FROM tasks
WHERE id = :id! AND user_id = :userId!;

/*
  @name LockTask :maybe
  As GetTask, but nobody else can change the task until the transaction ends.
*/
SELECT id, user_id, parent_id, title, notes, priority, labels, due_on, completed, created_at, updated_at
FROM tasks
WHERE id = :id! AND user_id = :userId!
FOR UPDATE;

/*
  @name ListTasks :many
  @optional completed, label, dueBefore
  @param limit!
  @param offset!
  One page of a user's tasks: open ones first, by due date, then the most urgent.
*/
SELECT id, user_id, parent_id, title, notes, priority, labels, due_on, completed, created_at, updated_at
FROM tasks
WHERE user_id = :userId!
  AND completed = :completed
  AND :label = ANY (labels)
  AND due_on < :dueBefore
ORDER BY
  completed,
  due_on NULLS LAST,
  CASE priority WHEN 'high' THEN 1 WHEN 'normal' THEN 2 ELSE 3 END,
  created_at,
  id
LIMIT :limit OFFSET :offset;

/*
  @name CountOpenSubtasks :one
*/
SELECT count(*) AS open
FROM tasks
WHERE parent_id = :id! AND user_id = :userId! AND NOT completed;

/*
  @name UpdateTask :maybe
  @optional title, notes, priority, labels, dueOn, completed
  Writes what is given of what the owner of a task can change; NULL takes notes and the due date away.
*/
UPDATE tasks
SET title = :title,
    notes = :notes,
    priority = :priority,
    labels = :labels,
    due_on = :dueOn,
    completed = :completed
WHERE id = :id! AND user_id = :userId!
RETURNING id, updated_at;

/*
  @name PostponeTasks :many
  @param ids -> (...)
  Moves open tasks by some days; those without a due date stay without one.
*/
UPDATE tasks
SET due_on = due_on + :days!::integer
WHERE id IN :ids! AND user_id = :userId! AND NOT completed
RETURNING id, due_on;

/*
  @name EstimateTask :execrows
  The estimate is an interval such as `2 hours`; NULL takes it back.
*/
UPDATE tasks
SET estimate = :estimate
WHERE id = :id! AND user_id = :userId!;

/*
  @name DeleteTask :execrows
  Deletes the task and its subtasks.
*/
DELETE FROM tasks
WHERE id = :id! AND user_id = :userId!;

/*
  @name ListTaskTree :many
  A task and everything below it, parents before children.
*/
WITH RECURSIVE tree AS (
  SELECT id, parent_id, title, completed, 0 AS depth, ARRAY[title] AS path
  FROM tasks
  WHERE id = :id! AND user_id = :userId!
  UNION ALL
  SELECT child.id, child.parent_id, child.title, child.completed, tree.depth + 1, tree.path || child.title
  FROM tasks AS child
  JOIN tree ON child.parent_id = tree.id
  WHERE child.user_id = :userId!
)
SELECT id, parent_id, title, completed, depth, path
FROM tree
ORDER BY path, id;

/*
  @name CompleteTaskTree :many
  Completes a task with everything below it; returns what was still open.
*/
WITH RECURSIVE tree AS (
  SELECT id
  FROM tasks
  WHERE id = :id! AND user_id = :userId!
  UNION
  SELECT child.id
  FROM tasks AS child
  JOIN tree ON child.parent_id = tree.id
  WHERE child.user_id = :userId!
)
UPDATE tasks
SET completed = true
FROM tree
WHERE tasks.id = tree.id AND tasks.user_id = :userId! AND NOT tasks.completed
RETURNING tasks.id, tasks.title;

/*
  @name SummarizeTasks :one
  Counts and estimates of one user's tasks.
*/
SELECT
  count(*) AS total,
  count(*) FILTER (WHERE completed) AS completed,
  count(*) FILTER (WHERE NOT completed AND due_on < :today!) AS overdue,
  min(due_on) FILTER (WHERE NOT completed) AS next_due_on,
  sum(estimate) FILTER (WHERE NOT completed) AS work_left,
  coalesce(json_object_agg(DISTINCT priority, true), '{}') AS priorities
FROM tasks
WHERE user_id = :userId!;

/*
  @name ListLabels :many
*/
SELECT label, count(*) AS tasks, bool_and(completed) AS all_completed
FROM tasks, unnest(labels) AS label
WHERE user_id = :userId!
GROUP BY label
ORDER BY label;
