/** Everything a person can do, in one place: buttons, keys, menus and the outline all call these. */
import { messageOf } from "./api";
import { mainOutlet, outletsOf, targetAt } from "./definition";
import type { Place } from "./definition";
import {
  canMove,
  connect,
  duplicateStep,
  insertStep,
  moveStep,
  placeBelow,
  removeStep,
  setTrigger,
} from "./edits";
import type { Crowd } from "./figures";
import { mailOf } from "./email/mail";
import { counted, figure } from "./format";
import { freshStep, freshTrigger } from "./fresh";
import type { Document, Ready, Store } from "./store";
import { trailOf } from "./trail";
import { buildTree } from "./tree";
import { sameCrowd } from "./ui";
import type { Dialog, Selection, Ui, UiChange, View } from "./ui";
import type { Definition, Tester, Version } from "./types";

type SetUi = (change: UiChange) => void;

const POLL = 400;
const PATIENCE = 60_000;

export class Commands {
  private toasts = 0;
  private focusing = 0;
  private testing = 0;

  constructor(
    private readonly store: Store,
    private readonly setUi: SetUi,
    private readonly getUi: () => Ui,
    private readonly zone: string,
  ) {}

  // -- what is on the screen

  show(view: View): void {
    this.setUi({ view, picking: null, focus: null, adding: null });
  }

  openSettings(selection: Selection): void {
    this.setUi({ selection, panel: { type: "inspector" }, picking: null });
  }

  /** Opens the settings and keeps the keyboard on the step. */
  select(selection: Selection): void {
    this.openSettings(selection);
    if (!selection.section) this.focus(selection.step);
  }

  /** Keeps an open inspector on what the arrows walk over. */
  follow(step: string | null): void {
    this.setUi((ui) => (ui.panel?.type === "inspector" ? { selection: { step } } : {}));
    this.focus(step);
  }

  focus(step: string | null): void {
    this.focusing += 1;
    this.setUi({ focus: { step, sequence: this.focusing } });
  }

  closePanel(): void {
    const { selection } = this.getUi();
    this.setUi({ panel: null, selection: null });
    if (selection) this.focus(selection.step);
  }

  toggleHistory(): void {
    this.setUi((ui) => ({
      panel: ui.panel?.type === "history" ? null : { type: "history" },
      selection: null,
    }));
  }

  openPeople(crowd: Crowd): void {
    this.setUi((ui) => ({
      panel: sameCrowd(ui.panel, crowd) ? null : { type: "people", crowd },
      selection: null,
    }));
  }

  open(dialog: Dialog): void {
    this.setUi({ dialog, picking: null });
  }

  closeDialog(): void {
    this.setUi({ dialog: null });
  }

  toggleNumbers(): void {
    this.setUi((ui) => ({ numbersShown: !ui.numbersShown }));
  }

  say(text: string, tone: "ok" | "bad" = "ok"): void {
    this.toasts += 1;
    this.setUi({ toast: { text, tone, key: this.toasts } });
  }

  hush(): void {
    this.setUi({ toast: null });
  }

  // -- the drawing

  pick(place: Place | null, beside: Element): void {
    this.setUi({ picking: { place, anchor: beside.getBoundingClientRect() }, moving: null, adding: null });
  }

  stopPicking(): void {
    this.setUi({ picking: null });
  }

  addStep(place: Place, kind: string): void {
    const { vocabulary } = this.ready();
    let made: string | null = null;
    this.edit((definition) => {
      const inserted = insertStep(definition, place, freshStep(vocabulary.step(kind)), this.store.takenIds());
      made = inserted.id;
      return inserted.definition;
    });
    this.setUi({ picking: null, adding: null, aim: null });
    if (made) this.select({ step: made });
  }

  showPalette(): void {
    this.setUi({ palette: true });
  }

  togglePalette(): void {
    this.setUi(({ palette }) => ({ palette: !palette, adding: null }));
  }

  startAdding(kind: string, { dragging = false } = {}): void {
    this.setUi({ adding: kind, dragging, aim: null, moving: null, picking: null });
  }

  /** The place that would take what is dragged, by its key. */
  aimAt(place: string | null): void {
    if (this.getUi().aim !== place) this.setUi({ aim: place });
  }

  stopAdding(): void {
    this.setUi({ adding: null, aim: null });
  }

  startWith(kind: string): void {
    const { vocabulary } = this.ready();
    this.edit((definition) => setTrigger(definition, freshTrigger(vocabulary.trigger(kind))));
    this.setUi({ picking: null });
    this.select({ step: null });
  }

  continueAt(place: Place, target: string): void {
    this.edit((definition) => connect(definition, place, target));
    this.setUi({ picking: null });
  }

  endHere(place: Place): void {
    this.edit((definition) => connect(definition, place, null));
    this.focus(place.from);
  }

  duplicate(id: string): void {
    let made: string | null = null;
    this.edit((definition) => {
      const copy = duplicateStep(definition, id, this.store.takenIds());
      made = copy?.id ?? null;
      return copy?.definition ?? definition;
    });
    if (made) this.select({ step: made });
  }

  /** A split asks which path stays; everything else can be undone and goes at once. */
  remove(id: string): void {
    const { definition } = this.ready().history.present;
    const step = definition.nodes[id];
    if (!step) return;
    const filled = outletsOf(step).filter((outlet) => targetAt(definition, { from: id, outlet }) !== null);
    if (filled.length > 1) this.open({ type: "remove_split", id });
    else this.removeKeeping(id, filled[0] ?? mainOutlet(step));
  }

  removeKeeping(id: string, keep: string | null): void {
    const { definition } = this.ready().history.present;
    const before = buildTree(definition).steps.get(id)?.place.from ?? null;
    this.edit((drawn) => removeStep(drawn, id, keep));
    this.setUi((ui) => ({
      dialog: null,
      ...(ui.panel?.type === "inspector" ? { panel: null, selection: null } : {}),
    }));
    this.focus(before);
    this.say("Step removed. Undo brings it back.");
  }

  startMoving(id: string): void {
    this.setUi({ moving: id, adding: null, picking: null, panel: null, selection: null, dialog: null });
  }

  stopMoving(): void {
    const { moving } = this.getUi();
    this.setUi({ moving: null });
    if (moving) this.focus(moving);
  }

  moveTo(id: string, place: Place): void {
    this.edit((definition) => moveStep(definition, id, place));
    this.setUi({ moving: null });
    this.focus(id);
  }

  moveUp(id: string): void {
    const place = this.above(id);
    if (place) this.moveTo(id, place);
  }

  moveDown(id: string): void {
    const place = placeBelow(this.ready().history.present.definition, id);
    if (place) this.moveTo(id, place);
  }

  /** Where a step goes one up: onto the line that leads to the step before it. */
  above(id: string): Place | null {
    const { definition } = this.ready().history.present;
    const { steps } = buildTree(definition);
    const parent = steps.get(steps.get(id)?.place.from ?? "");
    return parent && canMove(definition, id, parent.place) ? parent.place : null;
  }

  edit(change: (definition: Definition) => Definition, mark: string | null = null): void {
    this.store.edit((document) => withDefinition(document, change(document.definition)), mark);
  }

  rename(name: string): void {
    this.store.edit((document) => (name === document.name ? document : { ...document, name }));
  }

  undo(): void {
    this.store.undo();
    this.settle();
  }

  redo(): void {
    this.store.redo();
    this.settle();
  }

  // -- test with a person

  async test(contact: Tester): Promise<void> {
    const run = ++this.testing;
    const show = (change: Partial<NonNullable<Ui["test"]>>) => {
      if (run === this.testing) this.setUi((ui) => ({ test: ui.test && { ...ui.test, ...change } }));
    };
    const test = { contact, state: "running" as const, message: "", trail: null };
    this.setUi({
      dialog: null,
      panel: null,
      selection: null,
      picking: null,
      moving: null,
      adding: null,
      viewing: null,
      test,
    });
    try {
      show({ state: "done", trail: await this.simulate(contact, () => run === this.testing) });
    } catch (fault) {
      show({ state: "failed", message: messageOf(fault) });
    }
  }

  /** The e-mails of the test's way, as this person would get them, to whoever is testing. */
  async sendThese(mails: string[], contact: Tester, to: string): Promise<void> {
    const { nodes } = this.ready().history.present.definition;
    const reader = contact.invented ? null : contact.id;
    const send = (id: string) => this.store.api.sendTestMail(mailOf(nodes[id], "body"), to, reader);
    await this.attempt(
      async () => {
        for (const id of mails) await send(id); // one after the other, so that they arrive in order
      },
      `${counted(mails.length, "e-mail")} on the way to ${to}.`,
    );
  }

  stopTest(): void {
    this.testing += 1;
    this.setUi({ test: null, panel: null, selection: null });
  }

  // -- versions

  look(version: Version | null): void {
    this.setUi({ viewing: version, selection: null, picking: null, moving: null, adding: null, test: null });
  }

  restore(version: Version, definition: Definition): void {
    this.setUi({ viewing: null });
    this.edit(() => definition);
    this.say(`The draft is now version ${version.number} again. Undo takes it back.`);
  }

  async attempt(work: () => Promise<void>, done: string): Promise<void> {
    try {
      await work();
      this.setUi({ dialog: null });
      this.say(done);
    } catch (fault) {
      this.say(messageOf(fault), "bad");
    }
  }

  async retry(steps: string[]): Promise<void> {
    try {
      const { count, held } = await this.store.retry(steps);
      const kept = held ? ` ${figure(held)} stand still until the hold is released.` : "";
      if (count) this.say(`${counted(count, "message")} being sent once more.${kept}`);
      else this.say(kept.trim() || "None of these can be sent again: they came back, or may have arrived.", "bad");
    } catch (fault) {
      this.say(messageOf(fault), "bad");
    }
  }

  private async simulate(who: Tester, wanted: () => boolean) {
    if (!(await this.store.flush()))
      throw new Error("The draft could not be saved, so it cannot be tested yet.");
    const { id } = await this.store.api.simulate(who);
    const deadline = Date.now() + PATIENCE;
    for (;;) {
      const simulation = await this.store.api.simulation(id);
      if (simulation.state === "failed")
        throw new Error(simulation.message ?? "The test could not be worked out.");
      const { definition } = this.ready().history.present;
      if (simulation.state === "finished") return trailOf(definition, simulation, this.zone);
      if (Date.now() > deadline || !wanted())
        throw new Error("The test takes too long. Try again in a moment.");
      await new Promise((resolve) => setTimeout(resolve, POLL));
    }
  }

  /** After undo and redo, nothing may point at a step that is gone. */
  private settle(): void {
    const { nodes } = this.ready().history.present.definition;
    this.setUi(({ selection, dialog }) => ({
      ...(selection?.step && !nodes[selection.step] ? { selection: null, panel: null } : {}),
      ...(dialog && "id" in dialog && !nodes[dialog.id] ? { dialog: null } : {}),
      picking: null,
      moving: null,
      adding: null,
    }));
  }

  private ready(): Ready {
    const state = this.store.get();
    if (state.phase !== "ready") throw new Error("The automation is not loaded yet.");
    return state;
  }
}

function withDefinition(document: Document, definition: Definition): Document {
  return definition === document.definition ? document : { ...document, definition };
}
