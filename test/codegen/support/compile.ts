import { execFile } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const repository = fileURLToPath(new URL('../../..', import.meta.url));

/** The TypeScript versions that generated code must compile with. */
export const compilers = ['typescript-5.4', 'typescript', 'typescript-7'] as const;

/** A project of a user's, with nodrift, decimal.js and @pgtyped/runtime installed. */
export interface TestProject {
  readonly root: string;
  write(path: string, text: string): void;
  /** What the compiler must say of the project: '' if nothing. */
  compile(compiler: (typeof compilers)[number]): Promise<string>;
  remove(): void;
}

// All that a careful user can turn on, and that 5.4 knows.
const compilerOptions = {
  target: 'ES2022',
  module: 'NodeNext',
  moduleResolution: 'NodeNext',
  lib: ['ES2022'],
  types: ['node'],
  noEmit: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  noFallthroughCasesInSwitch: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  forceConsistentCasingInFileNames: true,
  // pg's own declarations do not compile with 5.4.
  skipLibCheck: true,
};

export function testProject(): TestProject {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'nodrift-types-')));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  write('package.json', '{ "type": "module" }');
  write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['**/*.ts'] }));
  installRuntime(write);
  for (const name of [
    '@types',
    '@pgtyped',
    'decimal.js',
    'temporal-polyfill',
    'temporal-spec',
    'undici-types',
  ]) {
    symlinkSync(join(repository, 'node_modules', name), join(root, 'node_modules', name), 'junction');
  }
  return {
    root,
    write,
    compile: (compiler) =>
      new Promise((resolve) => {
        const tsc = join(repository, 'node_modules', compiler, 'bin/tsc');
        execFile(
          process.execPath,
          [tsc, '--pretty', 'false', '-p', root],
          { cwd: root },
          (error, stdout, stderr) => resolve(stdout + stderr || (error === null ? '' : String(error))),
        );
      }),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** What the published package declares: users never see the sources. */
function installRuntime(write: TestProject['write']): void {
  const entry = join(repository, 'src/runtime/index.ts');
  const program = ts.createProgram([entry], {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    declaration: true,
    emitDeclarationOnly: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    types: ['node'],
    rootDir: join(repository, 'src/runtime'),
    outDir: '/out',
  });
  const installed = 'node_modules/nodrift-runtime/';
  program.emit(undefined, (path, text) => write(path.replace('/out/', installed), text));
  write(`${installed}package.json`, readFileSync(join(repository, 'src/runtime/package.json'), 'utf8'));
}
