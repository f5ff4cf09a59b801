import { step } from '../steps.ts';
import { calledFunctions } from '../tree/calls.ts';
import type { Var } from '../tree/nodes.ts';
import { walk } from '../tree/walk.ts';
import type { Block, Support } from './block.ts';
import { depthIn } from './depth.ts';
import { columnTerm, standsFor, type Term, varnoOf } from './terms.ts';

/** What an expression or several of a block depend on. */
export function supportOf(value: unknown, block: Block): Support {
  if (typeof value !== 'object' || value === null) return { fixed: true, terms: [] };
  let found = block.supports.get(value);
  if (found === undefined) {
    found = lookThrough(value, block);
    block.supports.set(value, found);
  }
  return found;
}

/** Range table indexes of the columns that it considers. */
export function mentioned({ terms }: Support): readonly number[] {
  return [...new Set(terms.map(varnoOf))];
}

function lookThrough(value: object, block: Block): Support {
  const { catalog, variadicParams } = block.analysis;
  const { scope } = block;
  const terms = new Set<Term>();
  let fixed = true;
  const variable = (node: Var, nested: boolean) => {
    const below = standsFor(node, block.query);
    if (below === null) fixed = false;
    else if (below === undefined) terms.add(columnTerm(node.varno, node.varattno));
    else {
      const support = supportOf(below, block);
      fixed &&= support.fixed;
      for (const term of support.terms) terms.add(term);
    }
    // A subquery that depends on the row is another query for each row: its order of rows may differ.
    if (nested) fixed = false;
  };
  walk(catalog, value, scope, (node, inside) => {
    step();
    switch (node.tag) {
      case 'VAR': {
        const levels = depthIn(inside, scope);
        if (levels === node.varlevelsup) variable(node, levels > 0);
        break;
      }
      // The columns of a subquery that is compared with are another value for each of its rows.
      case 'PARAM':
        if (node.paramkind !== 0 || variadicParams.has(node.paramid)) fixed = false;
        break;
      // Of each group or window they have another value, also without arguments: `count(*)`, `row_number()`.
      case 'AGGREF':
        if (depthIn(inside, scope) === node.agglevelsup) fixed = false;
        break;
      case 'WINDOWFUNC':
        if (depthIn(inside, scope) === 0) fixed = false;
        break;
      case 'NEXTVALUEEXPR':
      case 'CURRENTOFEXPR':
      case 'SETTODEFAULT':
        fixed = false;
        break;
      case 'FUNCEXPR':
        if (node.funcretset) fixed = false;
        break;
      default:
    }
    for (const oid of calledFunctions(node, catalog))
      if ((catalog.functions.get(oid)?.volatility ?? 'v') === 'v') fixed = false;
    return true;
  });
  return { fixed, terms: [...terms] };
}
