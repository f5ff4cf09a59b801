import type { ColumnReference } from '../analysis/analysed-query.ts';
import type { Config } from '../project/config.ts';
import { compareTexts } from '../sql/compare-texts.ts';
import { printExpression } from './expression.ts';
import { header } from './header.ts';
import { collectImports, configuredImports } from './imports.ts';
import { jsonType } from './json-type.ts';
import { stringUnion } from './literal-type.ts';
import type { Module } from './module.ts';
import type { Overrides } from './override.ts';
import { compositeShape, type ModuleScope, shapeOf, typesOnly } from './shape.ts';
import { columnKey, type SharedJson, type SharedNames, type SharedType, typeKey } from './shared-names.ts';
import { printFields, printType, spaced, type TsType } from './ts-type.ts';

/** The declarations that files turn out to share while they are being made. */
export interface SharedModule {
  /** Asks for a type to be declared; returns its exported name. */
  readonly type: (type: SharedType) => string;
  /** Asks for a composite's codec to be declared; returns its exported name. */
  readonly codec: (type: SharedType) => string;
  /** Asks for a JSON column's structure to be declared; returns its exported name, null if there is none. */
  readonly json: (column: ColumnReference) => string | null;
  /** The module with all that was asked for; null if nothing was. */
  readonly print: () => Module | null;
}

/** Keeps what is asked of a shared module, so that it can be asked of another. */
export function recordRequests(shared: SharedModule): {
  readonly recording: SharedModule;
  readonly request: (other: SharedModule) => void;
} {
  const requests = new Map<unknown, (of: SharedModule) => unknown>();
  const recorded =
    <T, R>(ask: (of: SharedModule, about: T) => R) =>
    (about: T): R => {
      requests.set(about, (of) => ask(of, about));
      return ask(shared, about);
    };
  return {
    recording: {
      type: recorded((of, type: SharedType) => of.type(type)),
      codec: recorded((of, type: SharedType) => of.codec(type)),
      json: recorded((of, column: ColumnReference) => of.json(column)),
      print: shared.print,
    },
    request: (other) => {
      for (const ask of requests.values()) ask(other);
    },
  };
}

export function sharedModule(names: SharedNames, overrides: Overrides, config: Config): SharedModule {
  const types = new Map<string, SharedType>();
  const structures = new Map<string, SharedJson>();
  const type = (asked: SharedType): string => {
    types.set(typeKey(asked), asked);
    return names.ofType(asked);
  };
  const codec = (asked: SharedType): string => codecName(type(asked));
  return {
    type,
    codec,
    json: (column) => {
      const found = names.ofJson(column);
      if (found !== null) structures.set(columnKey(column), found);
      return found?.name ?? null;
    },
    print: () => (types.size + structures.size === 0 ? null : print()),
  };

  function print(): Module {
    const declarations: Declaration[] = [];
    const codecs: string[] = [];
    const done = new Set<string>();
    const imports = collectImports(new Set(names.all.flatMap((name) => [name, codecName(name)])));
    const module = 'nodrift-runtime';
    const scope: ModuleScope = {
      config,
      overrides,
      runtime: (name) => imports.value(module, name),
      runtimeType: (name) => imports.type(module, name),
      configured: configuredImports(imports, config.root, config.sharedTypes),
      sharedType: (asked) => {
        declare(asked);
        return names.ofType(asked);
      },
      // A composite's codec must be declared before those that it is part of.
      sharedCodec: (asked) => {
        declare(asked);
        return codecName(names.ofType(asked));
      },
      sharedJson: () => null,
    };
    const declare = (asked: SharedType): void => {
      const key = typeKey(asked);
      if (done.has(key)) return;
      done.add(key);
      const name = names.ofType(asked);
      if (asked.kind === 'enum') {
        declarations.push({ name, text: alias(name, stringUnion(asked.labels)) });
        return;
      }
      if (asked.kind === 'domain') {
        const value = { type: asked.base, nullable: false, literals: asked.literals ?? [] };
        declarations.push({ name, text: alias(name, shapeOf(value, 'result', null, typesOnly(scope)).type) });
        return;
      }
      const { type: object, codec: expression } = compositeShape(asked, scope);
      declarations.push({ name, text: declaration(name, object) });
      const variable = `export const ${codecName(name)} = `;
      codecs.push(`${variable}${printExpression(expression, '', variable.length + 1)};\n`);
    };

    for (const asked of [...types.values()].sort((a, b) => compareTexts(names.ofType(a), names.ofType(b))))
      declare(asked);
    for (const { name, json } of structures.values()) {
      declarations.push({
        name,
        text: alias(
          name,
          jsonType(json, () => scope.runtimeType('Json')),
        ),
      });
    }
    const sorted = declarations.sort((a, b) => compareTexts(a.name, b.name)).map((d) => d.text);
    const blocks = [imports.print(), ...sorted, ...codecs].filter((block) => block !== '');
    return { path: config.sharedTypes, source: null, text: `${header('the schema')}${blocks.join('\n')}` };
  }
}

interface Declaration {
  readonly name: string;
  readonly text: string;
}

function codecName(typeName: string): string {
  // Not camelCase, which would make one name of two.
  return `${typeName.charAt(0).toLowerCase()}${typeName.slice(1)}Codec`;
}

function declaration(name: string, type: TsType): string {
  // An interface without members would accept anything.
  if (type.kind !== 'object' || type.fields.length === 0) return alias(name, type);
  return `export interface ${name} {\n${printFields(type.fields, '  ')}}\n`;
}

function alias(name: string, type: TsType): string {
  const text = printType(type, '', `export type ${name} = ;`.length);
  return `export type ${name} =${spaced(text)};\n`;
}
