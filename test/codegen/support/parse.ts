import ts from 'typescript';

/** What is in a generated module, read by TypeScript's own parser. */
export interface ParsedModule {
  /** Kinds of the top-level statements, as TypeScript calls them. */
  readonly kinds: readonly string[];
  /** Members of interfaces by the interface's name: name as the program sees it, type as text, `?`. */
  readonly interfaces: ReadonlyMap<string, readonly ParsedMember[]>;
  /** Texts of type aliases, by name. */
  readonly aliases: ReadonlyMap<string, string>;
  /** Names of exported values. */
  readonly values: readonly string[];
  /** Local names of what is imported. */
  readonly imports: readonly string[];
  /** Specifiers of modules that are imported. */
  readonly modules: readonly string[];
}

export interface ParsedMember {
  readonly name: string;
  readonly type: string;
  readonly optional: boolean;
}

/** Parses a module; throws where it has a syntax error. */
export function parseModule(text: string): ParsedModule {
  const source = ts.createSourceFile('module.ts', text, ts.ScriptTarget.Latest, true);
  const { diagnostics = [] } = ts.transpileModule(text, { reportDiagnostics: true, compilerOptions });
  if (diagnostics.length > 0) {
    throw new Error(`${ts.formatDiagnostics(diagnostics, formatHost)}\n${text}`);
  }
  const interfaces = new Map<string, readonly ParsedMember[]>();
  const aliases = new Map<string, string>();
  const values: string[] = [];
  const imports: string[] = [];
  const modules: string[] = [];
  for (const statement of source.statements) {
    if (ts.isInterfaceDeclaration(statement)) {
      interfaces.set(statement.name.text, statement.members.map(member));
    } else if (ts.isTypeAliasDeclaration(statement)) {
      aliases.set(statement.name.text, statement.type.getText());
    } else if (ts.isVariableStatement(statement)) {
      const exported = statement.modifiers?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword);
      for (const declared of statement.declarationList.declarations) {
        if (exported) values.push(declared.name.getText());
      }
    } else if (ts.isImportDeclaration(statement) && ts.isStringLiteral(statement.moduleSpecifier)) {
      modules.push(statement.moduleSpecifier.text);
      const { name, namedBindings } = statement.importClause ?? {};
      if (name !== undefined) imports.push(name.text);
      if (namedBindings !== undefined && ts.isNamedImports(namedBindings)) {
        imports.push(...namedBindings.elements.map((e) => e.name.text));
      }
    }
  }
  // SyntaxKind has two names for some kinds.
  const kinds = source.statements.map((s) =>
    ts.isVariableStatement(s) ? 'VariableStatement' : (ts.SyntaxKind[s.kind] ?? ''),
  );
  return { kinds, interfaces, aliases, values, imports, modules };
}

function member(node: ts.TypeElement): ParsedMember {
  if (!ts.isPropertySignature(node) || node.type === undefined) throw new Error(node.getText());
  const { name } = node;
  if (!ts.isIdentifier(name) && !ts.isStringLiteral(name)) throw new Error(node.getText());
  return { name: name.text, type: node.type.getText(), optional: node.questionToken !== undefined };
}

/**
 * Runs a module against are-ins for everything that it imports.
 * @returns what each call that made an exported value was given
 */
export function evaluateModule(text: string): ReadonlyMap<string, unknown> {
  const { outputText } = ts.transpileModule(text, { compilerOptions });
  const stub = new Proxy(
    {},
    {
      get: (_, name) =>
        name === 'PreparedQuery'
          ? class {
              readonly ir: unknown;
              constructor(ir: unknown) {
                this.ir = ir;
              }
            }
          : (...args: unknown[]) => args[0],
    },
  );
  const exported: Record<string, unknown> = {};
  new Function('exports', 'require', outputText)(exported, () => stub);
  return new Map(Object.entries(exported));
}

const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.CommonJS,
  verbatimModuleSyntax: false,
};

const formatHost: ts.FormatDiagnosticsHost = {
  getCanonicalFileName: (name) => name,
  getCurrentDirectory: () => '',
  getNewLine: () => '\n',
};
