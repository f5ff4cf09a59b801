import { FIRST_NORMAL_OID, type FunctionEntry } from '../catalog/catalog.ts';
import { knownBody } from '../catalog/known-body.ts';
import { calledFunctions } from '../tree/calls.ts';
import { Cmd, type FuncExpr, type Node, type QueryNode } from '../tree/nodes.ts';
import { isNode, readNodes } from '../tree/read.ts';
import { OWNER, type RowValue } from './equalities.ts';
import type { OwnerScope } from './owner-scope.ts';
import { isListed, isOneRow, type Proof, type QueryUse, rootUse, rowValue } from './query-use.ts';
import type { ProofWalk } from './unproven.ts';

// Built-in functions that run a text of SQL, read a table by its name or a file, and the one that changes a setting.
const READING = new Set(
  `query_to_xml query_to_xml_and_xmlschema query_to_xmlschema table_to_xml table_to_xml_and_xmlschema
  table_to_xmlschema schema_to_xml schema_to_xml_and_xmlschema database_to_xml database_to_xml_and_xmlschema
  cursor_to_xml cursor_to_xmlschema ts_stat ts_rewrite set_config pg_logical_slot_get_changes
  pg_read_file pg_read_binary_file pg_logical_slot_peek_changes pg_logical_slot_get_binary_changes pg_logical_slot_peek_binary_changes`.split(
    /\s+/,
  ),
);

// Built-in functions that do something where they are called, beside what they return.
const ACTING =
  /^(?:pg_notify|setval|nextval|pg_(?:try_)?advisory_\w+|lo_\w+|lowrite|pg_logical_emit_message|pg_(?:cancel|terminate)_backend)$/;

// Extensions whose functions compute, and read no table.
const COMPUTING: ReadonlySet<string> = new Set(
  `btree_gin btree_gist citext cube earthdistance fuzzystrmatch hstore intarray isn ltree pg_trgm pgcrypto seg unaccent
  uuid-ossp vector`.split(/\s+/),
);

/** A function that a call runs, and the uses of the queries in its body. */
interface CalledBody {
  readonly called: FunctionEntry;
  readonly queries: readonly QueryUse[];
}

/** The functions that a node calls and whose bodies the proof must enter; those that nothing is known of are unproven. */
export function calledBodies(node: Node, use: QueryUse, proof: ProofWalk): readonly CalledBody[] {
  const { catalog, owner, bodies } = proof;
  return calledFunctions(node, catalog).flatMap((oid): readonly CalledBody[] => {
    const called = catalog.functions.get(oid);
    const { functions } = owner.settings;
    if (called && isListed([...(functions?.owner ?? []), ...(functions?.safe ?? [])], called)) return [];
    if (!isOwnFunction(oid)) {
      if (called?.schema === 'pg_catalog' && READING.has(called.name)) refuse('function', called.name, proof);
      const mayAct = proof.mayAct || (called?.name === 'nextval' && isComputedOnce(use, proof));
      if (called?.schema === 'pg_catalog' && ACTING.test(called.name) && !mayAct)
        refuse('acting', called.name, proof);
      return [];
    }
    if (called === undefined) {
      refuse('function', String(oid), proof);
      return [];
    }
    if (COMPUTING.has(catalog.extensionFunctions.get(oid) ?? '')) return [];
    const name = called.schema === 'public' ? called.name : `${called.schema}.${called.name}`;
    const body = changesOwner(called, owner) ? null : knownBody(called, []);
    // Immutable functions read no tables if they are what they say, which a body in SQL shows; an aggregate is always called so.
    if (body === null && called.volatility === 'i' && called.kind !== 'a') return [];
    const queries = queriesIn(body === null ? null : readNodes(body));
    if (body === null || bodies.includes(called) || queries.some(({ utilityStmt }) => utilityStmt !== null)) {
      refuse('function', name, proof);
      return [];
    }
    if (!proof.mayAct && queries.some(isWriting)) refuse('acting', name, proof);
    const args = node.tag === 'FUNCEXPR' ? valuesOf(node, use, proof) : [];
    // Called perhaps before the conditions around it: only what is the owner in any row is.
    const own = args.map((value) => (value === OWNER ? OWNER : null));
    return [
      { called, queries: queries.map((query) => rootUse(proof, query, own, use.bypasses || called.definer)) },
    ];
  });
}

function refuse(kind: 'function' | 'acting', name: string, proof: ProofWalk): void {
  if (!proof.found.some((one) => one.name === name && one.kind === kind))
    proof.found.push({ relation: null, alias: null, kind, name });
}

/** Whether a query is the statement's WITH query, and of no table: PostgreSQL keeps what a volatile function returned there. */
function isComputedOnce({ scope: { query }, outer }: QueryUse, { bodies }: ProofWalk): boolean {
  const isWith =
    outer?.outer === null && outer.scope.query.cteList?.some(({ ctequery }) => ctequery === query);
  return isWith === true && bodies.length === 0 && isOneRow(query);
}

function isWriting({ commandType, cteList }: QueryNode): boolean {
  return commandType !== Cmd.select || (cteList ?? []).some(({ ctequery }) => isWriting(ctequery));
}

/** Whether a function's own settings may change who the owner is. */
function changesOwner(
  { settings }: FunctionEntry,
  { settings: { setting, functions } }: OwnerScope,
): boolean {
  const changesSetting = settings.some(
    (one) => one.slice(0, one.indexOf('=')).toLowerCase() === setting?.toLowerCase(),
  );
  return changesSetting || (settings.length > 0 && (functions?.owner ?? []).length > 0);
}

function valuesOf({ args }: FuncExpr, use: QueryUse, proof: Proof): readonly (RowValue | null)[] {
  return (args ?? []).some(({ tag }) => tag === 'NAMEDARGEXPR')
    ? []
    : (args ?? []).map((arg) => rowValue(arg, use, proof));
}

/** RETURN's body is a query, BEGIN ATOMIC's and a string's lists of them (pg_proc.prosqlbody). */
function queriesIn(value: unknown): readonly QueryNode[] {
  if (Array.isArray(value)) return value.flatMap(queriesIn);
  return isNode(value) && value.tag === 'QUERY' ? [value] : [];
}

/** Whether a function is not built in. */
export function isOwnFunction(oid: number): boolean {
  return oid >= FIRST_NORMAL_OID;
}
