import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startNativeServer } from '../../test/support/native-server.ts';

const schema = `
CREATE TABLE dealers (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE cars (id text PRIMARY KEY, make text NOT NULL, model text NOT NULL, year int NOT NULL,
  price numeric(12,2) NOT NULL, sold_at timestamptz, active boolean NOT NULL, details jsonb,
  mileage bigint NOT NULL, dealer_id int NOT NULL REFERENCES dealers);
CREATE TABLE plans (id int PRIMARY KEY, car_id text NOT NULL REFERENCES cars, rate numeric(6,4) NOT NULL);
CREATE TABLE payments (id int PRIMARY KEY, plan_id int NOT NULL REFERENCES plans, amount numeric(12,2) NOT NULL,
  paid_at timestamptz NOT NULL);
CREATE UNLOGGED TABLE new_cars (id text NOT NULL, make text NOT NULL, year int NOT NULL, price numeric(12,2) NOT NULL);
INSERT INTO dealers SELECT i, 'dealer ' || i FROM generate_series(1, 50) AS i;
INSERT INTO cars SELECT 'car-' || lpad(i::text, 6, '0'), 'make ' || i % 12, 'model ' || i % 300, 1990 + i % 35,
  10000.25 + i, CASE WHEN i % 3 > 0 THEN timestamptz '2024-01-01 00:00:00.5+00' + i * interval '1 minute' END,
  i % 2 = 0, CASE WHEN i % 5 > 0 THEN jsonb_build_object('doors', i % 5, 'extras', jsonb_build_array('radio', i)) END,
  i * 1000, 1 + i % 50 FROM generate_series(1, 10000) AS i;
INSERT INTO plans SELECT i, 'car-' || lpad((1 + i % 10000)::text, 6, '0'), 1 + i % 7 * 0.5 FROM generate_series(1, 30000) AS i;
INSERT INTO payments SELECT i, 1 + i % 30000, 100 + i % 50, timestamptz '2024-01-01 00:00:00+00' + i * interval '1 minute'
  FROM generate_series(1, 60000) AS i;
CREATE INDEX ON plans (car_id);
CREATE INDEX ON payments (plan_id);
VACUUM ANALYZE;
`;

/** Starts a server with the benchmark's data; `stop` removes it. */
export async function startDatabase(): Promise<{ url: string; stop: () => void }> {
  const runDir = mkdtempSync(join(tmpdir(), 'nodrift-bench-'));
  chmodSync(runDir, 0o711);
  const server = startNativeServer(18, runDir, 'server');
  const client = new Client({ connectionString: server.url });
  await client.connect();
  for (const statement of schema.split(/;\n/)) {
    await client.query(statement);
  }
  await client.end();
  return {
    url: server.url,
    stop: () => {
      server.stop();
      rmSync(runDir, { recursive: true, force: true });
    },
  };
}
