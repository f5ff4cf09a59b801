/** Tables, views and types that the statements are about; all of them are empty. */
export const schema = `
CREATE TABLE customers (id int PRIMARY KEY, name text);
CREATE TABLE orders (
  id int PRIMARY KEY, n int, v varchar(10), t text, ts timestamp, num numeric(10, 2), nn int NOT NULL,
  customer int, known int CONSTRAINT known_given CHECK (known IS NOT NULL), big int
);
CREATE INDEX orders_n_idx ON orders (n);
CREATE UNIQUE INDEX orders_nn ON orders (nn);
ALTER TABLE orders ADD CONSTRAINT n_positive CHECK (n > 0) NOT VALID;
ALTER TABLE orders ADD CONSTRAINT customer_fk FOREIGN KEY (customer) REFERENCES customers NOT VALID;
CREATE TABLE parts (id int, d date NOT NULL, x int) PARTITION BY RANGE (d);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE parts_rest PARTITION OF parts DEFAULT;
CREATE TABLE alone (id int, d date NOT NULL, x int);
CREATE TABLE bounded (id int, d date NOT NULL, x int, CHECK (d >= '2030-01-01' AND d < '2031-01-01'));
CREATE TABLE parent (a int);
CREATE TABLE child (b int) INHERITS (parent);
CREATE VIEW seen AS SELECT id, n FROM orders;
CREATE MATERIALIZED VIEW stored AS SELECT id, n FROM orders;
CREATE UNIQUE INDEX stored_id ON stored (id);
CREATE FUNCTION noop() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE FUNCTION constant() RETURNS int LANGUAGE sql VOLATILE AS 'SELECT 1';
CREATE FUNCTION alter_orders() RETURNS void LANGUAGE sql AS 'ALTER TABLE orders ADD COLUMN more int';
CREATE TRIGGER noop BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION noop();
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE DOMAIN amount AS int;
CREATE TABLE amounts (a amount);
CREATE SCHEMA app;
CREATE TABLE app.jobs (id int PRIMARY KEY);
`;

/** What is seen of one statement, \`a: MODE\` for a lock and \`rewrites a\` for work; '' is nothing. */
export interface Expected {
  readonly sql: string;
  readonly seen: string;
  /** The first major that has it. */
  readonly since?: number;
}

/** Rows that all statements accept. */
export const rows = `
INSERT INTO customers SELECT g, 'x' FROM generate_series(1, 300) g;
INSERT INTO orders SELECT g, g, 'x', 't', now(), 1, g, g, 1, g FROM generate_series(1, 300) g;
INSERT INTO parts SELECT g, '2020-02-01', g FROM generate_series(1, 300) g;
INSERT INTO alone SELECT g, '2022-02-01', g FROM generate_series(1, 300) g;
INSERT INTO bounded SELECT g, '2030-02-01', g FROM generate_series(1, 300) g;
INSERT INTO child VALUES (1, 1);
INSERT INTO amounts VALUES (1);
REFRESH MATERIALIZED VIEW stored;
`;

export const statements: readonly Expected[] = [
  { sql: 'ALTER TABLE orders ADD COLUMN c text', seen: 'orders: ACCESS EXCLUSIVE' },
  { sql: 'ALTER TABLE orders ADD COLUMN c int NOT NULL DEFAULT 5', seen: 'orders: ACCESS EXCLUSIVE' },
  { sql: 'ALTER TABLE orders ADD COLUMN c timestamptz DEFAULT now()', seen: 'orders: ACCESS EXCLUSIVE' },
  {
    sql: 'ALTER TABLE orders ADD COLUMN c timestamptz DEFAULT clock_timestamp()',
    seen: 'orders: ACCESS EXCLUSIVE, rewrites orders',
  },
  { sql: 'ALTER TABLE orders ADD COLUMN c int DEFAULT constant()', seen: 'orders: ACCESS EXCLUSIVE' },
  {
    sql: 'ALTER TABLE orders ADD COLUMN c uuid DEFAULT gen_random_uuid()',
    seen: 'orders: ACCESS EXCLUSIVE, rewrites orders',
  },
  { sql: 'ALTER TABLE orders ADD COLUMN c serial', seen: 'orders: ACCESS EXCLUSIVE, rewrites orders' },
  {
    sql: 'ALTER TABLE orders ADD COLUMN c int GENERATED ALWAYS AS IDENTITY',
    seen: 'orders: ACCESS EXCLUSIVE, rewrites orders',
  },
  {
    sql: 'ALTER TABLE orders ADD COLUMN c int GENERATED ALWAYS AS (n + 1) STORED',
    seen: 'orders: ACCESS EXCLUSIVE, rewrites orders',
  },
  {
    sql: 'ALTER TABLE orders ADD COLUMN c int CHECK (c > 0)',
    seen: 'orders: ACCESS EXCLUSIVE, reads orders',
  },
  {
    sql: 'ALTER TABLE orders ADD COLUMN c int REFERENCES customers',
    seen: 'customers: SHARE ROW EXCLUSIVE, orders: ACCESS EXCLUSIVE',
  },
  {
    sql: 'ALTER TABLE orders ADD COLUMN c int UNIQUE',
    seen: 'orders: ACCESS EXCLUSIVE, builds orders_c_key',
  },
  { sql: 'ALTER TABLE orders DROP COLUMN t', seen: 'orders: ACCESS EXCLUSIVE' },
  { sql: 'ALTER TABLE orders ALTER COLUMN big SET NOT NULL', seen: 'orders: ACCESS EXCLUSIVE, reads orders' },
  { sql: 'ALTER TABLE orders ALTER COLUMN known SET NOT NULL', seen: 'orders: ACCESS EXCLUSIVE' },
  { sql: 'ALTER TABLE orders ALTER COLUMN nn DROP NOT NULL', seen: 'orders: ACCESS EXCLUSIVE' },
  { sql: 'ALTER TABLE orders ALTER COLUMN n SET DEFAULT 1', seen: 'orders: ACCESS EXCLUSIVE' },
  { sql: 'ALTER TABLE orders ALTER COLUMN v TYPE varchar(20)', seen: 'orders: ACCESS EXCLUSIVE' },
  {
    sql: 'ALTER TABLE orders ALTER COLUMN v TYPE varchar(5)',
    seen: 'orders: ACCESS EXCLUSIVE, rewrites orders',
  },
  { sql: 'ALTER TABLE orders ALTER COLUMN v TYPE text', seen: 'orders: ACCESS EXCLUSIVE' },
  {
    sql: 'ALTER TABLE orders ALTER COLUMN t TYPE varchar(20)',
    seen: 'orders: ACCESS EXCLUSIVE, rewrites orders',
  },
  {
    sql: 'ALTER TABLE orders ALTER COLUMN big TYPE bigint',
    seen: 'orders: ACCESS EXCLUSIVE, rewrites orders',
  },
  {
    sql: 'ALTER TABLE orders ALTER COLUMN big TYPE int USING big + 1',
    seen: 'orders: ACCESS EXCLUSIVE, rewrites orders',
  },
  { sql: 'ALTER TABLE orders ALTER COLUMN num TYPE numeric(12, 2)', seen: 'orders: ACCESS EXCLUSIVE' },
  {
    sql: 'ALTER TABLE orders ALTER COLUMN num TYPE numeric(12, 4)',
    seen: 'orders: ACCESS EXCLUSIVE, rewrites orders',
  },
  {
    sql: "SET timezone = 'UTC'; ALTER TABLE orders ALTER COLUMN ts TYPE timestamptz",
    seen: 'orders: ACCESS EXCLUSIVE',
  },
  {
    sql: "SET timezone = 'Europe/Berlin'; ALTER TABLE orders ALTER COLUMN ts TYPE timestamptz",
    seen: 'orders: ACCESS EXCLUSIVE, rewrites orders',
  },
  { sql: 'ALTER TABLE orders ALTER COLUMN n SET STATISTICS 100', seen: '' },
  { sql: 'ALTER TABLE orders ALTER COLUMN t SET STORAGE EXTERNAL', seen: 'orders: ACCESS EXCLUSIVE' },
  {
    sql: 'ALTER TABLE orders ADD CONSTRAINT positive CHECK (big > 0)',
    seen: 'orders: ACCESS EXCLUSIVE, reads orders',
  },
  {
    sql: 'ALTER TABLE orders ADD CONSTRAINT positive CHECK (big > 0) NOT VALID',
    seen: 'orders: ACCESS EXCLUSIVE',
  },
  { sql: 'ALTER TABLE orders VALIDATE CONSTRAINT n_positive', seen: 'reads orders' },
  { sql: 'ALTER TABLE orders VALIDATE CONSTRAINT customer_fk', seen: 'reads orders' },
  {
    sql: 'ALTER TABLE orders ADD FOREIGN KEY (n) REFERENCES customers',
    seen: 'customers: SHARE ROW EXCLUSIVE, orders: SHARE ROW EXCLUSIVE, reads orders',
  },
  {
    sql: 'ALTER TABLE orders ADD FOREIGN KEY (n) REFERENCES customers NOT VALID',
    seen: 'customers: SHARE ROW EXCLUSIVE, orders: SHARE ROW EXCLUSIVE',
  },
  { sql: 'ALTER TABLE orders ADD UNIQUE (big)', seen: 'orders: ACCESS EXCLUSIVE, builds orders_big_key' },
  { sql: 'ALTER TABLE orders ADD UNIQUE USING INDEX orders_nn', seen: 'orders: ACCESS EXCLUSIVE' },
  {
    sql: 'ALTER TABLE orders ADD EXCLUDE USING btree (big WITH =)',
    seen: 'orders: ACCESS EXCLUSIVE, builds orders_big_excl',
  },
  { sql: 'ALTER TABLE orders DROP CONSTRAINT n_positive', seen: 'orders: ACCESS EXCLUSIVE' },
  {
    sql: 'ALTER TABLE orders DROP CONSTRAINT customer_fk',
    seen: 'customers: ACCESS EXCLUSIVE, orders: ACCESS EXCLUSIVE',
  },
  { sql: 'ALTER TABLE orders RENAME TO purchases', seen: 'orders: ACCESS EXCLUSIVE' },
  { sql: 'ALTER TABLE orders RENAME COLUMN t TO title', seen: 'orders: ACCESS EXCLUSIVE' },
  { sql: 'ALTER TABLE orders SET (fillfactor = 70)', seen: '' },
  { sql: 'ALTER TABLE orders SET UNLOGGED', seen: 'orders: ACCESS EXCLUSIVE, rewrites orders' },
  { sql: 'ALTER TABLE orders ENABLE ROW LEVEL SECURITY', seen: 'orders: ACCESS EXCLUSIVE' },
  { sql: 'ALTER TABLE orders DISABLE TRIGGER noop', seen: 'orders: SHARE ROW EXCLUSIVE' },
  { sql: 'ALTER TABLE orders REPLICA IDENTITY FULL', seen: 'orders: ACCESS EXCLUSIVE' },
  { sql: 'ALTER TABLE orders CLUSTER ON orders_n_idx', seen: '' },
  { sql: 'ALTER TABLE orders SET SCHEMA app', seen: 'orders: ACCESS EXCLUSIVE' },
  {
    sql: 'ALTER TABLE orders ADD CONSTRAINT big_given NOT NULL big NOT VALID',
    seen: 'orders: ACCESS EXCLUSIVE',
    since: 18,
  },
  { sql: 'CREATE INDEX ON orders (n)', seen: 'orders: SHARE, builds orders_n_idx1' },
  { sql: 'CREATE INDEX IF NOT EXISTS orders_n_idx ON orders (n)', seen: 'orders: SHARE' },
  { sql: 'CREATE UNIQUE INDEX ON orders (big)', seen: 'orders: SHARE, builds orders_big_idx' },
  {
    sql: 'CREATE INDEX ON parts (x)',
    seen: 'parts: SHARE, parts_1: SHARE, parts_rest: SHARE, builds parts_1_x_idx, builds parts_rest_x_idx',
  },
  { sql: 'CREATE INDEX CONCURRENTLY ON orders (n)', seen: 'builds orders_n_idx1' },
  { sql: 'DROP INDEX orders_n_idx', seen: 'orders: ACCESS EXCLUSIVE' },
  { sql: 'DROP INDEX CONCURRENTLY orders_n_idx', seen: '' },
  {
    sql: 'REINDEX INDEX orders_n_idx',
    seen: 'orders: SHARE, orders_n_idx: ACCESS EXCLUSIVE, builds orders_n_idx',
  },
  {
    sql: 'REINDEX TABLE orders',
    seen: 'orders: SHARE, orders_pkey: ACCESS EXCLUSIVE, orders_n_idx: ACCESS EXCLUSIVE, orders_nn: ACCESS EXCLUSIVE, builds orders_pkey, builds orders_n_idx, builds orders_nn',
  },
  { sql: 'REINDEX INDEX CONCURRENTLY orders_n_idx', seen: 'builds orders_n_idx' },
  {
    sql: 'REINDEX SCHEMA app',
    seen: 'app.jobs: SHARE, app.jobs_pkey: ACCESS EXCLUSIVE, builds app.jobs_pkey',
  },
  { sql: 'ALTER INDEX orders_n_idx RENAME TO by_n', seen: '' },
  { sql: 'CLUSTER orders USING orders_n_idx', seen: 'orders: ACCESS EXCLUSIVE, rewrites orders' },
  { sql: 'VACUUM orders', seen: '' },
  { sql: 'VACUUM FULL orders', seen: 'orders: ACCESS EXCLUSIVE, rewrites orders' },
  { sql: 'ANALYZE orders', seen: '' },
  {
    sql: 'CREATE TRIGGER more BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION noop()',
    seen: 'orders: SHARE ROW EXCLUSIVE',
  },
  { sql: 'DROP TRIGGER noop ON orders', seen: 'orders: ACCESS EXCLUSIVE' },
  { sql: 'CREATE POLICY everyone ON orders USING (true)', seen: 'orders: ACCESS EXCLUSIVE' },
  { sql: 'CREATE RULE nothing AS ON INSERT TO alone DO NOTHING', seen: 'alone: ACCESS EXCLUSIVE' },
  { sql: 'CREATE VIEW also_seen AS SELECT * FROM orders', seen: '' },
  {
    sql: 'CREATE OR REPLACE VIEW seen AS SELECT id, n FROM orders WHERE n > 1',
    seen: 'seen: ACCESS EXCLUSIVE',
  },
  { sql: 'DROP VIEW seen', seen: 'seen: ACCESS EXCLUSIVE' },
  {
    sql: 'REFRESH MATERIALIZED VIEW stored',
    seen: 'stored: ACCESS EXCLUSIVE, rewrites stored, reads orders?',
  },
  {
    sql: 'REFRESH MATERIALIZED VIEW CONCURRENTLY stored',
    seen: 'stored: EXCLUSIVE, reads orders?, reads stored?',
  },
  { sql: 'CREATE MATERIALIZED VIEW more AS SELECT * FROM orders', seen: '' },
  { sql: 'CREATE TABLE copied AS SELECT * FROM orders', seen: '' },
  { sql: 'CREATE TABLE like_it (LIKE orders INCLUDING ALL)', seen: '' },
  { sql: 'CREATE TABLE lines (order_id int REFERENCES orders)', seen: 'orders: SHARE ROW EXCLUSIVE' },
  { sql: 'CREATE TABLE heir () INHERITS (orders)', seen: '' },
  { sql: 'DROP TABLE alone', seen: 'alone: ACCESS EXCLUSIVE' },
  { sql: 'DROP TABLE customers CASCADE', seen: 'customers: ACCESS EXCLUSIVE, orders: ACCESS EXCLUSIVE' },
  { sql: 'TRUNCATE orders', seen: 'orders: ACCESS EXCLUSIVE' },
  { sql: "COMMENT ON TABLE orders IS 'x'", seen: '' },
  { sql: 'GRANT SELECT ON orders TO PUBLIC', seen: '' },
  { sql: 'SELECT 1; LOCK TABLE orders IN EXCLUSIVE MODE', seen: 'orders: EXCLUSIVE' },
  { sql: "UPDATE orders SET t = 'y'", seen: 'writes orders' },
  { sql: "UPDATE orders SET t = 'y' WHERE t IS NULL", seen: 'writes orders?' },
  { sql: "UPDATE orders SET t = 'y' WHERE id = 3", seen: '' },
  { sql: 'DELETE FROM orders', seen: 'writes orders' },
  { sql: 'INSERT INTO orders (id, nn, known) VALUES (1000, 1000, 1)', seen: '' },
  { sql: "INSERT INTO alone SELECT id, '2020-01-01', n FROM orders", seen: '' },
  { sql: 'SELECT count(*) FROM orders', seen: '' },
  {
    sql: "CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM ('2022-01-01') TO ('2023-01-01')",
    seen: 'parts: ACCESS EXCLUSIVE, parts_rest: ACCESS EXCLUSIVE, reads parts_rest',
  },
  {
    sql: "ALTER TABLE parts ATTACH PARTITION alone FOR VALUES FROM ('2022-01-01') TO ('2023-01-01')",
    seen: 'parts_rest: ACCESS EXCLUSIVE, alone: ACCESS EXCLUSIVE, reads parts_rest, reads alone',
  },
  {
    sql: "ALTER TABLE parts ATTACH PARTITION bounded FOR VALUES FROM ('2030-01-01') TO ('2031-01-01')",
    seen: 'parts_rest: ACCESS EXCLUSIVE, bounded: ACCESS EXCLUSIVE, reads parts_rest',
  },
  {
    sql: 'ALTER TABLE parts DETACH PARTITION parts_1',
    seen: 'parts: ACCESS EXCLUSIVE, parts_1: ACCESS EXCLUSIVE, parts_rest: ACCESS EXCLUSIVE',
  },
  {
    sql: 'ALTER TABLE parts ALTER COLUMN x SET NOT NULL',
    seen: 'parts: ACCESS EXCLUSIVE, parts_1: ACCESS EXCLUSIVE, parts_rest: ACCESS EXCLUSIVE, reads parts_1, reads parts_rest',
  },
  { sql: 'ALTER TABLE parent ADD COLUMN y int', seen: 'parent: ACCESS EXCLUSIVE, child: ACCESS EXCLUSIVE' },
  { sql: 'ALTER TABLE child NO INHERIT parent', seen: 'child: ACCESS EXCLUSIVE' },
  { sql: 'ALTER DOMAIN amount ADD CHECK (VALUE > 0)', seen: 'amounts: SHARE, reads amounts' },
  { sql: 'ALTER DOMAIN amount ADD CHECK (VALUE > 0) NOT VALID', seen: '' },
  { sql: "ALTER TYPE mood ADD VALUE 'mad'", seen: '' },
  { sql: 'CREATE STATISTICS together ON n, t FROM orders', seen: '' },
  { sql: "DO $$ BEGIN UPDATE orders SET t = 'z'; END $$", seen: 'writes orders?' },
  { sql: 'SELECT alter_orders()', seen: 'orders: ACCESS EXCLUSIVE' },
  { sql: 'DROP FUNCTION noop() CASCADE', seen: 'orders: ACCESS EXCLUSIVE' },
  { sql: 'ALTER TABLE app.jobs ADD COLUMN name text', seen: 'app.jobs: ACCESS EXCLUSIVE' },
  { sql: 'CREATE TEMP TABLE scratch (id int); ALTER TABLE scratch ADD COLUMN n int', seen: '' },
  {
    sql: 'CREATE TABLE fresh (id int); ALTER TABLE fresh ADD CHECK (id > 0); CREATE INDEX ON fresh (id)',
    seen: '',
  },
];
