/** Every change to a drawing as a pure function: a definition goes in, a new one comes out, and its lines are healed. */
import {
  freshId,
  mainOutlet,
  outletsOf,
  placesLeadingTo,
  reachable,
  targetAt,
  withStep,
  withTarget,
} from "./definition";
import type { Place } from "./definition";
import type { Again, Condition, Definition, Path, Step, Target, Trigger } from "./types";

export interface Inserted {
  definition: Definition;
  id: string;
}

const STRUCTURE = ["next", "on_timeout", "on_failure", "else"] as const;

/** Drops what nothing leads to any more. */
export function prune(definition: Definition): Definition {
  const kept = reachable(definition, definition.start);
  const entries = Object.entries(definition.nodes);
  if (entries.every(([id]) => kept.has(id))) return definition;
  return { ...definition, nodes: Object.fromEntries(entries.filter(([id]) => kept.has(id))) };
}

/** The same step with every way out open. */
function unconnected(step: Step): Step {
  const open = Object.fromEntries(
    STRUCTURE.filter((outlet) => outlet in step).map((outlet) => [outlet, null]),
  );
  const paths = step.paths?.map((path) => ({ ...path, next: null }));
  return { ...step, ...open, ...(paths ? { paths } : {}) };
}

/** Puts a step on a line. What came next there follows its first way out; the other ways end. */
export function insertStep(
  definition: Definition,
  place: Place,
  step: Step,
  taken: Iterable<string> = [],
): Inserted {
  const id = freshId(step.kind, [...Object.keys(definition.nodes), ...taken]);
  const follower = targetAt(definition, place);
  const main = mainOutlet(step);
  let changed = withStep(definition, id, unconnected(step));
  changed = withTarget(changed, place, id);
  if (main) changed = withTarget(changed, { from: id, outlet: main }, follower);
  return { definition: prune(changed), id };
}

/** Whoever leaves has nothing after them. */
export function canAdd(definition: Definition, place: Place, kind: string): boolean {
  return kind !== "leave" || targetAt(definition, place) === null;
}

function redirect(definition: Definition, from: string, to: Target): Definition {
  const target = to === from ? null : to;
  return placesLeadingTo(definition, from).reduce(
    (changed, place) => withTarget(changed, place, target),
    definition,
  );
}

/** Whatever led to the step now leads to what followed it, on the way that stays (`keep`: a split's own choice). */
export function removeStep(definition: Definition, id: string, keep?: string | null): Definition {
  const step = definition.nodes[id];
  if (!step) return definition;
  const outlet = keep === undefined ? mainOutlet(step) : keep;
  const follower = outlet === null ? null : targetAt(definition, { from: id, outlet });
  return prune(redirect(definition, id, follower));
}

/** The steps that vanish with `removeStep`, the step itself not counted. */
export function lostWith(definition: Definition, id: string, keep?: string | null): string[] {
  const after = removeStep(definition, id, keep).nodes;
  return Object.keys(definition.nodes).filter((other) => other !== id && !after[other]);
}

export function duplicateStep(
  definition: Definition,
  id: string,
  taken: Iterable<string> = [],
): Inserted | null {
  const step = definition.nodes[id];
  const outlet = step && mainOutlet(step);
  if (!step || !outlet) return null;
  const copy = step.name ? { ...step, name: `${step.name} (copy)` } : step;
  return insertStep(definition, { from: id, outlet }, structuredClone(copy), taken);
}

/** Joins two lines, or loops back: only where a line ends, so that nothing is cut off. */
export function connect(definition: Definition, place: Place, target: Target): Definition {
  return prune(withTarget(definition, place, target));
}

function isSingle(step: Step): boolean {
  return outletsOf(step).length === 1;
}

/** Where the first way of every split leads in the end: what followed is hung there when a whole branch moves. */
function mainEnd(definition: Definition, id: string): Place | null {
  const seen = new Set<string>();
  let at = id;
  for (;;) {
    seen.add(at);
    const outlet = mainOutlet(definition.nodes[at]!);
    if (!outlet) return null;
    const place = { from: at, outlet };
    const next = targetAt(definition, place);
    if (next === null) return place;
    if (seen.has(next)) return null;
    at = next;
  }
}

/** A plain step moves alone and its line heals; a split moves with everything under it. */
export function canMove(definition: Definition, id: string, place: Place): boolean {
  const step = definition.nodes[id];
  if (!step || targetAt(definition, place) === id) return false;
  if (isSingle(step)) return place.from !== id;
  return place.from === null ? definition.start !== id : !reachable(definition, id).has(place.from);
}

function moveAlone(definition: Definition, id: string, place: Place): Definition {
  const step = definition.nodes[id]!;
  const outlet = mainOutlet(step)!;
  const healed = redirect(definition, id, targetAt(definition, { from: id, outlet }));
  const follower = targetAt(healed, place);
  const hung = withTarget(withTarget(healed, place, id), { from: id, outlet }, follower);
  return prune(hung);
}

function moveBranch(definition: Definition, id: string, place: Place): Definition {
  const follower = targetAt(definition, place);
  const cut = redirect(definition, id, null);
  const end = mainEnd(definition, id);
  const moved = withTarget(cut, place, id);
  if (!end || follower === null || reachable(moved, id).has(follower)) return prune(moved);
  return prune(withTarget(moved, end, follower));
}

export function moveStep(definition: Definition, id: string, place: Place): Definition {
  if (!canMove(definition, id, place)) return definition;
  return isSingle(definition.nodes[id]!)
    ? moveAlone(definition, id, place)
    : moveBranch(definition, id, place);
}

/** The place under the step that follows; none when the line ends here. */
export function placeBelow(definition: Definition, id: string): Place | null {
  const step = definition.nodes[id];
  if (!step || !isSingle(step)) return null;
  const follower = targetAt(definition, { from: id, outlet: mainOutlet(step)! });
  const outlet =
    follower !== null && definition.nodes[follower] ? mainOutlet(definition.nodes[follower]) : null;
  return follower !== null && outlet && follower !== id ? { from: follower, outlet } : null;
}

export function patchStep(definition: Definition, id: string, patch: Partial<Step>): Definition {
  const step = definition.nodes[id];
  return step ? withStep(definition, id, { ...step, ...patch }) : definition;
}

/** Sets one parameter; undefined takes it away, so that the server's default holds. */
export function setParameter(definition: Definition, id: string, name: string, value: unknown): Definition {
  const step = definition.nodes[id];
  if (!step) return definition;
  const { [name]: _before, ...rest } = step;
  return withStep(definition, id, (value === undefined ? rest : { ...rest, [name]: value }) as Step);
}

/** With a path of their own, those for whom a step fails no longer go on with the others. */
export function mindFailure(definition: Definition, id: string, minded: boolean): Definition {
  return prune(setParameter(definition, id, "on_failure", minded ? null : undefined));
}

export function setTrigger(definition: Definition, trigger: Trigger | null): Definition {
  return { ...definition, entry: { ...definition.entry, trigger } };
}

export function setAgain(definition: Definition, again: Again): Definition {
  return { ...definition, entry: { ...definition.entry, again } };
}

export function setEntryKey(definition: Definition, key: string | null): Definition {
  const { key: _before, ...entry } = definition.entry;
  return { ...definition, entry: key ? { ...entry, key } : entry };
}

export function setRule(
  definition: Definition,
  which: "goal" | "exit_when",
  rule: Condition | null,
): Definition {
  const { [which]: _before, ...rest } = definition;
  return (rule ? { ...rest, [which]: rule } : rest) as Definition;
}

export function patchPath(
  definition: Definition,
  id: string,
  index: number,
  patch: Partial<Path>,
): Definition {
  const step = definition.nodes[id];
  const paths = (step?.paths ?? []).map((path, at) => (at === index ? { ...path, ...patch } : path));
  return patchStep(definition, id, { paths });
}

export function addPath(definition: Definition, id: string, path: Path): Definition {
  return patchStep(definition, id, { paths: [...(definition.nodes[id]?.paths ?? []), path] });
}

export function removePath(definition: Definition, id: string, index: number): Definition {
  const paths = (definition.nodes[id]?.paths ?? []).filter((_path, at) => at !== index);
  return prune(patchStep(definition, id, { paths }));
}

export function movePath(definition: Definition, id: string, index: number, by: -1 | 1): Definition {
  const paths = [...(definition.nodes[id]?.paths ?? [])];
  const [path] = paths.splice(index, 1);
  if (!path || index + by < 0 || index + by > paths.length) return definition;
  paths.splice(index + by, 0, path);
  return patchStep(definition, id, { paths });
}

/** Shares as even as whole per cents allow: 34, 33, 33. */
export function evenShares(count: number): number[] {
  const base = Math.floor(100 / count);
  return Array.from({ length: count }, (_, index) => base + (index < 100 - base * count ? 1 : 0));
}

export function shareEvenly(definition: Definition, id: string): Definition {
  const paths = definition.nodes[id]?.paths ?? [];
  const shares = evenShares(Math.max(paths.length, 1));
  return patchStep(definition, id, {
    paths: paths.map((path, index) => ({ ...path, share: shares[index]! })),
  });
}
