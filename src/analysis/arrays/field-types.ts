import type { Client } from 'pg';
import { type Diagnostic, diagnosticAt } from '../../diagnostic.ts';
import { placedParameters } from '../../sql/pieces.ts';
import {
  fileOffset,
  sqlOffsetOfPosition,
  withFieldTypes,
  withReplacements,
} from '../../sql/postgres-text.ts';
import { type FieldUse, fieldUses } from '../../sql/row-source.ts';
import type { Slot, Statement } from '../../sql/statement.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { pgType } from '../catalog/pg-type.ts';
import { serverDiagnostic } from '../server-diagnostic.ts';
import type { ServerError } from '../server-error.ts';
import { sqlTypeName } from '../sql-type-name.ts';
import { describe } from '../wire.ts';
import { elementTypeOf } from './element.ts';

/** A statement whose rows have types; or what is wrong with them. */
export interface TypedStatement {
  readonly statement: Statement;
  readonly problem: Diagnostic | null;
}

/** A statement with a parameter for each field instead of the fields themselves. */
interface Trial {
  readonly index: number;
  readonly statement: Statement;
  readonly uses: readonly FieldUse[];
  /** Of each use the type that the field has by another one; null: it has the one that the server gives it here. */
  readonly casts: readonly (string | null)[];
  /** The fields' `$n`, by slot. */
  readonly numbers: ReadonlyMap<number, number>;
}

/**
 * Finds the types of the fields of rows in FROM: those that parameters in their places would have. Where uses take different
 * types, it is that of the one that the server reads first.
 *
 * @param pause called after each text; what it returns is waited for
 * @returns for each statement, in order
 * @throws Failure 3 if the connection is lost
 */
export async function findFieldTypes(
  client: Client,
  statements: readonly Statement[],
  catalog: Catalog,
  texts: ReadonlyMap<string, string>,
  pause: () => Promise<void> | undefined,
): Promise<readonly TypedStatement[]> {
  const results = statements.map((statement): TypedStatement => ({ statement, problem: null }));
  let trials = statements.flatMap((statement, index) =>
    statement.sources === undefined ? [] : [firstTrial(statement, index)],
  );
  while (trials.length > 0) {
    const again: Trial[] = [];
    const replaced = trials.map(withParameters);
    await describe(
      client,
      replaced.map(({ sql }) => sql),
      (described, i) => {
        const [trial, tried] = [trials[i], replaced[i]];
        if (trial === undefined || tried === undefined) return undefined;
        const next = described.ok ? null : withoutConflict(trial, tried.sql, described.error);
        if (next !== null) again.push(next);
        else if (described.ok) results[trial.index] = typed(trial, described.paramTypes, catalog, texts);
        else {
          const problem = refused(trial, tried, described.error, texts, catalog);
          results[trial.index] = { statement: trial.statement, problem };
        }
        return pause();
      },
    );
    trials = again;
  }
  return results;
}

function firstTrial(statement: Statement, index: number): Trial {
  const uses = fieldUses(statement);
  const slots = [...new Set(uses.map(({ slot }) => slot))];
  const count = countOf(statement);
  const numbers = new Map(slots.map((slot, i) => [slot, count + i + 1]));
  return { index, statement, uses, casts: uses.map(() => null), numbers };
}

/** How many `$n` a statement has. */
function countOf({ params }: Statement): number {
  return Math.max(
    0,
    ...params.flatMap((param) => ('fields' in param ? param.fields : [param])).map(({ index }) => index),
  );
}

function withParameters(trial: Trial): Statement {
  const { statement, uses, numbers } = trial;
  const replaced = withReplacements(
    statement,
    uses.map(({ start, end }, i) => ({ start, end, text: parameterFor(trial, i) })),
  );
  const named = statement.params.flatMap((param) => {
    if (param.kind !== 'objects') return [];
    return [
      { ...param, fields: param.fields.map((field) => ({ ...field, index: numbers.get(field.index) ?? 0 })) },
    ];
  });
  return { ...replaced, params: [...statement.params, ...named] };
}

function parameterFor({ uses, casts, numbers }: Trial, at: number): string {
  const { slot = 0, name } = uses[at] ?? {};
  const cast = casts[at] ?? null;
  return `$${numbers.get(slot)}${cast === null ? '' : `::${cast}`}${name === undefined ? '' : ` AS ${name}`}`;
}

/** The same with the type that a field has already for the use that would give it another one; null for other errors. */
function withoutConflict(
  trial: Trial,
  sql: string,
  { sqlstate, position, detail }: ServerError,
): Trial | null {
  // ambiguous_parameter: "bigint versus text"
  const type = sqlstate === '42P08' ? /^(.+) versus /.exec(detail ?? '')?.[1] : undefined;
  if (type === undefined || position === null) return null;
  const at = useAt(trial, sqlOffsetOfPosition(sql, position));
  return at === -1 || trial.casts[at] !== null ? null : { ...trial, casts: trial.casts.with(at, type) };
}

/** The index of the use whose parameter is at an offset of the text; -1: none. */
function useAt(trial: Trial, offset: number): number {
  let moved = 0;
  return trial.uses.findIndex(({ start, end }, i) => {
    const { length } = parameterFor(trial, i);
    const isHere = offset >= start + moved && offset < start + moved + length;
    moved += length - (end - start);
    return isHere;
  });
}

function typed(
  { statement, numbers }: Trial,
  paramTypes: readonly number[],
  catalog: Catalog,
  texts: ReadonlyMap<string, string>,
): TypedStatement {
  const types = new Map<number, string>();
  for (const { param } of statement.sources ?? []) {
    const rows = statement.params[param];
    if (rows?.kind !== 'objects') continue;
    for (const field of rows.fields) {
      const number = numbers.get(field.index);
      if (number === undefined) return { statement, problem: unknownType(statement, field, texts) };
      const type = paramTypes[number - 1] ?? 0;
      const name = sqlTypeName(pgType(catalog, type));
      if (name === null || elementTypeOf(type, catalog) === null) {
        return { statement, problem: unsent(statement, field, name, texts) };
      }
      types.set(field.index, name);
    }
  }
  return { statement: withFieldTypes(statement, types), problem: null };
}

function refused(
  trial: Trial,
  tried: Statement,
  error: ServerError,
  texts: ReadonlyMap<string, string>,
  catalog: Catalog,
): Diagnostic {
  const number = Number(/^could not determine data type of parameter \$(\d+)/.exec(error.message)?.[1] ?? 0);
  const field = rowFields(trial.statement).find(({ index }) => trial.numbers.get(index) === number);
  if (field !== undefined) return unknownType(trial.statement, field, texts);
  const found = serverDiagnostic(tried, error, texts, catalog);
  const [alias = 'r'] = (trial.statement.sources ?? []).map((source) => source.alias);
  const hint = `The fields of rows have the types of their uses with the alias, as in ${alias}.id. Cast one that has none: ${alias}.id::bigint.`;
  return error.sqlstate === '42883' || error.sqlstate === '42804'
    ? { ...found, hint: found.hint === null ? hint : `${found.hint}\n${hint}` }
    : found;
}

function rowFields({ params }: Statement): readonly Slot[] {
  return params.flatMap((param) => (param.kind === 'objects' ? param.fields : []));
}

function unknownType(statement: Statement, field: Slot, texts: ReadonlyMap<string, string>): Diagnostic {
  const [rows, alias] = rowsOf(statement, field);
  const column = `${alias}.${field.name}`;
  return problemAt(statement, field, texts, {
    code: 'ND3024',
    message: `nothing says which type ${rows}.${field.name} has`,
    hint: `Compare ${column} with a column, write it to one, or cast it: ${column}::text, or the type that you mean.`,
  });
}

function unsent(
  statement: Statement,
  field: Slot,
  type: string | null,
  texts: ReadonlyMap<string, string>,
): Diagnostic {
  const [rows, alias] = rowsOf(statement, field);
  const column = `${alias}.${field.name}`;
  return problemAt(statement, field, texts, {
    code: 'ND3025',
    message:
      type === null
        ? `${rows}.${field.name} is compared as a record, whose type nothing says`
        : `${rows}.${field.name} is ${type}, a domain with a length, and rows in FROM cannot have such values`,
    hint:
      type === null
        ? `Cast it to the composite type, or the table, that you mean, such as ${column}::my_type.`
        : `They are sent as texts, and a cast cuts off what the domain refuses. Write it if that is right: ${column}::text::${type}`,
  });
}

/** The parameter that a field is of, and its alias. */
function rowsOf({ params, sources = [] }: Statement, field: Slot): readonly [name: string, alias: string] {
  const at = params.findIndex((param) => param.kind === 'objects' && param.fields.includes(field));
  return [params[at]?.name ?? '', sources.find(({ param }) => param === at)?.alias ?? ''];
}

function problemAt(
  statement: Statement,
  field: Slot,
  texts: ReadonlyMap<string, string>,
  said: { readonly code: Diagnostic['code']; readonly message: string; readonly hint: string },
): Diagnostic {
  const { file, name, params } = statement;
  const at = params.findIndex((param) => param.kind === 'objects' && param.fields.includes(field));
  const start = placedParameters(statement).find(({ param }) => param === at)?.start ?? 0;
  const offset = fileOffset(statement, start);
  return diagnosticAt(file, texts.get(file) ?? '', offset, { ...said, message: `${name}: ${said.message}` });
}
