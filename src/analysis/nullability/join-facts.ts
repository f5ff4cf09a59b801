import { type Facts, type FieldFacts, noValue, nullFacts, unknownFacts } from '../facts.ts';
import { eitherDimensions, withDimensions } from './dimensions.ts';

/** What holds of a value that is one of two. */
export function joinFacts(a: Facts, b: Facts): Facts {
  if (a === b || b === noValue) return a;
  if (a === noValue) return b;
  if (a === nullFacts) return withNullable(b, true);
  if (b === nullFacts) return withNullable(a, true);
  const joined: { -readonly [K in keyof Facts]: Facts[K] } = { nullable: a.nullable || b.nullable };
  if (a.element !== undefined && b.element !== undefined) joined.element = joinFacts(a.element, b.element);
  const fields = joinFields(a.fields, b.fields);
  if (fields !== undefined) joined.fields = fields;
  if (a.literals !== undefined && b.literals !== undefined) {
    joined.literals = [...new Set([...a.literals, ...b.literals])];
  }
  const dimensions = eitherDimensions(a, b);
  return dimensions === undefined ? joined : withDimensions(joined, dimensions);
}

function joinFields(a: Facts['fields'], b: Facts['fields']): readonly FieldFacts[] | undefined {
  if (a === undefined || b === undefined || a.length !== b.length) return undefined;
  const fields: FieldFacts[] = [];
  for (const [i, field] of a.entries()) {
    const other = b[i];
    if (other === undefined || other.number !== field.number || other.type !== field.type) return undefined;
    const { origin, ...rest } = field;
    fields.push({
      ...rest,
      // Rows of different names are told by position.
      name: other.name === field.name ? field.name : '',
      ...(origin && String(origin) === String(other.origin) && { origin }),
      facts: joinFacts(field.facts, other.facts),
    });
  }
  return fields;
}

/** What holds of each column of rows that come from either. */
export function joinColumns(a: readonly Facts[], b: readonly Facts[]): readonly Facts[] {
  return a.map((facts, i) => joinFacts(facts, b[i] ?? unknownFacts));
}

/** The same value, with what is known of its being NULL. */
export function withNullable(facts: Facts, nullable: boolean): Facts {
  return facts.nullable === nullable ? facts : { ...facts, nullable };
}

export function sameFacts(a: Facts, b: Facts): boolean {
  if (a === b) return true;
  if (a === nullFacts || b === nullFacts) return false;
  if (a === noValue || b === noValue) return false;
  if (a.nullable !== b.nullable) return false;
  if ((a.element === undefined) !== (b.element === undefined)) return false;
  if (a.element && b.element && !sameFacts(a.element, b.element)) return false;
  if ((a.fields === undefined) !== (b.fields === undefined) || a.fields?.length !== b.fields?.length)
    return false;
  if (a.fields?.some((field, i) => !sameField(field, b.fields?.[i]))) return false;
  return a.literals?.length === b.literals?.length && String(a.dimensions) === String(b.dimensions);
}

function sameField(a: FieldFacts, b: FieldFacts | undefined): boolean {
  return (
    b !== undefined &&
    a.name === b.name &&
    a.type === b.type &&
    String(a.origin) === String(b.origin) &&
    sameFacts(a.facts, b.facts)
  );
}
