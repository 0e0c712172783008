/** What differs between two definitions, in words: for comparing versions. */
import { outletsOf, targetAt } from "./definition";
import type { Change, Definition, Step } from "./types";
import { againWords, conditionWords, filterWords, stepSaid, stepTitle, triggerSaid } from "./words";
import type { Speaker } from "./words";
import type { Vocabulary } from "./vocabulary";

const STRUCTURE = new Set(["next", "on_timeout", "on_failure", "else", "kind", "name", "paths"]);

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}

function settingsOf(step: Step): string[] {
  return Object.keys(step).filter((name) => !STRUCTURE.has(name));
}

function withoutTargets(step: Step): unknown[] {
  return (step.paths ?? []).map(({ label, when, share }) => ({ label, when, share }));
}

function changedSettings(before: Step, after: Step): string[] {
  const names = [...new Set([...settingsOf(before), ...settingsOf(after)])];
  return names.filter((name) => !same(before[name], after[name]));
}

function settingTitle(vocabulary: Vocabulary, kind: string, name: string): string {
  return (vocabulary.step(kind).schema.properties?.[name]?.title ?? name.replaceAll("_", " ")).toLowerCase();
}

interface Sides {
  before: Speaker;
  after: Speaker;
}

function stepChange(before: Step, after: Step, { before: then, after: now }: Sides): string | null {
  const title = stepTitle(after, now);
  if (before.kind !== after.kind) return `“${title}” is now: ${now.vocabulary.step(after.kind).title}`;
  const said = [stepSaid(before, then), stepSaid(after, now)] as const;
  const settings = changedSettings(before, after);
  if (!same(withoutTargets(before), withoutTargets(after))) settings.push("paths");
  if (!settings.length)
    return same(before.name, after.name) ? null : `“${said[0].title}” is now called “${title}”`;
  if (said[0].title !== said[1].title) return `“${said[0].title}” became “${title}”`;
  if (said[0].detail !== said[1].detail) return `“${title}”: from “${said[0].detail}” to “${said[1].detail}”`;
  return `“${title}”: ${settings.map((name) => settingTitle(now.vocabulary, after.kind, name)).join(", ")}`;
}

function moved(before: Definition, after: Definition, id: string): boolean {
  const ways = (definition: Definition) =>
    outletsOf(definition.nodes[id]!).map((outlet) => targetAt(definition, { from: id, outlet }));
  const stayed = (target: string | null) => target === null || (before.nodes[target] && after.nodes[target]);
  const [then, now] = [ways(before), ways(after)];
  return (
    then.length === now.length &&
    then.some((target, at) => target !== now[at] && stayed(target) && stayed(now[at]!))
  );
}

function ruleChange(title: string, before: string, after: string): Change | null {
  if (before === after) return null;
  if (!before) return { kind: "added", node: null, text: `${title}: ${after}` };
  if (!after) return { kind: "removed", node: null, text: `${title}: ${before}` };
  return { kind: "changed", node: null, text: `${title}: from “${before}” to “${after}”` };
}

function triggerWords(side: Speaker): string {
  const { trigger } = side.definition.entry;
  const { title, detail } = triggerSaid(trigger, side);
  const filter = filterWords(trigger, side);
  return filter ? `${title}, only if ${filter}` : `${title}, ${detail}`;
}

function entryChanges({ before, after }: Sides): (Change | null)[] {
  const rules = ({ definition: { entry } }: Speaker) => againWords(entry.again, entry.key);
  const goal = (side: Speaker) => conditionWords(side.definition.goal, side);
  const exit = (side: Speaker) => conditionWords(side.definition.exit_when, side);
  return [
    ruleChange("Start", triggerWords(before), triggerWords(after)),
    ruleChange("Entry", rules(before), rules(after)),
    ruleChange("Goal", goal(before), goal(after)),
    ruleChange("Leaves early when", exit(before), exit(after)),
  ];
}

function present(change: Change | null): change is Change {
  return change !== null;
}

export function compare(before: Definition, after: Definition, vocabulary: Vocabulary): Change[] {
  const sides: Sides = {
    before: { vocabulary, definition: before },
    after: { vocabulary, definition: after },
  };
  /** A name that the author gave says nothing of the kind; the words of a step do. */
  const called = (step: Step, speaker: Speaker) =>
    step.name ? `${vocabulary.step(step.kind).title} “${step.name}”` : stepTitle(step, speaker);
  const steps = Object.entries(after.nodes).map(([id, step]): Change | null => {
    const former = before.nodes[id];
    if (!former) return { kind: "added", node: id, text: called(step, sides.after) };
    const text = stepChange(former, step, sides);
    if (text) return { kind: "changed", node: id, text };
    const elsewhere = former.kind === step.kind && moved(before, after, id);
    return elsewhere
      ? { kind: "changed", node: id, text: `What follows “${stepTitle(step, sides.after)}”` }
      : null;
  });
  const gone = Object.entries(before.nodes).filter(([id]) => !after.nodes[id]);
  const removed = gone.map(([id, step]): Change => ({
    kind: "removed",
    node: id,
    text: called(step, sides.before),
  }));
  return [...entryChanges(sides), ...steps, ...removed].filter(present);
}
