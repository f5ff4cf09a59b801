import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { blocksOf, pages, placeOf, root } from './support/blocks.ts';

/** What blocks use without saying where it comes from. */
const ambient = `import type { Pool, Client } from 'pg';
import type { PGlite } from '@electric-sql/pglite';
declare global {
  const pool: Pool;
  const client: Client;
  const pglite: PGlite;
}
`;

const blocks = pages.flatMap((page) =>
  blocksOf(page).filter(({ language, mark }) => language === 'ts' && mark === ''),
);

test('the TypeScript of the pages compiles against the sample project', () => {
  expect(blocks.length).toBeGreaterThan(5);
  const texts = new Map(
    blocks.map((block, i) => [join(root, `documented-${i}.ts`), `${block.text}\nexport {};\n`]),
  );
  texts.set(join(root, 'documented.d.ts'), ambient);
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
  const errors = blocks.flatMap((block, i) => {
    const file = program.getSourceFile(join(root, `documented-${i}.ts`));
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      ({ messageText }) => `${placeOf(block)}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
  });
  expect(errors).toEqual([]);
});
