import type { PgType, Value } from '../../../src/analysis/type.ts';
import { mappedTypes, mappings } from '../../../src/codegen/codec-table.ts';
import { printExpression } from '../../../src/codegen/expression.ts';
import { collectImports } from '../../../src/codegen/imports.ts';
import { overridesOf } from '../../../src/codegen/override.ts';
import { type ModuleScope, shapeOf } from '../../../src/codegen/shape.ts';
import { flatType } from '../../../src/codegen/ts-type.ts';
import { array, base, config, domain, multirange, range, value } from './build.ts';

/** One value, as some configuration has it. */
interface Case {
  readonly value: Value;
  readonly types?: Readonly<Record<string, string>>;
}

function cases(): Case[] {
  const scalars: Case[] = [...mappedTypes, 'text', 'varchar', 'inet', 'tsvector'].flatMap((name) =>
    mappings({ schema: 'pg_catalog', name }).map(({ type }, index) => ({
      value: value(base(name)),
      ...(index === 0 ? {} : { types: { [name]: type } }),
    })),
  );
  const made = (of: (type: PgType) => PgType | Value): Case[] =>
    scalars.map(({ value: { type }, ...rest }) => ({ value: value(of(type)), ...rest }));
  return [
    ...scalars,
    { value: value(base('numeric')), types: { numeric: 'decimal.js#Decimal' } },
    { value: value(array(base('numeric'))), types: { numeric: 'decimal.js#Decimal' } },
    { value: value(base('citext', 'public')) },
    { value: value(domain('some_domain', array(base('int8')))), types: { some_domain: 'number[][]' } },
    { value: value(domain('some_domain', array(base('int8')))), types: { some_domain: '[][][][][][]' } },
    ...made((type) => array(type)),
    ...made((type) => ({ type: array(type), nullable: false, elementsNullable: false })),
    ...made((type) => ({ type: array(type), nullable: false, dimensions: [2] })),
    ...made((type) => ({ type: array(type), nullable: false, elementsNullable: false, dimensions: [1, 3] })),
    ...made((type) => range('somerange', type)),
    ...made((type) => multirange('somemultirange', range('somerange', type))),
    ...made((type) => domain('some_domain', type)),
    ...made((type) => array(domain('some_domain', array(type)))),
  ];
}

/**
 * A module that compiles only if every codec of the mapping yields the type that is declared for it,
 * and takes the type that is declared for parameters.
 */
export function agreementModule(): string {
  const imports = collectImports(new Set(['agree']));
  const lines = cases().map(({ value: of, types = {} }) => {
    const known = config({ types });
    const scope: ModuleScope = {
      config: known,
      overrides: overridesOf(known),
      runtime: (name) => imports.value('nodrift-runtime', name),
      runtimeType: (name) => imports.type('nodrift-runtime', name),
      configured: (wanted) => imports.value(wanted.module, wanted.name, wanted.local),
      sharedType: () => 'never',
      sharedCodec: () => '',
      sharedJson: () => null,
    };
    const result = shapeOf(of, 'result', null, scope);
    const parameter = shapeOf(of, 'parameter', null, scope);
    const codec = printExpression(result.codec, '', 0);
    const declared = flatType(result.type);
    // Postgres's word is taken for what a `void` holds; the codec only knows that it is text.
    if (declared.includes("''")) return '';
    return `agree<${declared}, ${decoded(writable(flatType(parameter.type)))}>()(${codec});\n`;
  });
  return `${imports.print()}import type { Codec } from 'nodrift-runtime';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Fails to compile unless the codec decodes to exactly R, and the declared parameter can be encoded. */
function agree<R, P>(): <T>(codec: Codec<T> & (Equal<T, R> extends true ? unknown : never) & (P extends T ? unknown : never)) => void {
  return () => {};
}

${lines.join('')}`;
}

// A codec's type is that of what it decodes. That int8's take any integer besides is shown by test/runtime/literals.test.ts.
function decoded(type: string): string {
  return type
    .replaceAll('string | bigint | number', 'string')
    .replaceAll('bigint | number', 'bigint')
    .replaceAll('number | bigint', 'number');
}

// Codecs take arrays that could be written to, but do not write: the declared ones need not be writable.
function writable(type: string): string {
  return type.replaceAll('readonly ', '');
}
