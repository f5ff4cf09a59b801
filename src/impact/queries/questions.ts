import type {
  AnalysedQuery,
  QueryList,
  QueryRoute,
  QueryScope,
  QueryViolations,
  RelationUse,
} from '../../analysis/analysed-query.ts';
import type { OptionalCondition } from '../../analysis/optional/parts.ts';
import type { Change } from '../change.ts';
import { relationName } from '../relation-name.ts';

/** What the analysis answers about a query as a whole, as `inspect --json` prints it, in this order. */
export interface Answers {
  readonly reads: readonly RelationUse[];
  readonly writes: readonly RelationUse[];
  /** Whether it writes and locks nothing; null: unknown, it calls volatile functions or is a utility statement. */
  readonly readOnly: boolean | null;
  /** The constraints that it can fail on. */
  readonly violations: QueryViolations;
  /** The conditions, assignments and values that depend on whether parameters are given. */
  readonly conditions: readonly OptionalCondition[];
  /** The scopes whose tables it uses, and why it may use rows of every owner; null: it is proven that it does not. */
  readonly scopes: readonly QueryScope[];
  /** Its lists and rows, and why some are sent as one parameter for each value. */
  readonly lists: readonly QueryList[];
  /** The text that looks up many keys, by `@load`; null: there is none. */
  readonly load: string | null;
  /** Which shards it uses; null: the configuration names no distributed table. */
  readonly route: QueryRoute | null;
}

interface Question<Answer> {
  answer(query: AnalysedQuery): Answer;
  /** What `inspect` prints as text: lines under one word. */
  lines?(answer: Answer): readonly string[];
  /** What it means to running code that the answer is another one; absent: nothing. */
  change?(before: Answer, after: Answer): Change | null;
}

/** Everything about a question but its computation: an entry here, and a field of `Answers`. */
const questions: { readonly [Q in keyof Answers]: Question<Answers[Q]> } = {
  reads: {
    answer: (query) => query.reads,
    lines: (uses) => uses.map(useText),
    change: (before, after) => usesChange('reads', before, after, 'it reads other tables or columns'),
  },
  writes: {
    answer: (query) => query.writes,
    lines: (uses) => uses.map(useText),
    change: (before, after) => usesChange('writes', before, after, 'it writes other tables or columns'),
  },
  readOnly: {
    answer: (query) => query.readOnly,
    change: effectChange,
  },
  violations: {
    answer: (query) => query.violations,
  },
  conditions: {
    answer: ({ optional }) => optional?.conditions ?? [],
    lines: (conditions) => conditions.map(conditionText),
  },
  scopes: {
    answer: ({ scopes = [] }) => scopes,
    lines: (scopes) =>
      scopes.map(
        ({ name, unscoped, rowSecurity }) =>
          `${name}: ${unscoped === null ? `proven${rowSecurity ? ' by row-level security' : ''}` : `unscoped, ${unscoped}`}`,
      ),
  },
  lists: {
    answer: ({ lists = [] }) => lists,
    lines: (lists) => lists.flatMap(expandedText),
  },
  load: {
    answer: ({ loader = null }) => loader,
    lines: (sql) => (sql === null ? [] : ['many keys in one statement']),
  },
  route: {
    answer: ({ route = null }) => route,
    lines: (route) => (route === null ? [] : [routeText(route)]),
  },
};

const all = Object.entries<Question<unknown>>(questions);

/** The answers about a query, in the order of `Answers`. */
export function answersOf(query: AnalysedQuery): Answers {
  return Object.fromEntries(all.map(([name, { answer }]) => [name, answer(query)])) as unknown as Answers;
}

/** The lines that `inspect` prints of a query's answers: a word, and a text. */
export function answerLines(answers: Answers): readonly (readonly [word: string, text: string])[] {
  const known = new Map<string, unknown>(Object.entries(answers));
  return all.flatMap(([name, { lines }]) =>
    (lines?.(known.get(name)) ?? []).map((text) => [name, text] as const),
  );
}

/** What changed about the answers. */
export function answerChanges(before: AnalysedQuery, after: AnalysedQuery): readonly Change[] {
  return all.flatMap(([, { answer, change }]) => change?.(answer(before), answer(after)) ?? []);
}

function routeText({ shards, by, because, scatter }: QueryRoute): string {
  if (shards === 'none') return 'no distributed table';
  if (shards === 'one') return `one shard, by ${by}`;
  return `all shards: ${because}${scatter === null ? '' : ` (@scatter ${scatter})`}`;
}

/** Nothing for those that are sent as arrays, which have any length. */
function expandedText({ param, expandedBecause }: QueryList): readonly string[] {
  return expandedBecause === null ? [] : [`${param}: a parameter for each value, since ${expandedBecause}`];
}

function conditionText({ kind, params, text, keptBecause }: OptionalCondition): string {
  const otherwise =
    kind === 'value' ? ' (otherwise DEFAULT)' : kind === 'limit' ? ' (otherwise no limit)' : '';
  return `${params.join(', ')}: ${text}${keptBecause === null ? otherwise : ` (always sent: ${keptBecause})`}`;
}

/** Only what differs is named. */
function usesChange(
  kind: 'reads' | 'writes',
  before: readonly RelationUse[],
  after: readonly RelationUse[],
  effect: string,
): Change | null {
  const [gone, added] = [usesText(usesWithout(before, after)), usesText(usesWithout(after, before))];
  if (gone === null && added === null) return null;
  return { kind, severity: 'compatible', subject: '', before: gone, after: added, direction: null, effect };
}

/** The relations and columns that the others do not have. */
function usesWithout(uses: readonly RelationUse[], others: readonly RelationUse[]): readonly RelationUse[] {
  return uses.flatMap((use) => {
    const other = others.find(({ schema, table }) => schema === use.schema && table === use.table);
    if (other === undefined) return [use];
    const columns = use.columns.filter((column) => !other.columns.includes(column));
    return columns.length === 0 ? [] : [{ ...use, columns }];
  });
}

function usesText(uses: readonly RelationUse[]): string | null {
  return uses.length === 0 ? null : uses.map(useText).join(', ');
}

function useText(use: RelationUse): string {
  const name = relationName(use);
  return use.columns.length === 0 ? name : `${name} (${use.columns.join(', ')})`;
}

function effectChange(before: boolean | null, after: boolean | null): Change | null {
  if (before === after) return null;
  const worse = before === true;
  return {
    kind: 'effect',
    severity: worse ? 'may break' : 'compatible',
    subject: '',
    before: effectText(before),
    after: effectText(after),
    direction: null,
    effect: worse ? 'sending it again may do its work twice' : 'the tables or columns that it writes changed',
  };
}

function effectText(readOnly: boolean | null): string {
  return readOnly === null ? 'may write' : readOnly ? 'reads only' : 'writes';
}

/** `1 row`, `0..1 rows`, `any number of rows`. */
export function rowsText({ min, max }: AnalysedQuery['rows']): string {
  if (max === null) return min === 0 ? 'any number of rows' : `${min} or more rows`;
  if (min === max) return max === 1 ? '1 row' : `${max} rows`;
  return `${min}..${max} rows`;
}
