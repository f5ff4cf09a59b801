import { join } from 'node:path';
import { Client } from 'pg';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { createDatabase } from '../support/postgres.ts';
import { configWith, nodrift, project } from './support/cli.ts';

/** Texts that would end a string, a comment or a template literal, or mean something to JavaScript. */
const hostile = [
  'constructor',
  '__proto__',
  'toString',
  'default',
  '*/ export const pwned = 1; /*',
  `\`\${pwned}\``,
  "'; pwned(); '",
  '"quoted"',
  'back\\slash',
  'new\nline',
  'carriage\rreturn',
  'line\u2028separator',
  'para\u2029graph',
  '</script>',
  '// @ts-ignore',
  '\u202eright to left',
  'Zürich 日本 👍🏽',
  ' ',
];

const identifier = (name: string) => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string) => `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const migration = `-- Up Migration
CREATE TYPE "odd */ enum" AS ENUM (${hostile.map(literal).join(', ')});
CREATE TABLE "odd */ table" (
  ${hostile.map((name) => `${identifier(name)} text NOT NULL`).join(',\n  ')},
  label "odd */ enum" NOT NULL
);
${hostile
  .map((name) => `COMMENT ON COLUMN "odd */ table".${identifier(name)} IS ${literal(name)};`)
  .join('\n')}
`;

const queries = `/*
  @name Hostile :many
  \`\${pwned}\` '; pwned(); ' // @ts-ignore
*/
SELECT * FROM "odd */ table" WHERE label = :label;

/* @name constructor :many */
SELECT ${hostile.map((name) => `${literal(name)} AS ${identifier(name)}`).join(', ')};
`;

function syntaxErrors(text: string): readonly string[] {
  const { diagnostics = [] } = ts.transpileModule(text, {
    reportDiagnostics: true,
    compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext },
  });
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

describe('names, labels and comments from the database', () => {
  test('cannot break out of the module, and arrive as they are', async () => {
    const database = await createDatabase(18);
    try {
      const { root, text } = project({
        'pgtyped.config.json': configWith({ database: 'server' }),
        'migrations/1_odd.sql': migration,
        'queries/hostile.sql': queries,
      });
      const run = await nodrift(['generate', '--url', database.url], { cwd: root });
      expect(run).toMatchObject({ exitCode: 0, stderr: '' });
      for (const path of ['queries/hostile.queries.ts', 'queries/schema.types.ts']) {
        expect(syntaxErrors(text(path))).toEqual([]);
      }

      const client = new Client({ connectionString: database.url });
      await client.connect();
      try {
        await client.query(migration);
        const values = hostile.map(literal).join(', ');
        await client.query(`INSERT INTO "odd */ table" VALUES (${values}, ${literal(hostile[4] ?? '')})`);
        const module = await import(join(root, 'queries/hostile.queries.ts'));
        expect(Object.keys(module).sort()).toEqual(['constructor', 'hostile']);
        const [row] = await module.hostile(client, { label: hostile[4] });
        expect(Object.keys(row)).toEqual([...hostile, 'label']);
        for (const name of hostile) expect(Object.getOwnPropertyDescriptor(row, name)?.value).toBe(name);
      } finally {
        await client.end();
      }
    } finally {
      await database.drop();
    }
  });
});
