/** The keyboard (rule 17): which key does what, and when it is left alone. */
import type { Editor } from "./context";
import { mainOutlet } from "./definition";
import { buildTree, stepTowards } from "./tree";
import type { Direction } from "./tree";

export const KEY_LIST: { keys: string[]; does: string }[] = [
  { keys: ["↑", "↓", "←", "→"], does: "Walk from step to step" },
  { keys: ["Enter"], does: "Open the settings of a step" },
  { keys: ["Esc"], does: "Back to the step, close what is open" },
  { keys: ["+"], does: "Add a step after this one" },
  { keys: ["Delete"], does: "Remove the step" },
  { keys: ["Ctrl", "D"], does: "Duplicate the step" },
  { keys: ["M"], does: "Move the step" },
  { keys: ["Ctrl", "Z"], does: "Undo" },
  { keys: ["Ctrl", "Shift", "Z"], does: "Redo" },
  { keys: ["Ctrl", "K"], does: "Find a step" },
  { keys: ["?"], does: "This list" },
];

const ARROWS: Record<string, Direction> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
};

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && Boolean(target.closest("input, textarea, select, [contenteditable]"))
  );
}

/** The step that has the keyboard: its id, null for the trigger, undefined for none. */
function stepOf(target: EventTarget | null): string | null | undefined {
  if (!(target instanceof HTMLElement)) return undefined;
  const step = target.closest<HTMLElement>("[data-step-focus]")?.dataset.stepFocus;
  return step === undefined ? undefined : step || null;
}

function taken(event: KeyboardEvent): true {
  event.preventDefault();
  event.stopImmediatePropagation();
  return true;
}

function globalKey(event: KeyboardEvent, { commands, editable, ui }: Editor): boolean {
  const control = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  if (control && key === "k" && !ui.dialog) return (commands.open({ type: "find" }), taken(event));
  if (control && (key === "z" || key === "y") && editable && !ui.dialog) {
    if (key === "y" || event.shiftKey) commands.redo();
    else commands.undo();
    return taken(event);
  }
  if (event.key === "?" && !isTyping(event.target) && !ui.dialog)
    return (commands.open({ type: "keys" }), taken(event));
  return false;
}

function escape(event: KeyboardEvent, { commands, ui }: Editor): boolean {
  if (ui.dialog || ui.picking) return false; // each closes itself
  if (isTyping(event.target) && !(event.target as Element).closest(".ae-panel")) return false;
  if (document.querySelector("[role=menu], [role=listbox]")) return false;
  if (ui.adding) return (commands.stopAdding(), taken(event));
  if (ui.moving) return (commands.stopMoving(), taken(event));
  if (ui.panel) return (commands.closePanel(), taken(event));
  if (ui.test) return (commands.stopTest(), taken(event));
  if (ui.viewing) return (commands.look(null), taken(event));
  return false;
}

function walk(event: KeyboardEvent, step: string | null, { commands, definition }: Editor): boolean {
  const direction = ARROWS[event.key];
  if (!direction || event.ctrlKey || event.metaKey || event.altKey) return false;
  const next = stepTowards(buildTree(definition), step, direction);
  if (next !== undefined) commands.follow(next);
  return taken(event);
}

const FRAMES = 60; // the panel's own file may still be on its way

function enterPanel(step: string | null, { commands }: Editor): void {
  commands.openSettings({ step });
  const enter = (left: number) => {
    const panel = document.querySelector("automation-editor .ae-inspector");
    const first = panel?.querySelector<HTMLElement>(".ae-panel-body :is(input, select, textarea, button)");
    if (first) first.focus();
    else if (left) requestAnimationFrame(() => enter(left - 1));
  };
  requestAnimationFrame(() => enter(FRAMES));
}

function change(event: KeyboardEvent, step: string | null, { commands, definition }: Editor): boolean {
  const control = event.ctrlKey || event.metaKey;
  const beside = event.target as HTMLElement;
  const outlet = step === null ? "start" : mainOutlet(definition.nodes[step]!);
  if (event.key === "+" || event.key === "=")
    return (outlet && commands.pick({ from: step, outlet }, beside), taken(event));
  if (step === null) return false;
  if (control && event.key.toLowerCase() === "d") return (commands.duplicate(step), taken(event));
  if (event.key === "Delete" || event.key === "Backspace") return (commands.remove(step), taken(event));
  if (event.key.toLowerCase() === "m" && !control) return (commands.startMoving(step), taken(event));
  return false;
}

export function onKey(event: KeyboardEvent, editor: Editor): void {
  if (globalKey(event, editor)) return;
  if (event.key === "Escape" && escape(event, editor)) return;
  const step = stepOf(event.target);
  if (step === undefined || editor.ui.dialog || editor.ui.picking) return;
  if (walk(event, step, editor)) return;
  if (event.key === "Enter" && (event.target as HTMLElement).matches("[data-step-focus]")) {
    enterPanel(step, editor);
    taken(event);
    return;
  }
  if (editor.editable) change(event, step, editor);
}
