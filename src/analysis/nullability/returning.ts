import { anything, type Facts, notNull } from '../facts.ts';
import { Cmd, type Expr, type TargetEntry, type Var } from '../tree/nodes.ts';
import type { Context, Frame, Written } from './context.ts';
import { joinFacts } from './join-facts.ts';
import { descendants } from './relation.ts';

/** TRIGGER_TYPE_BEFORE and TRIGGER_TYPE_INSTEAD (src/include/catalog/pg_trigger.h). */
const BEFORE = 2;
const INSTEAD = 64;

/**
 * What RETURNING sees of the target's columns. Constraints hold for what is written whatever triggers do; what the
 * statement wrote itself holds unless a BEFORE trigger may have changed it. Where rules, INSTEAD OF triggers or a
 * foreign server write in the statement's stead, nothing is known; nor is it of a view's columns.
 *
 * @param rows where the rows are that come out of FROM and WHERE
 */
export function writtenBy(frame: Frame, rows: Context): Written {
  const { query } = frame.scope;
  const relation = frame.engine.catalog.relations.get(query.rtable?.[query.resultRelation - 1]?.relid ?? 0);
  if (relation === undefined || (relation.kind !== 'r' && relation.kind !== 'p')) return () => anything;
  const members = descendants(frame.engine.catalog, relation);
  const triggers = members.flatMap((member) => member.triggers);
  const elsewhere = members.some(({ kind, rules }) => kind === 'f' || rules.length > 0);
  if (elsewhere || triggers.some((type) => type & INSTEAD)) return () => anything;

  const changed = triggers.some((type) => type & BEFORE);
  const { columns: constrained } = frame.engine.relation(relation.oid, true);
  const values = valuesWritten(frame, rows, (column) => constrained.get(column) ?? anything);
  const after = (column: number): Facts => {
    if (column <= 0) return notNull;
    const kept = !changed && relation.columns.get(column)?.generated === '';
    const own = kept ? values(column) : anything;
    const held = constrained.get(column) ?? anything;
    return { ...held, ...own, nullable: own.nullable && held.nullable };
  };
  return (column, version) => {
    switch (query.commandType) {
      case Cmd.insert:
        return version === 'after' ? after(column) : anything;
      case Cmd.update:
        return version === 'after' ? after(column) : found(frame, rows, column);
      case Cmd.delete:
        return version === 'before' ? found(frame, rows, column) : anything;
      // MERGE: whatever its actions did, the row that it speaks of is in the table, or was.
      default:
        return version !== 'either'
          ? anything
          : column === 0
            ? notNull
            : (constrained.get(column) ?? anything);
    }
  };
}

/** What the statement itself writes into a column. */
function valuesWritten(
  frame: Frame,
  rows: Context,
  constrained: (column: number) => Facts,
): (column: number) => Facts {
  const { query } = frame.scope;
  const assigned = (list: readonly TargetEntry[] | null, column: number, at: Context): Facts | null => {
    const [entry, another] = (list ?? []).filter(({ resjunk, resno }) => !resjunk && resno === column);
    if (entry === undefined) return null;
    // Several fields or elements of one column.
    return another === undefined ? frame.engine.facts(entry.expr, at) : anything;
  };
  if (query.commandType === Cmd.update) {
    return (column) => assigned(query.targetList, column, rows) ?? found(frame, rows, column);
  }
  return (column) => {
    const inserted = assigned(query.targetList, column, rows) ?? anything;
    if (query.onConflict?.action !== 2) return inserted;
    // Of the row in conflict nothing but its constraints is known, nor of what was to be inserted.
    const conflict: Context = { ...rows, proven: frame.outer?.proven ?? null };
    const updated = assigned(query.onConflict.onConflictSet, column, conflict) ?? constrained(column);
    return joinFacts(inserted, updated);
  };
}

/** A target's column in the row as it was found. */
function found(frame: Frame, rows: Context, column: number): Facts {
  const variable: Var = {
    tag: 'VAR',
    varno: frame.scope.query.resultRelation,
    varattno: column,
    vartype: 0,
    varlevelsup: 0,
  };
  const expr: Expr = variable;
  return frame.engine.facts(expr, rows);
}
