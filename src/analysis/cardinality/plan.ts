import { step } from '../steps.ts';
import type { Expr } from '../tree/nodes.ts';
import type { Block, LayerPlan } from './block.ts';
import { columnsNotNullWhere, whatIsSaid } from './conditions.ts';
import { entryPlan } from './entries.ts';
import { type Layer, layersOf, withNullableSides } from './layers.ts';
import { supportOf } from './support.ts';

/** The layer of a block's FROM. */
export function rootOf(block: Block): Layer {
  block.root ??= layersOf(block.tree, (condition) => columnsNotNullWhere(condition, block));
  return block.root;
}

/** What is counted with from a layer without parent on, made when it is first asked for. */
export function plansOf(root: Layer, block: Block): readonly LayerPlan[] {
  let plans = block.plans.get(root);
  if (plans === undefined) {
    plans = makePlans(root, block);
    block.plans.set(root, plans);
  }
  return plans;
}

function makePlans(root: Layer, block: Block): readonly LayerPlan[] {
  const layers = withNullableSides(root);
  const layerOf = new Map<number, Layer>();
  for (const layer of layers)
    for (const item of layer.items) if (item.kind === 'entry') layerOf.set(item.index, layer);
  const conditions = new Map<Layer, Set<Expr>>(layers.map((layer) => [layer, new Set(layer.conditions)]));
  for (const layer of layers) {
    for (const condition of layer.conditions) {
      for (const index of whatIsSaid(condition, block).mentions) {
        for (const within of layersBetween(layerOf.get(index), layer)) conditions.get(within)?.add(condition);
      }
    }
  }
  return layers.map((layer) => {
    const own = [...(conditions.get(layer) ?? [])];
    const said = own.map((condition) => whatIsSaid(condition, block));
    return {
      layer,
      items: layer.items.flatMap((item) =>
        item.kind === 'entry' ? [[item, entryPlan(item.index, own, block)] as const] : [],
      ),
      rules: said.flatMap(({ rules }) => rules),
      links: said.flatMap(({ links }) => links),
      sides: layer.items.flatMap((item) =>
        item.kind === 'nullable' ? [[item, supportOf(item.quals, block)] as const] : [],
      ),
    };
  });
}

/** The nullable sides around an entry, its own included, that lie within a layer; none where the entry does not. */
function layersBetween(inner: Layer | undefined, outer: Layer): readonly Layer[] {
  const found: Layer[] = [];
  for (let at = inner ?? null; at !== outer; at = at.parent) {
    step();
    if (at === null) return [];
    found.push(at);
  }
  return found;
}
