import { type Facts, notNull, nullFacts, unknownFacts } from '../facts.ts';
import { joinFacts, withNullable } from './join-facts.ts';

/** OIDs of pg_proc.dat. */
const Fn = {
  arrayAppend: 378,
  arrayPrepend: 379,
  arrayCat: 383,
  arrayRemove: 3167,
  arrayReplace: 3168,
  stringToArray: 394,
  regexpSplitToArray: 2767,
  regexpSplitToArrayFlags: 2768,
  arrayFill: 1193,
  trimArray: 6172,
  arrayShuffle: 6215,
  arraySample: 6216,
  arrayReverse: 6381,
  arraySort: 6388,
  arraySortDescending: 6389,
  arraySortNullsFirst: 6390,
  tsvectorToArray: 3326,
  enumRange: 3531,
} as const;

/** What is proven of the elements of an array that a built-in function returns; undefined if nothing. */
export function arrayFunctionElements(oid: number, args: readonly Facts[]): Facts | undefined {
  const [first, second] = args;
  switch (oid) {
    case Fn.arrayAppend:
      return first?.element && second && joinFacts(first.element, second);
    case Fn.arrayPrepend:
      return second?.element && first && joinFacts(second.element, first);
    case Fn.arrayCat:
      if (first === nullFacts || second === nullFacts) return (first === nullFacts ? second : first)?.element;
      return first?.element && second?.element && joinFacts(first.element, second.element);
    case Fn.arrayRemove:
      // array_remove(x, NULL) leaves no NULL (array_remove, src/backend/utils/adt/arrayfuncs.c).
      return second === nullFacts ? withNullable(first?.element ?? unknownFacts, false) : first?.element;
    case Fn.trimArray:
    case Fn.arrayShuffle:
    case Fn.arraySample:
    case Fn.arrayReverse:
    case Fn.arraySort:
    case Fn.arraySortDescending:
    case Fn.arraySortNullsFirst:
      return first?.element;
    case Fn.arrayReplace: {
      const replacement = args[2];
      return first?.element && replacement && joinFacts(first.element, replacement);
    }
    case Fn.arrayFill:
      return first;
    case Fn.stringToArray:
    case Fn.regexpSplitToArray:
    case Fn.regexpSplitToArrayFlags:
    case Fn.tsvectorToArray:
    case Fn.enumRange:
      return notNull;
    default:
      return undefined;
  }
}
