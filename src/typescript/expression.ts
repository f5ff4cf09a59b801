import { propertyKey } from './literal.ts';
import { lineWidth } from './ts-type.ts';

/** A TypeScript expression, so far as generated code needs them; printExpression makes it text. */
export type Expression =
  /** Text that stands as it is: a name or a literal. */
  | string
  /** A call without side effects: bundlers leave it out where its result is not used. */
  | { readonly call: string; readonly args: readonly Expression[] }
  | { readonly list: readonly Expression[] }
  | { readonly record: readonly (readonly [key: string, value: Expression])[] };

/**
 * The text of an expression, on one line where that fits and as Prettier breaks it where it does not.
 * @param indent the indentation of the line that it begins on
 * @param before how many characters stand before and after it on that line
 */
export function printExpression(expression: Expression, indent: string, before: number): string {
  if (typeof expression === 'string') {
    const fits = indent.length + before + expression.length <= lineWidth;
    return fits || before === 0 || expression.startsWith('`') ? expression : `\n${indent}  ${expression}`;
  }
  if (!mustBreak(expression)) {
    const flat = flatExpression(expression);
    if (!flat.includes('\n') && indent.length + before + flat.length <= lineWidth) return flat;
  }
  return broken(expression, indent);
}

/** Before a call: understood by esbuild, Rollup, Rolldown, webpack and Terser. Arguments that are calls need it too. */
export const pure = '/* @__PURE__ */ ';

type Compound = Exclude<Expression, string>;

function broken(expression: Compound, indent: string): string {
  const inner = `${indent}  `;
  if ('call' in expression) {
    const [only] = expression.args;
    // A single list or record hugs the parentheses.
    if (only !== undefined && typeof only !== 'string' && expression.args.length === 1) {
      return `${pure}${expression.call}(${broken(only, indent)})`;
    }
    return `${pure}${expression.call}(\n${items(expression.args, inner)}${indent})`;
  }
  if ('list' in expression) return `[\n${items(expression.list, inner)}${indent}]`;
  const fields = expression.record.map(([name, value]) => {
    const key = valueKey(name);
    const text = printExpression(value, inner, key.length + 3);
    return `${inner}${key}:${text.startsWith('\n') ? '' : ' '}${text},\n`;
  });
  return `{\n${fields.join('')}${indent}}`;
}

function items(list: readonly Expression[], indent: string): string {
  return list
    .map((item) => `${indent}${typeof item === 'string' ? item : printExpression(item, indent, 1)},\n`)
    .join('');
}

// Prettier's rule: several lists (or several records) with more than one entry each stand under each other.
function mustBreak(expression: Expression): boolean {
  if (typeof expression === 'string') return false;
  if ('call' in expression) return expression.args.some(mustBreak);
  if ('record' in expression) return expression.record.some(([, value]) => mustBreak(value));
  const { list } = expression;
  return (
    (list.length > 1 &&
      (list.every((item) => typeof item !== 'string' && 'list' in item && item.list.length > 1) ||
        list.every((item) => typeof item !== 'string' && 'record' in item && item.record.length > 1))) ||
    list.some(mustBreak)
  );
}

function flatExpression(expression: Expression): string {
  if (typeof expression === 'string') return expression;
  if ('call' in expression) {
    return `${pure}${expression.call}(${expression.args.map(flatExpression).join(', ')})`;
  }
  if ('list' in expression) return `[${expression.list.map(flatExpression).join(', ')}]`;
  const fields = expression.record.map(([key, value]) => `${valueKey(key)}: ${flatExpression(value)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

// `__proto__: x` in an object literal sets the prototype (ECMA-262, B.3.1).
function valueKey(name: string): string {
  return name === '__proto__' ? "['__proto__']" : propertyKey(name);
}
