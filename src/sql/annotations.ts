import { distance } from 'fastest-levenshtein';
import type { Span } from './documentation.ts';
import { matchAt } from './match.ts';
import { type NameReading, readName } from './name.ts';
import type { Problem } from './problem.ts';
import { readTransform, type Transform } from './transform.ts';

/** The annotations of a header comment and their places in its masked text. */
export interface Annotations {
  /** Null where there is no `@name`. */
  readonly name: NameReading | null;
  readonly transforms: ReadonlyMap<string, Transform>;
  readonly temporary: boolean;
  readonly problems: readonly Problem[];
  readonly spans: readonly Span[];
}

/**
 * Reads the annotations of a comment, see header.ts.
 * @param words the masked comment
 * @param base the comment's offset in the file's text
 */
export function readAnnotations(words: string, base: number): Annotations {
  let name: NameReading | null = null;
  const transforms = new Map<string, Transform>();
  const problems: Problem[] = [];
  const spans: Span[] = [];
  let orphan: number | null = null;
  let end = 0;
  let temporary = false;
  for (let at = words.indexOf('@'); at !== -1; at = words.indexOf('@', Math.max(at + 1, end))) {
    const tag = matchAt(/@([A-Za-z_][A-Za-z0-9_]*)/y, words, at)?.[1];
    if (tag === undefined) continue;
    const after = at + 1 + tag.length;
    const leads = leadsLine(words, at, end);
    if (tag === 'name' && leads) {
      const reading = readName(words, after, base);
      if (name === null) problems.push(...reading.problems);
      else
        problems.push(problem(at, 'A second @name in one header.', 'Write one header for each statement.'));
      name ??= reading;
      end = reading.end;
    } else if (tag === 'param' && (leads || /^\s+\w+\s*->/.test(words.slice(after, after + 200)))) {
      const reading = readTransform(words, after, base);
      orphan ??= at;
      end = reading.end;
      if (reading.problem !== null) problems.push(reading.problem);
      if (reading.transform !== null) addTransform(reading.transform);
    } else if (tag === 'temporary' && leads) {
      temporary = true;
      end = after;
    } else if (leads && didYouMean(tag) !== null) {
      problems.push(problem(at, `Unknown annotation @${tag}.`, `Did you mean @${didYouMean(tag)}?`));
      end = after;
    } else continue;
    spans.push({ start: at, end });
  }
  if (name === null && orphan !== null && problems.length === 0) {
    problems.push(
      problem(
        orphan,
        'A comment with @param but no @name.',
        'Write @name and @param into one comment, above the statement.',
      ),
    );
  }
  return { name, transforms, temporary, problems, spans };

  function problem(at: number, message: string, hint: string): Problem {
    return { offset: base + at, message, hint };
  }

  function addTransform(transform: Transform): void {
    if (transforms.has(transform.name)) {
      const message = `A second @param ${transform.name} in one header.`;
      problems.push({ offset: transform.offset, message, hint: 'Describe each parameter once.' });
    } else transforms.set(transform.name, transform);
  }
}

/** Whether only blanks are between an offset and the start of its line or the annotation before it. */
function leadsLine(words: string, at: number, annotationEnd: number): boolean {
  let before = at;
  while (before > annotationEnd && (words[before - 1] === ' ' || words[before - 1] === '\t')) before -= 1;
  return (
    before === 0 || (before === annotationEnd && annotationEnd > 0) || /[\r\n]/.test(words.charAt(before - 1))
  );
}

/** The annotation that a tag most likely means: one edit away, or the same letters in another order. */
function didYouMean(tag: string): string | null {
  const word = tag.toLowerCase();
  const known = ['name', 'param', 'temporary'];
  return known.find((one) => distance(word, one) <= 1 || letters(word) === letters(one)) ?? null;
}

function letters(word: string): string {
  return [...word].sort().join('');
}
