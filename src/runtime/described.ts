import type { ColumnDefinition, QueryDefinition } from './definition.ts';
import { StaleQueryError } from './errors.ts';

/** How a server describes a column of a result, under the names that pg and PGlite give it. */
export interface DescribedField {
  /** Undefined where the driver gives columns names of its own. */
  readonly name: string | undefined;
  /** The OID of its type; for a domain that of what is below it. */
  readonly dataTypeID: number;
}

/** Throws StaleQueryError where a result has other columns than the module was generated for. */
export type ColumnCheck = (fields: readonly DescribedField[]) => void;

/** Returns a query's check; null for modules that don't say what is to come. */
export function columnCheck(definition: QueryDefinition): ColumnCheck | null {
  const { columns } = definition;
  if (!columns.some(([, , type]) => type !== undefined)) {
    return null;
  }
  return (fields) => {
    // Their number is considered where rows are read.
    for (const [i, column] of columns.entries()) {
      const field = fields[i];
      if (field !== undefined) {
        compare(definition, column, field, i + 1);
      }
    }
  };
}

function compare(
  definition: QueryDefinition,
  [key, , type, name = key]: ColumnDefinition,
  field: DescribedField,
  position: number,
): void {
  if (field.name !== undefined && field.name !== name) {
    throw new StaleQueryError(definition, name, `column ${position} is`, `"${field.name}"`, `"${name}"`);
  }
  if (type !== undefined && !isReadAlike(type, field.dataTypeID)) {
    throw new StaleQueryError(
      definition,
      name,
      `column "${name}" is`,
      nameOf(field.dataTypeID),
      nameOf(type),
    );
  }
}

/** Types above are the database's own (FirstGenbkiObjectId in transam.h): their OIDs are others on each. */
const LAST_BUILT_IN = 9999;

// text, varchar, bpchar, name, and the arrays of these; json, jsonb, and theirs.
const ALIKE = [
  [25, 1043, 1042, 19],
  [1009, 1015, 1014, 1003],
  [114, 3802],
  [199, 3807],
];
// int2, int4, int8, numeric, float4, float8, and their arrays.
const NUMBERS = [
  [21, 23, 20, 1700, 700, 701],
  [1005, 1007, 1016, 1231, 1021, 1022],
];

/** Whether what was generated for one type reads the other one's values, or says that it cannot. */
function isReadAlike(declared: number, found: number): boolean {
  const isText = (type: number) => ALIKE.slice(0, 2).some((types) => types.includes(type));
  if (declared === found) {
    return true;
  }
  if (declared === 0) {
    return found > LAST_BUILT_IN || isText(found);
  }
  if (found > LAST_BUILT_IN) {
    return isText(declared);
  }
  return (
    ALIKE.some((types) => types.includes(declared) && types.includes(found)) ||
    NUMBERS.some((types) => holds(types.indexOf(declared), types.indexOf(found)))
  );
}

/** Integers read integers, numeric also; floats read those that they hold exactly, and each other. */
function holds(to: number, from: number): boolean {
  return to >= 0 && from >= 0 && (to < 3 ? from < 3 : to === 3 ? from < 4 : from < 2 || from > 3);
}

/** The common ones of pg_type.dat, for messages. */
const NAMES =
  ' 16:bool 17:bytea 20:int8 21:int2 23:int4 25:text 114:json 700:float4 701:float8 1043:varchar 1082:date 1114:timestamp 1184:timestamptz 1700:numeric 2950:uuid 3802:jsonb';

function nameOf(type: number): string {
  return type === 0 ? 'a type of the schema' : (NAMES.split(` ${type}:`)[1]?.split(' ')[0] ?? `type ${type}`);
}
