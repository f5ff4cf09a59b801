INSERT INTO customer (id, name) VALUES (10, 'Eve') RETURNING id, name, email, mood, active;
INSERT INTO customer (id, name, email, active) VALUES (10, 'Eve', 'e', true), (11, 'Flo', NULL, true) RETURNING id, name, email;
INSERT INTO customer (id, name, email) VALUES (10, 'Eve', $1) RETURNING *;
INSERT INTO customer (id, name, email) SELECT id + 100, name, name FROM product RETURNING id, email, mood;
INSERT INTO customer (id, name, email) SELECT id + 100, name, email FROM customer RETURNING id, email;
INSERT INTO customer (id, name, email, mood) VALUES (1, 'x', 'e', 'ok') ON CONFLICT DO NOTHING RETURNING id, email, mood;
INSERT INTO customer (id, name, email, mood) VALUES (2, 'x', 'e', 'ok') ON CONFLICT (id) DO UPDATE SET email = excluded.email RETURNING id, email, mood;
INSERT INTO customer (id, name, email, mood) VALUES (2, 'x', 'e', 'ok') ON CONFLICT (id) DO UPDATE SET name = excluded.name RETURNING id, name, email, mood;
INSERT INTO customer (id, name, email) VALUES (2, 'x', NULL) ON CONFLICT (id) DO UPDATE SET email = coalesce(excluded.email, 'none') RETURNING id, email;
INSERT INTO customer (id, name, email) VALUES (2, 'x', 'a') ON CONFLICT (id) DO UPDATE SET email = coalesce(excluded.email, 'none') RETURNING id, email;
INSERT INTO customer (id, name, email) VALUES (2, 'x', 'a') ON CONFLICT (id) DO UPDATE SET email = 'b' WHERE customer.email IS NULL RETURNING id, email, referrer;
INSERT INTO purchase (id, customer_id, discount) VALUES (50, 1, 5) RETURNING id, placed, paid, discount, total;
INSERT INTO purchase (id, customer_id) VALUES (50, 1) RETURNING discount, total;
INSERT INTO guarded VALUES (5, 'x', 1) RETURNING id, label, amount;
INSERT INTO measurement VALUES ('2024-06-06', 5) RETURNING day, value;
INSERT INTO shape VALUES (7, 1, 'x') RETURNING id, area, label;
INSERT INTO loose DEFAULT VALUES RETURNING k, v;
INSERT INTO loose (k, v) VALUES (1, DEFAULT) RETURNING k, v, n;
INSERT INTO loose (k, v, arr) VALUES (1, 'a', ARRAY[1, 2]) RETURNING k, v, arr, loose, k + 1 AS next, (SELECT count(*) FROM customer) AS n;
INSERT INTO product (id, name, price, code, a) VALUES (9, 'n', 1, 'c', 1) RETURNING code, a, b, tags, notes;
UPDATE customer SET email = 'x' RETURNING id, email, mood;
UPDATE customer SET email = NULL RETURNING id, email;
UPDATE customer SET email = email || '!' WHERE email IS NOT NULL RETURNING email;
UPDATE customer SET mood = 'ok' WHERE email IS NOT NULL RETURNING id, email, mood;
UPDATE customer SET email = NULL WHERE email IS NOT NULL RETURNING id, email;
UPDATE customer SET email = DEFAULT WHERE email IS NOT NULL RETURNING id, email;
UPDATE customer SET (email, mood) = ('a', 'ok') RETURNING email, mood;
UPDATE customer SET (email, mood) = (SELECT 'a', 'ok'::mood) RETURNING email, mood;
UPDATE customer c SET email = p.name FROM product p WHERE p.id = c.id RETURNING c.id, c.email, p.name, p.weight;
UPDATE customer c SET email = p.paid::text FROM purchase p WHERE p.customer_id = c.id RETURNING c.email, p.paid;
UPDATE customer c SET email = 'x' FROM customer r LEFT JOIN purchase p ON p.customer_id = r.id WHERE r.id = c.referrer RETURNING c.id, c.referrer, r.id AS r, p.id AS p;
UPDATE guarded SET label = 'x' WHERE label IS NOT NULL RETURNING label, amount;
UPDATE purchase SET discount = 5 RETURNING discount, total;
UPDATE purchase SET discount = NULL WHERE total IS NOT NULL RETURNING discount, total;
UPDATE measurement SET value = 7 RETURNING day, value;
UPDATE measurement SET day = '2024-07-07' WHERE value IS NOT NULL RETURNING day, value;
UPDATE shape SET label = 'y' RETURNING id, area, label;
UPDATE product SET tags[1] = 'z', notes[1] = 'q' RETURNING tags, notes;
UPDATE customer SET home.city = 'Hull' RETURNING home, (home).city AS city;
UPDATE paid_purchase SET discount = 1 RETURNING id, paid, discount;
UPDATE paid_purchase SET paid = NULL RETURNING id, paid;
INSERT INTO paid_purchase (id, customer_id) VALUES (60, 1) RETURNING id, paid, customer_id;
DELETE FROM item WHERE remark <> '' RETURNING purchase_id, remark;
DELETE FROM item RETURNING *;
DELETE FROM item i USING product p WHERE p.id = i.product_id AND p.weight > 0 RETURNING i.remark, p.name, p.weight;
DELETE FROM item i USING purchase p LEFT JOIN customer c ON c.id = p.customer_id AND c.email <> '' WHERE p.id = i.purchase_id RETURNING p.id, c.id AS customer, c.email;
DELETE FROM guarded WHERE label IS NOT NULL RETURNING label;
DELETE FROM measurement WHERE value > 0 RETURNING day, value, measurement;
MERGE INTO loose USING customer c ON loose.k = c.id -- version 17
  WHEN MATCHED THEN UPDATE SET v = c.name WHEN NOT MATCHED THEN INSERT (k, v) VALUES (c.id, c.name) RETURNING merge_action() AS action, c.id, c.name, loose.k, loose.v;
MERGE INTO guarded g USING customer c ON g.id = c.id -- version 17
  WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (c.id + 100, c.email, 1) RETURNING merge_action() AS action, c.id, g.id AS g, g.label, g.amount;
MERGE INTO guarded g USING nothing n ON g.id = n.id -- version 17
  WHEN NOT MATCHED BY SOURCE THEN DELETE RETURNING merge_action() AS action, n.id, g.id AS g, g.amount;
MERGE INTO guarded g USING (SELECT id FROM customer) n ON g.id = n.id -- version 17
  WHEN NOT MATCHED BY SOURCE THEN DELETE WHEN NOT MATCHED THEN DO NOTHING WHEN MATCHED THEN UPDATE SET amount = 2 RETURNING n.id, g.id AS g, g.amount;
MERGE INTO guarded g USING customer c ON g.id = c.id -- version 18
  WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (c.id + 100, c.email, 1) RETURNING old.id AS o, new.id AS n, new.label AS l, c.id;
UPDATE customer SET email = 'x' WHERE mood IS NOT NULL -- version 18
  RETURNING old.email AS was, new.email AS is, old.mood AS a, new.mood AS b, old.id AS o, new.id AS n;
INSERT INTO customer (id, name, email) VALUES (2, 'x', 'e') ON CONFLICT (id) DO UPDATE SET email = 'f' -- version 18
  RETURNING old.id AS o, old.name AS name, new.id AS n, new.email AS e;
DELETE FROM item WHERE remark IS NOT NULL -- version 18
  RETURNING old.remark AS was, new.remark AS is, old.quantity AS q, new.quantity AS r;
INSERT INTO customer (id, name) VALUES (20, 'x') -- version 18
  RETURNING old.id AS o, new.id AS n, old, new;
UPDATE plain_purchase SET discount = 3 RETURNING id, owner, discount, up;
DELETE FROM plain_purchase WHERE discount > 5 AND id > 3 RETURNING id, owner, discount, up;
INSERT INTO plain_purchase (id, owner) VALUES (99, 1) RETURNING id, owner, discount, up;
MERGE INTO loose l USING (SELECT id FROM customer) n ON l.k = n.id -- version 17
  WHEN NOT MATCHED BY SOURCE THEN DELETE WHEN MATCHED THEN UPDATE SET v = 'm' RETURNING n.id, l.k, l.v;
WITH made AS (INSERT INTO author VALUES (9, 'New') RETURNING id) INSERT INTO book SELECT 9, id, NULL, 'new', 'ok', 1, 1 FROM made RETURNING author_id, (SELECT a.name FROM author a WHERE a.id = book.author_id) AS author;
UPDATE book SET author_id = 2 RETURNING (SELECT a.name FROM author a WHERE a.id = book.author_id) AS author;
DELETE FROM book RETURNING (SELECT a.name FROM author a WHERE a.id = book.author_id) AS author;
INSERT INTO told VALUES (7, 'x') RETURNING id, label;
UPDATE told_book SET n = 2 RETURNING id, state, n, o, to_jsonb(told_book) AS j;
UPDATE paid_purchase SET paid = NULL RETURNING id, to_jsonb(paid_purchase) AS j;
INSERT INTO defaulted (id) VALUES (1) RETURNING *;
INSERT INTO defaulted DEFAULT VALUES RETURNING *;
INSERT INTO defaulted (id, c, n, none) VALUES (1, DEFAULT, DEFAULT, DEFAULT), (2, NULL, 5, 'x') RETURNING c, n, none;
INSERT INTO defaulted (id, c, u) SELECT id, email, NULL FROM customer RETURNING c, n, u, w, defaulted;
INSERT INTO defaulted (id, c) VALUES (1, NULL) ON CONFLICT (id) DO NOTHING RETURNING c, n;
INSERT INTO defaulted (id, c) VALUES (50, 'x') ON CONFLICT (id) DO UPDATE SET c = excluded.c RETURNING c, n, x;
INSERT INTO defaulted (id, c) VALUES (50, 'x') ON CONFLICT (id) DO UPDATE SET c = DEFAULT, n = DEFAULT, x = DEFAULT RETURNING c, n, x, u;
UPDATE defaulted SET c = DEFAULT, none = DEFAULT, nul = DEFAULT RETURNING c, none, nul, n;
INSERT INTO defaulted_part (k) VALUES (1), (20) RETURNING k, a, b;
INSERT INTO defaulted_low (k) VALUES (1) RETURNING k, a, b;
UPDATE defaulted_part SET a = DEFAULT, b = DEFAULT RETURNING a, b;
INSERT INTO defaulted_view (k) VALUES (1) RETURNING k, a;
UPDATE defaulted_view SET a = DEFAULT RETURNING k, a;
INSERT INTO defaulted_own_view (k) VALUES (1) RETURNING k, a;
INSERT INTO guarded_default (id) VALUES (1) RETURNING id, label;
INSERT INTO shape_child (id, area, label) VALUES (1, 1, 'x') RETURNING *;
UPDATE shape_kin SET extra = DEFAULT RETURNING id, extra;
WITH i AS (INSERT INTO defaulted (id) VALUES (9) RETURNING c, u) SELECT c, u FROM i;
INSERT INTO defaulted (id, c) VALUES (DEFAULT, DEFAULT) RETURNING id, c, (SELECT n) AS n;
INSERT INTO told (id) VALUES (7) RETURNING id, label;
INSERT INTO defaulted AS d (id) VALUES (77) RETURNING old.c AS o, new.c AS n, d.c -- version 18;
