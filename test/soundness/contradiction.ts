import type { Cardinality } from '../../src/analysis/cardinality/block.ts';
import type { Facts } from '../../src/analysis/facts.ts';
import { record } from '../../src/runtime/codec/composite.ts';
import { fits } from '../support/json-fits.ts';
import { isNamed } from '../support/violation-named.ts';
import type { Run } from './batch.ts';
import type { Columns, Declared, Values } from './declared.ts';

// What a statement that writes raises in a transaction that is READ ONLY (PostgreSQL documentation, appendix A).
const READ_ONLY = '25006';

/** What of a run is against what is declared of the statement; null if nothing is. */
export function contradiction(declared: Declared, { values, rows, error }: Run): string | null {
  if (error !== null) {
    const { code, message } = error;
    if (declared.readOnly === true && code === READ_ONLY) return `is not read-only: ${message}`;
    if (!isNamed(error, declared.violations)) return `raises ${message}`;
  }
  if (rows === null) return null;
  // Without RETURNING the rows are those affected.
  const counted = declared.columns.facts.length > 0 ? ofRowCount(declared.rows, rows.length) : null;
  const wrong = counted ?? ofColumns(declared.columns, rows);
  if (wrong !== null) return wrong;
  const { given } = declared;
  const keepsTo = given?.params.every((facts, i) => against(facts, values[i] ?? null) === null);
  const inside = given && keepsTo ? ofColumns(given.columns, rows) : null;
  return inside === null ? null : `with what parameters let through: ${inside}`;
}

function ofRowCount({ min, max }: Cardinality, count: number): string | null {
  return count < min || (max !== null && count > max) ? `has ${count} rows, not ${min} to ${max}` : null;
}

type Row = readonly (string | null)[];

/** The first value that is against what is declared of its column, in all rows or in those of its kind. */
function ofColumns(columns: Columns, rows: readonly Row[]): string | null {
  const wrong = ofValues(columns, rows);
  const { kinds } = columns;
  if (wrong !== null || kinds === null) return wrong;
  const values = new Map([...kinds.values].map(([value, of]) => [shown(value), of]));
  for (const row of rows) {
    const kind = row[kinds.column] ?? 'NULL';
    const of = values.get(kind);
    const found = of === undefined ? 'is of no kind of rows' : ofValues(of, [row]);
    if (found !== null) return `${found}, where column ${kinds.column + 1} is ${kind}`;
  }
  return null;
}

function ofValues({ facts, shapes }: Values, rows: readonly Row[]): string | null {
  for (const [column, declared] of facts.entries()) {
    const shape = shapes[column] ?? null;
    for (const row of rows) {
      const value = row[column] ?? null;
      const wrong =
        against(declared, value) ??
        (shape !== null && value !== null && !fits(JSON.parse(value), shape)
          ? `is no such JSON: ${value}`
          : null);
      if (wrong !== null) return `column ${column + 1} ${wrong}`;
    }
  }
  return null;
}

/** @param value in text form */
function against(facts: Facts, value: string | null): string | null {
  if (value === null) return facts.nullable ? null : 'is NULL';
  const { dimensions, element, fields, literals } = facts;
  if (literals !== undefined && !literals.some((literal) => shown(literal) === value)) return `is ${value}`;
  if (dimensions !== undefined && value !== '{}' && !dimensions.includes(dimensionsOf(value)))
    return `has ${dimensionsOf(value)} dimensions: ${value}`;
  if (element !== undefined) {
    const wrong = elements(value)
      .map((one) => against(element, one))
      .find((what) => what !== null);
    if (wrong) return `has an element that ${wrong}: ${value}`;
  }
  if (fields !== undefined) {
    const texts = record.decode(value);
    if (texts.length !== fields.length && fields.length > 0) return `has ${texts.length} fields: ${value}`;
    const wrong = fields
      .map(({ facts: field }, i) => against(field, texts[i] ?? null))
      .find((what) => what !== null);
    if (wrong) return `has a field that ${wrong}: ${value}`;
  }
  return null;
}

function shown(literal: string | number | boolean): string {
  return typeof literal === 'boolean' ? (literal ? 't' : 'f') : String(literal);
}

/** An array's text begins with a brace for each dimension, perhaps behind its bounds. */
function dimensionsOf(text: string): number {
  return /^(?:\[.*?\]=)?(\{*)/.exec(text)?.[1]?.length ?? 0;
}

/** The elements of an array of any dimensions; only NULL without quotes is NULL (PostgreSQL documentation, 8.15.6). */
function elements(text: string): readonly (string | null)[] {
  const all = text.replace(/^[^{]*/, '').matchAll(/"((?:[^"\\]|\\.)*)"|[^{},]+/gs);
  return [...all].map(([token, quoted]) =>
    quoted !== undefined ? quoted.replace(/\\(.)/gs, '$1') : token === 'NULL' ? null : token,
  );
}
