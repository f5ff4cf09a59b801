import { isParameterName } from '../sql/identifiers.ts';
import type { Param, Statement } from '../sql/statement.ts';
import type { ParameterFacts } from './parameters.ts';
import { resultPosition } from './result-position.ts';
import { resultEntries } from './scope.ts';
import type { StatementProblem } from './statement-problem.ts';
import type { QueryNode } from './tree/nodes.ts';

/**
 * The names of columns by sqlc's rules (columnsToStruct in its internal/codegen/golang/result.go): `column_3` for the
 * third without a name, and `id_2` for the second `id`.
 */
export function sqlcColumnNames(names: readonly string[]): readonly string[] {
  const taken = new Set(names.filter((name, i) => isNamed(name) && names.indexOf(name) === i));
  return names.map((name, i) => {
    if (isNamed(name) && names.indexOf(name) === i) return name;
    const free = isNamed(name) ? numbered(name, taken) : unlessTaken(`column_${i + 1}`, taken);
    taken.add(free);
    return free;
  });
}

/** Whether Postgres has given a column a name. */
export function isNamed(name: string): boolean {
  return name !== '?column?' && name !== '';
}

function unlessTaken(name: string, taken: ReadonlySet<string>): string {
  return taken.has(name) ? numbered(name, taken) : name;
}

function numbered(name: string, taken: ReadonlySet<string>): string {
  for (let number = 2; ; number += 1) if (!taken.has(`${name}_${number}`)) return `${name}_${number}`;
}

/**
 * The statement with names for its `$1`: that of the column which it is written to or compared with, or `limit` and
 * `offset`; the second of one name is `id_2`. Those that meet no column keep `p1`.
 */
export function withPositionalNames(statement: Statement, slots: readonly ParameterFacts[]): Statement {
  if (!statement.params.some(isPositional)) return statement;
  const taken = new Set(statement.params.filter((param) => !isPositional(param)).map(({ name }) => name));
  const names = new Map<Param, string>();
  const number = ({ name }: Param) => Number(name.slice(1));
  for (const param of statement.params.filter(isPositional).sort((a, b) => number(a) - number(b))) {
    const met = slots[param.index - 1]?.column?.column ?? clauseOf(statement, param) ?? param.name;
    const name = unlessTaken(isParameterName(met) ? met : param.name, taken);
    taken.add(name);
    names.set(param, name);
  }
  return {
    ...statement,
    params: statement.params.map((param) => ({ ...param, name: names.get(param) ?? param.name })),
  };
}

function isPositional(param: Param): param is Extract<Param, { kind: 'scalar' | 'list' }> {
  return 'positional' in param && param.positional === true;
}

/** The clause that a parameter is all of. */
function clauseOf({ parts, params }: Statement, param: Param): string | null {
  const before = parts[parts.indexOf(params.indexOf(param)) - 1];
  return typeof before === 'string'
    ? (/\b(limit|offset)\s*\(?\s*$/i.exec(before)?.[1]?.toLowerCase() ?? null)
    : null;
}

/** What is wrong with `sqlc.embed(t)` where t is the name of a column: the name alone means that one. */
export function embedProblems(statement: Statement, query: QueryNode): readonly StatementProblem[] {
  const { embedded = [] } = statement;
  const columns = resultEntries(query);
  const position = resultPosition(statement, columns.length);
  return [...new Set(embedded)].flatMap((name) => {
    const own = columns.filter(({ resname }) => resname === name);
    const isRow = own.length === 0 || own.some(({ expr }) => expr.tag === 'VAR' && expr.varattno === 0);
    if (isRow) return [];
    return [
      {
        ...position(columns.findIndex(({ resname }) => resname === name)),
        code: 'ND3015',
        message: `${name} is a column here, so sqlc.embed(${name}) cannot be the row`,
        hint: 'Give the table an alias that no column has, and embed that.',
      },
    ];
  });
}
