import { type Diagnostic, diagnosticAt } from '../diagnostic.ts';
import type { Param, Slot, Statement } from '../syntax/statement.ts';
import type { Asked } from './asked.ts';
import { cardinalityProblem } from './cardinality/problem.ts';
import { cardinality } from './cardinality.ts';
import type { Catalog } from './catalog/catalog.ts';
import { readColumnComment, withCommentType } from './column-comment.ts';
import { effects } from './effects.ts';
import { anything, describedValue, type Facts } from './facts.ts';
import { type ParameterFacts, parameterFacts } from './parameters.ts';
import type { Query, QueryParam, SlotValue } from './query.ts';
import { bareName, resultColumns } from './result-columns.ts';
import { Cmd, type QueryNode } from './tree/nodes.ts';
import { readQuery } from './tree/read.ts';
import { violations } from './violations.ts';
import { type DescribedField, noTree } from './wire.ts';

/** A statement's analysis: a query, or what is wrong with it. */
export interface Analysed {
  readonly query: Query | null;
  readonly diagnostics: readonly Diagnostic[];
}

interface Answer {
  readonly paramTypes: readonly number[];
  readonly fields: readonly DescribedField[] | null;
  readonly tree: string | null;
}

interface Options {
  readonly texts: ReadonlyMap<string, string>;
  readonly lenientParameters: boolean;
  readonly asked: Asked;
}

/** Joins what the server described and what its tree proves. */
export function toQuery(catalog: Catalog, statement: Statement, answer: Answer, options: Options): Analysed {
  if (answer.tree === null) throw noTree();
  const { asked } = options;
  const tree = readQuery(answer.tree);
  const kind = kindOf(tree);
  const utility = kind === 'UTILITY';
  const growing = growingSlots(statement.params);
  const { command } = statement;
  const bounded = asked.rows || command === 'one' || command === 'maybe';
  const rows = utility || !bounded ? { min: 0, max: null } : cardinality(tree, catalog, growing);
  const tooMany = statement.vouched ? null : cardinalityProblem(command, rows, tree, catalog, growing);
  const problems = [...problemsOf(statement, answer.fields), ...(tooMany === null ? [] : [tooMany])];
  if (problems.length > 0) {
    const text = options.texts.get(statement.file) ?? '';
    return {
      query: null,
      diagnostics: problems.map(([message, hint]) =>
        diagnosticAt(statement.file, text, statement.offset, {
          message: `${statement.name}: ${message}`,
          hint,
        }),
      ),
    };
  }
  const slots = utility ? [] : parameterFacts(tree, catalog, answer.paramTypes.length);
  // Callers keep to the parameters' types, so what these refuse does not come out either.
  const given = parametersGiven(statement.params, slots, options);
  return {
    query: {
      statement,
      command: command ?? (answer.fields === null ? 'exec' : 'many'),
      kind,
      rows,
      params: statement.params.map((param) => queryParam(catalog, param, answer.paramTypes, slots, options)),
      ...resultColumns(tree, answer.fields ?? [], catalog, given, asked.contents),
      ...(utility || !asked.effects ? { reads: [], writes: [], readOnly: null } : effects(tree, catalog)),
      violations: utility || !asked.violations ? { constraints: [], open: true } : violations(tree, catalog),
    },
    diagnostics: [],
  };
}

function kindOf(tree: QueryNode): Query['kind'] {
  if (tree.utilityStmt !== null) return 'UTILITY';
  switch (tree.commandType) {
    case Cmd.select:
      return 'SELECT';
    case Cmd.update:
      return 'UPDATE';
    case Cmd.insert:
      return 'INSERT';
    case Cmd.delete:
      return 'DELETE';
    case Cmd.merge:
      return 'MERGE';
    default:
      return 'UTILITY';
  }
}

/** The `$n` that stand for more than one value at run time. */
function growingSlots(params: readonly Param[]): ReadonlySet<number> {
  return new Set(
    params.flatMap((param) => {
      if (param.kind === 'list') return [param.index];
      return param.kind === 'objects' ? param.fields.map(({ index }) => index) : [];
    }),
  );
}

type Problem = readonly [message: string, hint: string];

function problemsOf(statement: Statement, fields: readonly DescribedField[] | null): readonly Problem[] {
  const problems: Problem[] = [];
  const command = statement.command;
  const wantsRows = command === 'one' || command === 'maybe' || command === 'many';
  if (wantsRows && (fields === null || fields.length === 0)) {
    problems.push([
      `it is marked :${command}, but the statement returns no rows`,
      'Add RETURNING, or mark it :exec or :execrows.',
    ]);
  }
  const names = new Map<string, number>();
  for (const [i, { name }] of (fields ?? []).entries()) {
    const bare = bareName(name);
    if (bare === '?column?' || bare === '') {
      problems.push([
        `column ${i + 1} of the result has no name`,
        'Name it: write `AS name` after the expression.',
      ]);
      continue;
    }
    const first = names.get(bare);
    if (first === undefined) names.set(bare, i + 1);
    else {
      problems.push([
        `columns ${first} and ${i + 1} of the result are both named "${bare}"`,
        'Give one of them another name with `AS`; an object can hold only one of them.',
      ]);
    }
  }
  return problems;
}

function queryParam(
  catalog: Catalog,
  param: Param,
  types: readonly number[],
  slots: readonly ParameterFacts[],
  options: Options,
): QueryParam {
  const slot = (written: Slot): SlotValue => {
    const found = slots[written.index - 1];
    const nullable = acceptsNull(written, found, options);
    const facts = { ...(found?.facts ?? anything), nullable };
    return {
      name: written.name,
      index: written.index,
      value: withCommentType(
        describedValue(catalog, types[written.index - 1] ?? 0, facts),
        readColumnComment(found?.comment ?? null).type,
      ),
      optional: written.required === false || (options.lenientParameters && nullable),
      column: found?.column ?? null,
    };
  };
  if (param.kind === 'scalar' || param.kind === 'list') return { kind: param.kind, ...slot(param) };
  return { kind: param.kind, name: param.name, fields: param.fields.map(slot) };
}

/** What the types of `$1`, `$2`, ... let through, in order. */
function parametersGiven(
  params: readonly Param[],
  slots: readonly ParameterFacts[],
  options: Options,
): readonly Facts[] {
  const given = slots.map(({ facts }) => withoutLiterals(facts));
  for (const param of params) {
    for (const slot of 'fields' in param ? param.fields : [param]) {
      const nullable = acceptsNull(slot, slots[slot.index - 1], options);
      given[slot.index - 1] = { ...(given[slot.index - 1] ?? anything), nullable };
    }
  }
  return given;
}

function withoutLiterals({ nullable, element }: Facts): Facts {
  return element === undefined ? { nullable } : { nullable, element: { nullable: element.nullable } };
}

function acceptsNull(written: Slot, found: ParameterFacts | undefined, options: Options): boolean {
  if (written.required !== null) return !written.required;
  if (options.lenientParameters) return !(found?.refusesNull ?? false);
  return found?.facts.nullable ?? true;
}
