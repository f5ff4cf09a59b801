import { splitStatements } from '../server/split-statements.ts';
import { findWord, type StatementWords, wordAt } from '../server/words.ts';
import { rolesAt } from './named-roles.ts';

/** What a statement does to the members of roles. */
export interface MembershipStatement {
  readonly roles: readonly string[];
  /** Null: all of them. */
  readonly members: readonly string[] | null;
  /** Whether the members have the roles' privileges from then on. */
  readonly isGiven: boolean;
}

/** Reads GRANT and REVOKE of roles, ALTER GROUP, CREATE ROLE … IN ROLE and DROP ROLE; null for others. */
export function membershipStatement(sql: string): MembershipStatement | null {
  const [statement] = splitStatements(sql);
  const words: StatementWords = { script: sql, tokens: statement?.tokens ?? [] };
  const isRole = /^(ROLE|USER|GROUP)$/.test(wordAt(words, 1)) && wordAt(words, 2) !== 'MAPPING';
  switch (wordAt(words, 0)) {
    case 'GRANT':
      return granted(words);
    case 'REVOKE':
      return revoked(words);
    case 'ALTER':
      return wordAt(words, 1) === 'GROUP' ? ofGroup(words) : null;
    case 'CREATE':
      return isRole ? ofNewRole(words) : null;
    case 'DROP':
      return isRole
        ? { roles: rolesAt(words, wordAt(words, 2) === 'IF' ? 4 : 2), members: null, isGiven: false }
        : null;
    default:
      return null;
  }
}

/** GRANT a, b TO x WITH INHERIT FALSE */
function granted(words: StatementWords): MembershipStatement | null {
  const to = findWord(words, 'TO');
  if (to === -1 || findWord(words, 'ON') !== -1) return null;
  const inherit = findWord(words, 'INHERIT');
  const isGiven = inherit === -1 || wordAt(words, inherit + 1) !== 'FALSE';
  return { roles: rolesAt(words, 1), members: rolesAt(words, to + 1), isGiven };
}

/** REVOKE a FROM x; REVOKE INHERIT OPTION FOR a FROM x; ADMIN and SET leave the privileges. */
function revoked(words: StatementWords): MembershipStatement | null {
  const from = findWord(words, 'FROM');
  if (from === -1 || findWord(words, 'ON') !== -1) return null;
  const isOption = wordAt(words, 2) === 'OPTION' && wordAt(words, 3) === 'FOR';
  if (isOption && wordAt(words, 1) !== 'INHERIT') return null;
  return { roles: rolesAt(words, isOption ? 4 : 1), members: rolesAt(words, from + 1), isGiven: false };
}

/** ALTER GROUP a ADD USER x, y */
function ofGroup(words: StatementWords): MembershipStatement | null {
  const verb = wordAt(words, 3);
  if (!/^(ADD|DROP)$/.test(verb) || wordAt(words, 4) !== 'USER') return null;
  return { roles: rolesAt(words, 2, 3), members: rolesAt(words, 5), isGiven: verb === 'ADD' };
}

function ofNewRole(words: StatementWords): MembershipStatement | null {
  const at = findWord(words, 'IN');
  return at === -1 ? null : { roles: rolesAt(words, at + 2), members: rolesAt(words, 2, 3), isGiven: true };
}
