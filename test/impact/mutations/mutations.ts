import type { Mutation } from '../../soundness/mutations/mutations.ts';

const verdicts =
  'test/impact/run-time-changes.test.ts test/impact/executed.test.ts test/impact/schema-changes.long.test.ts';

function inRules(
  file: string,
  ...all: readonly (readonly [rule: string, find: string, replace: string, test?: string])[]
): readonly Required<Mutation>[] {
  return all.map(([rule, find, replace, test = verdicts]) => ({
    rule,
    file: `src/impact/${file}.ts`,
    find,
    replace,
    test,
  }));
}

/** The rules of impact's verdicts, and how to break each. */
export const mutations: readonly Required<Mutation>[] = [
  ...inRules(
    'rules/run-time-changes',
    ['a computed value can be NULL', 'if (!before.notNull && after.notNull && !checked) {', 'if (false) {'],
    ['a type that takes less', 'shrinks(before.baseType, after.baseType) ||', ''],
    ['a generated column can fail', 'before?.generated !== after.generated) {', 'false) {'],
    [
      'a virtual column is computed when it is read',
      'if (isStored || generated === null',
      'if (true || generated === null',
    ],
    ['another collation', 'texts.some((sql) => collating.test(sql))', 'false'],
    ['FOR UPDATE needs another privilege', 'locking.test(statement.sql) &&', 'false &&'],
    ['a parameter goes to another column', 'if (!to || !from) return [];', 'return [];'],
    [
      'char(n) is padded',
      'if (before === null || before.baseType === after.baseType ||',
      'if (true || before === null ||',
    ],
    ['a published table needs a key', "rule.kind === 'publication' && operation", 'false && operation'],
    [
      'some indexes can be computed for all rows',
      ' && !canFail(rule.definition)) return [];',
      ' && false) return [];',
    ],
    ['TRUNCATE', "if (query.kind === 'UTILITY')", 'if (false)'],
    ['a generated copy cannot', 'if (isCopy) return false;', ''],
    ['NOT NULL of a partition alone', '? ofPartition(subject, before, after) : []', '? [] : []'],
    ['a BEFORE trigger may fill a column in', 'filled.insert.has(table) ||', ''],
    ['a rule may rewrite an INSERT', '|| isRewritten(table, changes);', ';'],
    ['another default', 'if (was === after.default) return [];', 'return [];'],
    ['a union of literals says what a CHECK says', 'listing && slotsFor', 'false && slotsFor'],
    ['any key can be the arbiter', 'if (!isArbiter) return [];', 'return [];'],
    ['only a key of the target is the arbiter', 'if (!isArbiter) return [];', ''],
    ['order matters where it is compared', 'if (!texts.some((sql) => comparing.test(sql))) return [];', ''],
    [
      'a materialized view without data breaks',
      "rule.kind === 'materialized view' ? 'breaks' : 'may break'",
      "'may break'",
    ],
  ),
  ...inRules(
    'rules/touches',
    ['a privilege is of the statement alone', "if (by !== 'statement' && !reached) return false;", ''],
    [
      'what is inherited is told of the parent',
      "if (by === 'partition' && rule.inherited) return false;",
      '',
    ],
    [
      'NOT VALID is checked by every UPDATE',
      "if (rule.kind === 'check' && / NOT VALID$/.test(rule.definition)) return true;",
      '',
    ],
    ['a CHECK is checked on defaults', 'rule.onDefaults !== true ||', ''],
    ['NULLs can be equal', 'if (/ NULLS NOT DISTINCT/.test(rule.definition)) return true;', ''],
    ['a default makes a key whole', 'column?.default === null && !column.automatic', 'true'],
    [
      'UPDATE of a partition key',
      "if (rule.kind === 'partition' && event === 'update') return concerns(rule, operation.columns);",
      '',
    ],
  ),
  ...inRules(
    'rules/caused',
    ['INSERTs reach no inheriting table', "if (event === 'insert' && !link.isPartition) return [];", ''],
    ['ON DELETE CASCADE deletes', "return event === 'delete' && action === 'cascade'", 'return false'],
    ['actions are followed', "if (action === 'none') return [];", 'return [];'],
    ['ON UPDATE is of the key', '!key.referencedColumns.some((column) => columns.includes(column))', 'false'],
  ),
  ...inRules(
    'rules/rule-changes',
    [
      'a constraint made again NOT VALID is the same',
      "definition.replace(/ NOT VALID$/, ''), body]",
      'definition, body]',
    ],
    [
      'what one role loses another does not get',
      "const role = kind === 'privilege' ? name : '';",
      "const role = '';",
    ],
    ['what all have no role loses', "!are.has(key({ ...grant, role: 'PUBLIC' }))", 'true'],
    [
      'MAXVALUE',
      'if (BigInt(is.max) < BigInt(was.max) || BigInt(is.min) > BigInt(was.min)) return true;',
      '',
    ],
    ['NO CYCLE', 'return was.cycle || isFaster(', 'return isFaster('],
    ['a sequence is moved once', 'after.moved.slice(before.moved.length)', 'after.moved'],
  ),
  ...inRules(
    'rules/rule-changes',
    [
      'what comes by a parent that is new',
      'const waiting = after.children.filter(({ id }) => !were.has(id));',
      'const waiting = after.children.filter(({ id }) => !were.has(id) && false);',
    ],
    [
      'a function that may write all the same',
      '(isVolatile(was) && !isVolatile(is))',
      'isVolatile(was) !== isVolatile(is)',
    ],
    ['a parsed text changes with names', "is.kind !== 'parsed' || is.version", 'true || is.version'],
    ['a foreign key that is checked sooner', 'return lateness(was) > lateness(is);', 'return false;'],
    ['a view with other privileges', 'was.definition !== is.definition && is', 'false && is'],
  ),
  ...inRules(
    'rules/inside-routines',
    ['a replaced function', '...(own.has(routine) ? alteration(routine, changes) : []),', ''],
    ['a call of another function', '.filter((key) => !was.includes(key))', '.filter(() => false)'],
    ['a text with all columns', '(isOfAll && uses(table))', 'false'],
    ["a text with another type's column", '(uses(after) && words.has(lastWord(after.column)))', 'false'],
    ["a label's quotes", "one.kind === 'label' ?", 'false ?'],
  ),
  ...inRules(
    'rules/type-demands',
    [
      'a cast to what demands more',
      "(routine?.kind === 'text' || isCast(text, name))",
      "routine?.kind === 'text'",
    ],
    [
      'a text names what demands more',
      "(routine?.kind === 'text' || isCast(text, name))",
      'isCast(text, name)',
    ],
    ['a column holds what demands more', 'isWritten ||\n', ''],
    ['an argument demands more', 'routines.some(({ routine }) =>', 'false && routines.some(({ routine }) =>'],
  ),
  ...inRules(
    'rules/sequence-limits',
    [
      'only those who draw mind a move',
      ".filter((sequence) => draws(sequence, operations, executed, ['nextval']))",
      '',
    ],
    ['a unique key refuses what is drawn again', 'return keys.some(', 'return !keys.some('],
  ),
  ...inRules(
    'rules/drawn-sequences',
    ['an identity column draws', 'operations.some((operation) => fillsIn(operation, sequence)) ||', ''],
    ['a given identity does not', '!columns.includes(identity.column)', 'true'],
  ),
  ...inRules('rules/settings', [
    'read-only transactions let read',
    '!ofWrites.includes(setting.name) || query.readOnly !== true',
    'true',
  ]),
  ...inRules(
    'rules/memberships',
    ['members have members', 'waiting.push(member);', ''],
    ['policies bind members', "rule.kind === 'policy'", 'false'],
    [
      'REVOKE ends a membership',
      'const others = memberships.filter(',
      'const others = memberships; memberships.filter(',
    ],
    ['members of pg_write_all_data write', "...membersOf('pg_write_all_data')", "...membersOf('')"],
  ),
  ...inRules(
    'rules/object-privileges',
    ['SELECT on a sequence does not draw', 'drawing.includes(grant.privilege)', 'true'],
    ['a definer needs the privileges of its own', 'return by === null || by.includes(role);', 'return true;'],
    [
      "a trigger's function needs none",
      'isChecked && routine.key === grant.key',
      'routine.key === grant.key',
    ],
  ),
  ...inRules(
    'rules/inside-routines',
    ['a parsed body depends on what it names', "if (routine.kind === 'parsed') return [];", ''],
    ['a definer has its own privileges', '!isSubject(routine, rule)', 'false'],
  ),
  ...inRules('compare-snapshots', [
    'NOT VALID leaves rows that are valid',
    'if (isLoosened || !tables.some((table) => rules.invalidated.has(table))) return change;',
    'return change;',
  ]),
  ...inRules(
    'locks/lock-mode',
    [
      'reading waits for ACCESS EXCLUSIVE',
      "'ACCESS SHARE': 'EXCLUSIVE'",
      "'ACCESS SHARE': 'ACCESS EXCLUSIVE'",
      'test/impact/locks/waiting.test.ts',
    ],
    [
      'locking rows waits for EXCLUSIVE',
      "'ROW SHARE': 'SHARE ROW EXCLUSIVE'",
      "'ROW SHARE': 'EXCLUSIVE'",
      'test/impact/locks/waiting.test.ts',
    ],
  ),
  ...inRules('locks/lock-report', [
    'drawing waits for a sequence',
    'isOfSequence ? running.drawn() : () => []',
    '() => []',
    'test/impact/locks/waiting.test.ts',
  ]),
  ...inRules(
    'locks/observe',
    ['TRUNCATE takes the rows away too', 'rewritten: !empties &&', 'rewritten:'],
    ['ALTER SEQUENCE need not restart', '/\\brestart\\b/i.test(text) || !/^alter\\b/i.test(text)', 'true'],
    [
      'setval() of NULL here is a value there',
      "relation.kind === 'sequence' && isNamed(words, relation)",
      'false',
    ],
  ),
];
