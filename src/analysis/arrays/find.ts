import type { Client } from 'pg';
import { withArrayParams, withArrays } from '../../sql/arrays.ts';
import { sentText } from '../../sql/pieces.ts';
import type { Statement } from '../../sql/statement.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { asArrayType, pgType } from '../catalog/pg-type.ts';
import { firstDifference } from '../optional/same-tree.ts';
import { elementType } from '../parameters/identity.ts';
import { sqlTypeName } from '../sql-type-name.ts';
import type { DescribedStatement } from '../stars/expand.ts';
import type { Expr, QueryNode, TargetEntry } from '../tree/nodes.ts';
import { isUtility, readCompleteQuery } from '../tree/read.ts';
import { type DescribeResult, describe } from '../wire.ts';

/** The lists that are sent as arrays, by index into `params`, with the SQL types of their elements. */
export type ArrayTypes = ReadonlyMap<number, string>;

/** One text to try: some of a statement's lists as arrays. */
interface Attempt {
  readonly index: number;
  readonly types: ArrayTypes;
}

/** Whether a statement has a list. */
export function hasList({ params }: Statement): boolean {
  return params.some(({ kind }) => kind === 'list');
}

/**
 * Finds the lists that can be sent as arrays: those of which the server says that `x = ANY ($1)` is what `x IN ($1)` is, for
 * each element. The others are sent as they are written, one parameter for each element.
 *
 * @param pause called after each text; what it returns is waited for
 * @returns for each statement, in order
 * @throws Failure 3 if the connection is lost
 */
export async function findArrays(
  client: Client,
  statements: readonly DescribedStatement[],
  catalog: Catalog,
  pause: () => Promise<void> | undefined,
): Promise<readonly ArrayTypes[]> {
  const found = statements.map(() => new Map<number, string>());
  const candidates = statements.map((one) => candidatesOf(one, catalog));
  const tryAll = async (
    attempts: readonly Attempt[],
    receive: (attempt: Attempt, isSame: boolean) => void,
  ) => {
    const texts = attempts.flatMap((attempt) => {
      const { statement, described } = statements[attempt.index] as DescribedStatement;
      const sql = textWith(statement, attempt.types);
      return sql === null ? [] : [{ attempt, sql, statement, described }];
    });
    await describe(
      client,
      texts.map(({ sql }) => sql),
      (sent, i) => {
        const one = texts[i];
        if (one !== undefined) receive(one.attempt, isSame(one, sent, one.attempt.types, catalog));
        return pause();
      },
    );
  };
  await tryAll(
    candidates.flatMap((types, index) =>
      [...types].map((one): Attempt => ({ index, types: new Map([one]) })),
    ),
    ({ index, types }, isRight) => {
      for (const [param, type] of isRight ? types : []) found[index]?.set(param, type);
    },
  );
  const several = found.flatMap((types, index) => (types.size > 1 ? [{ index, types }] : []));
  await tryAll(several, ({ index }, isRight) => {
    if (!isRight) found[index]?.clear();
  });
  return found;
}

function candidatesOf({ statement, described }: DescribedStatement, catalog: Catalog): ArrayTypes {
  const types = new Map<number, string>();
  if (isUtility(described.tree ?? '')) return types;
  for (const [index, param] of statement.params.entries()) {
    if (param.kind !== 'list') continue;
    const type = pgType(catalog, described.paramTypes[param.index - 1] ?? 0);
    const name = sqlTypeName(type);
    // An array of arrays is one of more dimensions, whose elements are not these.
    if (name !== null && asArrayType(type) === null) types.set(index, name);
  }
  return types;
}

function textWith({ parts, params }: Statement, types: ArrayTypes): string | null {
  const pieces = withArrays(parts, types);
  return pieces === null ? null : sentText(pieces, withArrayParams(params, types)).sql;
}

/** Whether the server takes a text with arrays for the same statement. */
function isSame(
  { statement, described }: DescribedStatement,
  sent: DescribeResult,
  types: ArrayTypes,
  catalog: Catalog,
): boolean {
  if (!sent.ok || JSON.stringify(sent.fields) !== JSON.stringify(described.fields)) return false;
  const lists = new Set(
    statement.params.flatMap((param, index) =>
      param.kind === 'list' && types.has(index) ? [param.index] : [],
    ),
  );
  const isTyped = described.paramTypes.every((type, i) => {
    const other = sent.paramTypes[i] ?? 0;
    return type === (lists.has(i + 1) ? elementType(other, catalog) : other);
  });
  if (!isTyped || sent.paramTypes.length !== described.paramTypes.length) return false;
  try {
    return hasSameTree(
      readCompleteQuery(described.tree ?? ''),
      readCompleteQuery(sent.tree ?? ''),
      described.paramTypes,
      lists,
    );
  } catch (error) {
    // Trees are compared level by level: beyond what the stack holds, lists are sent as they are written.
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function hasSameTree(
  whole: QueryNode,
  sent: QueryNode,
  types: readonly number[],
  lists: ReadonlySet<number>,
): boolean {
  const numbers = new Map(types.map((_, i) => [i + 1, i + 1]));
  return firstDifference(sent, whole, (node) => comparisonOfEach(node, types, lists), numbers) === null;
}

/** What `x = ANY ($1)` is for each element: `x = $1`; null for all else. */
function comparisonOfEach(
  node: Expr | TargetEntry,
  types: readonly number[],
  lists: ReadonlySet<number>,
): Expr | null {
  if (node.tag !== 'SCALARARRAYOPEXPR') return null;
  const [compared, array] = node.args ?? [];
  if (compared === undefined || array?.tag !== 'PARAM' || array.paramkind !== 0) return null;
  if (!lists.has(array.paramid)) return null;
  const { opno, opfuncid, inputcollid } = node;
  const element = { ...array, paramtype: types[array.paramid - 1] ?? 0 };
  const rest = { opresulttype: BOOL, opretset: false, opcollid: 0, location: -1 };
  return { tag: 'OPEXPR', opno, opfuncid, inputcollid, args: [compared, element], ...rest } as Expr;
}

const BOOL = 16;
