import type { PgType, Value } from './type.ts';

/** A column's comment: the TypeScript type that it names, and what is left of it as documentation. */
export interface ColumnComment {
  readonly type: string | null;
  readonly text: string | null;
}

// As in JSDoc. Only what names an export of a module is ours: other tools have other texts there.
const TYPE = /@type\s*\{\s*((?=[^{}]*#|\.\.?\/|[^{}]* as )[^{}\r\n]+?)\s*\}/;

/** Reads `Parameters of a job. @type {./jobs.js#JobParameters}`. */
export function readColumnComment(comment: string | null): ColumnComment {
  const [whole, type] = (comment === null ? null : TYPE.exec(comment)) ?? [];
  if (comment === null || whole === undefined || type === undefined) return { type: null, text: comment };
  const text = comment
    .replace(whole, '')
    .replace(/[^\S\n]+$/gm, '')
    .trim();
  return { type, text: text === '' ? null : text };
}

/** A value with the TypeScript type that its column's comment names, which is for JSON alone. */
export function withCommentType(value: Value, commentType: string | null): Value {
  return commentType !== null && holdsJson(value.type) ? { ...value, commentType } : value;
}

/** Whether values of a type are JSON, or arrays of it. */
export function holdsJson(type: PgType): boolean {
  switch (type.kind) {
    case 'array':
      return holdsJson(type.element);
    case 'domain':
      return holdsJson(type.base);
    case 'base':
      return type.schema === 'pg_catalog' && /^jsonb?$/.test(type.name);
    default:
      return false;
  }
}
