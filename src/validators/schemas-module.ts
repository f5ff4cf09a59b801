import type { CompositeType, DomainType, EnumType } from '../analysis/type.ts';
import { header } from '../codegen/header.ts';
import { collectImports, type Imports } from '../codegen/imports.ts';
import { stringUnion } from '../codegen/literal-type.ts';
import { overridesOf } from '../codegen/override.ts';
import { rebasedSpecifier } from '../codegen/paths.ts';
import { compositeShape, type ModuleScope, shapeOf, typesOnly } from '../codegen/shape.ts';
import type { TsType } from '../codegen/ts-type.ts';
import type { Config, SchemaForm } from '../project/config.ts';
import { type HelperName, helperNames, helperTexts } from './helpers.ts';
import type { TypeScope } from './value-node.ts';

/** A file of schemas while it is being made: what its schemas ask for becomes an import. */
export interface SchemasModule {
  readonly scope: ModuleScope;
  readonly types: TypeScope;
  readonly imports: Imports;
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
  const shared = new Map<string, EnumType | CompositeType | DomainType>();
  const configured = new Map<string, () => string>();
  const scope: ModuleScope = typesOnly({
    config,
    overrides: overridesOf(config),
    runtime: (name) => name,
    runtimeType: (name) => imports.type('nodrift-runtime', name),
    configured: (wanted) => {
      const specifier = rebasedSpecifier(wanted.module, config.root, path);
      const local = imports.type(specifier, wanted.name, wanted.local);
      configured.set(local, () => imports.value(specifier, wanted.name, wanted.local));
      return local;
    },
    sharedType: (type) => {
      const name = `${type.schema}\0${type.name}`;
      shared.set(name, type);
      return name;
    },
    sharedCodec: () => '',
    sharedJson: () => null,
  });
  const helpers = new Set<HelperName>();
  const types: TypeScope = {
    expand: (name) => {
      const type = shared.get(name);
      return type === undefined ? null : definitionOf(type, scope);
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
    print: (source, blocks) =>
      `${header(source)}${[library + imports.print(), ...blocks, ...helperTexts(helpers)].join('\n')}`,
  };
}

function definitionOf(type: EnumType | CompositeType | DomainType, scope: ModuleScope): TsType {
  if (type.kind === 'enum') return stringUnion(type.labels);
  if (type.kind === 'composite') return compositeShape(type, scope).type;
  const value = { type: type.base, nullable: false, literals: type.literals ?? [] };
  return shapeOf(value, 'parameter', null, scope).type;
}
