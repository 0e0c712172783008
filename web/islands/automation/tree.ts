/**
 * The drawing as a tree: each step once, under the first line that reaches it, branches in the author's order.
 * A second line to the same step ends in a link ("Continues at …"), so joins and loops need no crossing lines.
 */
import { START, outletsOf, placeKey, targetAt } from "./definition";
import type { Place } from "./definition";
import type { Definition, Target } from "./types";

export interface StepItem {
  type: "step";
  id: string;
  place: Place;
  branches: Branch[];
}

export interface EndItem {
  type: "end";
  place: Place;
}

/** `back` is true when the step lies above on the same path: a loop. */
export interface LinkItem {
  type: "link";
  place: Place;
  to: string;
  back: boolean;
}

export type Item = StepItem | EndItem | LinkItem;

export interface Branch {
  place: Place;
  to: Item;
}

export interface Tree {
  root: Branch;
  steps: Map<string, StepItem>;
}

export function itemKey(item: Item): string {
  return item.type === "step" ? item.id : `${item.type}/${placeKey(item.place)}`;
}

export function buildTree(definition: Definition): Tree {
  const steps = new Map<string, StepItem>();
  const above = new Set<string>();

  function grow(place: Place, target: Target): Item {
    if (target === null || !definition.nodes[target]) return { type: "end", place };
    if (steps.has(target)) return { type: "link", place, to: target, back: above.has(target) };
    const item: StepItem = { type: "step", id: target, place, branches: [] };
    steps.set(target, item);
    above.add(target);
    item.branches = outletsOf(definition.nodes[target]).map((outlet) => branchAt({ from: target, outlet }));
    above.delete(target);
    return item;
  }

  function branchAt(place: Place): Branch {
    return { place, to: grow(place, targetAt(definition, place)) };
  }

  return { root: branchAt(START), steps };
}

/** Every item from the top down, as a reader meets them. */
export function* itemsOf(branch: Branch): Generator<Item> {
  yield branch.to;
  if (branch.to.type !== "step") return;
  for (const next of branch.to.branches) yield* itemsOf(next);
}

export type Direction = "up" | "down" | "left" | "right";

function siblingOf(tree: Tree, item: StepItem, by: -1 | 1): StepItem | null {
  let at: StepItem | undefined = item;
  while (at && at.place.from !== null) {
    const parent: StepItem | undefined = tree.steps.get(at.place.from);
    const branches = parent?.branches ?? [];
    const index = branches.findIndex(({ to }) => to === at);
    for (let next = index + by; next >= 0 && next < branches.length; next += by) {
      const { to } = branches[next]!;
      if (to.type === "step") return to;
    }
    at = parent;
  }
  return null;
}

/** Where an arrow key leads: null stands for the trigger, undefined for nowhere. */
export function stepTowards(
  tree: Tree,
  from: string | null,
  direction: Direction,
): string | null | undefined {
  const firstStep = (branches: Branch[]) =>
    branches.find(({ to }) => to.type === "step")?.to as StepItem | undefined;
  if (from === null) return direction === "down" ? firstStep([tree.root])?.id : undefined;
  const item = tree.steps.get(from);
  if (!item) return undefined;
  if (direction === "up") return item.place.from;
  if (direction === "down") return firstStep(item.branches)?.id;
  return siblingOf(tree, item, direction === "left" ? -1 : 1)?.id;
}
