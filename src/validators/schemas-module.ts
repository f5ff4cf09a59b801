import { pure } from '../codegen/expression.ts';
import { header } from '../codegen/header.ts';
import { collectImports, configuredImports, type Imports } from '../codegen/imports.ts';
import { overridesOf } from '../codegen/override.ts';
import { type ModuleScope, typesOnly, writtenOut } from '../codegen/shape.ts';
import { type SharedType, typeKey } from '../codegen/shared-names.ts';
import type { Config, SchemaForm } from '../project/config.ts';
import { type HelperName, helperNames, helperTexts } from './helpers.ts';
import { printNode } from './print-node.ts';
import type { SchemaNode } from './schema-node.ts';
import type { TypeScope } from './value-node.ts';

/** A file of schemas while it is being made: what its schemas ask for becomes an import. */
export interface SchemasModule {
  readonly scope: ModuleScope;
  readonly types: TypeScope;
  readonly imports: Imports;
  /** The declaration of a schema; a bundler omits it where it is not used. */
  readonly declaration: (name: string, type: string, node: SchemaNode) => string;
  /**
   * The text of the file.
   * @param source what it is made from, for its header
   */
  readonly print: (source: string, blocks: readonly string[]) => string;
}

/**
 * @param path the file's absolute path
 * @param declared the names that it declares
 */
export function schemasModule(
  path: string,
  form: SchemaForm,
  declared: readonly string[],
  config: Config,
): SchemasModule {
  const imports = collectImports(new Set([...declared, ...helperNames, 'z', 'v']));
  const shared = new Map<string, SharedType>();
  const configuredImport = configuredImports(imports, config.root, path);
  const configured = new Map<string, () => string>();
  const scope: ModuleScope = typesOnly({
    config,
    overrides: overridesOf(config),
    runtime: (name) => name,
    runtimeType: (name) => imports.type('nodrift-runtime', name),
    configured: (wanted) => {
      const local = configuredImport(wanted, true);
      configured.set(local, () => configuredImport(wanted, false));
      return local;
    },
    sharedType: (type) => {
      shared.set(typeKey(type), type);
      return typeKey(type);
    },
    sharedCodec: () => '',
    sharedJson: () => null,
  });
  const helpers = new Set<HelperName>();
  const types: TypeScope = {
    expand: (name) => {
      const type = shared.get(name);
      return type === undefined ? null : writtenOut(type, scope);
    },
    isClass: (name) => {
      const load = configured.get(name.split('.')[0] ?? name);
      load?.();
      return load !== undefined || name.startsWith('Temporal.');
    },
    runtime: (name) => imports.value('nodrift-runtime', name),
    helper: (name) => {
      helpers.add(name);
      return name;
    },
  };
  if (form === 'standard') imports.value('nodrift-runtime', 'standardSchema');
  const library = {
    zod: "import { z } from 'zod';\n",
    valibot: "import * as v from 'valibot';\n",
    standard: '',
  }[form];
  return {
    scope,
    types,
    imports,
    declaration: (name, type, node) => {
      const text = printNode(node, form, form === 'standard' ? '' : '  ');
      const value =
        form === 'standard' ? `${pure}standardSchema<${type}>(${text})` : `${pure}(() =>\n  ${text})()`;
      return `export const ${name} = ${value};\n`;
    },
    print: (source, blocks) => {
      const all = [...blocks, ...helperTexts(helpers)];
      return `${header(source)}${[library + imports.print(all.join('\n')), ...all].join('\n')}`;
    },
  };
}

/** What a schema is of, with the constraints that it does not have, or only in part. */
export function withUnread(words: string, unread: Iterable<string>, open: Iterable<string>): string {
  const only = [...new Set(unread)].join(', ');
  const some = [...new Set(open)].join(', ');
  return [
    words,
    ...(only === '' ? [] : [`Only the database checks ${only}.`]),
    ...(some === '' ? [] : [`For some values only the database checks ${some}.`]),
  ].join('\n\n');
}
