import type { Config } from '../project/config.ts';
import { configuredImports, type Imports } from './imports.ts';
import type { Overrides } from './override.ts';
import { importSpecifier } from './paths.ts';
import type { ModuleScope } from './shape.ts';
import type { SharedModule } from './shared-module.ts';

const runtime = 'nodrift-runtime';

/**
 * The scope of one generated file: what is asked for becomes an import.
 * @param output the file's absolute path
 */
export function fileScope(
  output: string,
  imports: Imports,
  shared: SharedModule,
  overrides: Overrides,
  config: Config,
): ModuleScope {
  const sharedSpecifier = importSpecifier(output, config.sharedTypes, config.importExtension);
  return {
    config,
    overrides,
    runtime: (name) => imports.value(runtime, name),
    runtimeType: (name) => imports.type(runtime, name),
    configured: configuredImports(imports, config.root, output),
    sharedType: (type) => imports.type(sharedSpecifier, shared.type(type)),
    sharedCodec: (type) => imports.value(sharedSpecifier, shared.codec(type)),
    sharedJson: (column) => {
      const name = shared.json(column);
      return name === null ? null : imports.type(sharedSpecifier, name);
    },
  };
}
