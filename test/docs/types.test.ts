import { expect, test } from 'vitest';
import { nodrift, project } from '../cli/support/cli.ts';
import { postgresUrl } from '../support/postgres.ts';
import { readPage } from './support/blocks.ts';

interface Row {
  readonly type: string;
  readonly nodrift: string;
  readonly pgtyped: string;
}

/** The table of base types, a row for each type. */
const rows = readPage('docs/types.md')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split(/ \| /).map((cell) => cell.replace(/^\| | \|$/g, '').trim()))
  .filter((cells) => cells.length === 4)
  .flatMap(([types = '', own = '', pgtyped = '']): Row[] =>
    Array.from(types.matchAll(/`(\w+)`/g), ([, type = '']) => ({
      type,
      nodrift: own.replaceAll('`', ''),
      pgtyped: pgtyped.replaceAll('`', ''),
    })),
  );

test.each(['nodrift', 'pgtyped'] as const)(
  'the types of the table are those of the runtime of %s',
  async (name) => {
    expect(rows.length).toBeGreaterThan(25);
    const runtime = name === 'nodrift' ? name : '@pgtyped/runtime';
    const columns = rows.map(({ type }) => `"${type}" ${type} NOT NULL`).join(', ');
    const copy = project({
      'pgtyped.config.json': JSON.stringify({
        transforms: [{ mode: 'sql', include: '**/*.sql' }],
        srcDir: './queries',
        nodrift: { database: 'server', runtime },
      }),
      '.env': `DATABASE_URL=${postgresUrl(18)}\n`,
      'migrations/1_types.sql': `CREATE TABLE types (${columns});\n`,
      'queries/types.sql': '-- @name ListTypes\nSELECT * FROM types;\n',
    });
    const { stdout } = await nodrift(['inspect', '--json'], { cwd: copy.root });
    const { queries }: { queries: { columns: { name: string; tsType: string }[] }[] } = JSON.parse(stdout);
    const found = queries[0]?.columns.map(({ name: type, tsType }) => [type, tsType]);
    expect(found).toEqual(rows.map((row) => [row.type, row[name]]));
  },
);
