/** One rule, and how to break it. */
export interface Mutation {
  readonly rule: string;
  /** Below the project's folder. */
  readonly file: string;
  /** Stands in the file once. */
  readonly find: string;
  readonly replace: string;
  /** Where only a test of its own can show it: several statements, another role. */
  readonly test?: string;
}

/** The source with the rule broken. */
export function mutated(source: string, { rule, find, replace }: Mutation): string {
  const [before, after, ...others] = source.split(find);
  if (before === undefined || after === undefined || others.length > 0)
    throw new Error(`Not once in its file: ${rule}`);
  return before + replace + after;
}

type Broken = readonly [rule: string, find: string, replace: string];

/** Of what is proven of NULL. */
function at(file: string, ...all: readonly Broken[]) {
  return inFile(`nullability/${file}`, ...all);
}

function inFile(file: string, ...all: readonly Broken[]) {
  return all.map(([rule, find, replace]) => ({ rule, file: `src/analysis/${file}.ts`, find, replace }));
}

const foreignKeys = { test: 'test/analysis/nullability/foreign-key.test.ts' };

export const mutations: readonly Mutation[] = [
  ...inFile(
    'catalog/queries',
    [
      'a foreign key to a partitioned table is one to each partition',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source's text
      "AND (contype = 'c' OR confrelid = (${REFERENCED}))",
      '',
    ],
    [
      'a foreign key holds whatever triggers of partitions are disabled',
      'k.oid IN (SELECT member FROM unguarded)',
      'false',
    ],
  ).map((mutation) => ({ ...mutation, ...foreignKeys })),
  ...inFile('catalog/updatable', [
    'a view has no defaults of its own',
    '({ expression }) => expression !== null',
    '({ expression }) => expression === undefined',
  ]),
  ...at(
    'foreign-key',
    ['every foreign key holds: deferred ones too', 'if (!key.holds || key.references', 'if (key.references'],
    ['row security hides no partner', '!isTable(to) || to.rowSecurity', '!isTable(to)'],
    [
      'a trigger does not undo CASCADE',
      '!(events !== 0 && isUndone(member))',
      '!(events !== 0 && isUndone(member) && false)',
    ],
  ).map((mutation) => ({ ...mutation, ...foreignKeys })),
  ...at(
    'outer-join-side',
    ['RIGHT JOIN read as inner', 'full || node.jointype === Join.right ?', 'full ?'],
    ['LEFT JOIN read as inner', 'full || node.jointype === Join.left ?', 'full ?'],
    ['FULL JOIN read as LEFT JOIN', 'const left = full || node', 'const left = node'],
    [
      "an outer join's ON proves for every row",
      '(left === at ? right : left).conditions.push(node.quals);',
      'root.conditions.push(node.quals);',
    ],
    [
      "MERGE's source is always there",
      'visit(query.jointree, mayLackSource(query) ? open(root) : root)',
      'visit(query.jointree, root)',
    ],
  ),
  ...at(
    'analyse-query',
    ['ON true finds a row', '(isAlways(condition) && minTree(side, frame.scope) > 0)', 'isAlways(condition)'],
    [
      'a row that is there is joined',
      '(isAlways(condition) && minTree(side, frame.scope) > 0)',
      'minTree(side, frame.scope) > 0',
    ],
  ),
  ...at('implications', [
    'what a CASE rules out also holds where the condition is NULL',
    'if ((outcomes & NULL) !== 0 && context.frame.engine.facts(expr, context).nullable) return found;\n',
    '',
  ]),
  ...at('implications/comparison', [
    'equal booleans are not NULL',
    'implications(left, NULL, context), implications(right, NULL, context)',
    "'contradiction', 'contradiction'",
  ]),
  ...at('implications/logic', [
    'OR proves what AND proves',
    'return expr.args.map((arg) => implications(arg, outcomes, context)).reduce(intersectFacts);',
    'return expr.args.map((arg) => implications(arg, outcomes, context)).reduce(unionFacts);',
  ]),
  ...at('strict', [
    'every function is strict',
    'return context.frame.engine.catalog.functions.get(functionOid)?.strict ?? false;',
    'return true;',
  ]),
  ...at('implications/array-comparison', [
    'ALL proves its left side also for an empty array',
    'if (!hasElements(array)) return notNullArray;',
    '',
  ]),
  ...at(
    'implications/predicate',
    ['IS NULL read as IS NOT NULL', 'const isNotNull = expr.nulltesttype === 1;', 'const isNotNull = true;'],
    [
      'IS NOT TRUE proves like IS FALSE',
      '[TRUE, FALSE | NULL, FALSE, TRUE | NULL, NULL, TRUE | FALSE]',
      '[TRUE, FALSE, FALSE, TRUE | NULL, NULL, TRUE | FALSE]',
    ],
    ['IS DISTINCT FROM proves like <>', 'if (holds) return noAtoms;\n', ''],
  ),
  ...at('implications/sublink', [
    'NOT EXISTS proves like EXISTS',
    'return outcomes === TRUE ? someRow(expr, context, () => noAtoms) : noAtoms;',
    'return someRow(expr, context, () => noAtoms);',
  ]),
  ...at(
    'implications/not-null',
    [
      'row comparison: every pair was compared',
      'return unionFacts(notNullAtoms(a, context), notNullAtoms(b, context));',
      'return [...left, ...right].map((arg) => notNullAtoms(arg, context)).reduce(unionFacts);',
    ],
    [
      'COALESCE is not NULL: all its arguments are not',
      "return each(expr.args).reduce(intersectFacts, 'contradiction');",
      'return each(expr.args).reduce(unionFacts, noAtoms);',
    ],
  ),
  ...at(
    'aggregate',
    ['aggregates without GROUP BY always have a row', '!mayBeEmpty(frame.scope.query) ||', 'true ||'],
    ['FILTER leaves a row', 'call.aggfilter === null &&\n', ''],
    [
      'array_agg collects no NULL',
      'if (oid === arrayAgg && first !== undefined) return { nullable, element: first };',
      'if (oid === arrayAgg && first !== undefined) return { nullable, element: { nullable: false } };',
    ],
    [
      'aggregates skip no NULL: an argument may be one',
      "(rule === 'rows' || args.every(({ nullable }) => !nullable))",
      'true',
    ],
  ),
  ...at(
    'row',
    [
      'a field of a row that is NULL is as in others',
      'withNullable(field, field.nullable || row.nullable)',
      'field',
    ],
    [
      'dropped columns leave no gap',
      'row.fields?.find((one) => one.number === number)?.facts',
      'row.fields?.[number - 1]?.facts',
    ],
  ),
  ...at('whole-row', [
    'a whole row has no NULL',
    'const own = inPlace[number - 1] ?? unknownFacts;',
    'const own = { nullable: false };',
  ]),
  ...at(
    'join-facts',
    [
      'one of two rows has the fields of the first',
      'facts: joinFacts(field.facts, other.facts)',
      'facts: field.facts',
    ],
    [
      'what was NULL at first remains NULL in a recursive query',
      '  if (a === nullFacts || b === nullFacts) return false;\n',
      '',
    ],
  ),
  ...at(
    'dimensions',
    ['an array of arrays has two dimensions', 'n < MOST ? [n + 1] : []', '[2]'],
    [
      'one of two arrays has the dimensions of the first',
      '[...new Set([...dimensionsOf(a), ...dimensionsOf(b)])].sort()',
      'dimensionsOf(a)',
    ],
    [
      '|| has the dimensions of its right side',
      'return first && second && eitherDimensions(first, second);',
      'return second?.dimensions;',
    ],
    ['array_fill makes two dimensions', '[lengths.elements?.length ?? 0]', '[2]'],
  ),
  ...at(
    'aggregate-input',
    ['count(*) >= 0 says that there is a row', "outcomes[ofNone ? 'true' : 'false']", 'false'],
    [
      'the input of an aggregate is that of another FILTER',
      "const filter = call.aggfilter === null ? '' : expressionKey(call.aggfilter, rows, false);",
      "const filter = '';",
    ],
    [
      'all aggregates are over the same argument',
      'const argument = expressionKey(only.expr, rows, false);',
      "const argument = 'x';",
    ],
  ),
  ...at('grouping', [
    'grouping sets set nothing to NULL (before 18)',
    'if (query.groupingSets === null || query.rtable?.some((entry) => entry.rtekind === Rte.group)) return null;',
    'if (query.rtable !== undefined) return null;',
  ]),
  ...inFile('tree/groups', [
    'the empty grouping set has a row',
    'return query.groupingSets.every(includesEmptySet);',
    'return false;',
  ]),
  ...at(
    'key',
    [
      'what WHERE says of a value holds where grouping sets set a part of it to NULL (before 18)',
      "stage === 'group' && grouping !== null && (grouping.opaque || grouping.keys.has(key))",
      'grouping === undefined',
    ],
    [
      'what WHERE says of a value holds where grouping sets set a part of it to NULL (18)',
      'if (!isInEverySet(variable)) return key;',
      '',
    ],
  ),
  ...at('variable', [
    'grouping sets set nothing to NULL (18)',
    'return behind && isInEverySet(variable) ?',
    'return behind && (isInEverySet(variable) || true) ?',
  ]),
  ...at(
    'analyse-query',
    [
      'WHERE holds also for the group of no rows',
      'const proven = mayBeEmpty(query) ? frame.start : rows.proven;',
      'const proven = rows.proven;',
    ],
    [
      'UNION has the facts of its left arm',
      'return left.columns.map((facts, i) => joinFacts(facts, right.columns[i] ?? unknownFacts));',
      'return left.columns;',
    ],
    [
      'EXCEPT: either arm proves',
      'case SetOp.except:\n        return left.columns;',
      'case SetOp.except:\n        return left.columns.map((facts, i) => withNullable(facts, facts.nullable && (right.columns[i]?.nullable ?? true)));',
    ],
    [
      'UNION has the facts of its right arm where the left one is not empty',
      'if (left.isEmpty) return right.columns;',
      'return right.columns;',
    ],
    [
      'a query without WHERE has no row',
      'if (columns.every(({ nullable }) => !nullable) || !isEmpty()) return columns;',
      'if (columns.every(({ nullable }) => !nullable)) return columns;',
    ],
  ),
  ...at(
    'no-row',
    ['an aggregate has no row where WHERE is false', '(noInput && !hasEmptyGroup(query))', 'noInput'],
    ['an empty subquery on the nullable side empties the query', 'region.parent === null && ', ''],
    ['UNION is empty if one arm is', 'return left && right;', 'return left || right;'],
    [
      'EXCEPT is empty if its right arm is',
      'default:\n      return left;',
      'default:\n      return left || right;',
    ],
  ),
  ...at(
    'sublink',
    [
      'a scalar subquery always has a row',
      'first.nullable || !hasRow(link.subselect, opened.frame, context)',
      'first.nullable',
    ],
    [
      'ARRAY(...) holds no NULL',
      ': { nullable: false, element: first };',
      ': { nullable: false, element: notNull };',
    ],
    [
      'IN (subquery): members are not looked at',
      'return { nullable };',
      'return { nullable: nullable && columns.length === 0 };',
    ],
  ),
  ...at(
    'foreign-key',
    [
      'a foreign key is followed by a column that may be NULL',
      'if (context.frame.engine.facts({ ...pair.from, varlevelsup: 0 }, context).nullable) return false;',
      '',
    ],
    ['a foreign key that is NULL in part is checked', 'key.columns.every(isGiven) && ', ''],
    ['any comparison follows a foreign key', 'families.includes(own[index] ?? 0) && ', ''],
    [
      'any column follows a foreign key',
      'referenced === column && key.columns[i] === from.varattno',
      'referenced === column && from.varattno > 0',
    ],
    ['a foreign key to another table will do', 'key.references !== to.oid || ', ''],
    ['TABLESAMPLE leaves the partner', 'partner.tablesample || ', ''],
    [
      'children have foreign keys',
      "if (relation.kind === 'r' && row.inh && relation.children.length > 0) return false;\n",
      '',
    ],
    [
      'what is written has its partner',
      'return query.commandType !== Cmd.select || query.rowMarks !== null;',
      'return query.rowMarks !== null;',
    ],
    ['ONLY has the rows of the children', '((partner.inh ?? false) || !row.inh) &&', ''],
    [
      'any other row is its own partner',
      'column === from.varattno && catalog.equality.has(operator)',
      'catalog.equality.has(operator)',
    ],
  ),
  ...at(
    'range-table',
    [
      'ROWS FROM fills nothing up',
      'functions.length > 1 || found?.length !== funccolcount',
      'found?.length !== funccolcount',
    ],
    [
      'a recursive query is looked at once',
      'if (next.every((facts, i) => sameFacts(facts, found[i] ?? unknownFacts))) return found;',
      'return found;',
    ],
    [
      'a row that a function returns is its column',
      'return row.fields === undefined ? null :',
      'return row.fields === undefined ? found :',
    ],
    [
      'VALUES: the first row is like all',
      'rows.reduce<readonly Facts[]>(joinColumns, rows[0] ?? [])',
      '(rows[0] ?? [])',
    ],
  ),
  ...at(
    'expression',
    [
      'NULLIF is its first argument',
      'areDifferent(expr, first, second, context) ?',
      'areDifferent(expr, first, second, context) || true ?',
    ],
    [
      'CASE without ELSE',
      'reachedResults(expr, context).map(({ result, at })',
      "reachedResults(expr, context).filter(({ result }) => result.tag !== 'CONST' || !result.constisnull).map(({ result, at })",
    ],
    [
      'AND and OR are never NULL if one argument is not',
      'if (known.every(Boolean)) return notNull;',
      'if (known.some(Boolean)) return notNull;',
    ],
    [
      'ROW gives all attributes that its type has',
      'return arg === undefined ? unknownFacts : facts(arg, context);',
      'return arg === undefined ? notNull : facts(arg, context);',
    ],
    ['ANY: elements are not looked at', ' || (elements.element?.nullable ?? true)', ''],
  ),
  ...at('coalesce', [
    'COALESCE is never NULL',
    'withNullable(found, !notAll())',
    'withNullable(found, false)',
  ]),
  ...at(
    'array',
    ['a slice needs no bounds', 'array.nullable || !given', 'array.nullable'],
    ['a subscript is always within', ' || !isWithin(expr)', ''],
    ['an element is never NULL', 'element.nullable || array.nullable', 'array.nullable'],
  ),
  ...at(
    'array-length',
    ['array_length of an empty array', 'leastLength(array) > 0', 'leastLength(array) >= 0'],
    ['any subscript is within', 'at <= leastLength(expr.refexpr)', 'leastLength(expr.refexpr) > 0'],
  ),
  ...at(
    'exclusion',
    ['two orders are all', "['<', '=', '>'].every((way) =>", "['<', '>'].every((way) =>"],
    ['an order that is ruled out is the only one', '.includes(way) !== isTrue', '.includes(way) === isTrue'],
    ['mirrored orders are not mirrored', 'mirrored[way]', 'way'],
    [
      'one value is all that a column holds',
      'return possible.every((literal) =>',
      'return possible.some((literal) =>',
    ],
    ['an enum with a label less', '>= type.labels.length', '>= type.labels.length - 1'],
    [
      'NULLIF of what shares a value',
      'a.every((literal) => !b.includes(literal))',
      'a.some((literal) => !b.includes(literal))',
    ],
    ['what is equal is unequal', 'isTrue !== isUnequal(', 'isTrue === isUnequal('],
    [
      'a list holds no more than its constants',
      'found.length < constants.length ? noAtoms',
      'found.length === 0 ? noAtoms',
    ],
  ),
  ...at(
    'constraint',
    ['CHECK constraints of several columns are true', 'TRUE | NULL, at', 'TRUE, at'],
    ['a CHECK of several columns is true at any time', 'past: true', 'past: false'],
  ),
  ...at('checked-columns', ['a CHECK is true at any time', 'past: true', 'past: false']),
  ...at('push-down', [
    'a condition is about every entry',
    'value.varno === index && value.varlevelsup === 0',
    'value.varlevelsup === 0',
  ]),
  ...at('null', ['grouping sets make nothing NULL', 'at.frame.scope.query.groupingSets !== null', 'false']),
  ...at('non-null-count', ['num_nonnulls counts all', 'return fewest < possible', 'return fewest < 0']),
  ...at(
    'window',
    ['a CASE speaks of all rows of a window', 'proven: context.frame.windowed', 'proven: context.proven'],
    ['every window frame holds the current row', 'return starts !== 0 && ends !== 0;', 'return true;'],
    [
      'EXCLUDE leaves the current row',
      'if (options & (Frame.excludeCurrentRow | Frame.excludeGroup)) return false;\n',
      '',
    ],
    [
      'lag always finds a row',
      'return withNullable(args[0] ?? unknownFacts, true);',
      'return args[0] ?? unknownFacts;',
    ],
    [
      'dates are in range of themselves',
      '(options & Frame.range) === 0 || numbersInRange.has(support)',
      'true',
    ],
  ),
  ...at('constant', ['an array constant holds no NULL', '{ nullable: mayHoldNull(constant) }', 'notNull']),
  ...at(
    'returning',
    [
      "an UPDATE of a view takes its table's default",
      'target.direct || query.commandType === Cmd.insert',
      'target.direct || query.commandType > 0',
    ],
    [
      'a column without a default is not NULL',
      '? frame.engine.facts(readExpr(expression), at) : unknownFacts',
      '? frame.engine.facts(readExpr(expression), at) : notNull',
    ],
    [
      'a BEFORE trigger changes nothing',
      'changed: members.some(({ triggers }) => triggers.some((type) => type & BEFORE)),',
      'changed: false,',
    ],
    [
      'a generated column is what was written',
      "last.relation.columns.get(number)?.generated === ''",
      'number > 0',
    ],
    [
      'UPDATE keeps what WHERE said of changed columns',
      'return (column) => assigned(query.targetList, column, rows) ?? found(frame, rows, column);',
      'return (column) => found(frame, rows, column);',
    ],
    [
      'ON CONFLICT DO UPDATE returns what was inserted',
      'return joinFacts(inserted, updated);',
      'return inserted;',
    ],
    [
      'RETURNING old is there for INSERT and MERGE',
      "return version === 'after' ? after(column) : unknownFacts;\n      case Cmd.update:",
      'return after(column);\n      case Cmd.update:',
    ],
  ),
  ...at(
    'relation',
    [
      "a child has its parent's NOT NULL",
      'const members = inherited ? descendants(catalog, relation) : [relation];',
      'const members = [relation];',
    ],
    [
      'constraints hold for what a materialised view stored',
      '? engine.relation(relation.oid, inherited, { definitions: false })',
      '? view(engine, relation)',
    ],
    [
      'a column of a NOT NULL domain is not NULL',
      'return attribute?.notNull ?? false;',
      'return (attribute?.notNull ?? false) || (attribute?.type ?? 0) > 16384;',
    ],
  ),
  ...at(
    'checked-columns',
    [
      'CHECK constraints are true, not only not false',
      'engine.implications(condition, TRUE | NULL, at)',
      'engine.implications(condition, TRUE, at)',
    ],
    [
      'NO INHERIT constraints hold for children',
      '!(inherited && noInherit && relation.children.length > 0)',
      '!(inherited && noInherit && false)',
    ],
  ),
  ...inFile(
    'catalog/arguments',
    ['named arguments stand in order', 'isNamed(arg) ? arg.argnumber : i', 'i'],
    [
      'arguments that are left out are of no account',
      'if (written.length >= declared && !written.some(isNamed)) return written;',
      'if (!written.some(isNamed)) return written;',
    ],
    [
      'defaults are those of the first arguments',
      'defaults[index - argumentTypes.length + defaults.length]',
      'defaults[index]',
    ],
  ),
  ...at(
    'call',
    ['of several sets in a list none is filled up', 'return sets === 1;', 'return sets > 0;'],
    [
      'substring by pattern always matches',
      'const found = rule !== undefined && proves(rule, args, variadic);',
      'const found = oid === 2073 || (rule !== undefined && proves(rule, args, variadic));',
    ],
  ),
  ...at('extract', [
    'extract finds every field in infinity',
    'monotonicFields.has(name.toLowerCase())',
    'name !== "?"',
  ]),
  ...at('key', [
    'volatile functions give the same value twice',
    "return volatility !== 'i' && volatility !== 's';",
    'return false;',
  ]),
  ...at('atoms', [
    'what one branch proves holds after both',
    '(b.has(atom) ? [atom] : inEither(atom, b))',
    '[atom]',
  ]),
  ...inFile(
    'literals',
    [
      'CASE has the values of its first branch',
      'return each([...expr.args.map(({ result }) => result), expr.defresult]);',
      'return each(expr.args.slice(0, 1).map(({ result }) => result));',
    ],
    [
      'the elements of set operations are those of the first arm',
      'ofAll(arms, elementLiteralsOfArray)',
      'ofAll(arms.slice(0, 1), elementLiteralsOfArray)',
    ],
    [
      'an INSTEAD OF trigger returns what a CHECK constraint lists',
      'if (isMadeElsewhere(found.scope.query, variable.varno, scope.catalog)) return null;',
      '',
    ],
  ),
  ...inFile(
    'json-shape/row-shape',
    [
      'the fields of a row in JSON are not null',
      'value: jsonOrNull(shaper.present(column, context), nullable)',
      'value: shaper.present(column, context)',
    ],
    [
      'a row that is written is as the view has it',
      'row.varno === at.frame.scope.query.resultRelation ? [] : entryFacts',
      'row.varno === 0 ? [] : entryFacts',
    ],
  ),
  ...inFile('cardinality/support', [
    'an aggregate has one value in all groups',
    'if (depthIn(inside, scope) === node.agglevelsup) fixed = false;',
    '',
  ]),
  ...inFile(
    'cardinality/min-rows',
    ['HAVING leaves the one group', 'if (query.havingQual !== null) return 0;', ''],
    ['WHERE leaves a row', 'if (!isAlways(tree.quals)) return 0;', ''],
    [
      'GROUP BY of no rows has a group',
      'if (isGrouped(query) && mayBeEmpty(query)) return 1;',
      'if (isGrouped(query)) return 1;',
    ],
    [
      'a function that returns a set returns a row',
      'calls.some(({ funcexpr }) => returnsOne(funcexpr))',
      'true',
    ],
  ),
  ...inFile(
    'cardinality/limit',
    ['LIMIT 0 leaves a row', 'return { min: Math.min(min, count),', 'return { min,'],
    ['OFFSET leaves a row', 'min = skipped === undefined ? 0 : Math.max(0, min - skipped);', ''],
  ),
  ...inFile('cardinality/exclusive-arms', [
    'a WITH query that is NOT MATERIALIZED has the same rows wherever it is read',
    'ctematerialized !== Materialize.never',
    'ctematerialized >= 0',
  ]).map((mutation) => ({ ...mutation, test: 'test/analysis/cardinality.test.ts' })),
  ...inFile('effects', [
    'what is called stable assigns no transaction id',
    ' || ASSIGNS_ID.has(oid)) found.unsure = true;',
    ') found.unsure = true;',
  ]).map((mutation) => ({ ...mutation, test: 'test/analysis/effects.test.ts' })),
  ...inFile('effects', [
    'what writes is read-only',
    'readOnly: found.changes || found.writes.size > 0 ? false : found.unsure ? null : true,',
    'readOnly: found.unsure ? null : true,',
  ]),
  ...inFile('violations', [
    'domains refuse nothing',
    'for (const type of convertedTo(node)) typeViolations(type, found);',
    'convertedTo(node);',
  ]),
  ...inFile('violations/table-write', [
    'a foreign key is violated by UPDATE alone',
    'if (key.columns.some(sets) && !spared &&',
    "if (key.columns.some(sets) && by.event === 'update' && !spared &&",
  ]),
  ...at(
    'expression',
    [
      'a parameter is never NULL',
      '.params?.[expr.paramid - 1] ?? unknownFacts;',
      '.params?.[expr.paramid - 1] ?? { nullable: false };',
    ],
    [
      'what one parameter refuses the others refuse, too',
      'context.frame.engine.params?.[expr.paramid - 1] ?? unknownFacts;',
      'context.frame.engine.params === null ? unknownFacts : { nullable: false };',
    ],
  ),
  ...inFile(
    'variants/split',
    [
      'kinds of rows: an arm of two constants is of the first',
      'value === undefined || another !== undefined ? null',
      'value === undefined ? null',
    ],
    [
      'kinds of rows: of several arms of a kind the first one counts',
      'if (left !== null && right !== null) return { ...node, larg: left, rarg: right };',
      '',
    ],
    ['kinds of rows: windows look at rows of the same kind', 'query.hasWindowFuncs || ', ''],
  ),
  ...inFile('variants/always-null', [
    'kinds of rows: a column is NULL if one arm says so',
    'return setOperationArms(query).every(',
    'return setOperationArms(query).some(',
  ]),
  {
    rule: 'kinds of rows: what tells them apart may be NULL',
    file: 'src/analysis/variants.ts',
    find: 'if (nullable || ',
    replace: 'if (',
  },
  {
    rule: 'kinds of rows: a cast of the user leaves NULL alone',
    file: 'src/analysis/variants/always-null.ts',
    find: 'types.size === 1 && ',
    replace: '',
    test: 'test/analysis/variants.test.ts',
  },
];
