/*
  @name CreateUser :one
*/
INSERT INTO users (email, name)
VALUES (:email, :name)
RETURNING id, email, name, created_at;

/*
  @name GetUser :maybe
*/
SELECT id, email, name, address, notify_on, created_at
FROM users
WHERE id = :id!;

/*
  @name FindUserByEmail :maybe
*/
SELECT id, email, name
FROM users
WHERE email = lower(:email!);

/*
  @name UpsertUser :one
  Signs in a user whom another service has named: the first time this creates the account.
*/
INSERT INTO users AS u (email, name)
VALUES (:email, :name)
ON CONFLICT (email) DO UPDATE
SET name = excluded.name
RETURNING u.id, u.email, u.name, u.xmax = 0 AS first_time;

/*
  @name SetAddress :execrows
*/
UPDATE users
SET address = :address
WHERE id = :id!;

/*
  @name ListUsersInCity :many
*/
SELECT id, name, (address).street, (address).postal_code
FROM users
WHERE (address).city = :city!
ORDER BY name, id;

/*
  @name SetNotifications :exec
*/
UPDATE users
SET notify_on = :notifyOn
WHERE id = :id!;

/*
  @name ListUsersToNotify :many
  Who wants to hear of the job's outcome: its requester, if the status is one that the user asked for.
*/
SELECT u.id, u.email, job.id AS job_id, job.status
FROM jobs AS job
JOIN users AS u ON u.id = job.requested_by
WHERE job.id = :jobId! AND job.status = ANY (u.notify_on);

/*
  @name DeleteUser :execrows
  The user's tasks go too; jobs that the user asked for stay.
*/
DELETE FROM users
WHERE id = :id!;
