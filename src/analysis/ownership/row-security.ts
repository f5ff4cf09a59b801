import type { Policy, Relation } from '../catalog/catalog.ts';
import { Cmd, type Expr } from '../tree/nodes.ts';
import { readExpr } from '../tree/read.ts';
import type { Knowledge, Limit, TableRow } from './knowledge.ts';

// pg_policy.polcmd
const COMMANDS: Readonly<Record<Limit, string>> = {
  select: 'r',
  update: 'w',
  delete: 'd',
  inserted: 'a',
  updated: 'w',
};

/** Whether the policies of a row's table let the statement find the row only if it is the owner's. */
export function isFoundByPolicy(
  relation: Relation,
  { use, varno, isWritten }: TableRow,
  proof: Knowledge,
): boolean {
  const { commandType, resultRelation } = use.scope.query;
  if (isWritten || use.bypasses) return false;
  if (varno !== resultRelation) return proof.isLimited(relation, 'select');
  if (commandType === Cmd.update) return proof.isLimited(relation, 'update');
  return commandType === Cmd.delete && proof.isLimited(relation, 'delete');
}

/**
 * Whether policies limit the rows of a table to the owner, for every role that they bind.
 * @param ask what a condition of a policy proves
 */
export function limitedBy(
  { rowSecurity, forcedRowSecurity, policies }: Relation,
  limit: Limit,
  ask: (condition: Expr) => { readonly isProven: boolean; readonly isOwned: boolean },
): boolean {
  const command = COMMANDS[limit];
  const applied = policies.filter((policy) => policy.command === '*' || policy.command === command);
  if (!rowSecurity || !forcedRowSecurity || applied.length === 0) return false;
  // Those of SELECT bind an UPDATE that reads, too.
  const conditions = policies.flatMap(({ using, check }) => [using, check]).filter((text) => text !== null);
  if (!conditions.every((text) => ask(readExpr(text)).isProven)) return false;
  const isOwned = (policy: Policy) => {
    const isWritten = limit === 'inserted' || limit === 'updated';
    const text = isWritten ? (policy.check ?? policy.using) : policy.using;
    return text !== null && ask(readExpr(text)).isOwned;
  };
  // One permissive policy is enough to find a row; a restrictive one binds in any case, if it is for every role.
  return (
    applied.filter(({ permissive }) => permissive).every(isOwned) ||
    applied.some((policy) => !policy.permissive && policy.forAll && isOwned(policy))
  );
}
