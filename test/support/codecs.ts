import type { Column } from '../../src/analysis/analysed-query.ts';
import type { CompositeType } from '../../src/analysis/type.ts';
import type { Expression } from '../../src/codegen/expression.ts';
import { overridesOf } from '../../src/codegen/override.ts';
import { compositeShape, type ModuleScope, shapeOf } from '../../src/codegen/shape.ts';
import { typeKey } from '../../src/codegen/shared-names.ts';
import type { Config } from '../../src/project/config.ts';
import type { AnyCodec } from '../../src/runtime/definition.ts';
import * as runtime from '../../src/runtime/index.ts';

/** The codec that a generated module has for a column. */
export function codecOf(
  { value, source }: Column,
  config: Config,
  imports: Readonly<Record<string, unknown>> = {},
) {
  const composites = new Map<string, CompositeType>();
  const scope: ModuleScope = {
    config,
    overrides: overridesOf(config),
    runtime: (name) => name,
    runtimeType: (name) => name,
    configured: ({ local }) => local,
    sharedType: typeKey,
    sharedCodec: (type) => {
      if (type.kind === 'composite') composites.set(typeKey(type), type);
      return typeKey(type);
    },
    sharedJson: () => null,
  };
  const evaluated = (expression: Expression): unknown => {
    if (typeof expression === 'string') {
      const composite = composites.get(expression);
      if (composite !== undefined) return evaluated(compositeShape(composite, scope).codec);
      if (/^\d+$/.test(expression)) return Number(expression);
      if (/^'.*'$/s.test(expression)) return expression.slice(1, -1).replace(/\\(.)/gs, '$1');
      return imports[expression] ?? Reflect.get(runtime, expression);
    }
    if ('call' in expression) {
      const maker: unknown = Reflect.get(runtime, expression.call);
      if (typeof maker !== 'function') throw new Error(`nodrift-runtime has no ${expression.call}`);
      return maker(...expression.args.map(evaluated));
    }
    if ('list' in expression) return expression.list.map(evaluated);
    return Object.fromEntries(expression.record.map(([key, part]) => [key, evaluated(part)]));
  };
  return evaluated(shapeOf(value, 'result', source, scope).codec) as AnyCodec;
}
