import { describe, expect, test } from 'vitest';
import { carsProject, nodrift } from './support/cli.ts';

/** Each file is wrong in one way; all of them are reported by one run. */
const broken: Readonly<Record<string, string | Uint8Array>> = {
  'queries/01-syntax.sql': '/* @name Syntax */\nSELECT id\nFORM cars;\n',
  'queries/02-unknown-column.sql': '/* @name UnknownColumn */\nSELECT id, mkae FROM cars;\n',
  'queries/03-unknown-table.sql': '/* @name UnknownTable */\nSELECT * FROM cras;\n',
  'queries/04-parameter-type.sql': '/* @name ParameterType */\nSELECT :x IS NULL AS missing;\n',
  'queries/05-same-name.sql': '/* @name Same */\nSELECT 1 AS a;\n\n/* @name Same */\nSELECT 2 AS a;\n',
  'queries/06-same-column.sql': '/* @name SameColumn */\nSELECT id, make AS id FROM cars;\n',
  'queries/07-two-types.sql':
    '/* @name TwoTypes :exec */\nINSERT INTO cars (id, make, sold_at) VALUES (:x, :x, :x);\n',
  'queries/08-unnamed-column.sql': '/* @name UnnamedColumn */\nSELECT 1 + 1;\n',
  'queries/09-empty.sql': '',
  'queries/10-no-header.sql': 'SELECT 1 AS a;\n',
  'queries/11-not-utf8.sql': Buffer.from("/* @name Latin */\nSELECT 'M\xfcnchen' AS city;\n", 'latin1'),
  'queries/12-unterminated.sql': "/* @name Unterminated */\nSELECT 'abc AS a;\n",
  'queries/13-unused-parameter.sql': '/* @name Unused\n  @param ids -> (...) */\nSELECT 1 AS a;\n',
  'queries/14-wide.sql': "/* @name Wide */\n\tSELECT '日本語', mkae AS x FROM cars;\n",
  'queries/15-long-line.sql': `/* @name Long */\nSELECT ${'id, '.repeat(200)}mkae, ${'id, '.repeat(200)}id FROM cars;\n`,
};

describe('broken queries', () => {
  test('are all reported in one run, each with its place, the line, and what to do', async () => {
    const { root } = carsProject(broken);
    const run = await nodrift(['generate'], { cwd: root });
    expect(run).toMatchObject({ exitCode: 1, stdout: '' });
    for (const file of Object.keys(broken)) expect(run.stderr).toContain(`${file}:`);
    expect(run.stderr).toMatchSnapshot();
  });

  test('are in a file of 10 MB, too', async () => {
    const { root } = carsProject({
      'queries/large.sql': `${'-- nothing to see here, only text\n'.repeat(300_000)}/* @name Large */\nSELECT mkae FROM cars;\n`,
    });
    const run = await nodrift(['generate'], { cwd: root });
    expect(run).toMatchObject({ exitCode: 1, stdout: '' });
    expect(run.stderr).toMatchSnapshot();
  });
});
