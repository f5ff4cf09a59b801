CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN title AS text NOT NULL CHECK (length(value) < 50);
CREATE DOMAIN percent AS int CHECK (value BETWEEN 0 AND 100);
CREATE TYPE place AS (street text, city text);

CREATE TABLE customer (
  id int PRIMARY KEY,
  name text NOT NULL,
  email text,
  mood mood,
  referrer int REFERENCES customer,
  home place,
  active boolean NOT NULL DEFAULT true
);
CREATE TABLE product (
  id int PRIMARY KEY,
  name text NOT NULL,
  price numeric(10, 2) NOT NULL,
  weight numeric,
  tags text[] NOT NULL DEFAULT '{}',
  notes text[],
  details jsonb,
  code text CHECK (code IS NOT NULL),
  a int,
  b int CHECK (b > -1),
  CHECK (a IS NOT NULL OR b IS NOT NULL)
);
CREATE TABLE purchase (
  id int PRIMARY KEY,
  customer_id int NOT NULL REFERENCES customer,
  placed timestamptz NOT NULL DEFAULT now(),
  paid timestamptz,
  discount int,
  total numeric GENERATED ALWAYS AS (100 - discount) STORED
);
CREATE TABLE item (
  purchase_id int REFERENCES purchase,
  product_id int REFERENCES product,
  quantity int NOT NULL,
  remark text,
  PRIMARY KEY (purchase_id, product_id)
);
CREATE TABLE nothing (id int, label text, amount numeric);
CREATE TABLE loose (k int CHECK (k < 100), v text CHECK (v <> 'never'), n numeric, f boolean, t timestamptz, arr int[]);

CREATE TABLE shape (id int NOT NULL, area int NOT NULL, label text NOT NULL);
CREATE TABLE square (side int) INHERITS (shape);
CREATE TABLE measurement (day date NOT NULL, value int) PARTITION BY RANGE (day);
CREATE TABLE measurement_old PARTITION OF measurement FOR VALUES FROM (MINVALUE) TO ('2024-01-01');
CREATE TABLE measurement_new PARTITION OF measurement FOR VALUES FROM ('2024-01-01') TO (MAXVALUE);

CREATE TABLE guarded (id int PRIMARY KEY, label text, amount int NOT NULL);
CREATE FUNCTION blank() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.label := NULL; RETURN NEW; END $$;
CREATE TRIGGER blank BEFORE INSERT OR UPDATE ON guarded FOR EACH ROW EXECUTE FUNCTION blank();

CREATE VIEW paid_purchase AS SELECT id, customer_id, paid, discount FROM purchase WHERE paid IS NOT NULL;
CREATE VIEW counted AS SELECT count(*) AS n FROM customer;
CREATE VIEW customer_purchase AS
  SELECT c.id, c.name, p.id AS purchase_id, p.placed, p.paid FROM customer c LEFT JOIN purchase p ON p.customer_id = c.id;
CREATE VIEW customer_total AS
  SELECT id, name, count(purchase_id) AS purchases, max(placed) AS last FROM customer_purchase GROUP BY id, name;
CREATE MATERIALIZED VIEW product_sales AS
  SELECT p.id, p.name, coalesce(sum(i.quantity), 0) AS sold FROM product p LEFT JOIN item i ON i.product_id = p.id GROUP BY p.id;

CREATE FUNCTION twice(x int) RETURNS int LANGUAGE sql IMMUTABLE RETURN 2 * x;
CREATE FUNCTION twice_strict(x int) RETURNS int LANGUAGE sql IMMUTABLE STRICT RETURN coalesce(x, 0) * 2;
CREATE FUNCTION first_label() RETURNS text LANGUAGE sql STABLE BEGIN ATOMIC SELECT label FROM shape ORDER BY id LIMIT 1; END;
CREATE FUNCTION items_of(purchase int) RETURNS TABLE (product int, quantity int, remark text) LANGUAGE sql STABLE
  BEGIN ATOMIC SELECT i.product_id, i.quantity, i.remark FROM item i WHERE i.purchase_id = purchase; END;
CREATE FUNCTION maybe(x int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE FUNCTION lax(x text) RETURNS text LANGUAGE plpgsql STRICT AS $$ BEGIN RETURN NULL; END $$;
CREATE FUNCTION titled() RETURNS title LANGUAGE sql AS $$ SELECT label::title FROM shape WHERE false $$;

CREATE TYPE single AS (only_one int);
CREATE FUNCTION singles() RETURNS SETOF single LANGUAGE sql BEGIN ATOMIC SELECT ROW(NULL)::single; END;
CREATE FUNCTION one_single() RETURNS single LANGUAGE sql RETURN ROW(NULL)::single;
CREATE FUNCTION places() RETURNS SETOF place LANGUAGE sql BEGIN ATOMIC SELECT 'a'::text, NULL::text; END;
CREATE FUNCTION minus(x int, y int DEFAULT NULL) RETURNS int LANGUAGE sql RETURN coalesce(x, 0) - y;
CREATE FUNCTION plus(x int, y int DEFAULT 1, z int DEFAULT 2) RETURNS int LANGUAGE sql RETURN coalesce(x, 0) + y + z;
CREATE FUNCTION strictly(x int, y int DEFAULT NULL) RETURNS int LANGUAGE sql STRICT RETURN 1;
CREATE FUNCTION second(x int, y int DEFAULT NULL, z int DEFAULT 1) RETURNS int LANGUAGE sql RETURN y;
CREATE FUNCTION later(x timestamptz, by interval DEFAULT make_interval(days => plus(1))) RETURNS timestamptz LANGUAGE sql RETURN x + by;
CREATE FUNCTION total(a int DEFAULT 1, VARIADIC b int[] DEFAULT '{}') RETURNS int LANGUAGE sql RETURN a + cardinality(b);
CREATE FUNCTION steps(n int DEFAULT 2, by int DEFAULT NULL) RETURNS TABLE (n1 int, by1 int) LANGUAGE sql BEGIN ATOMIC SELECT n, by; END;
CREATE VIEW summed AS SELECT plus(1) AS p, minus(1) AS m, later(now()) AS l;
CREATE VIEW plain_purchase AS SELECT id, customer_id AS owner, discount, upper('x') AS up FROM purchase;

CREATE TABLE author (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE late_author (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE hidden_author (id int PRIMARY KEY, name text NOT NULL);
ALTER TABLE hidden_author ENABLE ROW LEVEL SECURITY;
CREATE TABLE book (
  id int PRIMARY KEY,
  author_id int NOT NULL REFERENCES author,
  editor_id int REFERENCES author,
  state text NOT NULL CHECK (state IN ('new', 'sent')),
  hue mood NOT NULL,
  n int NOT NULL,
  f float8 NOT NULL,
  late_id int NOT NULL DEFAULT 1 REFERENCES late_author DEFERRABLE,
  hidden_id int NOT NULL DEFAULT 1 REFERENCES hidden_author
);
CREATE FUNCTION or_zero(x int) RETURNS int LANGUAGE sql IMMUTABLE RETURN coalesce(x, 0);
CREATE TABLE computed (
  a int,
  b text,
  sure text GENERATED ALWAYS AS (coalesce(b, '-') || coalesce(a, 0)::text) STORED,
  unsure int GENERATED ALWAYS AS (a + 1) STORED,
  lasting int GENERATED ALWAYS AS (or_zero(a)) STORED
);
CREATE TABLE whole (a int, b int NOT NULL, label text NOT NULL, UNIQUE (a, b));
CREATE TABLE part (a int, b int NOT NULL, FOREIGN KEY (a, b) REFERENCES whole (a, b));
CREATE TABLE book_line (id int PRIMARY KEY, author_id int NOT NULL REFERENCES author);
CREATE TABLE extra_line () INHERITS (book_line);
CREATE VIEW named_book AS SELECT b.id, (SELECT a.name FROM author a WHERE a.id = b.author_id) AS author FROM book b;
CREATE VIEW book_author AS SELECT b.id, a.name FROM book b LEFT JOIN author a ON a.id = b.author_id;

CREATE TYPE step AS ENUM ('cart', 'placed', 'sent');
CREATE TABLE parcel (
  id int PRIMARY KEY,
  step step NOT NULL,
  kind text,
  done boolean NOT NULL,
  owner_id int,
  team_id int,
  placed timestamptz,
  sent timestamptz,
  weight numeric,
  label text,
  finished timestamptz,
  CHECK (step = 'cart' OR placed IS NOT NULL),
  CHECK ((step = 'sent') = (sent IS NOT NULL)),
  CHECK (num_nonnulls(owner_id, team_id) = 1),
  CHECK (kind <> 'letter' OR label IS NOT NULL),
  CHECK (NOT done OR finished IS NOT NULL),
  CHECK (weight <= 5 OR label IS NOT NULL)
);
CREATE TABLE parcel_note (id int PRIMARY KEY, parcel_id int NOT NULL REFERENCES parcel ON DELETE CASCADE);
CREATE TRIGGER kept BEFORE UPDATE ON parcel_note FOR EACH ROW EXECUTE FUNCTION blank();

-- Constraints that tie columns in a chain.
CREATE TABLE tied (
  id int PRIMARY KEY,
  paid timestamptz,
  method text,
  receipt text,
  refunded timestamptz,
  reason text,
  credit int,
  CHECK ((paid IS NULL) = (method IS NULL)),
  CHECK ((method IS NULL) = (receipt IS NULL)),
  CHECK (refunded IS NULL OR receipt IS NOT NULL),
  CHECK ((refunded IS NULL) <> (reason IS NOT NULL)),
  CHECK (coalesce(credit, -1) >= 0)
);
INSERT INTO tied VALUES (1, NULL, NULL, NULL, NULL, NULL, 0), (2, now(), 'card', 'x', NULL, NULL, 1),
  (3, now(), 'cash', 'y', now(), 'late', 2);

CREATE TABLE tight (id int);
INSERT INTO tight VALUES (NULL), (1);
CREATE MATERIALIZED VIEW stale AS SELECT id, count(*) AS n FROM tight GROUP BY id;
DELETE FROM tight WHERE id IS NULL;
ALTER TABLE tight ALTER id SET NOT NULL;
CREATE VIEW told AS SELECT id, label FROM guarded;
CREATE TRIGGER told INSTEAD OF INSERT ON told FOR EACH ROW EXECUTE FUNCTION blank();
CREATE VIEW told_book AS SELECT id, state, n, jsonb_build_object('n', n) AS o FROM book;
CREATE FUNCTION retell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.state := 'lost'; NEW.n := NULL; NEW.o := '7'; RETURN NEW; END $$;
CREATE TRIGGER retell INSTEAD OF UPDATE ON told_book FOR EACH ROW EXECUTE FUNCTION retell();

CREATE TABLE grown (id int PRIMARY KEY, gone int, label text);
INSERT INTO grown VALUES (1, 1, 'old');
ALTER TABLE grown ADD COLUMN n int NOT NULL DEFAULT 7, ADD COLUMN late int, ADD COLUMN even int DEFAULT 8;
ALTER TABLE grown DROP COLUMN gone;
INSERT INTO grown VALUES (2, NULL, 3, NULL, NULL);
CREATE TYPE holder AS (a int, b title);
CREATE TABLE holding (h holder);
INSERT INTO holding VALUES (NULL), (ROW(1, (SELECT 'x'::title WHERE false))), (ROW(NULL, 'x'));
CREATE TYPE swelling AS (a int, b int);
CREATE VIEW swollen AS SELECT ROW(1, 2)::swelling AS word;
CREATE TABLE sums AS SELECT ARRAY[ROW(1, 2)::swelling, NULL] AS f;
ALTER TYPE swelling ADD ATTRIBUTE c int;
ALTER TYPE swelling DROP ATTRIBUTE a;
ALTER TYPE swelling ADD ATTRIBUTE a int;

-- What was true of rows when they were written: the time, settings, functions, domains and labels are others now.
CREATE DOMAIN stricter AS int;
CREATE TYPE renamed AS ENUM ('old', 'other');
CREATE FUNCTION accepted(x int) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN x > 0;
CREATE TABLE written (
  id int PRIMARY KEY,
  until timestamptz NOT NULL,
  at timestamptz NOT NULL,
  day date NOT NULL,
  by_role text NOT NULL,
  label renamed NOT NULL,
  n int,
  after_until text,
  after_stamp text,
  after_day text,
  after_text text,
  after_role text,
  after_label text,
  after_function text,
  after_row text,
  always text,
  one int,
  other int,
  given int GENERATED ALWAYS AS (n::stricter) STORED,
  CHECK (until > now() OR after_until IS NOT NULL),
  CHECK (until > CURRENT_TIMESTAMP OR after_stamp IS NOT NULL),
  CHECK (at >= day OR after_day IS NOT NULL),
  CHECK (at::text LIKE '%+14' OR after_text IS NOT NULL),
  CHECK (by_role = current_setting('application_name') OR after_role IS NOT NULL),
  CHECK (label::text = 'old' OR after_label IS NOT NULL),
  CHECK (accepted(n) OR after_function IS NOT NULL),
  CHECK ((n::stricter) > 0),
  CHECK (until > now() AND always IS NOT NULL AND (one IS NOT NULL OR other IS NOT NULL))
);
ALTER TABLE written ADD CHECK (length(row_to_json(written)::text) < 400 OR after_row IS NOT NULL);
SELECT set_config('application_name', 'then', true), set_config('TimeZone', 'Pacific/Kiritimati', true);
INSERT INTO written (id, until, at, day, by_role, label, n, always, one) VALUES
  (1, now() + interval '1 microsecond', '2024-01-01 12:00+00', '2024-01-02', 'then', 'old', NULL, 'a', 1),
  (2, now() + interval '1 microsecond', '2024-01-01 12:00+00', '2024-01-02', 'then', 'old', 1, 'b', 1);
SELECT set_config('application_name', 'now', true), set_config('TimeZone', 'UTC', true);
ALTER TABLE written ADD COLUMN much_later_than_all_the_others_for_which_it_was_checked text DEFAULT repeat('-', 400);
ALTER DOMAIN stricter SET NOT NULL;
ALTER TYPE renamed RENAME VALUE 'old' TO 'older';
CREATE OR REPLACE FUNCTION accepted(x int) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN x < 0;

CREATE SEQUENCE ticks;
CREATE DOMAIN four AS int DEFAULT 4;
CREATE TABLE defaulted (
  id int UNIQUE DEFAULT nextval('ticks'),
  c text DEFAULT 'c',
  n int DEFAULT 1 + 1,
  u uuid DEFAULT gen_random_uuid(),
  w timestamptz DEFAULT now(),
  x varchar(3) DEFAULT 'abc',
  z numeric(4, 2) DEFAULT 1,
  p place DEFAULT ROW('a', NULL),
  arr int[] DEFAULT '{1}',
  four four,
  m int DEFAULT maybe(1),
  s text DEFAULT current_schema,
  nul four DEFAULT NULL,
  none text,
  twice int GENERATED ALWAYS AS (n * 2) STORED
);
INSERT INTO defaulted (id, c, n, x) VALUES (50, NULL, NULL, NULL);
CREATE TABLE defaulted_part (k int, a int DEFAULT 1, b int) PARTITION BY RANGE (k);
CREATE TABLE defaulted_low PARTITION OF defaulted_part (a DEFAULT NULL, b DEFAULT 5) FOR VALUES FROM (0) TO (10);
CREATE TABLE defaulted_high PARTITION OF defaulted_part FOR VALUES FROM (10) TO (100);
INSERT INTO defaulted_part VALUES (2, NULL, NULL);
CREATE VIEW defaulted_view AS SELECT k, a FROM defaulted_part;
CREATE VIEW defaulted_own_view AS SELECT k, a FROM defaulted_part;
ALTER VIEW defaulted_own_view ALTER a SET DEFAULT nullif(1, 1);
CREATE TABLE guarded_default (id int, label text DEFAULT 'x');
CREATE TRIGGER blank BEFORE INSERT ON guarded_default FOR EACH ROW EXECUTE FUNCTION blank();
CREATE TABLE shape_kin (id int, extra int DEFAULT 1);
CREATE TABLE shape_cousin (more int) INHERITS (shape_kin);
ALTER TABLE shape_cousin ALTER extra DROP DEFAULT;
INSERT INTO shape_cousin (id) VALUES (1);
CREATE TABLE shape_child (extra int DEFAULT 2) INHERITS (shape);

INSERT INTO customer VALUES
  (1, 'Ann', 'ann@example.org', 'happy', NULL, ROW('High St', 'York'), true),
  (2, 'Bob', NULL, NULL, 1, NULL, true),
  (3, 'Cy', '', 'sad', 1, ROW(NULL, NULL), false),
  (4, 'Di', NULL, 'ok', NULL, ROW(NULL, 'Leeds'), true);
INSERT INTO product VALUES
  (1, 'pen', 1.50, 0.01, '{red,blue}', '{a,NULL}', '{"colour": "red", "size": null}', 'p', 1, NULL),
  (2, 'ink', 12.00, NULL, '{}', NULL, NULL, 'i', NULL, 2),
  (3, 'pad', 3.00, 0.2, '{paper}', '{}', '[1, null]', 'd', 3, 3),
  (4, 'cup', 7.25, 'NaN', '{clay}', '{b}', 'null', 'c', 0, NULL);
INSERT INTO purchase (id, customer_id, placed, paid, discount) VALUES
  (1, 1, '2024-01-01 10:00+00', '2024-01-02 10:00+00', 10),
  (2, 1, '2024-02-01 10:00+00', NULL, NULL),
  (3, 2, 'infinity', '-infinity', 0),
  (4, 3, '2024-03-01 10:00+00', '2024-03-01 11:00+00', NULL);
INSERT INTO item VALUES (1, 1, 2, NULL), (1, 2, 1, 'gift'), (2, 1, 5, ''), (3, 3, 1, NULL);
INSERT INTO loose VALUES (1, 'a', 1, true, 'infinity', '{1,2}'), (NULL, NULL, NULL, NULL, NULL, NULL), (2, NULL, 'NaN', false, now(), '{NULL}'), (NULL, 'b', 2, NULL, NULL, '{}'), (0, '', 0, false, NULL, '{3}');
INSERT INTO shape VALUES (1, 4, 'dot');
INSERT INTO square VALUES (2, 9, 'box', NULL);
INSERT INTO measurement VALUES ('2023-05-05', 1), ('2024-05-05', NULL);
INSERT INTO guarded VALUES (1, 'x', 1);
INSERT INTO computed (a, b) VALUES (NULL, NULL), (1, 'x');
INSERT INTO author VALUES (1, 'Eve'), (2, 'Fay');
INSERT INTO late_author VALUES (1, 'Gil');
INSERT INTO hidden_author VALUES (1, 'Hal');
INSERT INTO book VALUES (1, 1, NULL, 'new', 'sad', 1, 0), (2, 1, 2, 'sent', 'ok', 2, 'NaN'), (3, 2, 1, 'sent', 'happy', 3, 1);
INSERT INTO whole VALUES (1, 1, 'x'), (NULL, 2, 'y');
INSERT INTO part VALUES (1, 1), (NULL, 1), (NULL, 7);
INSERT INTO book_line VALUES (1, 1);
INSERT INTO extra_line VALUES (2, 77);
INSERT INTO parcel VALUES
  (1, 'cart', 'letter', false, 1, NULL, NULL, NULL, NULL, 'a', NULL),
  (2, 'placed', 'box', true, NULL, 2, now(), NULL, 2, NULL, now()),
  (3, 'sent', NULL, false, 3, NULL, now(), now(), 7, 'c', NULL),
  (4, 'cart', 'crate', false, NULL, 1, now(), NULL, 5, NULL, now()),
  (5, 'cart', NULL, false, 2, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO parcel_note VALUES (1, 1), (2, 4);
REFRESH MATERIALIZED VIEW product_sales;
