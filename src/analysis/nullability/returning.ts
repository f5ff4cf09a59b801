import { defaultOf, isRewritten, writeTargets } from '../catalog/updatable.ts';
import { type Facts, notNull, unknownFacts } from '../facts.ts';
import { Cmd, type Expr, type QueryNode, Rte, type TargetEntry, type Var } from '../tree/nodes.ts';
import { readExpr } from '../tree/read.ts';
import type { Context, Frame, ReturningFacts } from './context.ts';
import { joinFacts } from './join-facts.ts';
import { descendants } from './relation.ts';

/** TRIGGER_TYPE_BEFORE (src/include/catalog/pg_trigger.h). */
const BEFORE = 2;

/** A table that is written to, perhaps through views. */
interface Target {
  /** What its constraints say of a column of the relation that the statement names. */
  readonly constrained: (column: number) => Facts;
  /** Whether a BEFORE trigger may put something else instead of what is written. */
  readonly changed: boolean;
  /** The table's column, if a statement's column is one that can keep what is written into it. */
  readonly stored: (column: number) => number | null;
  /** What the default of a statement's column is, or that of one that it omits. */
  readonly byDefault: (column: number, at: Context) => Facts;
  /** Whether the statement names the table itself. */
  readonly direct: boolean;
}

/**
 * What RETURNING sees of the target's columns. Constraints hold for what is written whatever triggers do; what the
 * statement wrote itself holds unless a BEFORE trigger may have changed it. Where rules, INSTEAD OF triggers or a
 * foreign server write in the statement's stead, nothing is known.
 *
 * @param rows where the rows are that come out of FROM and WHERE
 */
export function writtenBy(frame: Frame, rows: Context): ReturningFacts {
  const { query } = frame.scope;
  const target = targetOf(frame);
  if (target === null) return () => unknownFacts;
  const values = valuesWritten(frame, rows, target);
  const after = (column: number): Facts => {
    if (column <= 0) return target.direct ? notNull : unknownFacts;
    const own = target.changed || target.stored(column) === null ? unknownFacts : values(column);
    const held = target.constrained(column);
    return { ...held, ...own, nullable: own.nullable && held.nullable };
  };
  return (column, version) => {
    switch (query.commandType) {
      case Cmd.insert:
        return version === 'after' ? after(column) : unknownFacts;
      case Cmd.update:
        return version === 'after' ? after(column) : found(frame, rows, column);
      case Cmd.delete:
        return version === 'before' ? found(frame, rows, column) : unknownFacts;
      // MERGE: whatever its actions did, the row that it speaks of is in the table, or was.
      default:
        if (version !== 'either' || !target.direct) return unknownFacts;
        return column === 0 ? notNull : target.constrained(column);
    }
  };
}

function targetOf(frame: Frame): Target | null {
  const { query, catalog } = frame.scope;
  const relation = catalog.relations.get(query.rtable?.[query.resultRelation - 1]?.relid ?? 0);
  if (relation === undefined) return null;
  const event =
    query.commandType === Cmd.insert ? 'insert' : query.commandType === Cmd.delete ? 'delete' : 'update';
  const chain = writeTargets(relation, catalog, event);
  const last = chain.at(-1);
  if (last === undefined || (last.relation.kind !== 'r' && last.relation.kind !== 'p')) return null;
  if (chain.some((link) => link.relation.rules.length > 0 || isRewritten(link.relation, event))) return null;
  const members = descendants(catalog, last.relation);
  // A foreign server may return something else than was sent.
  if (members.some(({ kind, rules }) => kind === 'f' || rules.length > 0)) return null;
  const { columns } = frame.engine.relation(last.relation.oid, true);
  return {
    constrained: (column) => columns.get(last.columnOf(column) ?? 0) ?? unknownFacts,
    changed: members.some(({ triggers }) => triggers.some((type) => type & BEFORE)),
    stored: (column) => {
      const number = last.columnOf(column);
      return number !== null && last.relation.columns.get(number)?.generated === '' ? number : null;
    },
    byDefault: (column, at) => {
      const expression = defaultOf(chain, last.columnOf(column) ?? 0);
      return expression ? frame.engine.facts(readExpr(expression), at) : unknownFacts;
    },
    direct: chain.length === 1,
  };
}

/** What the statement itself writes into a column. */
function valuesWritten(frame: Frame, rows: Context, target: Target): (column: number) => Facts {
  const { query } = frame.scope;
  const assigned = (list: readonly TargetEntry[] | null, column: number, at: Context): Facts | null => {
    // A view may show one column of its table twice.
    const [entry, another] = entriesFor(list, (resno) => target.stored(resno) === target.stored(column));
    if (entry === undefined) return null;
    // Several fields or elements of one column.
    return another === undefined ? valueWritten(entry.expr, column, at) : unknownFacts;
  };
  const valueWritten = (expr: Expr, column: number, at: Context): Facts => {
    if (expr.tag === 'SETTODEFAULT') {
      // An UPDATE of a view does not ask for its table's default, but takes NULL.
      return target.direct || query.commandType === Cmd.insert ? target.byDefault(column, at) : unknownFacts;
    }
    const values = valuesWithDefault(query, expr);
    return values === null
      ? frame.engine.facts(expr, at)
      : values.map((value) => valueWritten(value, column, at)).reduce(joinFacts);
  };
  if (query.commandType === Cmd.update) {
    return (column) => assigned(query.targetList, column, rows) ?? found(frame, rows, column);
  }
  return (column) => {
    const inserted = assigned(query.targetList, column, rows) ?? target.byDefault(column, rows);
    if (query.onConflict?.action !== 2) return inserted;
    // Of the row in conflict nothing but its constraints is known, nor of what was to be inserted.
    const conflict: Context = { ...rows, proven: frame.start };
    const updated = assigned(query.onConflict.onConflictSet, column, conflict) ?? target.constrained(column);
    return joinFacts(inserted, updated);
  };
}

/** What an expression is, of which DEFAULT is one: of VALUES, or where a value can be omitted; null for other expressions. */
function valuesWithDefault(query: QueryNode, expr: Expr): readonly Expr[] | null {
  if (expr.tag === 'CASEEXPR' && expr.defresult?.tag === 'SETTODEFAULT') {
    return [...expr.args.map(({ result }) => result), expr.defresult];
  }
  const entry = expr.tag === 'VAR' && expr.varlevelsup === 0 ? query.rtable?.[expr.varno - 1] : undefined;
  if (expr.tag !== 'VAR' || entry?.rtekind !== Rte.values) return null;
  const values = (entry.values_lists ?? []).flatMap((row) => row[expr.varattno - 1] ?? []);
  return values.some(({ tag }) => tag === 'SETTODEFAULT') ? values : null;
}

function entriesFor(
  list: QueryNode['targetList'],
  isMeant: (resno: number) => boolean,
): readonly TargetEntry[] {
  return (list ?? []).filter(({ resjunk, resno }) => !resjunk && isMeant(resno));
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
  return frame.engine.facts(variable, rows);
}
