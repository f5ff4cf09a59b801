import type { Context, Engine, Frame, Opened } from '../nullability/context.ts';
import type { QueryNode } from '../tree/nodes.ts';

const openedAt = new WeakMap<Engine | Frame | Context, Map<QueryNode, Opened>>();

/** Opens a query once for all of its columns, and for whoever looks at it from the same place. */
function once(place: Engine | Frame | Context, query: QueryNode, open: () => Opened): Opened {
  const all = openedAt.get(place) ?? new Map<QueryNode, Opened>();
  openedAt.set(place, all);
  const opened = all.get(query) ?? open();
  all.set(query, opened);
  return opened;
}

/** A subquery or WITH query of a frame, which stands at `place`. */
export function openIn(frame: Frame, query: QueryNode, place: Context): Opened {
  return once(frame, query, () => frame.engine.open(query, place));
}

/** A view's definition. */
export function openView(engine: Engine, query: QueryNode): Opened {
  return once(engine, query, () => engine.open(query, null));
}

/** The query of a sublink. */
export function openSublink(query: QueryNode, context: Context): Opened {
  return once(context, query, () => context.frame.engine.open(query, context));
}
