/** Which live numbers stand on which card and line, and which list of people each one opens. */
import { placesOf, samePlace, targetAt } from "./definition";
import type { Place } from "./definition";
import { figure, percent } from "./format";
import type { Definition, NodeNumbers, Numbers, Step } from "./types";

export type PeopleState =
  "entered" | "inside" | "goal" | "left" | "waiting" | "failed" | "sent" | "opened" | "clicked";

export interface Figure {
  label: string;
  value: string;
  state: PeopleState;
  bad?: boolean;
}

/** The list of `people?state=` that stands behind a number: who waits at a step is inside there. */
export function listOf({ state }: Crowd): string {
  return state === "waiting" ? "inside" : state;
}

/** The people behind a number: of one step, or of the whole automation (node null). */
export interface Crowd {
  node: string | null;
  state: PeopleState;
}

export function triggerFigures(numbers: Numbers): Figure[] {
  return [
    { label: "Started", value: figure(numbers.entered), state: "entered" },
    { label: "Inside now", value: figure(numbers.inside), state: "inside" },
    { label: "Reached goal", value: percent(numbers.goal, numbers.entered), state: "goal" },
  ];
}

function mailFigures({ sent = 0, opened = 0, clicked = 0 }: NodeNumbers): Figure[] {
  return [
    { label: "Sent", value: figure(sent), state: "sent" },
    { label: "Opened", value: percent(opened, sent), state: "opened" },
    { label: "Clicked", value: percent(clicked, sent), state: "clicked" },
  ];
}

function waitFigures({ entered = 0, waiting = 0, left = 0 }: NodeNumbers): Figure[] {
  return [
    { label: "Waiting", value: figure(waiting), state: "waiting" },
    { label: "Left early", value: percent(left, entered), state: "left" },
  ];
}

const FIGURES: Record<string, (numbers: NodeNumbers) => Figure[]> = {
  send_email: mailFigures,
  wait: waitFigures,
  wait_until: waitFigures,
};

/** Splits carry none: their numbers stand on the lines. Nor do steps that are not live yet. Failures gather on the step (rule 12). */
export function stepFigures(step: Step, known: NodeNumbers | undefined): Figure[] {
  if (!known) return [];
  const plain = "sent" in known ? mailFigures : "waiting" in known && known.waiting ? waitFigures : () => [];
  const figures = (FIGURES[step.kind] ?? plain)(known);
  const failed: Figure = { label: "Failed", value: figure(known.failed ?? 0), state: "failed", bad: true };
  return known.failed ? [...figures, failed] : figures;
}

/** A line's number; none where two lines of one step lead to the same place, since they share one count. */
export function lineCount(definition: Definition, numbers: Numbers, place: Place): number | null {
  const target = targetAt(definition, place) ?? "";
  const siblings = place.from === null ? [] : placesOf(definition, place.from);
  const twin = siblings.some(
    (other) => !samePlace(other, place) && (targetAt(definition, other) ?? "") === target,
  );
  const name = `${place.from ?? ""}>${target}`;
  const own = numbers.edges[`${place.from ?? ""}:${place.outlet}>${target}`];
  if (own !== undefined) return own;
  const live = [place.from, target].every((id) => !id || numbers.nodes[id]);
  if (twin || !live) return null;
  return numbers.edges[name] ?? (place.from === null ? numbers.entered : 0);
}

const HEADINGS: Record<PeopleState, string> = {
  entered: "Came through",
  inside: "Inside now",
  goal: "Reached the goal",
  left: "Left early",
  waiting: "Waiting",
  failed: "Failed",
  sent: "Sent",
  opened: "Opened",
  clicked: "Clicked",
};

export function crowdHeading({ node, state }: Crowd): string {
  return node === null && state === "entered" ? "Started" : HEADINGS[state];
}
