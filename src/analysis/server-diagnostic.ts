import { type Diagnostic, diagnosticAt } from '../diagnostic.ts';
import { fileOffset, sqlOffsetOfPosition } from '../sql/postgres-text.ts';
import type { Param, Statement } from '../sql/statement.ts';
import type { Catalog } from './catalog/catalog.ts';
import { missingRelationHint } from './missing-relation.ts';
import type { ServerError } from './server-error.ts';
import { typeConflict } from './type-conflict.ts';

/** Says what Postgres said of a statement, at the place in the file and with the file's parameter names. */
export function serverDiagnostic(
  statement: Statement,
  error: ServerError,
  texts: ReadonlyMap<string, string>,
  catalog: Catalog | null = null,
): Diagnostic {
  const offset =
    error.position === null
      ? statement.offset
      : fileOffset(statement, sqlOffsetOfPosition(statement.sql, error.position));
  const text = texts.get(statement.file) ?? '';
  return diagnosticAt(statement.file, text, offset, {
    code: isTooDeep(error) ? 'ND3002' : 'ND3001',
    message: `${statement.name}: ${isTooDeep(error) ? TOO_DEEP : withNames(statement, error.message)}`,
    sqlstate: error.sqlstate,
    hint: hints(statement, error, text, catalog),
  });
}

const TOO_DEEP = 'the database did not finish parsing the statement';

/**
 * PGlite whose stack ends while it parses goes on with the next message as if nothing had happened, and then has no statement
 * to describe (26000 invalid_sql_statement_name). A server says 54001 and names max_stack_depth.
 */
function isTooDeep({ sqlstate }: ServerError): boolean {
  return sqlstate === '26000';
}

function hints(
  statement: Statement,
  error: ServerError,
  text: string,
  catalog: Catalog | null,
): string | null {
  if (isTooDeep(error)) {
    return 'It is nested too deeply for the stack of the embedded database. Replace long chains of UNION or operators with VALUES or = ANY (…), or set "database": "server" or "container" under "nodrift" in the configuration.';
  }
  const said = [error.detail, error.hint]
    .filter((text) => text !== null)
    .map((text) => withNames(statement, text));
  const parameter = /\$(\d+)/.exec(error.message);
  const name = parameter === null ? null : slotName(statement, Number(parameter[1]));
  // 42P18 indeterminate_datatype, 42P08 ambiguous_parameter
  if (name !== null && /^could not determine data type/.test(error.message)) {
    said.push(`Say which type it has: write ${name}::text, or the type that you mean.`);
  } else said.push(...conflictHint(statement, error, text));
  if (isUnsortable(statement, error)) {
    said.push('Sort around it: SELECT * FROM (…) AS q ORDER BY CASE WHEN …');
  }
  const missing = catalog === null ? null : missingRelationHint(error.message, catalog);
  if (missing !== null) said.push(missing);
  return said.length === 0 ? null : said.join('\n');
}

/** Postgres says what does not fit, and not which use of the parameter gave it its type. */
function conflictHint(statement: Statement, error: ServerError, text: string): readonly string[] {
  const found = typeConflict(statement, error, text);
  const name = found === null ? null : slotName(statement, found.slot);
  if (found === null || name === null) return [];
  const { type, wanted, others } = found;
  const uses = others.length === 1 ? `its use in ${others[0]}` : `its other uses (${others.join(', ')})`;
  return [
    `One parameter has one type: ${name} ${type === null ? 'has the type of' : `is ${type} by`} ${uses}. Cast it here, as in ${name}::${wanted ?? 'text'}, or give it two names.`,
  ];
}

/** An ORDER BY that takes columns of the result only, and has a CASE: 42P10 of DISTINCT, 0A000 of UNION and the like. */
function isUnsortable({ sql }: Statement, { sqlstate, message }: ServerError): boolean {
  return (
    (sqlstate === '42P10' || sqlstate === '0A000') &&
    message.includes('ORDER BY') &&
    /\border\s+by\b.*\bcase\b/is.test(sql)
  );
}

function withNames(statement: Statement, text: string): string {
  return text.replaceAll(/\$(\d+)/g, (whole, digits: string) => {
    const name = slotName(statement, Number(digits));
    return name === null ? whole : name;
  });
}

/** A `$n` as the file has it: `:name`, `:name.field`, sqlc's `@name`, or `$n` itself. */
function slotName({ params, sqlc }: Statement, index: number): string | null {
  for (const param of params) {
    const name = nameIn(param, index);
    if (name !== null) return name.startsWith('$') ? name : (sqlc === true ? '@' : ':') + name;
  }
  return null;
}

function nameIn(param: Param, index: number): string | null {
  if (param.kind === 'scalar' || param.kind === 'list') {
    if (param.index !== index) return null;
    return param.positional === true ? param.name.replace(/^p/, '$') : param.name;
  }
  const field = param.fields.find((slot) => slot.index === index);
  return field === undefined ? null : `${param.name}.${field.name}`;
}
