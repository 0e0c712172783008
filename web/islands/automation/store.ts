/** The document being edited: loading, the undo history, the draft that saves itself, and what the server says of it. */
import { messageOf } from "./api";
import type { Api, InFlight, Overdue } from "./api";
import { Autosave } from "./autosave";
import type { SaveState } from "./autosave";
import { normalise } from "./definition";
import { record, redo, startHistory, undo } from "./history";
import type { History } from "./history";
import type { Automation, Definition, Numbers } from "./types";
import { Vocabulary } from "./vocabulary";

export interface Document {
  name: string;
  definition: Definition;
}

/** What is known of the automation beside its draft. */
export type Facts = Omit<Automation, "definition" | "name">;

export interface Ready {
  phase: "ready";
  facts: Facts;
  history: History<Document>;
  vocabulary: Vocabulary;
  numbers: Numbers | null;
  save: SaveState;
}

export type State = { phase: "loading" } | { phase: "failed"; message: string } | Ready;

export class Store {
  private state: State = { phase: "loading" };
  private readonly listeners = new Set<() => void>();
  private readonly autosave: Autosave;
  /** Ids that people may be waiting at, or that undo may bring back: never given to a new step. */
  private readonly usedIds = new Set<string>();
  /** Steps that are live show their numbers also while nobody has got there. */
  private liveIds = new Set<string>();

  constructor(
    readonly api: Api,
    private readonly now: () => number = () => Date.now(),
  ) {
    this.autosave = new Autosave(
      () => this.sendDraft(),
      (save) => this.update({ save }),
    );
  }

  get = (): State => this.state;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  async load(): Promise<void> {
    this.become({ phase: "loading" });
    try {
      const [catalogue, automation] = await Promise.all([this.api.catalogue(), this.api.automation()]);
      this.open(automation, new Vocabulary(catalogue));
    } catch (fault) {
      this.become({ phase: "failed", message: messageOf(fault) });
    }
  }

  /** One step of the history; the same `mark` in quick succession (typing) is one step. */
  edit(change: (document: Document) => Document, mark: string | null = null): void {
    if (this.state.phase !== "ready") return;
    const { history } = this.state;
    const present = change(history.present);
    if (present === history.present) return;
    this.reserve(present.definition);
    this.update({ history: record(history, present, mark, this.now()) });
    this.autosave.touch();
  }

  undo(): void {
    this.travel(undo);
  }

  redo(): void {
    this.travel(redo);
  }

  takenIds(): ReadonlySet<string> {
    return this.usedIds;
  }

  flush(): Promise<boolean> {
    return this.autosave.flush();
  }

  hasUnsaved(): boolean {
    return this.autosave.pending;
  }

  /** A last try while the page goes away. */
  saveOnLeaving(): void {
    if (this.state.phase !== "ready" || !this.autosave.pending || this.state.save.kind === "conflict") return;
    void this.api.saveDraft(this.draft(this.state), { keepalive: true }).catch(() => undefined);
  }

  async takeTheirs(): Promise<void> {
    this.autosave.reset();
    await this.load();
  }

  async keepMine(): Promise<void> {
    const { revision } = await this.api.automation();
    this.updateFacts({ revision });
    await this.autosave.resume();
  }

  async refreshNumbers(): Promise<void> {
    const numbers = await this.api.numbers();
    for (const id of Object.keys(numbers.nodes)) this.usedIds.add(id);
    const nobodyYet = Object.fromEntries([...this.liveIds].map((id) => [id, {}]));
    this.update({ numbers: { ...numbers, nodes: { ...nobodyYet, ...numbers.nodes } } });
  }

  async publish(inFlight: InFlight, name: string, confirm?: number): Promise<number> {
    const { version } = await this.api.publish(inFlight, name, confirm);
    this.learn(await this.api.automation());
    await this.readPublished();
    return version;
  }

  async hold(): Promise<void> {
    this.learn(await this.api.hold());
  }

  async countOverdue(): Promise<number> {
    this.learn(await this.api.automation());
    return this.state.phase === "ready" ? (this.state.facts.overdue ?? 0) : 0;
  }

  async release(overdue: Overdue): Promise<void> {
    this.learn(await this.api.release(overdue));
  }

  /** How many are on their way again, and how many a hold keeps back. */
  async retry(steps: string[]): Promise<{ count: number; held: number }> {
    const total = { count: 0, held: 0 };
    for (const step of steps) {
      const { count, held } = await this.api.retry(step);
      total.count += count;
      total.held += held;
    }
    await this.refreshNumbers();
    return total;
  }

  async archive(): Promise<void> {
    this.learn(await this.api.archive());
  }

  close(): void {
    this.saveOnLeaving();
    this.autosave.stop();
    this.listeners.clear();
  }

  private open(automation: Automation, vocabulary: Vocabulary): void {
    const { name, definition: stored, ...facts } = automation;
    const definition = normalise(stored);
    this.reserve(definition);
    const history = startHistory<Document>({ name, definition });
    this.become({ phase: "ready", facts, history, vocabulary, numbers: null, save: { kind: "saved" } });
    if (facts.version !== null) void this.readPublished();
  }

  private async readPublished(): Promise<void> {
    const page = await this.api.versions().catch(() => null); // without it, ids of the draft are still not reused
    for (const { definition } of page?.items ?? []) this.reserve(normalise(definition));
    this.liveIds = new Set(Object.keys(page?.items[0]?.definition.nodes ?? {}));
  }

  private reserve(definition: Definition): void {
    for (const id of Object.keys(definition.nodes)) this.usedIds.add(id);
  }

  private travel(step: (history: History<Document>) => History<Document>): void {
    if (this.state.phase !== "ready") return;
    const history = step(this.state.history);
    if (history === this.state.history) return;
    this.update({ history });
    this.autosave.touch();
  }

  private draft({ history, facts }: Ready) {
    return { ...history.present, revision: facts.revision };
  }

  private async sendDraft(): Promise<void> {
    if (this.state.phase === "ready") this.learn(await this.api.saveDraft(this.draft(this.state)));
  }

  /** What the server says of the automation; the draft on the screen may be newer, and stays. */
  private learn({ name: _name, definition: _definition, ...facts }: Automation): void {
    this.updateFacts(facts);
  }

  private updateFacts(facts: Partial<Facts>): void {
    if (this.state.phase === "ready") this.update({ facts: { ...this.state.facts, ...facts } });
  }

  private update(change: Partial<Ready>): void {
    if (this.state.phase === "ready") this.become({ ...this.state, ...change });
  }

  private become(state: State): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}
