import { type Facts, notNull, noValue, nullFacts } from '../facts.ts';
import type { Const } from '../tree/nodes.ts';
import { constantLengths } from './array-length.ts';
import type { Context } from './context.ts';
import { withDimensions } from './dimensions.ts';

/** What is proven of a constant. */
export function constantFacts(constant: Const, context: Context): Facts {
  const isArray = (context.frame.engine.catalog.types.get(constant.consttype)?.element ?? 0) !== 0;
  if (constant.constisnull) return nullFacts;
  if (!isArray) return notNull;
  const dimensions = constantLengths(constant).length;
  return withDimensions(
    { nullable: false, element: dimensions === 0 ? noValue : { nullable: mayHoldNull(constant) } },
    dimensions === 0 ? [] : [dimensions],
  );
}

/**
 * Whether an array constant has a NULL bitmap: after the length come the number of dimensions and the offset of
 * the data, which is 0 where there is no bitmap (src/include/utils/array.h).
 */
function mayHoldNull(constant: Const): boolean {
  const bytes = constant.constvalue ?? [];
  return bytes.length < 12 || bytes.slice(8, 12).some((byte) => byte !== 0);
}
