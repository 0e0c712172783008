/** Saves what was changed shortly after, one request at a time, and keeps trying while nothing answers. */
import { Refused, messageOf } from "./api";

export type SaveState =
  | { kind: "saved" }
  | { kind: "changed" }
  | { kind: "saving" }
  | { kind: "offline" }
  | { kind: "conflict" }
  | { kind: "refused"; message: string };

const QUIET = 600;
const RETRIES = [2_000, 5_000, 10_000, 30_000];

export class Autosave {
  private state: SaveState = { kind: "saved" };
  private changes = 0; // since the start; what is saved is compared with it
  private saved = 0;
  private failures = 0;
  private running: Promise<void> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly send: () => Promise<void>,
    private readonly report: (state: SaveState) => void,
  ) {}

  get pending(): boolean {
    return this.changes > this.saved;
  }

  touch(): void {
    this.changes += 1;
    if (this.state.kind === "conflict") return; // until the person has chosen whose draft stays
    if (this.state.kind !== "offline") this.become({ kind: "changed" });
    this.schedule(QUIET);
  }

  /** Saves at once; false while something stands in the way (offline, a conflict, a refusal). */
  async flush(): Promise<boolean> {
    clearTimeout(this.timer);
    while (this.pending && this.state.kind !== "conflict") {
      const before = this.failures;
      await this.run();
      if (this.failures > before || this.blocked) break;
    }
    return !this.pending;
  }

  /** The person chose: what is on the screen is to be saved over what the server has. */
  resume(): Promise<boolean> {
    this.become({ kind: "changed" });
    this.changes += 1;
    return this.flush();
  }

  /** What is on the screen came from the server: there is nothing to save. */
  reset(): void {
    clearTimeout(this.timer);
    this.saved = this.changes;
    this.failures = 0;
    this.become({ kind: "saved" });
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private get blocked(): boolean {
    return this.state.kind === "conflict" || this.state.kind === "refused";
  }

  private become(state: SaveState): void {
    this.state = state;
    this.report(state);
  }

  private schedule(delay: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.run(), delay);
  }

  private run(): Promise<void> {
    this.running ??= this.attempt().finally(() => (this.running = null));
    return this.running;
  }

  private async attempt(): Promise<void> {
    const through = this.changes;
    if (this.state.kind !== "offline") this.become({ kind: "saving" });
    try {
      await this.send();
    } catch (fault) {
      this.failed(fault);
      return;
    }
    this.saved = Math.max(this.saved, through);
    this.failures = 0;
    this.become({ kind: this.pending ? "changed" : "saved" });
    if (this.pending) this.schedule(QUIET);
  }

  private failed(fault: unknown): void {
    this.failures += 1;
    if (fault instanceof Refused) {
      this.become(
        fault.status === 409 ? { kind: "conflict" } : { kind: "refused", message: messageOf(fault) },
      );
      return;
    }
    this.become({ kind: "offline" });
    this.schedule(RETRIES[Math.min(this.failures, RETRIES.length) - 1]!);
  }
}
