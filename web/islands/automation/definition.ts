/** Reading a definition: the ways out of a step, the places on its lines, what can be reached. */
import type { Definition, Path, Step, Target } from "./types";

/** A place is where a line leaves: `from` null is the trigger. Steps are added, cut and joined at places. */
export interface Place {
  from: string | null;
  outlet: string;
}

export const START: Place = { from: null, outlet: "start" };

export function placeKey({ from, outlet }: Place): string {
  return `${from ?? ""}:${outlet}`;
}

export function samePlace(one: Place | null, other: Place | null): boolean {
  return Boolean(one && other) && placeKey(one!) === placeKey(other!);
}

export function pathOutlet(index: number): string {
  return `paths.${index}`;
}

export function pathIndex(outlet: string): number | null {
  return outlet.startsWith("paths.") ? Number(outlet.slice("paths.".length)) : null;
}

/** In the author's order, which is the order on the canvas. */
export function outletsOf(step: Step): string[] {
  if (step.kind === "leave") return [];
  if (step.kind === "branch") return [...(step.paths ?? []).map((_path, index) => pathOutlet(index)), "else"];
  if (Array.isArray(step.paths)) return step.paths.map((_path, index) => pathOutlet(index));
  if (step.kind === "wait_until") return ["next", "on_timeout"];
  if (step.on_failure !== undefined) return ["next", "on_failure"];
  return ["next"];
}

export function mainOutlet(step: Step): string | null {
  return outletsOf(step)[0] ?? null;
}

export function placesOf(definition: Definition, id: string): Place[] {
  const step = definition.nodes[id];
  return step ? outletsOf(step).map((outlet) => ({ from: id, outlet })) : [];
}

export function allPlaces(definition: Definition): Place[] {
  return [START, ...Object.keys(definition.nodes).flatMap((id) => placesOf(definition, id))];
}

export function targetAt(definition: Definition, { from, outlet }: Place): Target {
  if (from === null) return definition.start;
  const step = definition.nodes[from];
  if (!step) return null;
  const index = pathIndex(outlet);
  if (index !== null) return step.paths?.[index]?.next ?? null;
  return (step[outlet] as Target | undefined) ?? null;
}

function stepWithTarget(step: Step, outlet: string, target: Target): Step {
  const index = pathIndex(outlet);
  if (index === null) return { ...step, [outlet]: target };
  const paths = (step.paths ?? []).map((path, at) => (at === index ? { ...path, next: target } : path));
  return { ...step, paths };
}

export function withTarget(definition: Definition, place: Place, target: Target): Definition {
  if (place.from === null) return { ...definition, start: target };
  const step = definition.nodes[place.from];
  if (!step) return definition;
  return withStep(definition, place.from, stepWithTarget(step, place.outlet, target));
}

export function withStep(definition: Definition, id: string, step: Step): Definition {
  return { ...definition, nodes: { ...definition.nodes, [id]: step } };
}

const INCOMING = new WeakMap<Definition, Map<string, number>>(); // a definition never changes, so it is counted once

/** How many lines lead to a step. */
export function linesTo(definition: Definition, id: string): number {
  let counts = INCOMING.get(definition);
  if (!counts) {
    counts = new Map();
    for (const place of allPlaces(definition)) {
      const target = targetAt(definition, place);
      if (target !== null) counts.set(target, (counts.get(target) ?? 0) + 1);
    }
    INCOMING.set(definition, counts);
  }
  return counts.get(id) ?? 0;
}

export function placesLeadingTo(definition: Definition, id: string): Place[] {
  return allPlaces(definition).filter((place) => targetAt(definition, place) === id);
}

/** Every step that can be reached from the target, itself included, in drawing order. */
export function reachable(definition: Definition, target: Target): Set<string> {
  const seen = new Set<string>();
  const open = [target];
  while (open.length) {
    const id = open.pop();
    if (id == null || seen.has(id) || !definition.nodes[id]) continue;
    seen.add(id);
    open.push(
      ...placesOf(definition, id)
        .map((place) => targetAt(definition, place))
        .reverse(),
    );
  }
  return seen;
}

/** "send_email", "send_email_2": readable, and never one that was in use before, since people may wait at it. */
export function freshId(kind: string, taken: Iterable<string>): string {
  const used = new Set(taken);
  const stem = kind.replace(/[^a-z0-9_]+/gi, "_").toLowerCase();
  let number = 1;
  let id = stem;
  while (used.has(id)) id = `${stem}_${++number}`;
  return id;
}

function tidyStep(step: Step): Step {
  const outlets = outletsOf(step).filter((outlet) => pathIndex(outlet) === null);
  const ways = Object.fromEntries(
    outlets.map((outlet) => [outlet, (step[outlet] as Target | undefined) ?? null]),
  );
  const paths = step.paths?.map((path): Path => ({ ...path, next: path.next ?? null }));
  return { ...step, ...ways, ...(paths ? { paths } : {}) };
}

/** What the server stores may be half done (a blank draft is `{}`): the editor works on the full form. */
export function normalise(stored: Partial<Definition> | null | undefined): Definition {
  const nodes = Object.entries(stored?.nodes ?? {}).map(([id, step]) => [id, tidyStep(step)] as const);
  const { trigger = null, again = "never", ...entry } = stored?.entry ?? {};
  return {
    ...stored,
    entry: { ...entry, trigger: trigger?.kind ? trigger : null, again },
    start: stored?.start ?? null,
    nodes: Object.fromEntries(nodes),
  };
}
