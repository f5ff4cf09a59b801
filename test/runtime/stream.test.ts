import { Client } from 'pg';
import Cursor from 'pg-cursor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  int8,
  many,
  StaleQueryError,
  StreamError,
  type StreamingConnection,
  timestamptz,
} from '../../src/runtime/index.ts';
import { postgresUrl } from '../support/postgres.ts';

interface Row {
  n: bigint;
  at: Date;
}

const definition = {
  name: 'series',
  file: 'test.sql',
  sql: `SELECT n, '2024-01-01 00:00:00+00'::timestamptz + n * interval '1 day' AS at
    FROM generate_series(1, $1::int8) AS n`,
  params: [{ name: 'until', codec: int8 }],
} as const;
const series = many<{ until: bigint }, Row>({
  ...definition,
  columns: [
    ['n', int8],
    ['at', timestamptz],
  ],
});

describe('stream', () => {
  let client: Client;
  let db: StreamingConnection;

  beforeAll(async () => {
    client = new Client({ connectionString: postgresUrl(18) });
    await client.connect();
    db = { stream: (text, values, config) => client.query(new Cursor(text, values, config as never)) };
  });
  afterAll(() => client.end());

  it('reads in portions, decoded as the query decodes', async () => {
    const cursor = series.stream({ until: 5n }, db);
    expect(await cursor.read(2)).toStrictEqual([
      { n: 1n, at: new Date('2024-01-02T00:00:00Z') },
      { n: 2n, at: new Date('2024-01-03T00:00:00Z') },
    ]);
    expect((await cursor.read(10)).map((row) => row.n)).toEqual([3n, 4n, 5n]);
    expect(await cursor.read(10)).toEqual([]);
    await cursor.close();
  });

  it('closes before the end', async () => {
    const cursor = series.stream({ until: 1000n }, db);
    await cursor.read(1);
    await cursor.close();
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  it('reports a connection that cannot stream or that drops the configuration', async () => {
    expect(() => series.stream({ until: 1n }, {})).toThrow(StreamError);
    const cursor = series.stream(
      { until: 1n },
      { stream: (text, values) => client.query(new Cursor(text, values)) },
    );
    await expect(cursor.read(1)).rejects.toThrow(StreamError);
    await cursor.close();
  });

  it('notices other columns than the module was generated for', async () => {
    const cursor = many<{ until: bigint }, Row>({ ...definition, columns: [['n', int8]] }).stream(
      { until: 1n },
      db,
    );
    await expect(cursor.read(1)).rejects.toThrow(StaleQueryError);
    await cursor.close();
  });
});
