import { withoutRelabelling } from '../tree/bare-expression.ts';
import { conjuncts } from '../tree/conjuncts.ts';
import { isAlways } from '../tree/constants.ts';
import { type Expr, Join, type JoinTreeNode, type Var } from '../tree/nodes.ts';
import { type Context, contextAt, type Frame } from './context.ts';
import { hasMatchingRow } from './foreign-key.ts';

/** Of a longer FROM nothing is told. */
const MOST_ENTRIES = 16;

/**
 * Whether FROM and WHERE of a subquery let a row through because all they do is follow foreign keys from the row around it, one
 * after the other, or lead back to that row itself: `(SELECT max(p.name) FROM author a JOIN publisher p ON p.id = a.publisher_id
 * WHERE a.id = book.author_id)`.
 */
export function reachesRow(frame: Frame): boolean {
  let reaches = known.get(frame);
  if (reaches === undefined) {
    reaches = reachesRowOf(frame);
    known.set(frame, reaches);
  }
  return reaches;
}

const known = new WeakMap<Frame, boolean>();

function reachesRowOf(frame: Frame): boolean {
  const { query } = frame.scope;
  if (frame.outer === null || query.jointree === null) return false;
  const parts: Parts = { entries: [], links: [] };
  if (!collect(query.jointree, parts) || parts.entries.length > MOST_ENTRIES) return false;
  return followed(frame, parts);
}

interface Parts {
  readonly entries: number[];
  readonly links: Link[];
}

/** A condition, and which entries of the query it is about. */
interface Link {
  readonly condition: Expr;
  readonly entries: readonly number[];
}

/** Takes apart inner joins, and outer ones whose conditions remove no row; false if there is something else. */
function collect(node: JoinTreeNode, parts: Parts): boolean {
  switch (node.tag) {
    case 'RANGETBLREF':
      parts.entries.push(node.rtindex);
      return true;
    case 'FROMEXPR':
      return addLinks(node.quals, parts) && (node.fromlist ?? []).every((item) => collect(item, parts));
    case 'JOINEXPR':
      if (node.jointype === Join.left) return collect(node.larg, parts);
      if (node.jointype === Join.right) return collect(node.rarg, parts);
      return (
        node.jointype === Join.inner &&
        addLinks(node.quals, parts) &&
        collect(node.larg, parts) &&
        collect(node.rarg, parts)
      );
  }
}

function addLinks(quals: Expr | null, { links }: Parts): boolean {
  for (const condition of isAlways(quals) ? [] : conjuncts(quals)) {
    if (condition.tag !== 'OPEXPR') return false;
    const variables = (condition.args ?? []).map(withoutRelabelling);
    if (!variables.every((one): one is Var => one.tag === 'VAR')) return false;
    const own = variables.filter(({ varlevelsup }) => varlevelsup === 0);
    if (own.length === 0) return false;
    links.push({ condition, entries: own.map(({ varno }) => varno) });
  }
  return true;
}

function followed(frame: Frame, { entries, links }: Parts): boolean {
  // Of the rows that are looked for, WHERE proves nothing yet.
  const rows: Context = {
    frame,
    outer: frame.outer,
    proven: frame.start,
    stage: 'row',
    caseTest: null,
    sublink: null,
  };
  const reached = new Set<number>();
  const tried = new Map<number, number>();
  const isReached = (entry: number) => {
    const own = links.filter(
      (link) =>
        link.entries.includes(entry) && link.entries.every((other) => other === entry || reached.has(other)),
    );
    if (own.length === 0 || tried.get(entry) === own.length) return false;
    tried.set(entry, own.length);
    const condition: Expr = { tag: 'BOOLEXPR', boolop: 'and', args: own.map((link) => link.condition) };
    return hasMatchingRow(frame.scope.query, entry, condition, (levels) => contextAt(rows, levels));
  };
  for (let found = true; found; ) {
    found = false;
    for (const entry of entries) {
      if (reached.has(entry) || !isReached(entry)) continue;
      reached.add(entry);
      found = true;
    }
  }
  // One may be about an entry of an outer join that is omitted.
  const isFollowed = (link: Link) => link.entries.every((entry) => reached.has(entry));
  return reached.size === entries.length && links.every(isFollowed);
}
