import type { DatabaseError } from 'pg';
import type { QueryViolations, Violation } from '../../src/analysis/analysed-query.ts';

/** SQLSTATEs of class 23 (PostgreSQL documentation, appendix A); 23001 is that of RESTRICT from PostgreSQL 18 on. */
export const violationKinds: Readonly<Record<string, Violation['kind']>> = {
  '23001': 'foreignKey',
  '23502': 'notNull',
  '23503': 'foreignKey',
  '23505': 'unique',
  '23514': 'check',
  '23P01': 'exclusion',
};

/** Whether a statement that raised an error was said to be able to: true for all errors that are not violations. */
export function isNamed(
  error: Pick<DatabaseError, 'code' | 'constraint' | 'schema' | 'table' | 'column'>,
  { constraints, open }: QueryViolations,
): boolean {
  const kind = violationKinds[error.code ?? ''];
  if (kind === undefined || open) return true;
  return constraints.some((violation) => {
    if (violation.kind !== kind || violation.constraint !== (error.constraint ?? null)) return false;
    const { table } = violation;
    if (table === null) return error.table === undefined;
    const isTable = table.name === error.table && table.schema === error.schema;
    return isTable && (kind !== 'notNull' || violation.columns[0] === error.column);
  });
}
