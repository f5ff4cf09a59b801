import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import ts from 'typescript';

/** The layers that know nothing of the database, and what each may import. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  domain: ['domain'],
  application: ['application', 'domain'],
};

/**
 * Finds every import by which domain or application would get to know anything outside of themselves.
 * Both are closed under their allowed imports, so considering each file alone covers indirect ones too.
 *
 * @param root the application's folder
 * @returns one line for each: `application/add-task.ts imports 'pg'`
 */
export function forbiddenImports(root: string): string[] {
  return Object.entries(allowed).flatMap(([layer, layers]) =>
    sourceFiles(join(root, layer)).flatMap((file) =>
      importsOf(file)
        .filter((specifier) => !layers.includes(layerOf(root, file, specifier)))
        .map((specifier) => `${slashed(relative(root, file))} imports '${specifier}'`),
    ),
  );
}

function sourceFiles(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[cm]?[jt]sx?$/.test(name))
    .map((name) => join(dir, name))
    .sort();
}

/** The first folder of a relative import below the root; '' for packages and what is outside. */
function layerOf(root: string, file: string, specifier: string): string {
  if (!/^\.\.?\//.test(specifier)) return '';
  return slashed(relative(root, join(dirname(file), specifier))).split('/')[0] ?? '';
}

/** Every module that a file names, in whatever form; what is computed at run time shows as its source text. */
function importsOf(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found = [...source.referencedFiles, ...source.typeReferenceDirectives].map((r) => r.fileName);
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier) found.push(ts.isStringLiteralLike(specifier) ? specifier.text : specifier.getText());
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isExternalModuleReference(node)) return node.expression;
  if (ts.isImportTypeNode(node)) return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : node;
  if (!ts.isCallExpression(node)) return undefined;
  const { expression } = node;
  const imports = expression.kind === ts.SyntaxKind.ImportKeyword;
  const requires = ts.isIdentifier(expression) && expression.text === 'require';
  return imports || requires ? (node.arguments[0] ?? node) : undefined;
}

function slashed(path: string): string {
  return path.split(sep).join('/');
}
