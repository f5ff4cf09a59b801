import { unquotedName } from '../../sql/unquoted-name.ts';
import { findWord, type StatementWords, wordAt } from '../server/words.ts';

/**
 * The roles that must exist for a statement to run (PostgreSQL documentation, part VI, the synopses);
 * keywords such as PUBLIC and CURRENT_USER are omitted.
 */
export function namedRoles(words: StatementWords): string[] {
  const verb = wordAt(words, 0);
  const kind = wordAt(words, 1);
  switch (`${verb} ${kind}`) {
    case 'ALTER DEFAULT':
      return [...rolesAfter(words, 'FOR', 2), ...grantees(words)];
    case 'CREATE POLICY':
      return policyRoles(words);
    case 'ALTER POLICY':
      return findWord(words, 'RENAME') === -1 ? policyRoles(words) : [];
    case 'CREATE SCHEMA':
      return rolesAfter(words, 'AUTHORIZATION', 1);
    case 'CREATE USER':
      return wordAt(words, 2) === 'MAPPING' ? rolesAfter(words, 'FOR', 1) : [];
    case 'DROP OWNED':
      return rolesAfter(words, 'BY', 1);
    case 'REASSIGN OWNED':
      return [...rolesAfter(words, 'BY', 1), ...rolesAfter(words, 'TO', 1)];
    case 'COMMENT ON':
      return wordAt(words, 2) === 'ROLE' ? rolesAt(words, 3, 4) : [];
  }
  if (verb === 'GRANT' || verb === 'REVOKE') return grantees(words);
  if (verb === 'ALTER') return owner(words);
  return verb === 'SET' ? sessionRole(words) : [];
}

/** The names from one index on and before another, separated by commas. */
export function rolesAt(words: StatementWords, from: number, before = words.tokens.length): string[] {
  const roles: string[] = [];
  for (let index = from; index < before; index += 2) {
    if (wordAt(words, index) === 'GROUP') index += 1;
    const token = words.tokens[index];
    if (token?.kind !== 'word' && token?.kind !== 'quoted identifier') break;
    const role = roleName(words.script.slice(token.start, token.end));
    if (role !== null) roles.push(role);
    if (words.tokens[index + 1]?.kind !== ',') break;
  }
  return roles;
}

function rolesAfter(words: StatementWords, keyword: string, distance: number): string[] {
  const at = findWord(words, keyword);
  return at === -1 ? [] : rolesAt(words, at + distance);
}

function policyRoles(words: StatementWords): string[] {
  const conditions = [findWord(words, 'USING'), findWord(words, 'WITH')].filter((at) => at !== -1);
  const to = findWord(words, 'TO');
  return to === -1 || to > Math.min(...conditions) ? [] : rolesAt(words, to + 1);
}

function owner(words: StatementWords): string[] {
  const at = findWord(words, 'OWNER');
  return at !== -1 && wordAt(words, at + 1) === 'TO' ? rolesAt(words, at + 2, at + 3) : [];
}

/** GRANT a, b TO x, y; GRANT SELECT ON t TO x; REVOKE GRANT OPTION FOR SELECT ON t FROM x */
function grantees(words: StatementWords): string[] {
  const to = Math.max(findWord(words, 'TO'), findWord(words, 'FROM'));
  const granted = findWord(words, 'ON') === -1 ? rolesAt(words, 1) : [];
  return to === -1 ? granted : [...granted, ...rolesAt(words, to + 1)];
}

/** SET [SESSION | LOCAL] ROLE x; SET SESSION AUTHORIZATION x */
function sessionRole(words: StatementWords): string[] {
  const at = /^(SESSION|LOCAL)$/.test(wordAt(words, 1)) ? 2 : 1;
  return /^(ROLE|AUTHORIZATION)$/.test(wordAt(words, at)) ? rolesAt(words, at + 1, at + 2) : [];
}

/** Null for words that represent no role of that name. */
function roleName(written: string): string | null {
  const name = unquotedName(written);
  if (written.startsWith('"')) return name;
  return /^(public|current_user|current_role|session_user|none|default)$/.test(name) ? null : name;
}
