import { docComment } from './comment.ts';
import { propertyKey } from './literal.ts';

/** A TypeScript type, so far as generated code needs them; printType makes it text. */
export type TsType =
  | { readonly kind: 'name'; readonly text: string; readonly argument?: TsType }
  | { readonly kind: 'array'; readonly element: TsType; readonly readonly: boolean }
  /** `readonly [T, ...T[]]` */
  | { readonly kind: 'nonEmpty'; readonly element: TsType }
  | { readonly kind: 'tuple'; readonly elements: readonly TsType[] }
  | { readonly kind: 'record'; readonly value: TsType }
  | { readonly kind: 'union'; readonly members: readonly TsType[] }
  | { readonly kind: 'object'; readonly fields: readonly TsField[] };

export interface TsField {
  readonly name: string;
  readonly type: TsType;
  readonly optional?: boolean;
  readonly readonly?: boolean;
  readonly comment?: string | null;
}

/** Columns that a generated line keeps within where it can. */
export const lineWidth = 100;

export function named(text: string, argument?: TsType): TsType {
  return argument === undefined ? { kind: 'name', text } : { kind: 'name', text, argument };
}

export function arrayType(element: TsType, readonly = false): TsType {
  return { kind: 'array', element, readonly };
}

/**
 * The union of types: flat, without repetitions, `null` and `undefined` last; `never` for none. Next to `unknown` nothing
 * else says anything.
 */
export function unionOf(members: readonly TsType[]): TsType {
  const seen = new Map<string, TsType>();
  for (const member of members.flatMap((m) => (m.kind === 'union' ? m.members : [m]))) {
    const text = flatType(member);
    if (!seen.has(text)) seen.set(text, member);
  }
  const unknown = seen.get('unknown');
  if (unknown !== undefined) return unknown;
  const last = ['null', 'undefined', 'void'].flatMap((text) => {
    const member = seen.get(text);
    seen.delete(text);
    return member === undefined ? [] : [member];
  });
  seen.delete('never');
  const all = [...seen.values(), ...last];
  const [only] = all;
  if (only === undefined) return named('never');
  return all.length === 1 ? only : { kind: 'union', members: all };
}

/** A type without `undefined`: of a key that may be missing, the type of its value. */
export function withoutUndefined(type: TsType): TsType {
  if (type.kind !== 'union') return type;
  return unionOf(type.members.filter((one) => one.kind !== 'name' || one.text !== 'undefined'));
}

export function isNullType(type: TsType): boolean {
  return type.kind === 'name' && type.text === 'null';
}

const nullType = named('null');
const notAlone = /^(null|never|unknown|void)$/;

export function orNull(type: TsType, nullable: boolean): TsType {
  if (!nullable) return type;
  // The common case by hand: unionOf is ten times as slow.
  const simple = type.kind !== 'union' && !(type.kind === 'name' && notAlone.test(type.text));
  return simple ? { kind: 'union', members: [type, nullType] } : unionOf([type, nullType]);
}

/**
 * The text of a type. It stays on one line where that fits.
 * @param indent the indentation of the line that the type begins on
 * @param before how many characters are before and after it on that line
 */
export function printType(type: TsType, indent = '', before = 0): string {
  const flat = flatType(type);
  if (indent.length + before + flat.length <= lineWidth) return flat;
  return broken(type, indent, before);
}

/** The fields of an interface, a line for each. */
export function printFields(fields: readonly TsField[], indent: string): string {
  return fields
    .map((field) => {
      const key = fieldKey(field);
      const type = printType(field.type, indent, key.length + 3);
      return `${docComment(field.comment ?? '', indent)}${indent}${key}:${spaced(type)};\n`;
    })
    .join('');
}

/** The declaration of an interface. */
export function printInterface(name: string, fields: readonly TsField[]): string {
  return `export interface ${name} {\n${printFields(fields, '  ')}}\n`;
}

function broken(type: TsType, indent: string, before: number): string {
  const inner = `${indent}  `;
  switch (type.kind) {
    case 'object':
      return type.fields.length === 0 ? flatType(type) : `{\n${printFields(type.fields, inner)}${indent}}`;
    case 'union': {
      const objects = type.members.filter((m) => m.kind !== 'name');
      // `{ ... } | null` and `{ ... }[] | null` read better than members under each other.
      if (objects.length === 1 && type.members.length <= 2) {
        return type.members.map((m) => element(m, indent, before)).join(' | ');
      }
      return type.members.map((m) => `\n${inner}| ${element(m, inner, 2)}`).join('');
    }
    case 'array':
      return `${type.readonly ? 'readonly ' : ''}${element(type.element, indent, before, true)}[]`;
    case 'record':
      return `Record<string, ${printType(type.value, indent, before)}>`;
    case 'name':
      return type.argument === undefined
        ? type.text
        : `${type.text}<${printType(type.argument, indent, before)}>`;
    case 'tuple':
      return type.elements.length === 0
        ? flatType(type)
        : `[\n${type.elements.map((one) => `${inner}${printType(one, inner, 1)},\n`).join('')}${indent}]`;
    case 'nonEmpty':
      return flatType(type);
  }
}

function element(type: TsType, indent: string, before: number, inArray = false): string {
  const text = printType(type, indent, before);
  if (!needsParentheses(type, inArray)) return text;
  return text.startsWith('\n') ? `(${text}\n${indent})` : `(${text})`;
}

/** A type's text as it follows on a colon or an equals sign: members of a broken union begin on the next line. */
export function spaced(type: string): string {
  return type.startsWith('\n') ? type : ` ${type}`;
}

/** The text of a type on one line; documentation is omitted. */
export function flatType(type: TsType): string {
  switch (type.kind) {
    case 'name':
      return type.argument === undefined ? type.text : `${type.text}<${flatType(type.argument)}>`;
    case 'array':
      return `${type.readonly ? 'readonly ' : ''}${flatElement(type.element, true)}[]`;
    case 'nonEmpty':
      return `readonly [${flatType(type.element)}, ...${flatElement(type.element, true)}[]]`;
    case 'tuple':
      return `[${type.elements.map(flatType).join(', ')}]`;
    case 'record':
      return `Record<string, ${flatType(type.value)}>`;
    case 'union':
      return type.members.map((m) => flatElement(m, false)).join(' | ');
    case 'object': {
      const fields = type.fields.map((f) => `${fieldKey(f)}: ${flatType(f.type)}`);
      return fields.length === 0 ? 'Record<string, never>' : `{ ${fields.join('; ')} }`;
    }
  }
}

function flatElement(type: TsType, inArray: boolean): string {
  const text = flatType(type);
  return needsParentheses(type, inArray) ? `(${text})` : text;
}

function needsParentheses(type: TsType, inArray: boolean): boolean {
  if (!inArray) return false;
  return (
    type.kind === 'union' ||
    (type.kind === 'array' && type.readonly) ||
    type.kind === 'nonEmpty' ||
    // A type that a person wrote into the configuration can be anything.
    (type.kind === 'name' && !/^[\w$.]+$/.test(type.text) && !/^(['"`]).*\1$/.test(type.text))
  );
}

function fieldKey(field: TsField): string {
  return `${field.readonly ? 'readonly ' : ''}${propertyKey(field.name)}${field.optional ? '?' : ''}`;
}
