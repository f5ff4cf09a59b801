import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../src', import.meta.url));

interface Import {
  readonly from: string;
  /** A file below src, or a package. */
  readonly to: string;
  readonly typeOnly: boolean;
}

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replaceAll('\\', '/'))
  .sort();

const imports: readonly Import[] = files.flatMap((from) => {
  const text = readFileSync(join(root, from), 'utf8');
  const source = ts.createSourceFile(from, text, ts.ScriptTarget.Latest);
  const found: Import[] = [];
  const add = (specifier: string, typeOnly: boolean) => {
    const to = specifier.startsWith('.')
      ? relative(root, resolve(root, dirname(from), specifier)).replaceAll('\\', '/')
      : specifier;
    found.push({ from, to, typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      add(node.moduleSpecifier.text, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
    } else if (
      ts.isExportDeclaration(node) &&
      node.moduleSpecifier &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      add(node.moduleSpecifier.text, node.isTypeOnly);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments;
      if (argument && ts.isStringLiteral(argument)) add(argument.text, false);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
});

const room = (file: string) => (file.includes('/') ? file.slice(0, file.indexOf('/')) : file);

/** Imports of a room that lead out of it, as `from -> to`. */
function leaving(name: string, allowed: (to: string) => boolean): readonly string[] {
  return imports
    .filter(({ from, to }) => room(from) === name && room(to) !== name && !allowed(to))
    .map(({ from, to }) => `${from} -> ${to}`);
}

/** Packages and modules of Node by which code reaches files, processes and the network; `pg` is the database's. */
const io =
  /^(?:node:(?:child_process|cluster|dgram|dns|fs|http2?|https|inspector|net|readline|repl|tls|worker_threads)(?:\/.*)?|tinyglobby|jiti|testcontainers|@electric-sql\/.*)$/;

/** The files and packages that files load, directly or through others; types are not loaded. */
function reachable(from: readonly string[]): readonly string[] {
  const reached = new Set<string>();
  const waiting = [...from];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    for (const one of imports) if (one.from === file && !one.typeOnly) waiting.push(one.to);
  }
  return [...reached];
}

/** Where each function, type and constant is exported by its declaration, which re-exports are not. */
const declared = new Map<string, string[]>();
for (const file of files) {
  const names = new Set<string>();
  const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest);
  for (const node of source.statements) {
    const isExported =
      ts.canHaveModifiers(node) &&
      ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (!isExported) continue;
    const declarations = ts.isVariableStatement(node) ? node.declarationList.declarations : [node];
    for (const { name } of declarations as readonly { readonly name?: ts.Node }[])
      if (name !== undefined && ts.isIdentifier(name)) names.add(name.text);
  }
  for (const name of names) declared.set(name, [...(declared.get(name) ?? []), file]);
}

describe('the names', () => {
  it('no name is exported by two files', () => {
    expect([...declared].filter(([, of]) => of.length > 1)).toEqual([]);
  });

  it('no file name occurs three times, but that of the entry points of a package', () => {
    const byName = new Map<string, string[]>();
    for (const file of files) {
      const name = file.slice(file.lastIndexOf('/') + 1);
      if (name !== 'index.ts') byName.set(name, [...(byName.get(name) ?? []), file]);
    }
    expect([...byName.values()].filter((of) => of.length > 2)).toEqual([]);
    expect(files.filter((file) => /(^|\/)index\.ts$/.test(file))).toEqual([
      'index.ts',
      'migrate/index.ts',
      'runtime/index.ts',
      'testing/index.ts',
    ]);
  });
});

describe('the rooms', () => {
  it('runtime imports nothing from other rooms and nothing from npm', () => {
    expect(leaving('runtime', () => false)).toEqual([]);
  });

  it('sql, analysis, codegen and schema reach no file, process or network, not through other rooms either', () => {
    for (const name of ['sql', 'analysis', 'codegen', 'schema'])
      expect(reachable(files.filter((file) => room(file) === name)).filter((to) => io.test(to))).toEqual([]);
  });

  it('only these files outside of project, database, output and cli touch the disk', () => {
    const doors = ['project', 'database', 'output', 'cli'];
    const others = imports.filter(({ from, to }) => /^node:fs\b/.test(to) && !doors.includes(room(from)));
    expect([...new Set(others.map(({ from }) => from))]).toEqual([
      'commands/schema.ts',
      'commands/watch.ts',
      'impact/since.ts',
    ]);
  });

  it('migrate runs where nothing but the runtime is: in it nothing of npm, and no module of Node', () => {
    expect(reachable(['migrate/index.ts']).filter((to) => !to.endsWith('.ts'))).toEqual(['nodrift-runtime']);
  });

  it('sql and codegen touch no database, no file and no network', () => {
    const pure = (to: string) =>
      ['built-in-types.ts', 'diagnostic.ts', 'sql', 'analysis', 'project'].includes(room(to)) ||
      to === 'node:path' ||
      to === 'node:path/posix';
    expect(leaving('sql', (to) => pure(to) || to === 'fastest-levenshtein')).toEqual([]);
    expect(leaving('codegen', pure)).toEqual([]);
  });

  it('analysis touches no file', () => {
    const known = (to: string) =>
      ['connection-loss.ts', 'diagnostic.ts', 'event-loop.ts', 'scope-config.ts', 'sql', 'pg'].includes(
        room(to),
      );
    expect(leaving('analysis', known)).toEqual([]);
  });

  it('validators and factories touch no file', () => {
    const known = ['analysis', 'codegen', 'project', 'sql'];
    expect(leaving('validators', (to) => known.includes(room(to)))).toEqual([]);
    expect(leaving('factories', (to) => [...known, 'validators'].includes(room(to)))).toEqual([]);
  });

  it('schema touches no file, and knows of no other room but sql', () => {
    expect(leaving('schema', (to) => to === 'pg' || room(to) === 'sql')).toEqual([]);
  });

  it('what reads files and opens databases knows nothing of what is done with them', () => {
    const later = ['analysis', 'codegen', 'output', 'impact', 'commands', 'cli', 'testing'];
    const before = (to: string) => !later.includes(room(to));
    expect(leaving('project', (to) => before(to) && room(to) !== 'database')).toEqual([]);
    expect(leaving('database', before)).toEqual([]);
  });

  it('impact and output know nothing of the commands', () => {
    const later = ['commands', 'cli', 'testing'];
    expect(leaving('impact', (to) => !later.includes(room(to)))).toEqual([]);
    expect(leaving('output', (to) => !['impact', ...later].includes(room(to)))).toEqual([]);
  });

  it('only cli prints, exits or reads process.argv', () => {
    const loud = files
      .filter((file) => room(file) !== 'cli')
      .filter((file) =>
        /\bconsole\b|\bprocess\.(?:abort|argv|exit|exitCode|stderr|stdout)\b|['"]node:(?:console|process)['"]/.test(
          readFileSync(join(root, file), 'utf8'),
        ),
      );
    expect(loud).toEqual([]);
  });

  it('nothing imports cli', () => {
    expect(imports.filter(({ from, to }) => room(to) === 'cli' && room(from) !== 'cli')).toEqual([]);
  });

  it('imports form no circle, of types neither', () => {
    const targets = new Map<string, string[]>();
    for (const { from, to } of imports) {
      if (!to.endsWith('.ts')) continue;
      targets.set(from, [...(targets.get(from) ?? []), to]);
    }
    const done = new Set<string>();
    const circleFrom = (file: string, path: readonly string[]): readonly string[] | null => {
      if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
      if (done.has(file)) return null;
      for (const to of targets.get(file) ?? []) {
        const circle = circleFrom(to, [...path, file]);
        if (circle) return circle;
      }
      done.add(file);
      return null;
    };
    expect(files.map((file) => circleFrom(file, [])).find((circle) => circle !== null) ?? null).toBeNull();
  });

  it('no room but runtime and testing is reachable from generated code', () => {
    expect(reachable(['runtime/index.ts']).filter((file) => room(file) !== 'runtime')).toEqual([]);
  });
});

describe('docs/architecture.md', () => {
  const page = readFileSync(join(root, '../docs/architecture.md'), 'utf8');

  it('has a row for each room', () => {
    const rows = Array.from(page.matchAll(/^\| `src\/([a-z]+)\/` \|/gm), ([, name = '']) => name);
    expect(rows.sort()).toEqual([...new Set(files.filter((file) => file.includes('/')).map(room))].sort());
  });

  it('names files and folders that exist', () => {
    const paths = Array.from(page.matchAll(/`([a-z][\w./-]*(?:\.ts|\.mjs|\/))`/g), ([, path = '']) => path);
    expect(paths.length).toBeGreaterThan(30);
    const folders = [
      '',
      'src',
      'src/analysis',
      ...[...new Set(files.map(dirname))].map((folder) => `src/${folder}`),
    ];
    const missing = paths.filter(
      (path) => !folders.some((folder) => existsSync(join(root, '..', folder, path))),
    );
    expect(missing).toEqual([]);
  });
});
