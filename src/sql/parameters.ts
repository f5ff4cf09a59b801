import { conflicts } from './conflict.ts';
import type { ParameterReference } from './parameter-reference.ts';
import type { Problem } from './problem.ts';
import type { Param, Slot } from './statement.ts';
import { suggest } from './suggest.ts';
import type { Transform } from './transform.ts';

/** A statement's parameters and what is wrong with them. */
export interface Parameters {
  /** In order of first use; `$n` are numbered in that order. */
  readonly params: readonly Param[];
  readonly problems: readonly Problem[];
}

/** Puts together what the header says of the parameters and how the statement uses them. */
export function resolveParameters(
  uses: readonly ParameterReference[],
  transforms: ReadonlyMap<string, Transform>,
): Parameters {
  const usesByName = new Map<string, ParameterReference[]>();
  for (const use of uses) {
    const known = usesByName.get(use.name);
    if (known === undefined) usesByName.set(use.name, [use]);
    else known.push(use);
  }
  const problems: Problem[] = [];
  const params: Param[] = [];
  let index = 1;
  for (const [name, all] of usesByName) {
    const transform = transforms.get(name) ?? null;
    problems.push(...conflicts(name, all, transform));
    const required = all.some((use) => use.mark === '!')
      ? true
      : all.some((use) => use.mark === '?')
        ? false
        : null;
    if (transform === null || transform.kind === 'list') {
      const kind = transform !== null || all.some((use) => use.list) ? 'list' : 'scalar';
      params.push({ kind, name, index, required });
      index += 1;
    } else {
      const fields = transform.fields.map((field, nth): Slot => ({ ...field, index: index + nth }));
      params.push({ kind: transform.kind, name, fields });
      index += fields.length;
    }
  }
  for (const { name, offset } of transforms.values()) {
    if (usesByName.has(name)) continue;
    const near = suggest(name, usesByName.keys());
    const hint =
      near === null ? `Write :${name} where its value belongs, or remove the line.` : `Did you mean ${near}?`;
    const message = `@param ${name}: the statement does not use :${name}.`;
    problems.push({ offset, message, hint, pgtyped: 'warns' });
  }
  return { params, problems };
}
