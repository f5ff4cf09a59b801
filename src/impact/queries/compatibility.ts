import type { Field, Literal, PgType } from '../../analysis/type.ts';
import { withoutDomains } from '../../analysis/without-domains.ts';
import { typeInfo } from '../../built-in-types.ts';
import { resultKind } from '../../codegen/pgtyped/mapping.ts';
import { bySeverity, type ChangeDirection, type Severity } from '../change.ts';

/** What it means that something takes another set of values than the code was made for. */
export interface Compatibility {
  readonly severity: Severity;
  readonly direction: ChangeDirection;
  readonly effect: string;
}

/**
 * What happens to code that decodes a result as `before` and gets `after`; null where nothing does. Values come
 * as PostgreSQL's text format, and the code's decoders are those of src/runtime/codec; which types the code lets through
 * is what src/runtime/described.ts says.
 */
export function resultFit(before: PgType, after: PgType): Compatibility | null {
  const [was, is] = [withoutDomains(before), withoutDomains(after)];
  if (sameKind(was, is)) {
    return insideFit(was, is, resultFit) ?? domainFit(before, after, 'result') ?? renamed(was, is);
  }
  return describedFit(was, is);
}

/** As resultFit, for the fields of rows: the server does not say of which types they are, so the code decodes them. */
export function fieldFit(before: PgType, after: PgType): Compatibility | null {
  const [was, is] = [withoutDomains(before), withoutDomains(after)];
  if (sameKind(was, is)) {
    return insideFit(was, is, fieldFit) ?? domainFit(before, after, 'result') ?? renamed(was, is);
  }
  const fit = describedFit(was, is);
  if (fit.severity !== 'breaks' || was.kind !== 'base' || !readsOthers(was, is)) return fit;
  return { ...fit, severity: 'may break', effect: "the code reads another type's text" };
}

/** Whether there are texts of a type that the decoder of another one takes. */
function readsOthers(was: PgType, is: PgType): boolean {
  const [from, to] = [classOf(was) ?? '', classOf(is) ?? ''];
  if (to === 'text') return true;
  return isNumber(from)
    ? isNumber(to)
    : typeInfo(was.kind === 'base' ? was.name : '')?.strictDecoder !== true;
}

/**
 * What happens to code whose results `pg` decodes by the types that the server says they are: another type's values are
 * of another kind in JavaScript, or read otherwise.
 */
export function pgFit(before: PgType, after: PgType): Compatibility | null {
  if (resultKind(withoutDomains(before)) !== resultKind(withoutDomains(after))) return differs('result');
  const fit = resultFit(before, after);
  if (fit?.severity !== 'breaks') return fit;
  return { ...fit, severity: 'may break', effect: "the code reads another type's values" };
}

function describedFit(was: PgType, is: PgType): Compatibility {
  const [from, to] = [classOf(was), classOf(is)];
  if (from === 'text' && was.kind === 'base' && is.kind === 'base' && is.name === 'bpchar') {
    return { severity: 'may break', direction: 'other', effect: 'values come padded with blanks' };
  }
  if (from === to && from !== null && from !== 'enum') {
    return { severity: 'compatible', direction: 'other', effect: alike };
  }
  if (from === 'text' && to === 'enum') return narrowerResult;
  if (from !== 'enum' && isLetThrough(was, is)) {
    return { severity: 'may break', direction: 'other', effect: "the code reads another type's text" };
  }
  if (from === null || to === null) return differs('result');
  if (from === 'enum') {
    return to === 'text'
      ? {
          severity: 'may break',
          direction: 'wider',
          effect: 'rows can hold values that the code does not know',
        }
      : differs('result');
  }
  if (isNumber(from) && isNumber(to)) return numberResult(from, to);
  return differs('result');
}

/** What happens to code that sends a parameter as `before` where `after` is taken; null where nothing does. */
export function parameterFit(before: PgType, after: PgType): Compatibility | null {
  const [was, is] = [withoutDomains(before), withoutDomains(after)];
  if (sameKind(was, is)) {
    return insideFit(was, is, parameterFit) ?? domainFit(before, after, 'parameter') ?? renamed(was, is);
  }
  const [from, to] = [classOf(was), classOf(is)];
  if (to === 'text') return widerParameter;
  if (from === null || to === null) return differs('parameter');
  if (from === to && from !== 'enum') return { severity: 'compatible', direction: 'other', effect: alike };
  if (isNumber(from) && isNumber(to)) return numberParameter(from, to);
  if (from === 'date' && (to === 'timestamp' || to === 'timestamptz')) return widerParameter;
  if (isTime(from) && isTime(to)) {
    return {
      severity: 'may break',
      direction: 'other',
      effect: 'the values of callers are read as another time',
    };
  }
  return differs('parameter');
}

/** What happens where a list of the only possible values changes; undefined: there is no such list. */
export function literalsFit(
  before: readonly Literal[] | undefined,
  after: readonly Literal[] | undefined,
  use: 'result' | 'parameter',
): Compatibility | null {
  if (before !== undefined && after !== undefined) return labelsFit(before, after, use);
  if (before === after) return null;
  const narrower = before === undefined;
  if (use === 'result') {
    return narrower
      ? narrowerResult
      : {
          severity: 'may break',
          direction: 'wider',
          effect: 'rows can hold values that the code does not know',
        };
  }
  return narrower
    ? {
        severity: 'may break',
        direction: 'narrower',
        effect: `only ${list(after ?? [])} is accepted from now on`,
      }
    : widerParameter;
}

const alike = 'it is read and written in the same way';
const narrowerResult: Compatibility = {
  severity: 'compatible',
  direction: 'narrower',
  effect: 'rows hold fewer values than the code expects',
};
const widerParameter: Compatibility = {
  severity: 'compatible',
  direction: 'wider',
  effect: 'everything that callers pass is still accepted',
};

function differs(use: 'result' | 'parameter'): Compatibility {
  const effect =
    use === 'result' ? 'the code decodes another type' : 'the values of callers have another type';
  return { severity: 'breaks', direction: 'other', effect };
}

function labelsFit(
  before: readonly Literal[],
  after: readonly Literal[],
  use: 'result' | 'parameter',
): Compatibility | null {
  const added = after.filter((label) => !before.includes(label));
  const removed = before.filter((label) => !after.includes(label));
  if (added.length === 0 && removed.length === 0) return null;
  const direction = added.length === 0 ? 'narrower' : removed.length === 0 ? 'wider' : 'other';
  if (use === 'parameter') {
    return removed.length > 0
      ? { severity: 'breaks', direction, effect: `callers that pass ${list(removed)} fail` }
      : { ...widerParameter, direction };
  }
  return added.length > 0
    ? {
        severity: 'may break',
        direction,
        effect: `rows can hold ${list(added)}, which the code does not know`,
      }
    : { ...narrowerResult, direction };
}

function list(labels: readonly Literal[]): string {
  return labels.map((label) => (typeof label === 'string' ? `'${label}'` : String(label))).join(', ');
}

type Compare = (before: PgType, after: PgType) => Compatibility | null;

/** Whether they are told apart by what is in them only: base types are by name, wherever they have moved. */
function sameKind(a: PgType, b: PgType): boolean {
  if (a.kind === 'base' && b.kind === 'base') return a.name === b.name;
  return a.kind === b.kind;
}

function insideFit(was: PgType, is: PgType, compare: Compare): Compatibility | null {
  if (was.kind === 'array' && is.kind === 'array') return compare(was.element, is.element);
  const ranges = was.kind === 'range' || was.kind === 'multirange';
  const ofResult = compare !== parameterFit;
  if (ranges && ofResult && isBuiltIn(was) && isBuiltIn(is) && was.name !== is.name) {
    return differs('result');
  }
  if (was.kind === 'range' && is.kind === 'range') return compare(was.subtype, is.subtype);
  if (was.kind === 'multirange' && is.kind === 'multirange') return compare(was.range, is.range);
  if (was.kind === 'enum' && is.kind === 'enum') {
    return labelsFit(was.labels, is.labels, ofResult ? 'result' : 'parameter');
  }
  if (was.kind !== 'composite' || is.kind !== 'composite') return null;
  return worstFit([
    namesFit(was.fields, is.fields),
    ...was.fields.map((field, i) => {
      const other = is.fields[i];
      if (other === undefined) return null;
      return (ofResult ? fieldFit : parameterFit)(field.value.type, other.value.type);
    }),
  ]);
}

/** Attributes are read and written by their place. */
export function namesFit(before: readonly Field[], after: readonly Field[]): Compatibility | null {
  const [was, is] = [before.map(({ name }) => name), after.map(({ name }) => name)];
  if (was.length !== is.length)
    return { severity: 'breaks', direction: 'other', effect: 'it has other attributes' };
  if (was.every((name, i) => name === is[i])) return null;
  return was.toSorted().join('\0') === is.toSorted().join('\0')
    ? { severity: 'breaks', direction: 'other', effect: 'the attributes come in another order' }
    : {
        severity: 'may break',
        direction: 'other',
        effect: 'the code reads attributes by position, not by name',
      };
}

function worstFit(fits: readonly (Compatibility | null)[]): Compatibility | null {
  const found = fits.filter((one) => one !== null);
  return found.toSorted((a, b) => bySeverity(a.severity, b.severity))[0] ?? null;
}

function renamed(was: PgType, is: PgType): Compatibility | null {
  if (was.kind === 'array' || is.kind === 'array') return null;
  if (was.name === is.name && was.schema === is.schema) return null;
  return { severity: 'compatible', direction: 'other', effect: alike };
}

/** A domain demands more than its base. */
function domainFit(before: PgType, after: PgType, use: 'result' | 'parameter'): Compatibility | null {
  const [was, is] = [domainName(before), domainName(after)];
  if (was === is) return null;
  if (use === 'result') return { severity: 'compatible', direction: 'other', effect: alike };
  return is === null
    ? widerParameter
    : { severity: 'may break', direction: 'narrower', effect: `callers must keep to the domain ${is}` };
}

/** What the code cannot tell by OIDs: they are the database's own for types of the schema. */
function isLetThrough(was: PgType, is: PgType): boolean {
  return (isText(was) && isOfSchema(is)) || (isOfSchema(was) && (isText(is) || isBaseOfSchema(is)));
}

/** One whose text can be anything, and arrays of them. */
function isBaseOfSchema(type: PgType): boolean {
  return type.kind === 'array' ? isBaseOfSchema(type.element) : type.kind === 'base' && !isBuiltIn(type);
}

/** Texts, and arrays of them. */
function isText(type: PgType): boolean {
  return type.kind === 'array' ? isText(type.element) : classOf(type) === 'text' && isBuiltIn(type);
}

function isOfSchema(type: PgType): boolean {
  return type.kind === 'array' ? isOfSchema(type.element) : !isBuiltIn(type);
}

function isBuiltIn(type: PgType): type is Exclude<PgType, { kind: 'array' }> {
  return type.kind !== 'array' && type.schema === 'pg_catalog';
}

function domainName(type: PgType): string | null {
  return type.kind === 'domain' ? type.name : null;
}

/** Types of one class have one text format. */
function classOf(type: PgType): string | null {
  if (type.kind === 'enum') return 'enum';
  if (type.kind !== 'base') return null;
  return typeInfo(type.name)?.textFormat ?? type.name;
}

function isTime(name: string): boolean {
  return name === 'timestamp' || name === 'timestamptz' || name === 'date';
}

function isNumber(name: string): boolean {
  return typeInfo(name)?.numberRank !== undefined;
}

/** Whether a type of numbers holds more than another one. */
function isWider(from: string, to: string): boolean {
  return (typeInfo(from)?.numberRank ?? 0) < (typeInfo(to)?.numberRank ?? 0);
}

/** int2, int4 and floats are decoded as number, int8 as bigint, numeric as text or what is configured for it. */
function numberResult(from: string, to: string): Compatibility {
  const direction: ChangeDirection = isWider(from, to) ? 'wider' : 'narrower';
  const integer = to === 'int2' || to === 'int4' || (to === 'int8' && from === 'numeric');
  if (integer || (from === 'float8' && to === 'float4') || (from === 'float4' && to === 'float8')) {
    return { severity: 'compatible', direction, effect: 'the code decodes it as before' };
  }
  if (to === 'int8' && (from === 'int2' || from === 'int4')) {
    return { severity: 'may break', direction, effect: 'numbers beyond 2^53 throw DecodeError' };
  }
  return { severity: 'breaks', direction, effect: 'the code decodes another type' };
}

function numberParameter(from: string, to: string): Compatibility {
  const wider = isWider(from, to);
  if (wider && !to.startsWith('float')) return widerParameter;
  if (wider || (from === 'float8' && to === 'float4')) {
    return { severity: 'may break', direction: wider ? 'wider' : 'narrower', effect: 'numbers are rounded' };
  }
  return {
    severity: 'breaks',
    direction: 'narrower',
    effect: 'numbers that callers could pass no longer fit',
  };
}
