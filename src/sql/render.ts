import { isIdentifierPart } from './characters.ts';
import type { ParameterReference } from './parameter-reference.ts';
import type { Param, SourceSpan } from './statement.ts';

/** A statement with `$n` for its parameters. */
export interface Rendered {
  readonly sql: string;
  /** The texts before, between and after the uses: one run more than there are uses, empty ones included. */
  readonly copied: readonly SourceSpan[];
  readonly parts: readonly (string | number)[];
}

/**
 * Puts `$n`, `($n)` or `($n, $n+1)` where the parameters are in `text` from `start` to `end`.
 * A blank keeps a `$n` from growing together with a word beside it (`LIMIT:n`).
 */
export function render(
  text: string,
  start: number,
  end: number,
  uses: readonly ParameterReference[],
  params: readonly Param[],
): Rendered {
  const indexes = new Map(params.map((param, index) => [param.name, index]));
  const placeholders = params.map(placeholder);
  const pieces: string[] = [];
  const parts: (string | number)[] = [];
  const copied: SourceSpan[] = [];
  let length = 0;
  let at = start;
  let gap = '';
  for (const use of uses) {
    const index = indexes.get(use.name) ?? -1;
    const before = isIdentifierPart(text.charCodeAt(use.start - 1)) && use.start > start ? ' ' : '';
    copy(use.start, before);
    const sign = placeholders[index] ?? '';
    pieces.push(sign);
    parts.push(index);
    length += sign.length;
    at = use.end;
    gap = isIdentifierPart(text.charCodeAt(at)) && at < end ? ' ' : '';
  }
  copy(end, '');
  return { sql: pieces.join(''), copied, parts };

  function copy(to: number, after: string): void {
    copied.push({ sql: length + gap.length, file: at, length: to - at });
    const piece = gap + text.slice(at, to) + after;
    pieces.push(piece);
    parts.push(piece);
    length += piece.length;
  }
}

/** What represents a parameter in the text that Postgres analyses. */
export function placeholder(param: Param): string {
  switch (param.kind) {
    case 'scalar':
      return `$${param.index}`;
    case 'list':
      return `($${param.index})`;
    default:
      return `(${param.fields.map((field) => `$${field.index}`).join(', ')})`;
  }
}
