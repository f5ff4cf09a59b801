import type { ScopeConfig } from '../../../src/scope-config.ts';

/** Tables of two owners, one that belongs to another table, and one that all share. */
export const schema = `
  CREATE TABLE projects (id int PRIMARY KEY, user_id int NOT NULL, name text NOT NULL);
  CREATE TABLE tasks (
    id int PRIMARY KEY, user_id int NOT NULL, project_id int REFERENCES projects, parent_id int REFERENCES tasks,
    title text NOT NULL, n int, done boolean NOT NULL DEFAULT false, UNIQUE (user_id, title)
  );
  CREATE TABLE notes (id int PRIMARY KEY, task_id int NOT NULL REFERENCES tasks, body text NOT NULL, n int, UNIQUE (task_id, body));
  CREATE TABLE audit (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, user_id int, what text);
  CREATE TABLE tags (id int PRIMARY KEY, name text NOT NULL UNIQUE, owner int);
  CREATE TABLE events (user_id int NOT NULL, at int NOT NULL, n int) PARTITION BY RANGE (at);
  CREATE TABLE events_old PARTITION OF events FOR VALUES FROM (0) TO (100);
  CREATE TABLE things (id int, n int);
  CREATE TABLE owned_things (user_id int NOT NULL) INHERITS (things);
  CREATE VIEW open_tasks AS SELECT id, user_id, title, n FROM tasks WHERE NOT done;
  CREATE VIEW first_tasks AS SELECT id, user_id, title FROM tasks ORDER BY id LIMIT 3;
  CREATE VIEW counts AS SELECT user_id, count(*) AS tasks FROM tasks GROUP BY user_id;
  CREATE VIEW noted AS SELECT t.user_id, t.title, o.body FROM tasks t JOIN notes o ON o.task_id = t.id;
  CREATE MATERIALIZED VIEW stored AS SELECT user_id, title FROM tasks;
  CREATE FUNCTION tasks_of(who int) RETURNS SETOF tasks STABLE LANGUAGE sql
    BEGIN ATOMIC SELECT * FROM tasks WHERE user_id = who; END;
  CREATE FUNCTION all_titles() RETURNS SETOF text STABLE LANGUAGE sql BEGIN ATOMIC SELECT title FROM tasks; END;
  CREATE FUNCTION tag_name(one int) RETURNS text STABLE LANGUAGE sql
    BEGIN ATOMIC SELECT name FROM tags WHERE id = one; END;
  CREATE FUNCTION opaque(one int) RETURNS int STABLE LANGUAGE plpgsql AS 'BEGIN RETURN one; END';
  CREATE FUNCTION pure(one int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN one; END';
  CREATE FUNCTION trusted(one int) RETURNS int STABLE LANGUAGE plpgsql AS 'BEGIN RETURN one; END';
  CREATE TABLE log (what int);
  CREATE FUNCTION logged(one int) RETURNS int LANGUAGE sql AS 'INSERT INTO log VALUES (one); SELECT 1';
  -- So cheap that it is called before other conditions.
  CREATE FUNCTION marked(one int) RETURNS boolean LANGUAGE sql COST 0.0001
    AS 'INSERT INTO log VALUES (one); SELECT true';
  CREATE TABLE handles (id int PRIMARY KEY, owner varchar(8) NOT NULL, v text);
  CREATE TABLE padded (id int PRIMARY KEY, owner char(8) NOT NULL);
  CREATE TABLE prices (id int PRIMARY KEY, owner numeric(6, 2) NOT NULL);
  CREATE FUNCTION who() RETURNS int STABLE LANGUAGE sql RETURN 1;
`;

export const settings: ScopeConfig = {
  parameter: 'userId',
  tables: {
    projects: 'user_id',
    tasks: 'user_id',
    notes: { through: 'tasks' },
    audit: 'user_id',
    events: 'user_id',
    owned_things: 'user_id',
    handles: 'owner',
    padded: 'owner',
    prices: 'owner',
  },
  setting: 'app.user_id',
  functions: { owner: ['who'], safe: ['public.trusted'] },
};
