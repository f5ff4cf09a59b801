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
