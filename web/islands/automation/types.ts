/** What a definition, the catalogue and the answers of the API look like (DESIGN §8). */

export type Target = string | null;

export type Condition =
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition }
  | FieldRule
  | EventRule
  | { tag: string }
  | { consent: string }
  | { segment_id: string }
  | { score: { op: string; value: number } };

export interface FieldRule {
  field: string;
  op: string;
  value?: unknown;
}

export interface EventRule {
  event: string;
  where?: Condition | null;
  count?: { op: string; value: number } | null;
  within?: string | null;
}

export interface Until {
  time?: string | null;
  weekdays?: string[] | null;
  attribute?: string | null;
  offset?: string | null;
}

export interface Path {
  label?: string;
  when?: Condition | null;
  share?: number;
  next: Target;
}

/** Parameters of a step lie beside its `kind`; which there are, its JSON Schema says. */
export interface Step {
  kind: string;
  name?: string;
  next?: Target;
  on_timeout?: Target;
  /** There only when those for whom the step fails have a path of their own. */
  on_failure?: Target;
  else?: Target;
  paths?: Path[];
  [parameter: string]: unknown;
}

export interface Trigger {
  kind: string;
  [parameter: string]: unknown;
}

export type Again = "never" | "always" | { after: string };

export interface Entry {
  trigger: Trigger | null;
  again: Again;
  key?: string | null;
  [extra: string]: unknown;
}

export interface Definition {
  entry: Entry;
  goal?: Condition | null;
  exit_when?: Condition | null;
  start: Target;
  nodes: Record<string, Step>;
  [extra: string]: unknown;
}

export interface JsonSchema {
  type?: string | string[];
  title?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  const?: unknown;
  format?: string;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  examples?: unknown[];
  "x-widget"?: string;
  "x-labels"?: Record<string, string>;
  "x-placeholder"?: string;
  "x-advanced"?: boolean;
}

/**
 * `summary` is a sentence with {parameters}: what a card of a developer's own step says it does.
 * `answers`: people wait at it for what comes of it, so those it fails for may have a path of their own.
 */
export interface StepLook {
  summary?: string;
  tone?: Tone;
  answers?: boolean;
}

export type Tone = "trigger" | "message" | "wait" | "logic" | "data" | "end";

export interface Kind {
  kind: string;
  title: string;
  help: string;
  group: string;
  icon: string;
  schema: JsonSchema;
  ui?: StepLook | null;
  sample?: Record<string, unknown> | null;
}

export interface KnownField {
  path: string;
  label: string;
  type: string;
  options?: (string | { value: string; label: string })[] | null;
}

export type ValueShape = "none" | "one" | "many" | "duration";

export interface Operator {
  op: string;
  label: string;
  value: ValueShape;
}

export interface Catalogue {
  triggers: Kind[];
  steps: Kind[];
  fields: KnownField[];
  events: string[];
  tags: string[];
  operators: Record<string, Operator[]>;
  segments?: { id: string; name: string }[];
}

/** `node` is null (or "entry") for what is wrong with the trigger, the goal or the automation as a whole. */
export interface Problem {
  node: string | null;
  field: string | null;
  message: string;
}

export type AutomationState = "draft" | "live" | "held" | "archived";

export interface Automation {
  id: string;
  name: string;
  state: AutomationState;
  definition: Definition;
  revision: number;
  version: number | null;
  unpublished: number;
  problems: Problem[];
  overdue?: number;
}

export interface Change {
  kind: "added" | "changed" | "removed";
  node: string | null;
  text: string;
}

/** Does not stop publishing; `node` is null for what is about the whole workspace. */
export interface Warned {
  node: string | null;
  message: string;
}

/**
 * Of those inside, if they are moved: `at_once` go on, `elsewhere` stand at another step, `leaving` leave; `messages` go out
 * at once, and `confirm` is that number again when somebody should type it first.
 */
export interface Changes {
  changes: Change[];
  problems: Problem[];
  warnings?: Warned[];
  inside: number;
  next_version: number;
  at_once?: number;
  elsewhere?: number;
  leaving?: number;
  messages?: number;
  confirm?: number | null;
}

export interface Version {
  number: number;
  name: string | null;
  published_at: string;
  published_by: string | null;
  definition: Definition;
}

export interface NodeNumbers {
  entered?: number;
  waiting?: number;
  left?: number;
  left_early?: number;
  failed?: number;
  dropped?: number;
  sent?: number;
  opened?: number;
  clicked?: number;
}

/** Lines are named "from>to"; "" before the sign is the entry, "" after it the way out. */
export interface Numbers {
  entered: number;
  inside: number;
  goal: number;
  left: number;
  nodes: Record<string, NodeNumbers>;
  edges: Record<string, number>;
}

export interface Person {
  contact_id: string;
  name: string | null;
  email: string | null;
  since: string | null;
  wakes_at: string | null;
  reason?: string | null;
}

export interface Contact {
  id: string;
  email: string | null;
  first_name: string | null;
  last_name: string | null;
}

/** Something that an invented person has done. */
export interface Done {
  name: string;
  properties?: Record<string, unknown>;
}

/** Somebody who does not exist, to test with. */
export interface Invented {
  first_name?: string;
  email?: string;
  time_zone?: string;
  tags?: string[];
  attributes?: Record<string, unknown>;
  consent?: Record<string, string>;
  events?: Done[];
  [standard: string]: unknown;
}

/** Whom a test is made with: a contact, or somebody invented. */
export interface Tester extends Contact {
  invented?: Invented;
}

export interface Page<T> {
  items: T[];
  next: string | null;
}

export interface Visit {
  node: string | null;
  at: string;
  until?: string | null;
  why?: string | null;
  edge?: string | null;
}

export interface Simulation {
  state: "queued" | "running" | "finished" | "failed";
  /** The first stop is the start (node null); a later one without a node says why the way ended. */
  path?: Visit[];
  message?: string | null;
}

/** `line` 0 is about the mail as a whole. */
export interface MailProblem {
  line: number;
  message: string;
  severity?: "error" | "warning" | "info";
}

export interface MailPreview {
  subject: string;
  html: string;
  text: string;
  problems: MailProblem[];
}
