import { type Diagnostic, diagnosticAt } from '../diagnostic.ts';
import { fileOffset, sqlOffsetOfPosition } from '../sql/postgres-text.ts';
import type { Param, Statement } from '../sql/statement.ts';
import type { Catalog } from './catalog/catalog.ts';
import { missingRelationHint } from './missing-relation.ts';
import type { ServerError } from './server-error.ts';

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
  return diagnosticAt(statement.file, texts.get(statement.file) ?? '', offset, {
    code: isTooDeep(error) ? 'ND3002' : 'ND3001',
    message: `${statement.name}: ${isTooDeep(error) ? TOO_DEEP : withNames(statement, error.message)}`,
    sqlstate: error.sqlstate,
    hint: hints(statement, error, catalog),
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

function hints(statement: Statement, error: ServerError, catalog: Catalog | null): string | null {
  if (isTooDeep(error)) {
    return 'It is nested too deeply for the stack of the embedded database. Replace long chains of UNION or operators with VALUES or = ANY (…), or set "database": "server" or "container" under "nodrift" in the configuration.';
  }
  const said = [error.detail, error.hint]
    .filter((text) => text !== null)
    .map((text) => withNames(statement, text));
  const parameter = /\$(\d+)/.exec(error.message);
  const name = parameter === null ? null : slotName(statement, Number(parameter[1]));
  // 42P18 indeterminate_datatype, 42P08 ambiguous_parameter
  if (name !== null && error.sqlstate === '42P18') {
    said.push(`Say which type it has: write ${name}::text, or the type that you mean.`);
  }
  if (name !== null && error.sqlstate === '42P08') {
    said.push(`One parameter has one type: cast its uses, as in ${name}::text, or give it two names.`);
  }
  const missing = catalog === null ? null : missingRelationHint(error.message, catalog);
  if (missing !== null) said.push(missing);
  return said.length === 0 ? null : said.join('\n');
}

function withNames(statement: Statement, text: string): string {
  return text.replaceAll(/\$(\d+)/g, (whole, digits: string) => {
    const name = slotName(statement, Number(digits));
    return name === null ? whole : name;
  });
}

/** `:name` or `:name.field` of a `$n`. */
function slotName(statement: Statement, index: number): string | null {
  for (const param of statement.params) {
    const name = nameIn(param, index);
    if (name !== null) return name;
  }
  return null;
}

function nameIn(param: Param, index: number): string | null {
  if (param.kind === 'scalar' || param.kind === 'list')
    return param.index === index ? `:${param.name}` : null;
  const field = param.fields.find((slot) => slot.index === index);
  return field === undefined ? null : `:${param.name}.${field.name}`;
}
