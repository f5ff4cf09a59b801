/** A part of a dotted alias: `tags[]` of `"tags[].id"`. */
export interface PathStep {
  readonly name: string;
  readonly isList: boolean;
}

const NAME = String.raw`[\p{L}_$][\p{L}\p{N}_$]*`;
const PATH = new RegExp(String.raw`^${NAME}(?:\[\])?(?:\.${NAME}(?:\[\])?)*$`, 'u');

/** What an alias such as `"owner.name"` or `"tags[].id"` says of its column's place; null for any other name. */
export function aliasPath(alias: string): readonly PathStep[] | null {
  if (!/\.|\[\]$/.test(alias) || !PATH.test(alias)) return null;
  return alias.split('.').map((part) => ({ name: part.replace('[]', ''), isList: part.endsWith('[]') }));
}

/** What the columns of a row are, by their aliases. */
export type NameNode = ColumnName | ObjectName;

interface ColumnName {
  readonly kind: 'column';
  readonly column: number;
}

/** An object, or the elements of a list: with `value` they are not objects, but that column. */
export interface ObjectName {
  readonly kind: 'object' | 'list';
  /** As in an alias: `owner.tags[]`; '' for the row. */
  readonly path: string;
  readonly children: Map<string, NameNode>;
  value: number | null;
}

/** Reads the aliases of all columns. A string instead says which two contradict each other. */
export function readAliases(names: readonly string[]): ObjectName | string {
  const root: ObjectName = { kind: 'object', path: '', children: new Map(), value: null };
  for (const [column, alias] of names.entries()) {
    let at = root;
    const steps = aliasPath(alias) ?? [{ name: alias, isList: false }];
    for (const [i, { name, isList }] of steps.entries()) {
      const isLast = i === steps.length - 1;
      const known = at.children.get(name);
      if (isLast && !isList) {
        if (known !== undefined) return name;
        at.children.set(name, { kind: 'column', column });
        continue;
      }
      const kind = isList ? 'list' : 'object';
      if (known !== undefined && (known.kind !== kind || isLast || known.value !== null)) return name;
      const path = `${at.path === '' ? '' : `${at.path}.`}${name}${isList ? '[]' : ''}`;
      const next: ObjectName =
        known?.kind === kind ? known : { kind, path, children: new Map(), value: isLast ? column : null };
      at.children.set(name, next);
      at = next;
    }
  }
  return root;
}

/** The columns of an object itself, or of a list's element. */
export function ownColumns({ children, value }: ObjectName): readonly number[] {
  if (value !== null) return [value];
  return [...children.values()].flatMap((child) => (child.kind === 'column' ? [child.column] : []));
}

/** The columns of an object and of the objects in it, but not those of lists. */
export function columnsBesideLists(node: ObjectName): readonly number[] {
  const inside = [...node.children.values()].flatMap((child) =>
    child.kind === 'object' ? columnsBesideLists(child) : [],
  );
  return [...ownColumns(node), ...inside];
}

/** The lists of an object and of the objects in it, each with the objects that it is in. */
export function listsOf(
  node: ObjectName,
  within: readonly ObjectName[] = [],
): readonly { readonly list: ObjectName; readonly within: readonly ObjectName[] }[] {
  return [...node.children.values()].flatMap((child) => {
    if (child.kind === 'list') return [{ list: child, within }];
    return child.kind === 'object' ? listsOf(child, [...within, child]) : [];
  });
}
