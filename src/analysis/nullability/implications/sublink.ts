import { Sub, type SubLink } from '../../tree/nodes.ts';
import { type Atoms, noAtoms } from '../atoms.ts';
import type { Context } from '../context.ts';
import { NOT_NULL, NULL, TRUE } from '../outcomes.ts';
import { nullnessAtoms } from './not-null.ts';
import { someRow, someValue } from './some-row.ts';

/** What EXISTS, IN, ANY and a scalar subquery say of the query around (PostgreSQL documentation, 9.24). */
export function subLinkAtoms(expr: SubLink, outcomes: number, context: Context): Atoms {
  const { implications } = context.frame.engine;
  switch (expr.subLinkType) {
    case Sub.exists:
      if ((outcomes & NOT_NULL) === 0) return 'contradiction';
      return outcomes === TRUE ? someRow(expr, context, () => noAtoms) : noAtoms;
    case Sub.any: {
      const { testexpr } = expr;
      if (outcomes !== TRUE) return noAtoms;
      return someRow(expr, context, (opened) =>
        testexpr === null ? noAtoms : implications(testexpr, TRUE, { ...context, sublink: opened.columns() }),
      );
    }
    case Sub.expr:
      if (outcomes & NULL) break;
      return someValue(expr, context, (value, at) => implications(value, outcomes, at));
  }
  return outcomes & NULL ? nullnessAtoms(expr, outcomes, context) : noAtoms;
}
