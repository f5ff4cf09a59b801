import type { Client } from 'pg';
import { type ArrayTypes, textWithArrays, withArrayParams, withArrays } from '../../sql/arrays.ts';
import { placeholder } from '../../sql/postgres-text.ts';
import type { ElementType } from '../../sql/row-source.ts';
import type { Slot, Statement } from '../../sql/statement.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { isRewritten } from '../catalog/updatable.ts';
import { elementType } from '../parameters/identity.ts';
import type { DescribedStatement, ReadStatement } from '../stars/expand.ts';
import { Cmd, type QueryNode } from '../tree/nodes.ts';
import { isUtility, readCompleteQuery } from '../tree/read.ts';
import { type DescribeResult, describe } from '../wire.ts';
import { elementTypeOf } from './element.ts';
import { isSameComparison } from './same-comparison.ts';
import { isSameInsert } from './same-insert.ts';

/** One text to try: some of a statement's lists as arrays. */
interface Attempt {
  readonly index: number;
  readonly types: ArrayTypes;
}

/** Whether a statement has a list, or an array of objects. */
export function hasList({ params }: Statement): boolean {
  return params.some(({ kind }) => kind === 'list' || kind === 'objects');
}

type Described = Extract<DescribeResult, { ok: true }>;

/**
 * Finds the lists that can be sent as arrays: those of which the server says that `x = ANY ($1)` is what `x IN ($1)` is, for
 * each element; and the rows of an INSERT that can be sent as one array for each column. The others are sent as they are
 * written, one parameter for each value.
 *
 * @param pause called after each text; what it returns is waited for
 * @returns for each statement, in order
 * @throws Failure 3 if the connection is lost
 */
export async function findArrays(
  client: Client,
  statements: readonly ReadStatement[],
  catalog: Catalog,
  pause: () => Promise<void> | undefined,
): Promise<readonly ArrayTypes[]> {
  const found = statements.map(() => new Map<number, ElementType | readonly ElementType[]>());
  const describeAll = (texts: readonly string[], receive: (sent: Described, index: number) => void) =>
    describe(client, texts, (sent, i) => {
      if (sent.ok) receive(sent, i);
      return pause();
    });
  const tryLists = async (attempts: readonly Attempt[], keep: (attempt: Attempt) => void) => {
    const texts = attempts.flatMap((attempt) => {
      const one = statements[attempt.index];
      const sql = one === undefined ? null : textWithArrays(one.statement, attempt.types);
      return one === undefined || sql === null ? [] : [{ attempt, sql, one }];
    });
    await describeAll(
      texts.map(({ sql }) => sql),
      (sent, i) => {
        const text = texts[i];
        if (text !== undefined && isSame(text.one, sent, text.attempt.types, catalog)) keep(text.attempt);
      },
    );
  };
  const candidates = statements.map((one) => listsOf(one, catalog));
  await tryLists(
    candidates.flatMap((types, index) =>
      [...types].map((one): Attempt => ({ index, types: new Map([one]) })),
    ),
    ({ index, types }) => {
      for (const [param, type] of types) found[index]?.set(param, type);
    },
  );
  const several = found.flatMap((types, index) => (types.size > 1 ? [{ index, types: new Map(types) }] : []));
  for (const { index } of several) found[index]?.clear();
  await tryLists(several, ({ index, types }) => {
    for (const [param, type] of types) found[index]?.set(param, type);
  });

  const inserts = statements.flatMap((one, index) => {
    const lists: ArrayTypes = new Map(found[index]);
    const types = rowsOf(one, lists, catalog);
    const sql = types === null ? null : textWithArrays(one.statement, types);
    const twice = twoRows(one.statement, lists, one.described.paramTypes.length);
    return types === null || sql === null || twice === null ? [] : [{ index, one, lists, types, sql, twice }];
  });
  const references = new Map<number, Described>();
  await describeAll(
    inserts.flatMap(({ twice, sql }) => [twice, sql]),
    (sent, i) => {
      const insert = inserts[i >> 1];
      if (insert === undefined) return;
      const { index, one, lists, types } = insert;
      const twice = references.get(index);
      if (i % 2 === 0) references.set(index, sent);
      else if (twice !== undefined && isSameAsRows(one, twice, sent, lists, types, catalog)) {
        for (const [param, type] of types) found[index]?.set(param, type);
      }
    },
  );
  // Rows are sent as arrays together, or not at all.
  for (const [index, { statement }] of statements.entries()) {
    const rows = statement.params.flatMap(({ kind }, param) => (kind === 'objects' ? [param] : []));
    if (!rows.every((param) => found[index]?.has(param)))
      for (const param of rows) found[index]?.delete(param);
  }
  return found;
}

/** The same for a statement that is put together at run time, of its parts: rows are then sent as they are written. */
export function withoutRows(types: ArrayTypes): ArrayTypes {
  return new Map([...types].filter(([, type]) => !Array.isArray(type)));
}

function listsOf(one: DescribedStatement, catalog: Catalog): ArrayTypes {
  const { described, statement } = one;
  const types = new Map<number, ElementType | readonly ElementType[]>();
  if (isUtility(described.tree ?? '')) return types;
  for (const [index, param] of statement.params.entries()) {
    if (param.kind === 'list') {
      const name = elementOf(param, described, catalog);
      if (name !== null) types.set(index, name);
    }
    if (param.kind !== 'objects') continue;
    const names = param.fields.map((field) => elementOf(field, described, catalog));
    if (names.every((name) => name !== null)) types.set(index, names);
  }
  return types;
}

/** The types of all that is sent as arrays of an INSERT of rows; null where it is none, or must stay as it is. */
function rowsOf(one: ReadStatement, lists: ArrayTypes, catalog: Catalog): ArrayTypes | null {
  const { statement, described } = one;
  const { params, parts } = statement;
  if (isUtility(described.tree ?? '')) return null;
  if (params.filter(({ kind }, index) => kind === 'objects' && !lists.has(index)).length !== 1) return null;
  const all = new Map(lists);
  for (const [index, param] of params.entries()) {
    if (param.kind === 'list' && !lists.has(index)) return null;
    if (param.kind !== 'objects' || lists.has(index)) continue;
    if (parts.filter((part) => part === index).length > 1) return null;
    const names = param.fields.map((field) => elementOf(field, described, catalog));
    if (!names.every((name) => name !== null)) return null;
    all.set(index, names);
  }
  return all;
}

function elementOf({ index }: Slot, { paramTypes }: Described, catalog: Catalog): ElementType | null {
  return elementTypeOf(paramTypes[index - 1] ?? 0, catalog);
}

/** The text with two rows, the parameters of the second one behind all others. */
function twoRows({ parts, params }: Statement, lists: ArrayTypes, count: number): string | null {
  const pieces = withArrays(parts, params, lists);
  if (pieces === null) return null;
  const placeholders = withArrayParams(params, lists).map((param) => {
    if (param.kind !== 'objects') return placeholder(param);
    const second = param.fields.map((field, i) => ({ ...field, index: count + i + 1 }));
    return `${placeholder(param)}, ${placeholder({ ...param, fields: second })}`;
  });
  return pieces.map((piece) => (typeof piece === 'number' ? placeholders[piece] : piece)).join('');
}

/** Whether the server takes a text with arrays for the same statement. */
function isSame(
  { statement, described }: DescribedStatement,
  sent: Described,
  types: ArrayTypes,
  catalog: Catalog,
): boolean {
  const slots = arraySlots(statement, types);
  if (!isTypedAlike(described, sent, slots, catalog)) return false;
  const rows = statement.params.flatMap((param, index) => {
    if (param.kind === 'objects' && types.has(index)) return [param.fields.map((field) => field.index)];
    return param.kind === 'list' && slots.get(param.index) === 'texts' ? [[param.index]] : [];
  });
  const values = new Set(slots.keys());
  return areSameTrees(sent, described, (one, other) =>
    isSameComparison(one, other, { types: described.paramTypes, values, rows }, catalog),
  );
}

/** Whether the server takes an INSERT from arrays for the same as that of several rows. */
function isSameAsRows(
  { statement, described }: DescribedStatement,
  twice: Described,
  sent: Described,
  lists: ArrayTypes,
  types: ArrayTypes,
  catalog: Catalog,
): boolean {
  const { paramTypes } = described;
  const slots = statement.params.flatMap((param, index) =>
    param.kind === 'objects' && !lists.has(index) ? param.fields.map((field) => field.index) : [],
  );
  const second = slots.map((slot) => paramTypes[slot - 1] ?? 0);
  const isTyped =
    isTypedAlike(
      { ...described, paramTypes: [...paramTypes, ...second] },
      twice,
      arraySlots(statement, lists),
      catalog,
    ) && isTypedAlike(described, sent, arraySlots(statement, types), catalog);
  return (
    isTyped &&
    areSameTrees(twice, sent, (values, arrays) => {
      const target = values.rtable?.[values.resultRelation - 1]?.relid ?? 0;
      const relation = catalog.relations.get(target);
      // Rules make of the rows what they say.
      if (values.commandType !== Cmd.insert || relation === undefined || isRewritten(relation, 'insert'))
        return false;
      if (relation.kind !== 'r' && relation.kind !== 'p') return false;
      return isSameInsert(values, arrays, slots, paramTypes);
    })
  );
}

/** The `$n` that are arrays, of values or of texts that are cast. */
function arraySlots({ params }: Statement, types: ArrayTypes): ReadonlyMap<number, 'values' | 'texts'> {
  return new Map(
    params.flatMap((param, index) => {
      const type = types.get(index);
      if (type === undefined) return [];
      const slots = 'fields' in param ? param.fields : [param];
      return slots.map((slot, i) => {
        const of = Array.isArray(type) ? (type as readonly ElementType[])[i] : (type as ElementType);
        return [slot.index, typeof of === 'object' ? 'texts' : 'values'] as const;
      });
    }),
  );
}

/** Whether two texts have the same columns and parameters, except the arrays of the second one. */
function isTypedAlike(
  described: Described,
  sent: Described,
  arrays: ReadonlyMap<number, 'values' | 'texts'>,
  catalog: Catalog,
): boolean {
  return (
    JSON.stringify(sent.fields) === JSON.stringify(described.fields) &&
    sent.paramTypes.length === described.paramTypes.length &&
    described.paramTypes.every((type, i) => {
      const other = sent.paramTypes[i] ?? 0;
      const sentAs = arrays.get(i + 1);
      if (sentAs === undefined) return other === type;
      return elementType(other, catalog) === (sentAs === 'texts' ? TEXT : type);
    })
  );
}

/** `text`, in pg_type.dat. */
const TEXT = 25;

function areSameTrees(
  one: Described,
  other: Described,
  compare: (one: QueryNode, other: QueryNode) => boolean,
): boolean {
  try {
    return compare(readCompleteQuery(one.tree ?? ''), readCompleteQuery(other.tree ?? ''));
  } catch (error) {
    // Trees are compared level by level: beyond what the stack holds, lists are sent as they are written.
    if (error instanceof RangeError) return false;
    throw error;
  }
}
