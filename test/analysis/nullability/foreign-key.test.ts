import { describe, expect, it } from 'vitest';
import { columnFacts } from '../../../src/analysis/nullability.ts';
import { analysed, servers } from '../../support/analysed.ts';
import { tested } from '../../support/tested.ts';

const schema = `
  CREATE TABLE author (id int PRIMARY KEY, name text NOT NULL);
  CREATE TABLE book (id int PRIMARY KEY, author_id int NOT NULL REFERENCES author);
  CREATE TABLE draft (id int PRIMARY KEY, author_id int NOT NULL REFERENCES author DEFERRABLE INITIALLY DEFERRED);
  CREATE TABLE secret (id int PRIMARY KEY, name text NOT NULL);
  ALTER TABLE secret ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
  CREATE TABLE hint (id int PRIMARY KEY, secret_id int NOT NULL REFERENCES secret);
  CREATE TABLE kept (id int PRIMARY KEY, author_id int NOT NULL REFERENCES author ON DELETE CASCADE);
  CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
  CREATE TRIGGER keep BEFORE DELETE ON kept FOR EACH ROW EXECUTE FUNCTION keep();
  CREATE TABLE loose (id int PRIMARY KEY, author_id int NOT NULL REFERENCES author);
  ALTER TABLE loose DISABLE TRIGGER ALL;
  CREATE TABLE unchecked (id int PRIMARY KEY, author_id int NOT NULL);
  INSERT INTO unchecked VALUES (1, 77);
  ALTER TABLE unchecked ADD FOREIGN KEY (author_id) REFERENCES author NOT VALID;
  CREATE TABLE place (id int PRIMARY KEY, name text NOT NULL) PARTITION BY RANGE (id);
  CREATE TABLE place_low PARTITION OF place FOR VALUES FROM (0) TO (10);
  CREATE TABLE place_high PARTITION OF place FOR VALUES FROM (10) TO (20) PARTITION BY RANGE (id);
  CREATE TABLE place_top PARTITION OF place_high FOR VALUES FROM (15) TO (20);
  CREATE TABLE visit (id int PRIMARY KEY, place_id int NOT NULL REFERENCES place) PARTITION BY RANGE (id);
  CREATE TABLE visit_low PARTITION OF visit FOR VALUES FROM (0) TO (10);
  CREATE TABLE part_loose (id int PRIMARY KEY, author_id int NOT NULL REFERENCES author) PARTITION BY RANGE (id);
  CREATE TABLE part_loose_low PARTITION OF part_loose FOR VALUES FROM (0) TO (10) PARTITION BY RANGE (id);
  CREATE TABLE part_loose_lowest PARTITION OF part_loose_low FOR VALUES FROM (0) TO (5);
  ALTER TABLE part_loose_lowest DISABLE TRIGGER ALL;
  INSERT INTO part_loose VALUES (1, 77);
  CREATE TABLE part_replica (id int PRIMARY KEY, author_id int NOT NULL REFERENCES author) PARTITION BY RANGE (id);
  CREATE TABLE part_replica_low PARTITION OF part_replica FOR VALUES FROM (0) TO (10);
  DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT tgname FROM pg_trigger WHERE tgrelid = 'part_replica_low'::regclass LOOP
      EXECUTE format('ALTER TABLE part_replica_low ENABLE REPLICA TRIGGER %I', name);
    END LOOP;
  END $$;
  INSERT INTO part_replica VALUES (1, 77);
  CREATE TABLE gone_place (id int PRIMARY KEY, name text NOT NULL) PARTITION BY RANGE (id);
  CREATE TABLE gone_place_low PARTITION OF gone_place FOR VALUES FROM (0) TO (10);
  CREATE TABLE gone_visit (id int PRIMARY KEY, place_id int NOT NULL REFERENCES gone_place);
  INSERT INTO gone_place VALUES (1, 'Eve');
  INSERT INTO gone_visit VALUES (1, 1);
  ALTER TABLE gone_place_low DISABLE TRIGGER ALL;
  DELETE FROM gone_place;
  CREATE TABLE gone_author (id int PRIMARY KEY, name text NOT NULL);
  CREATE TABLE gone_book (id int PRIMARY KEY, author_id int NOT NULL REFERENCES gone_author) PARTITION BY RANGE (id);
  CREATE TABLE gone_book_low PARTITION OF gone_book FOR VALUES FROM (0) TO (10);
  INSERT INTO gone_author VALUES (1, 'Eve');
  INSERT INTO gone_book VALUES (1, 1);
  ALTER TABLE gone_author DISABLE TRIGGER ALL;
  DELETE FROM gone_author;
  INSERT INTO place VALUES (15, 'Eve');
  INSERT INTO visit VALUES (1, 15);
  INSERT INTO author VALUES (1, 'Eve'), (2, 'Fay');
  INSERT INTO book VALUES (1, 1);
  INSERT INTO secret VALUES (1, 'Eve');
  INSERT INTO hint VALUES (1, 1);
  INSERT INTO kept VALUES (1, 2);
  INSERT INTO loose VALUES (1, 77);
  DELETE FROM author WHERE id = 2;
`;

describe.each(tested(servers))('foreign keys that are followed, on %s', (server) => {
  it('are those that hold at any time', async () => {
    const on = await analysed(server, schema);
    const cases = [
      ['SELECT a.name FROM book b LEFT JOIN author a ON a.id = b.author_id', false, ''],
      [
        'SELECT a.name FROM draft b LEFT JOIN author a ON a.id = b.author_id',
        true,
        'INSERT INTO draft VALUES (1, 77)',
      ],
      [
        'SELECT (SELECT a.name FROM author a WHERE a.id = b.author_id) FROM draft b',
        true,
        'INSERT INTO draft VALUES (1, 77)',
      ],
      [
        'SELECT s.name FROM hint h LEFT JOIN secret s ON s.id = h.secret_id',
        true,
        'CREATE ROLE nodrift_reader; GRANT SELECT ON hint, secret TO nodrift_reader; SET LOCAL ROLE nodrift_reader',
      ],
      ['SELECT a.name FROM kept b LEFT JOIN author a ON a.id = b.author_id', true, ''],
      ['SELECT a.name FROM loose b LEFT JOIN author a ON a.id = b.author_id', true, ''],
      ['SELECT a.name FROM unchecked b LEFT JOIN author a ON a.id = b.author_id', true, ''],
      ['SELECT a.name FROM part_loose b LEFT JOIN author a ON a.id = b.author_id', true, ''],
      ['SELECT a.name FROM part_loose_low b LEFT JOIN author a ON a.id = b.author_id', true, ''],
      ['SELECT (SELECT a.name FROM author a WHERE a.id = b.author_id) FROM part_loose b', true, ''],
      ['SELECT a.name FROM part_replica b LEFT JOIN author a ON a.id = b.author_id', true, ''],
      ['SELECT p.name FROM gone_visit v LEFT JOIN gone_place p ON p.id = v.place_id', true, ''],
      ['SELECT a.name FROM gone_book b LEFT JOIN gone_author a ON a.id = b.author_id', true, ''],
      ['SELECT a.name FROM gone_book_low b LEFT JOIN gone_author a ON a.id = b.author_id', true, ''],
      ['SELECT p.name FROM visit v LEFT JOIN place p ON p.id = v.place_id', false, ''],
      ['SELECT p.name FROM visit_low v LEFT JOIN place p ON p.id = v.place_id', false, ''],
      ['SELECT p.name FROM visit v LEFT JOIN place_low p ON p.id = v.place_id', true, ''],
      ['SELECT p.name FROM visit_low v LEFT JOIN place_low p ON p.id = v.place_id', true, ''],
    ] as const;
    try {
      for (const [sql, nullable, before] of cases) {
        const { tree } = await on.tree(sql);
        expect(columnFacts(tree, on.catalog), sql).toEqual([{ nullable }]);
        await on.client.query(`BEGIN; ${before}`);
        const { rows } = await on.client.query<unknown[]>({ text: sql, rowMode: 'array' });
        await on.client.query('ROLLBACK');
        // So it is with NULL, where it is said to be.
        expect(rows, sql).toEqual([[nullable ? null : 'Eve']]);
      }
    } finally {
      await on.close();
    }
  });
});
