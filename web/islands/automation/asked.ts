/** What a drawing asks about people, and the invented person that answers it. */
import { attributeName } from "./vocabulary";
import type { Vocabulary } from "./vocabulary";
import type { Condition, Definition, Done, Invented, Step, Trigger } from "./types";

/** By name, each with the value that it is compared with, which is the likeliest to be tried. */
type Compared = Map<string, unknown>;

export interface Asked {
  fields: Compared;
  tags: Set<string>;
  events: Map<string, Compared>;
}

const ALWAYS_SAID = new Set(["email", "first_name", "time_zone"]);
const NOT_SAID = new Set(["id", "created_at", "updated_at", "tags"]); // nobody invents these
const STANDARD = new Set(["phone", "last_name", "external_id"]);

function note(compared: Compared, name: string, value: unknown): void {
  const single = Array.isArray(value) ? value[0] : value;
  if (!compared.has(name) || compared.get(name) === "") compared.set(name, single ?? "");
}

function eventIn(asked: Asked, name: string): Compared {
  const known = asked.events.get(name) ?? new Map<string, unknown>();
  if (name) asked.events.set(name, known);
  return known;
}

function readField(asked: Asked, path: string, value: unknown, event: string): void {
  const [root = "", ...rest] = path.split(".");
  if (root === "event") return note(eventIn(asked, event), rest.join("."), value);
  const name = attributeName(path);
  if (root === "data" || name.startsWith("consent") || ALWAYS_SAID.has(name) || NOT_SAID.has(name) || !name) return;
  note(asked.fields, name, value);
}

function read(asked: Asked, condition: Condition | null | undefined, event: string): void {
  if (!condition) return;
  if ("all" in condition) for (const one of condition.all) read(asked, one, event);
  else if ("any" in condition) for (const one of condition.any) read(asked, one, event);
  else if ("not" in condition) read(asked, condition.not, event);
  else if ("tag" in condition) asked.tags.add(condition.tag);
  else if ("field" in condition) readField(asked, condition.field, condition.value, event);
  else if ("event" in condition) {
    eventIn(asked, condition.event);
    read(asked, condition.where, condition.event);
  }
}

/** The event that lets people in, when it is one of the business's own. */
export function entranceOf(trigger: Trigger | null): string {
  return trigger?.kind === "event" ? String(trigger.event ?? "") : "";
}

function readStep(asked: Asked, step: Step, entrance: string): void {
  for (const { when } of step.paths ?? []) read(asked, when, entrance);
  if (step.kind === "wait_until") read(asked, step.until as Condition | null, entrance);
  const date = step.kind === "wait" && (step.until as { attribute?: string } | undefined)?.attribute;
  if (date) readField(asked, date, "", entrance);
}

export function askedOf(definition: Definition): Asked {
  const asked: Asked = { fields: new Map(), tags: new Set(), events: new Map() };
  const { trigger } = definition.entry;
  const entrance = entranceOf(trigger);
  if (entrance) eventIn(asked, entrance);
  read(asked, trigger?.where as Condition | undefined, entrance);
  if (trigger?.kind === "tag_added" && trigger.tag) asked.tags.add(String(trigger.tag));
  for (const rule of [definition.goal, definition.exit_when]) read(asked, rule, entrance);
  for (const step of Object.values(definition.nodes)) readStep(asked, step, entrance);
  asked.tags.delete("");
  return asked;
}

/** What has been filled in, as text. `done` and `tags` are what was ticked. */
export interface Answers {
  first_name: string;
  email: string;
  time_zone: string;
  mayBeMailed: boolean;
  tags: string[];
  fields: Record<string, string>;
  done: string[];
  properties: Record<string, Record<string, string>>;
}

function text(value: unknown): string {
  return typeof value === "object" ? "" : String(value ?? "");
}

/** Somebody ordinary: they came in by what the trigger asks for, and nothing else is known of them. */
export function somebody(asked: Asked, entrance: string, zone: string): Answers {
  const properties = [...asked.events].map(([name, compared]) => [
    name,
    Object.fromEntries([...compared].map(([property, value]) => [property, text(value)])),
  ]);
  return {
    first_name: "Alex",
    email: "alex@example.com",
    time_zone: zone,
    mayBeMailed: true,
    tags: [],
    fields: {},
    done: entrance ? [entrance] : [],
    properties: Object.fromEntries(properties),
  };
}

const NUMERIC = /^-?\d+(\.\d+)?$/;

/** Figures are figures, and yes is yes, so that they compare as they would have arrived. */
function typed(value: string): unknown {
  if (value === "true" || value === "false") return value === "true";
  return NUMERIC.test(value) ? Number(value) : value;
}

function filled(values: Record<string, string>, read: (name: string, value: string) => unknown) {
  const entries = Object.entries(values).filter(([, value]) => value.trim() !== "");
  return Object.fromEntries(entries.map(([name, value]) => [name, read(name, value.trim())]));
}

function doneBy({ done, properties }: Answers): Done[] {
  return done.map((name) => ({ name, properties: filled(properties[name] ?? {}, (_, value) => typed(value)) }));
}

export function invented(answers: Answers, vocabulary: Vocabulary): Invented {
  const { first_name, email, time_zone, mayBeMailed, tags, fields } = answers;
  const numeric = (name: string) => ["number", "integer", "money", "boolean"].includes(vocabulary.attribute(name).type);
  const said = filled(fields, (name, value) => (numeric(name) ? typed(value) : value));
  const own = Object.entries(said).filter(([name]) => !STANDARD.has(name));
  return {
    ...Object.fromEntries(Object.entries(said).filter(([name]) => STANDARD.has(name))),
    first_name,
    email,
    time_zone,
    tags,
    attributes: Object.fromEntries(own),
    consent: { email: mayBeMailed ? "subscribed" : "unsubscribed" },
    events: doneBy(answers),
  };
}
