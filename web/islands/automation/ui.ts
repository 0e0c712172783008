/** What is on the screen beside the document: the view, what is selected, which panel or dialog is open. */
import type { Place } from "./definition";
import type { Crowd } from "./figures";
import type { Trail } from "./trail";
import type { Tester, Version } from "./types";

export type View = "canvas" | "outline";
export type TriggerSection = "start" | "again" | "filter" | "goal" | "exit";

/** `step` null is the trigger. */
export interface Selection {
  step: string | null;
  section?: TriggerSection;
}

export type Panel = { type: "inspector" } | { type: "history" } | { type: "people"; crowd: Crowd };

export type Dialog =
  | { type: "publish" }
  | { type: "remove_split"; id: string }
  | { type: "release" }
  | { type: "archive" }
  | { type: "person" }
  | { type: "find" }
  | { type: "keys" }
  | { type: "mail"; id: string; parameter: string };

/** Where a picker opens: at a place of the drawing or for the trigger, beside what was pressed. */
export interface Picking {
  place: Place | null;
  anchor: DOMRect;
}

export interface Test {
  contact: Tester;
  state: "running" | "done" | "failed";
  message: string;
  trail: Trail | null;
}

export interface Toast {
  text: string;
  tone: "ok" | "bad";
  key: number;
}

export interface Ui {
  view: View;
  selection: Selection | null;
  panel: Panel | null;
  dialog: Dialog | null;
  picking: Picking | null;
  moving: string | null;
  /** The kind of step that is being put somewhere, and the place that would take it now. */
  adding: string | null;
  aim: string | null;
  /** It hangs on the pointer; else it waits for a press. */
  dragging: boolean;
  palette: boolean;
  numbersShown: boolean;
  test: Test | null;
  viewing: Version | null;
  toast: Toast | null;
  /** A request to put the keyboard on a step (null: the trigger); the sequence makes repeats count. */
  focus: { step: string | null; sequence: number } | null;
}

export function startUi(view: View): Ui {
  return {
    view,
    selection: null,
    panel: null,
    dialog: null,
    picking: null,
    moving: null,
    adding: null,
    aim: null,
    dragging: false,
    palette: false,
    numbersShown: true,
    test: null,
    viewing: null,
    toast: null,
    focus: null,
  };
}

export type UiChange = Partial<Ui> | ((ui: Ui) => Partial<Ui>);

export function changeUi(ui: Ui, change: UiChange): Ui {
  return { ...ui, ...(typeof change === "function" ? change(ui) : change) };
}

export function sameCrowd(panel: Panel | null, crowd: Crowd): boolean {
  if (panel?.type !== "people") return false;
  const { node, state, edge } = panel.crowd;
  return node === crowd.node && state === crowd.state && edge === crowd.edge;
}
