import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { nodrift } from '../cli/support/cli.ts';
import { type Block, blocksOf, pages, placeOf, root } from './support/blocks.ts';
import { sampleWith } from './support/sample.ts';

/** What blocks use without saying where it comes from. */
const ambient = `import type { FileHandle } from 'node:fs/promises';
import type { Pool, Client } from 'pg';
import type { PGlite } from '@electric-sql/pglite';
declare global {
  const pool: Pool;
  const client: Client;
  const pglite: PGlite;
  const file: FileHandle;
}
`;
/** Of a package that is not installed here. */
const pino = `declare module 'pino' {
  export default function pino(options: { level: string }): Record<'warn' | 'debug', (event: object, message: string) => void>;
}
`;
const withQuery = 'with the query above';

const blocks = pages.flatMap((page) =>
  blocksOf(page).filter(({ language, mark }) => language === 'ts' && ['', 'with pino'].includes(mark)),
);

/** Blocks that call the queries of the block above them; those below one query are one program. */
const programs = pages.flatMap((page) => {
  const found: { sql: Block; block: Block; text: string }[] = [];
  let sql: Block | undefined;
  for (const block of blocksOf(page)) {
    if (block.language === 'sql') sql = block;
    if (block.mark !== withQuery || sql === undefined) continue;
    const last = found.at(-1);
    if (last?.sql === sql) last.text += block.text;
    else found.push({ sql, block, text: block.text });
  }
  return found;
});

test('the TypeScript of the pages compiles against the sample project', async () => {
  expect(blocks.length).toBeGreaterThan(5);
  expect(programs.length).toBeGreaterThan(2);
  const modules = new Map(
    programs.map(({ sql, text }) => [
      /'\.\/(queries\/[a-z-]+)\.queries\.ts'/.exec(text)?.[1] ?? '',
      sql.text,
    ]),
  );
  const copy = sampleWith(Object.fromEntries([...modules].map(([path, sql]) => [`${path}.sql`, sql])));
  expect(await nodrift(['generate'], { cwd: copy.root })).toMatchObject({ exitCode: 0 });
  const sources = [...blocks.map((block) => ({ block, text: block.text })), ...programs];
  const texts = new Map(
    sources.map(({ text }, i) => [join(root, `documented-${i}.ts`), `${text}\nexport {};\n`]),
  );
  texts.set(join(root, 'documented.d.ts'), ambient).set(join(root, 'pino.d.ts'), pino);
  for (const path of modules.keys())
    texts.set(join(root, `${path}.queries.ts`), copy.text(`${path}.queries.ts`));
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const relaxed = { ...options, noUnusedLocals: false, noUnusedParameters: false };
  const host = ts.createCompilerHost(relaxed);
  const { readFile, fileExists, getSourceFile } = host;
  host.readFile = (path) => texts.get(path) ?? readFile.call(host, path);
  host.fileExists = (path) => texts.has(path) || fileExists.call(host, path);
  host.getSourceFile = (path, languageVersion, ...rest) => {
    const text = texts.get(path);
    return text === undefined
      ? getSourceFile.call(host, path, languageVersion, ...rest)
      : ts.createSourceFile(path, text, languageVersion);
  };
  const program = ts.createProgram([...texts.keys()], relaxed, host);
  const errors = sources.flatMap(({ block }, i) => {
    const file = program.getSourceFile(join(root, `documented-${i}.ts`));
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      ({ messageText }) => `${placeOf(block)}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
  });
  expect(errors).toEqual([]);
});
