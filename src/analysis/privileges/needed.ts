/** What the executor will check of one relation; see RTEPermissionInfo in Postgres's src/include/nodes/parsenodes.h. */
export interface RelationNeed {
  readonly relation: number;
  readonly select: boolean;
  readonly insert: boolean;
  readonly update: boolean;
  readonly delete: boolean;
  /** Column numbers; 0 is the whole row. */
  readonly selected: readonly number[];
  readonly inserted: readonly number[];
  readonly updated: readonly number[];
}

export interface Needed {
  readonly relations: readonly RelationNeed[];
  /** OIDs of the functions that are called, also for operators, aggregates and window functions. */
  readonly functions: readonly number[];
}

// Bits of AclMode (src/include/nodes/parsenodes.h).
const insertBit = 1;
const selectBit = 2;
const updateBit = 4;
const deleteBit = 8;
/** What a bitmap's numbers begin at (src/include/access/sysattr.h). */
const firstLowInvalidHeapAttributeNumber = -7;
/** OIDs below are Postgres's own, which every role may use. */
const firstNormalOid = 16384;

// A relation's entry holds its need itself up to PostgreSQL 15; later ones list needs by themselves.
const need =
  /:relid\s+(\d+)\s(?:(?!:relid\s)[\s\S])*?:requiredPerms\s+(\d+)\s+:checkAsUser\s+\d+\s+:selectedCols\s+\(b([\d\s]*)\)\s+:insertedCols\s+\(b([\d\s]*)\)\s+:updatedCols\s+\(b([\d\s]*)\)/g;
const called = /:(?:funcid|opfuncid|aggfnoid|winfnoid)\s+(\d+)/g;

/**
 * Reads off a query tree, as node text, what whoever executes it must be allowed to do.
 * @param invoker trees of the views that check the privileges of who reads them, by OID
 */
export function neededPrivileges(tree: string, invoker: ReadonlyMap<number, string>): Needed {
  const relations: RelationNeed[] = [];
  const functions = new Set<number>();
  const seen = new Set<number>();
  const waiting = [tree];
  for (let text = waiting.pop(); text !== undefined; text = waiting.pop()) {
    for (const [, relation, perms, selected, inserted, updated] of text.matchAll(need)) {
      const found = relationNeed(Number(relation), Number(perms), [selected, inserted, updated]);
      if (Number(perms) !== 0) relations.push(found);
      const view = seen.has(found.relation) ? undefined : invoker.get(found.relation);
      seen.add(found.relation);
      if (view !== undefined) waiting.push(view);
    }
    for (const [, oid] of text.matchAll(called)) {
      if (Number(oid) >= firstNormalOid) functions.add(Number(oid));
    }
  }
  return { relations, functions: [...functions] };
}

function relationNeed(
  relation: number,
  perms: number,
  [selected, inserted, updated]: readonly (string | undefined)[],
): RelationNeed {
  return {
    relation,
    select: (perms & selectBit) !== 0,
    insert: (perms & insertBit) !== 0,
    update: (perms & updateBit) !== 0,
    delete: (perms & deleteBit) !== 0,
    selected: columns(selected),
    inserted: columns(inserted),
    updated: columns(updated),
  };
}

function columns(bitmap: string | undefined): readonly number[] {
  const numbers = (bitmap ?? '').split(/\s+/).filter((digits) => digits !== '');
  // Reading a system column such as ctid needs no privilege on a column that GRANT could name.
  return numbers
    .map((digits) => Number(digits) + firstLowInvalidHeapAttributeNumber)
    .filter((number) => number >= 0);
}
