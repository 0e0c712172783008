/** From the document to what the canvas draws: boxes with their content, lines, and the points between them. */
import { placeKey } from "../definition";
import type { Place } from "../definition";
import type { Editor } from "../context";
import { crowdOf, lineCount, stepFigures, triggerFigures } from "../figures";
import type { Crowd, Figure } from "../figures";
import { CARD_WIDTH, END_SIZE, LINK_SIZE, layOut } from "../layout";
import type { Drawing, Line, Size } from "../layout";
import type { Item } from "../tree";
import type { Numbers, Step, Tone } from "../types";
import { pathLabel, stepSaid, triggerSaid } from "../words";
import type { Said } from "../words";
import { isAboutStart } from "../problems";
import { triggerRules } from "../rules";
import type { Rule } from "../rules";

export const CARD_HEIGHT = 68;
export const FIGURES_HEIGHT = 42;
const FIRST_SIZE = { width: CARD_WIDTH, height: CARD_HEIGHT };
const RULE_HEIGHT = 28;
const RULES_PADDING = 12;

export interface CardContent extends Said {
  icon: string;
  tone: Tone;
  kind: string;
  figures: Figure[];
  problem: string | null;
  chip: string | null;
  faded: boolean;
  selected: boolean;
}

export interface PointContent {
  place: Place;
  /** How far above the "+" the label stands. */
  up: number;
  label: string;
  yes: boolean;
  count: number | null;
  crowd: Crowd | null;
  faded: boolean;
  lit: boolean;
}

function numbersOf({ state, ui }: Editor): Numbers | null {
  return ui.numbersShown && !ui.viewing && state.facts.version !== null ? state.numbers : null;
}

function problemOf({ problems }: Editor, id: string | null): string | null {
  const own = problems.find(({ node }) => (id === null ? isAboutStart(node) : node === id));
  return own?.message ?? null;
}

function stopOf({ ui }: Editor, id: string | null) {
  return ui.test?.trail?.stops.get(id ?? "") ?? null;
}

/** In a test a step says why, in the place of what it does. */
function reasonAt(editor: Editor, id: string | null): string {
  return stopOf(editor, id)?.why.join(" ") ?? "";
}

function isSelected({ ui }: Editor, id: string | null): boolean {
  return ui.panel?.type === "inspector" && ui.selection !== null && ui.selection.step === id;
}

function shared(editor: Editor, id: string | null) {
  const stop = stopOf(editor, id);
  return {
    problem: stop ? null : problemOf(editor, id), // a test says what happens here instead
    chip: stop?.chip ?? null,
    faded: Boolean(editor.ui.test?.trail) && !stop,
    selected: isSelected(editor, id),
  };
}

export function stepContent(editor: Editor, id: string): CardContent {
  const { definition, speaker } = editor;
  const step = definition.nodes[id]!;
  const numbers = numbersOf(editor);
  const { icon, title: kind } = speaker.vocabulary.step(step.kind);
  const { title, detail } = stepSaid(step, speaker);
  return {
    title,
    detail: reasonAt(editor, id) || detail,
    icon,
    kind,
    tone: speaker.vocabulary.toneOf(step.kind),
    figures: numbers ? stepFigures(step, numbers.nodes[id]) : [],
    ...shared(editor, id),
  };
}

export function triggerContent(editor: Editor): CardContent & { rules: Rule[] } {
  const { definition, speaker } = editor;
  const { trigger } = definition.entry;
  const numbers = numbersOf(editor);
  const { title, detail } = triggerSaid(trigger, speaker);
  return {
    title,
    detail: reasonAt(editor, null) || detail,
    icon: trigger ? speaker.vocabulary.trigger(trigger.kind).icon : "",
    kind: "Start",
    tone: "trigger",
    figures: numbers ? triggerFigures(numbers) : [],
    rules: trigger ? triggerRules(editor.definition, speaker, editor.editable) : [],
    ...shared(editor, null),
  };
}

function stepHeight(editor: Editor, step: Step, id: string): number {
  const numbers = numbersOf(editor);
  const figures = numbers ? stepFigures(step, numbers.nodes[id]) : [];
  return CARD_HEIGHT + (figures.length ? FIGURES_HEIGHT : 0);
}

export function sizeOf(editor: Editor, item: Item): Size {
  if (item.type === "end") return item.place.from === null && editor.editable ? FIRST_SIZE : END_SIZE;
  if (item.type === "link") return LINK_SIZE;
  return { width: CARD_WIDTH, height: stepHeight(editor, editor.definition.nodes[item.id]!, item.id) };
}

function triggerSize({ rules, figures }: { rules: Rule[]; figures: Figure[] }): Size {
  const ruled = rules.length ? rules.length * RULE_HEIGHT + RULES_PADDING : 0;
  return { width: CARD_WIDTH, height: CARD_HEIGHT + ruled + (figures.length ? FIGURES_HEIGHT : 0) };
}

export function drawingOf(editor: Editor, tree: Parameters<typeof layOut>[0]): Drawing {
  return layOut(tree, triggerSize(triggerContent(editor)), (item) => sizeOf(editor, item));
}

export function pointContent(editor: Editor, line: Line): PointContent {
  const { definition, ui } = editor;
  const step = line.place.from === null ? null : definition.nodes[line.place.from]!;
  const numbers = numbersOf(editor);
  const trail = ui.test?.trail;
  const lit = trail?.lines.has(placeKey(line.place)) ?? false;
  const count = numbers ? lineCount(definition, numbers, line.place) : null;
  return {
    place: line.place,
    up: line.label ? line.label.y - line.plus.y : 0,
    label: step && line.label ? pathLabel(step, line.place.outlet) : "",
    yes: step?.kind === "branch" && line.place.outlet !== "else",
    count,
    crowd: crowdOf(definition, line.place, count),
    faded: Boolean(trail) && !lit,
    lit,
  };
}
