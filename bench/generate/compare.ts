import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** `Interface.field` -> its type's text, of all generated modules of a folder. */
function fieldsOf(dir: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const file of readdirSync(dir).sort()) {
    const source = ts.createSourceFile(file, readFileSync(join(dir, file), 'utf8'), ts.ScriptTarget.Latest);
    for (const statement of source.statements) {
      if (!ts.isInterfaceDeclaration(statement) || !statement.name.text.endsWith('Result')) continue;
      for (const member of statement.members) {
        if (!ts.isPropertySignature(member) || member.type === undefined) continue;
        const name = ts.isStringLiteral(member.name) ? member.name.text : member.name.getText(source);
        fields.set(`${statement.name.text}.${name}`, member.type.getText(source));
      }
    }
  }
  return fields;
}

/** How two tools' result columns compare. */
export interface Comparison {
  readonly columns: number;
  /** Same except `| null`: where ours proves more, and where the other claims too much. */
  readonly moreProven: readonly string[];
  readonly lessClaimed: readonly string[];
  /** Any other difference: the benchmark is void. */
  readonly different: readonly string[];
}

export function compareOutputs(theirs: string, ours: string): Comparison {
  const a = fieldsOf(theirs);
  const b = fieldsOf(ours);
  const moreProven: string[] = [];
  const lessClaimed: string[] = [];
  const different: string[] = [];
  for (const key of new Set([...a.keys(), ...b.keys()])) {
    const [x, y] = [a.get(key), b.get(key)];
    if (x === y) continue;
    if (x === undefined || y === undefined) different.push(`${key}: ${x} / ${y}`);
    else if (x === `${y} | null`) moreProven.push(key);
    else if (`${x} | null` === y) lessClaimed.push(key);
    else different.push(`${key}: ${x} / ${y}`);
  }
  return { columns: b.size, moreProven, lessClaimed, different };
}
