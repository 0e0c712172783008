/** Which live numbers stand on which card and line, and which list of people each one opens. */
import { placesOf, samePlace, targetAt } from "./definition";
import type { Place } from "./definition";
import { figure, percent } from "./format";
import type { Definition, NodeNumbers, Numbers, Step } from "./types";

export type PeopleState =
  | "entered"
  | "inside"
  | "goal"
  | "left_early"
  | "waiting"
  | "failed"
  | "dropped"
  | "sent"
  | "opened"
  | "clicked";

export interface Figure {
  label: string;
  value: string;
  state: PeopleState;
  count: number;
  bad?: boolean;
}

/** The list of `people?state=` that stands behind a number: who waits at a step is inside there. */
export function listOf({ state }: Crowd): string {
  return state === "waiting" ? "inside" : state;
}

/** The people behind a number: of one step, of a line ("from>to"), or of the whole automation (node null). */
export interface Crowd {
  node: string | null;
  state: PeopleState;
  edge?: string;
  /** The number that was pressed. */
  count: number;
}

function plain(label: string, count: number, state: PeopleState): Figure {
  return { label, value: figure(count), state, count };
}

function share(label: string, count: number, whole: number, state: PeopleState): Figure {
  return { label, value: percent(count, whole), state, count };
}

export function triggerFigures(numbers: Numbers): Figure[] {
  return [
    plain("Started in all", numbers.entered, "entered"),
    plain("Inside now", numbers.inside, "inside"),
    share("Goal in all", numbers.goal, numbers.entered, "goal"),
  ];
}

function mailFigures({ sent = 0, opened = 0, clicked = 0 }: NodeNumbers): Figure[] {
  return [
    plain("Sent", sent, "sent"),
    share("Opened", opened, sent, "opened"),
    share("Clicked", clicked, sent, "clicked"),
  ];
}

function waitFigures({ entered = 0, waiting = 0, left_early: left = 0 }: NodeNumbers): Figure[] {
  return [plain("Waiting", waiting, "waiting"), share("Left early", left, entered, "left_early")];
}

const FIGURES: Record<string, (numbers: NodeNumbers) => Figure[]> = {
  send_email: mailFigures,
  wait: waitFigures,
  wait_until: waitFigures,
};

/** What went wrong for real people gathers on the step (rule 12): what was not sent for a reason, and what failed. */
function sorrows({ dropped = 0, failed = 0 }: NodeNumbers): Figure[] {
  return [
    ...(dropped ? [plain("Not sent", dropped, "dropped")] : []),
    ...(failed ? [{ ...plain("Failed", failed, "failed"), bad: true }] : []),
  ];
}

/** Splits carry none: their numbers stand on the lines. Nor do steps that are not live yet. */
export function stepFigures(step: Step, known: NodeNumbers | undefined): Figure[] {
  if (!known) return [];
  const otherwise = known.waiting ? waitFigures : known.sent ? () => [plain("Done", known.sent!, "sent")] : () => [];
  return [...(FIGURES[step.kind] ?? otherwise)(known), ...sorrows(known)];
}

/** What a crowd counts at this moment, which may be less than when its number was pressed. */
export function countNow({ node, state, edge, count }: Crowd, definition: Definition, numbers: Numbers | null): number {
  if (!numbers) return count;
  if (edge !== undefined) return numbers.edges[edge] ?? 0;
  if (node !== null) return state === "inside" || state === "goal" ? count : (numbers.nodes[node]?.[state] ?? 0);
  if (state === "failed") return failures(definition, numbers).reduce((sum, one) => sum + one.count, 0);
  return state === "entered" || state === "inside" || state === "goal" ? numbers[state] : count;
}

/** The steps at which something failed, the most first. */
export function failures(definition: Definition, numbers: Numbers | null): { id: string; count: number }[] {
  return Object.keys(definition.nodes)
    .map((id) => ({ id, count: numbers?.nodes[id]?.failed ?? 0 }))
    .filter(({ count }) => count > 0)
    .sort((one, other) => other.count - one.count);
}

/** The list behind a line's number. */
export function crowdOf(definition: Definition, place: Place, count: number | null): Crowd | null {
  const target = targetAt(definition, place) ?? "";
  if (!count) return null;
  return { node: target || place.from, state: "entered", edge: `${place.from ?? ""}>${target}`, count };
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
  left_early: "Left early",
  waiting: "Waiting",
  failed: "Failed",
  dropped: "Not sent",
  sent: "Sent",
  opened: "Opened",
  clicked: "Clicked",
};

export function crowdHeading({ node, state, edge }: Crowd): string {
  if (edge !== undefined) return edge.endsWith(">") ? "Came to the end" : "Went this way";
  return node === null && state === "entered" ? "Started" : HEADINGS[state];
}
