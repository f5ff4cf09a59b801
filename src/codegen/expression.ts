import { propertyKey } from './literal.ts';
import { lineWidth } from './ts-type.ts';

/** A TypeScript expression, so far as generated code needs them; printExpression makes it text. */
export type Expression =
  /** Text that is as it is: a name or a literal. */
  | string
  /** A call without side effects: bundlers leave it out where its result is not used. */
  | { readonly call: string; readonly args: readonly Expression[] }
  | { readonly list: readonly Expression[] }
  | { readonly record: readonly (readonly [key: string, value: Expression])[] };

/**
 * The text of an expression, on one line where that fits and as Prettier breaks it where it does not.
 * @param indent the indentation of the line that it begins on
 * @param before how many characters are before and after it on that line
 */
export function printExpression(expression: Expression, indent: string, before: number): string {
  return print(layout(expression), indent, before);
}

/** Before a call: understood by esbuild, Rollup, Rolldown, webpack and Terser. Arguments that are calls need it too. */
export const pure = '/* @__PURE__ */ ';

/** An expression and, made once for all levels, its text on one line; null where it cannot be on one. */
type Layout =
  | string
  | { readonly flat: string | null; readonly call: string; readonly args: readonly Layout[] }
  | { readonly flat: string | null; readonly list: readonly Layout[] }
  | { readonly flat: string | null; readonly record: readonly (readonly [key: string, value: Layout])[] };

function layout(expression: Expression): Layout {
  if (typeof expression === 'string') return expression;
  if ('call' in expression) {
    const args = expression.args.map(layout);
    const call = `${pure}${expression.call}`;
    return { call, args, flat: oneLine(args.map(flatText), `${call}(`, ')') };
  }
  if ('list' in expression) {
    const list = expression.list.map(layout);
    return { list, flat: mustBreak(expression.list) ? null : oneLine(list.map(flatText), '[', ']') };
  }
  const record = expression.record.map(([key, value]) => [valueKey(key), layout(value)] as const);
  const fields = record.map(([key, value]) => {
    const text = flatText(value);
    return text === null ? null : `${key}: ${text}`;
  });
  return { record, flat: fields.length === 0 ? '{}' : oneLine(fields, '{ ', ' }') };
}

// Prettier's rule: several lists (or several records) with more than one entry each are on lines of their own.
function mustBreak(list: readonly Expression[]): boolean {
  return (
    list.length > 1 &&
    (list.every((item) => typeof item !== 'string' && 'list' in item && item.list.length > 1) ||
      list.every((item) => typeof item !== 'string' && 'record' in item && item.record.length > 1))
  );
}

function oneLine(texts: readonly (string | null)[], open: string, close: string): string | null {
  return texts.includes(null) ? null : `${open}${texts.join(', ')}${close}`;
}

function flatText(item: Layout): string | null {
  if (typeof item !== 'string') return item.flat;
  return item.includes('\n') ? null : item;
}

function print(item: Layout, indent: string, before: number): string {
  if (typeof item === 'string') {
    const fits = indent.length + before + item.length <= lineWidth;
    return fits || before === 0 || item.startsWith('`') ? item : `\n${indent}  ${item}`;
  }
  const { flat } = item;
  return flat !== null && indent.length + before + flat.length <= lineWidth ? flat : broken(item, indent);
}

function broken(item: Exclude<Layout, string>, indent: string): string {
  const inner = `${indent}  `;
  if ('call' in item) {
    const [only] = item.args;
    // A single list or record hugs the parentheses.
    if (only !== undefined && typeof only !== 'string' && item.args.length === 1) {
      return `${item.call}(${broken(only, indent)})`;
    }
    return `${item.call}(\n${items(item.args, inner)}${indent})`;
  }
  if ('list' in item) return `[\n${items(item.list, inner)}${indent}]`;
  const fields = item.record.map(([key, value]) => {
    const text = print(value, inner, key.length + 3);
    return `${inner}${key}:${text.startsWith('\n') ? '' : ' '}${text},\n`;
  });
  return `{\n${fields.join('')}${indent}}`;
}

function items(list: readonly Layout[], indent: string): string {
  return list
    .map((item) => `${indent}${typeof item === 'string' ? item : print(item, indent, 1)},\n`)
    .join('');
}

// `__proto__: x` in an object literal sets the prototype (ECMA-262, B.3.1).
function valueKey(name: string): string {
  return name === '__proto__' ? "['__proto__']" : propertyKey(name);
}
