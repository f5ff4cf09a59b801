import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, writeFiles } from './shell.mjs';

/** The server of docs/json.md, answering what the page says. */
export function json(work, repository) {
  const page = readFileSync(join(repository, 'docs/json.md'), 'utf8');
  const shown = (name) =>
    page.match(new RegExp(`<!-- json: ${name} -->\\n\`\`\`\\w+\\n([^]*?)\`\`\``))?.[1] ?? '';
  return {
    'rows as JSON, by Fastify': async () => {
      const folder = join(work, 'json');
      const schema = `CREATE TABLE files (
  id int8 PRIMARY KEY, price numeric NOT NULL, content bytea NOT NULL, added_at timestamptz NOT NULL
);
`;
      writeFiles(folder, {
        'package.json': '{ "private": true, "type": "module" }',
        'pgtyped.config.json': JSON.stringify({
          transforms: [{ mode: 'sql', include: '*.sql', emitTemplate: '{{dir}}/{{name}}.queries.ts' }],
          srcDir: './queries',
          camelCaseColumnNames: true,
          nodrift: { schema: './schema.sql', types: { numeric: 'decimal.js#Decimal' } },
        }),
        'schema.sql': schema,
        'queries/files.sql': shown('files.sql'),
        'server.ts': shown('server.ts'),
        'tsconfig.json': JSON.stringify({
          compilerOptions: {
            module: 'nodenext',
            target: 'es2023',
            strict: true,
            allowImportingTsExtensions: true,
            noEmit: true,
            skipLibCheck: true,
            types: ['node'],
          },
        }),
        'ask.ts': `import { app, db } from './server.ts';
await db.exec(${JSON.stringify(schema)});
await db.exec("INSERT INTO files VALUES (9007199254740993, 12.50, '\\\\xdead', '2026-11-21 09:30:00+00')");
console.log((await app.inject('/files')).body);
`,
      });
      const bin = (name) => join(work, 'node_modules/.bin', name);
      await run(folder, bin('nodrift'), ['generate']);
      await run(folder, bin('tsc'), ['-p', '.']);
      assert.equal(await run(folder, bin('tsx'), ['ask.ts']), shown('answer'));
    },
  };
}
