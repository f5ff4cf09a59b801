/** A part of a text, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * The free text of a masked header comment: what is left when the annotations are taken out, without
 * the indentation that all its lines share and without empty lines around it; lines end in `\n`.
 */
export function documentation(words: string, annotations: readonly Span[]): string {
  const lines = withoutAnnotations(words, annotations).split(/\r\n|\n|\r/);
  const shared = lines.reduce((least, line) => {
    const text = line.trimStart();
    return text === '' || text.startsWith(CUT) ? least : Math.min(least, line.length - text.length);
  }, Number.POSITIVE_INFINITY);
  const prose = lines
    .map((line) =>
      line.includes(CUT) ? line.replaceAll(CUT, '').trim() || null : line.slice(shared).trimEnd(),
    )
    .filter((line) => line !== null);
  const first = prose.findIndex((line) => line !== '');
  return first === -1 ? '' : prose.slice(first, prose.findLastIndex((line) => line !== '') + 1).join('\n');
}

/** Stands for an annotation, so that its line is neither kept empty nor counted as indented. */
const CUT = '\0';

function withoutAnnotations(words: string, annotations: readonly Span[]): string {
  let at = 0;
  const kept: string[] = [];
  for (const { start, end } of annotations) {
    kept.push(words.slice(at, start));
    at = end;
  }
  return [...kept, words.slice(at)].join(CUT);
}
