/** The typed client of the automation API. Every failure is one of two errors that say what a person may do next. */
import type {
  Automation,
  Catalogue,
  Changes,
  Contact,
  Definition,
  MailPreview,
  Numbers,
  Page,
  Person,
  Simulation,
  Tester,
  Version,
} from "./types";

import { listOf } from "./figures";
import type { Crowd } from "./figures";

/** The server answered, and the answer is no. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Nothing answered: worth trying again. */
export class Unreachable extends Error {}

export interface Draft {
  name: string;
  definition: Definition;
  revision: number;
}

export interface Mail {
  subject: string;
  preheader: string;
  body: string;
}

export type InFlight = "finish" | "move";
export type Overdue = "send" | "ramp" | "skip";

const AWAY = new Set([502, 503, 504]);

function explained(status: number, problem: { detail?: string; title?: string } | null): string {
  if (status === 401) return "You have been signed out. Sign in again in another tab, then come back here.";
  if (status === 403) return problem?.detail ?? "You may look at this automation, but not change it.";
  return problem?.detail ?? problem?.title ?? `The server answered with an error (${status}).`;
}

function query(parameters: Record<string, string | null | undefined>): string {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return given.length ? `?${new URLSearchParams(given)}` : "";
}

interface Sending {
  keepalive?: boolean;
}

export class Api {
  constructor(
    private readonly automationId: string,
    private readonly csrf: string,
    private readonly base = "/api/v1",
    private readonly send: typeof fetch = (input, init) => fetch(input, init),
  ) {}

  catalogue(): Promise<Catalogue> {
    return this.ask("GET", "/catalogue");
  }

  automation(): Promise<Automation> {
    return this.ask("GET", this.own(""));
  }

  saveDraft(draft: Draft, sending: Sending = {}): Promise<Automation> {
    return this.ask("PUT", this.own("/draft"), draft, sending);
  }

  changes(): Promise<Changes> {
    return this.ask("GET", this.own("/changes"));
  }

  publish(in_flight: InFlight, name: string, confirm?: number): Promise<{ version: number }> {
    return this.ask("POST", this.own("/publish"), {
      in_flight,
      ...(name ? { name } : {}),
      ...(in_flight === "move" && confirm !== undefined ? { confirm } : {}),
    });
  }

  versions(cursor?: string | null): Promise<Page<Version>> {
    return this.ask("GET", this.own(`/versions${query({ cursor })}`));
  }

  numbers(): Promise<Numbers> {
    return this.ask("GET", this.own("/numbers"));
  }

  people(crowd: Crowd, cursor?: string | null): Promise<Page<Person>> {
    const { node, edge } = crowd;
    const asked = edge === undefined ? { node, state: listOf(crowd) } : { edge };
    return this.ask("GET", this.own(`/people${query({ ...asked, cursor })}`));
  }

  /** What failed at a step is tried again. What may have gone out already is not: that would send it twice. */
  retry(node: string): Promise<{ count: number; held: number }> {
    return this.ask("POST", "/messages/retry", { automation_id: this.automationId, node, state: "failed" });
  }

  simulate(who: Tester): Promise<{ id: string }> {
    return this.ask("POST", this.own("/simulate"), who.invented ? { person: who.invented } : { contact_id: who.id });
  }

  simulation(id: string): Promise<Simulation> {
    return this.ask("GET", `/simulations/${encodeURIComponent(id)}`);
  }

  hold(): Promise<Automation> {
    return this.ask("POST", this.own("/hold"), {});
  }

  release(overdue: Overdue): Promise<Automation> {
    return this.ask("POST", this.own("/release"), { overdue });
  }

  archive(): Promise<Automation> {
    return this.ask("POST", this.own("/archive"), {});
  }

  previewMail(mail: Mail, contact_id: string | null): Promise<MailPreview> {
    return this.ask("POST", "/emails/preview", { ...mail, ...(contact_id ? { contact_id } : {}) });
  }

  sendTestMail(mail: Mail, to: string, contact_id: string | null): Promise<unknown> {
    return this.ask("POST", "/emails/test", { ...mail, to, ...(contact_id ? { contact_id } : {}) });
  }

  contacts(q: string): Promise<Page<Contact>> {
    return this.ask("GET", `/contacts${query({ q, limit: "8" })}`);
  }

  private own(path: string): string {
    return `/automations/${encodeURIComponent(this.automationId)}${path}`;
  }

  private headers(method: string): Record<string, string> {
    if (method === "GET") return { Accept: "application/json" };
    const written = {
      Accept: "application/json",
      "Content-Type": "application/json",
      "X-CSRF-Token": this.csrf,
    };
    return method === "POST" ? { ...written, "Idempotency-Key": crypto.randomUUID() } : written;
  }

  private async ask<T>(
    method: string,
    path: string,
    body?: unknown,
    { keepalive = false }: Sending = {},
  ): Promise<T> {
    const response = await this.attempt(method, path, body, keepalive);
    const text = await response.text();
    const answer: unknown =
      text && response.headers.get("content-type")?.includes("json") ? JSON.parse(text) : null;
    if (AWAY.has(response.status)) throw new Unreachable("The server is away for a moment.");
    if (!response.ok)
      throw new Refused(response.status, explained(response.status, answer as { detail?: string } | null));
    return answer as T;
  }

  private async attempt(method: string, path: string, body: unknown, keepalive: boolean): Promise<Response> {
    try {
      return await this.send(`${this.base}${path}`, {
        method,
        headers: this.headers(method),
        credentials: "same-origin",
        keepalive,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch {
      throw new Unreachable("Mainspring cannot be reached. Check your connection.");
    }
  }
}

export function messageOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : "Something went wrong.";
}
