/** The names that people know things by: fields, events, tags, kinds of step. Built from the catalogue. */
import { propertiesOf } from "./conditions";
import type { Catalogue, Definition, Kind, KnownField, Tone } from "./types";

export function humanise(name: string): string {
  const words = name.replace(/[._-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function lowerFirst(words: string): string {
  return /^[A-Z][a-z]/.test(words) ? words.charAt(0).toLowerCase() + words.slice(1) : words;
}

export function upperFirst(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const EVENT_WORDS: Record<string, string> = {
  "contact.created": "contact created",
  "contact.updated": "contact changed",
  "contact.tag_added": "tag added",
  "contact.tag_removed": "tag removed",
  "contact.consent_changed": "consent changed",
  "email.sent": "e-mail sent",
  "email.opened": "e-mail opened",
  "email.clicked": "link in an e-mail clicked",
  "email.bounced": "e-mail bounced",
  "email.unsubscribed": "unsubscribed",
};

export function eventWords(name: string): string {
  return EVENT_WORDS[name] ?? lowerFirst(humanise(name));
}

const TONES: Record<string, Tone> = {
  messages: "message",
  message: "message",
  timing: "wait",
  logic: "logic",
  data: "data",
};

/** The five kinds that give a drawing its shape are part of the language, whether the catalogue lists them or not. */
const SHAPE: Kind[] = [
  {
    kind: "wait",
    title: "Wait",
    help: "For a while, until a time or a date",
    group: "Timing",
    icon: "clock",
    schema: {},
  },
  {
    kind: "wait_until",
    title: "Wait for something",
    help: "Until they do it, or time runs out",
    group: "Timing",
    icon: "hourglass",
    schema: {},
  },
  {
    kind: "branch",
    title: "Split by condition",
    help: "By anything you know of a person",
    group: "Logic",
    icon: "arrow-ramp-right-2",
    schema: {},
  },
  {
    kind: "split",
    title: "A/B split",
    help: "Try two or more ways, by share",
    group: "Logic",
    icon: "arrows-split-2",
    schema: {},
  },
  {
    kind: "leave",
    title: "Leave",
    help: "Ends the automation for them",
    group: "Logic",
    icon: "door-exit",
    schema: {},
  },
];

const STRUCTURAL = new Set(SHAPE.map(({ kind }) => kind));
const GROUP_ORDER = ["Messages", "Timing", "Logic", "Data"];

export class Vocabulary {
  readonly steps: Map<string, Kind>;
  readonly triggers: Map<string, Kind>;
  readonly fields: Map<string, KnownField>;

  constructor(readonly catalogue: Catalogue) {
    const listed = new Map(catalogue.steps.map((kind) => [kind.kind, kind]));
    const missing = SHAPE.filter(({ kind }) => !listed.has(kind));
    this.steps = new Map([...catalogue.steps, ...missing].map((kind) => [kind.kind, kind]));
    this.triggers = new Map(catalogue.triggers.map((kind) => [kind.kind, kind]));
    this.fields = new Map(catalogue.fields.map((field) => [field.path, field]));
  }

  step(kind: string): Kind {
    return this.steps.get(kind) ?? unknownKind(kind, "step");
  }

  trigger(kind: string): Kind {
    return this.triggers.get(kind) ?? unknownKind(kind, "trigger");
  }

  toneOf(kind: string): Tone {
    const { ui, group } = this.step(kind);
    return ui?.tone ?? TONES[group.toLowerCase()] ?? "data";
  }

  field(path: string, event = ""): KnownField {
    const known = this.fields.get(path) ?? propertiesOf(event).find((field) => field.path === path);
    if (known) return known;
    const name = path.split(".").slice(1).join(" ") || path;
    return { path, label: humanise(name), type: path.startsWith("event.") ? "any" : "text" };
  }

  /** Steps name an attribute without its path. */
  attribute(name: string): KnownField {
    const known = [...this.fields.values()].find((field) => attributeName(field.path) === name);
    return known ?? { path: `contact.${name}`, label: humanise(name), type: "text" };
  }

  /** Groups in the order of how often they are wanted; a developer's new group comes after ours. */
  groups(kinds: Iterable<Kind>): { title: string; kinds: Kind[] }[] {
    const groups = new Map<string, Kind[]>();
    for (const kind of kinds) groups.set(kind.group, [...(groups.get(kind.group) ?? []), kind]);
    const rank = (title: string) =>
      GROUP_ORDER.includes(title) ? GROUP_ORDER.indexOf(title) : GROUP_ORDER.length;
    return [...groups]
      .map(([title, members]) => ({ title, kinds: members }))
      .sort((one, other) => rank(one.title) - rank(other.title));
  }
}

/** `contact.renews_on` and `contact.attributes.renews_on` are both the attribute `renews_on`. */
export function attributeName(path: string): string {
  return path.replace(/^contact\.(attributes\.)?/, "");
}

function unknownKind(kind: string, what: "step" | "trigger"): Kind {
  const help = `This ${what} is not installed here.`;
  return { kind, title: humanise(kind), help, group: "Data", icon: "puzzle", schema: {} };
}

export function isStructural(kind: string): boolean {
  return STRUCTURAL.has(kind);
}

/** The e-mails of this drawing, for conditions such as "opened ‘Welcome’". */
export function mailSteps(definition: Definition): { id: string; label: string }[] {
  const mails = Object.entries(definition.nodes).filter(([, step]) => step.kind === "send_email");
  return mails.map(([id, step]) => ({ id, label: step.name || String(step.subject || "An e-mail") }));
}
