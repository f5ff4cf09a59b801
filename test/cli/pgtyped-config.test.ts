import { expect, test } from 'vitest';
import { postgresUrl } from '../support/postgres.ts';
import { carsOnServer, configWith, nodrift, project } from './support/cli.ts';

test('keys that PgTyped ignores are warnings at their places', async () => {
  const config = `{
  "transforms": [{ "mode": "sql", "include": "**/*.sql", "emit": "x.ts" }],
  "srcDir": "./queries",
  "db": {
    "schema": "app",
    "database": "app",
    "dbUrl": "postgres://nowhere"
  },
  "anything": 1
}
`;
  const { root } = project({
    'pgtyped.config.json': config,
    'queries/a.sql': '/* @name One */\nSELECT 1 AS one;\n',
    '.env': `DATABASE_URL=${postgresUrl(18)}\n`,
  });
  const run = await nodrift(['generate'], { cwd: root });
  expect(run.exitCode).toBe(0);
  expect(run.stderr.match(/^\S+: warning ND\d+: .*$|^ {2}hint: .*$/gm)).toEqual([
    'pgtyped.config.json:2:58: warning ND1007: transforms[0].emit is ignored, as PgTyped ignores it.',
    '  hint: The path of a module is "emitTemplate".',
    'pgtyped.config.json:5:5: warning ND1007: db.schema is ignored, as PgTyped ignores it.',
    '  hint: Names without a schema are looked up on the search path of the role: ALTER ROLE … SET search_path.',
    'pgtyped.config.json:6:5: warning ND1007: db.database is ignored, as PgTyped ignores it.',
    '  hint: The name of the database is "dbName".',
    'pgtyped.config.json:7:5: warning ND1007: db.dbUrl is ignored, as PgTyped ignores it.',
    '  hint: Write "dbUrl" beside "db", not in it.',
    'pgtyped.config.json:9:3: warning ND1007: anything is ignored, as PgTyped ignores it.',
  ]);
});

const withOverrides = (overrides: object) =>
  carsOnServer({
    'pgtyped.config.json': JSON.stringify(
      { ...JSON.parse(configWith({ database: 'server' })), typesOverrides: overrides },
      null,
      2,
    ),
    'queries/all.sql':
      "/* @name All :many */\nSELECT id, sold_at, 1::int8 AS n, '{}'::jsonb AS j, 1::float8 AS f FROM cars;\n",
  });
const said = async (overrides: object) => {
  const { root } = withOverrides(overrides);
  const run = await nodrift(['generate'], { cwd: root });
  return { exitCode: run.exitCode, errors: run.stderr.match(/^\S+: error ND\d+: .*$/gm) };
};

test('mistakes in typesOverrides are said at once, with their places', async () => {
  expect(await said({ jsonb: './a.js#b-c', uuid: '', int8: 'number' })).toEqual({
    exitCode: 2,
    errors: [
      expect.stringMatching(
        /^pgtyped\.config\.json:\d+:5: error ND1012: typesOverrides\["jsonb"\]: ".\/a\.js#b-c" does not name an export of a module\.$/,
      ),
      expect.stringMatching(
        /^pgtyped\.config\.json:\d+:5: error ND1012: typesOverrides\["uuid"\]: "" is not a TypeScript type\.$/,
      ),
    ],
  });
});

test('so are types without a codec', async () => {
  expect(await said({ int8: 'Big', timestamptz: 'Luxon', float8: 'number' })).toEqual({
    exitCode: 2,
    errors: [
      expect.stringMatching(
        /^pgtyped\.config\.json:\d+:5: error ND1012: typesOverrides\["int8"\]: "Big": .* from int8\.$/,
      ),
      expect.stringMatching(
        /^pgtyped\.config\.json:\d+:5: error ND1012: typesOverrides\["timestamptz"\]: "Luxon": .* from timestamptz\.$/,
      ),
    ],
  });
});
