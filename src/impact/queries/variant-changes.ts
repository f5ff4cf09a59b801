import type { AnalysedQuery, Column, Variants } from '../../analysis/analysed-query.ts';
import type { Literal } from '../../analysis/type.ts';
import { bySeverity, type Change } from '../change.ts';
import { resultChange } from './value-change.ts';
import { literalText } from './value-text.ts';

/**
 * What changed about the kinds of rows that a UNION makes, beyond what changed about its columns: a column that only one
 * kind fills can become null there, while it was null in other rows all along.
 * @param known what changed about the columns
 */
export function variantChanges(
  before: AnalysedQuery,
  after: AnalysedQuery,
  known: readonly Change[],
  path: readonly string[],
): readonly Change[] {
  const { variants } = before;
  if (variants === undefined) return after.variants === undefined ? [] : [toldApart(after.variants)];
  const discriminant = variants.members[0]?.columns[variants.discriminant]?.name ?? '';
  return variants.members.flatMap(({ value, columns }) => {
    const later = kindsOf(after, discriminant, value);
    return columns.flatMap(({ name, value: was }) => {
      if (name === discriminant) return [];
      const subject = `${name} (${discriminant} ${literalText(value)})`;
      const found = later.flatMap((kind) => {
        const is = kind.find((column) => column.name === name);
        return is === undefined ? [] : (resultChange(subject, was, is.value, path, 'nodrift') ?? []);
      });
      const [gravest] = found.toSorted((a, b) => bySeverity(a.severity, b.severity));
      const whole = known.find((change) => change.subject === name);
      const isKnown = whole !== undefined && gravest !== undefined;
      return gravest === undefined || (isKnown && bySeverity(whole.severity, gravest.severity) <= 0)
        ? []
        : [gravest];
    });
  });
}

/** The columns of the kinds of rows that can have this value there. */
function kindsOf(query: AnalysedQuery, discriminant: string, value: Literal): readonly (readonly Column[])[] {
  const kinds = query.variants?.members.map(({ columns }) => columns) ?? [query.columns];
  return kinds.filter((columns) => {
    const literals = columns.find(({ name }) => name === discriminant)?.value.literals;
    return literals === undefined || literals.includes(value);
  });
}

function toldApart({ members, discriminant }: Variants): Change {
  return {
    kind: 'column',
    severity: 'compatible',
    subject: members[0]?.columns[discriminant]?.name ?? '',
    before: 'one kind of rows',
    after: `a kind for each of ${members.map(({ value }) => literalText(value)).join(', ')}`,
    direction: 'narrower',
    effect: 'rows of each kind hold fewer values than the code expects',
  };
}
