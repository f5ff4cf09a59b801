import type { SchemaObject } from './schema-object.ts';

/**
 * Whether one of the patterns means the object. A pattern is a name with `*` for any text: that of the object
 * (`public.users`, `public.f(*)`), of its table, or of its schema (`audit`), and with them goes what they hold.
 * With a kind before it, `index public.*_tmp`, it means objects of that kind alone.
 */
export function ignoring(patterns: readonly string[]): (object: SchemaObject) => boolean {
  const matchers = patterns.map(matcher);
  return (object) => matchers.some((matches) => matches(object));
}

function matcher(pattern: string): (object: SchemaObject) => boolean {
  const whole = expression(pattern);
  return (object) => {
    const { kind, name, table } = object;
    if (whole.test(`${kind} ${name}`)) return true;
    const holders = [name, ...(table === null ? [] : [table]), schemaOf(object)];
    return holders.some((holder) => whole.test(holder));
  };
}

function schemaOf({ kind, name }: SchemaObject): string {
  const first = /^(?:[^".(]+|"(?:[^"]|"")*")(?=\.)/.exec(name)?.[0];
  return first ?? (kind === 'schema' ? name : '');
}

function expression(pattern: string): RegExp {
  const escaped = pattern.split('*').map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`, 's');
}
