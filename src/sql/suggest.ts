import { distance } from 'fastest-levenshtein';

/** The candidate that a misspelt word most likely means, or null: at most two edits, at most half of it. */
export function suggest(word: string, candidates: Iterable<string>): string | null {
  let best: string | null = null;
  let bound = Math.min(2, Math.floor(word.length / 2)) + 1;
  for (const candidate of candidates) {
    const edits = distance(word.toLowerCase(), candidate.toLowerCase());
    if (edits < bound) {
      best = candidate;
      bound = edits;
    }
  }
  return best;
}
