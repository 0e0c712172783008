/** The condition language as the builder handles it: groups, a "not" that is part of the sentence, operators by type. */
import type { Condition, FieldRule, KnownField, Operator } from "./types";

export type Junction = "all" | "any" | "none" | "not_all";

export interface Group {
  junction: Junction;
  rules: Condition[];
}

/** A single rule with its polarity: `{not: {tag: x}}` is "does not have the tag x", not a group. */
export interface Rule {
  negative: boolean;
  rule: Condition;
}

export type RuleKind = "field" | "event" | "tag" | "consent" | "segment" | "score" | "unknown";

export function isGroup(condition: Condition): boolean {
  if ("all" in condition || "any" in condition) return true;
  return "not" in condition && isGroup(condition.not);
}

export function asGroup(condition: Condition): Group {
  if ("all" in condition) return { junction: "all", rules: condition.all };
  if ("any" in condition) return { junction: "any", rules: condition.any };
  if ("not" in condition && "any" in condition.not) return { junction: "none", rules: condition.not.any };
  if ("not" in condition && "all" in condition.not) return { junction: "not_all", rules: condition.not.all };
  return { junction: "all", rules: [condition] };
}

export function fromGroup({ junction, rules }: Group): Condition {
  if (junction === "none") return { not: { any: rules } };
  if (junction === "not_all") return { not: { all: rules } };
  return junction === "any" ? { any: rules } : { all: rules };
}

/** The outermost group, written as short as it may be: no rules is no condition, one rule needs no "all". */
export function fromOuterGroup(group: Group): Condition | null {
  if (!group.rules.length) return null;
  const single = group.rules.length === 1 && group.junction !== "none" && group.junction !== "not_all";
  return single ? group.rules[0]! : fromGroup(group);
}

export function asRule(condition: Condition): Rule {
  return "not" in condition ? { negative: true, rule: condition.not } : { negative: false, rule: condition };
}

export function fromRule({ negative, rule }: Rule): Condition {
  return negative ? { not: rule } : rule;
}

export function kindOf(rule: Condition): RuleKind {
  if ("field" in rule) return "field";
  if ("event" in rule) return "event";
  if ("tag" in rule) return "tag";
  if ("consent" in rule) return "consent";
  if ("segment_id" in rule) return "segment";
  return "score" in rule ? "score" : "unknown";
}

export function emptyRule(kind: RuleKind, firstField = ""): Condition {
  if (kind === "event") return { event: "" };
  if (kind === "tag") return { tag: "" };
  if (kind === "consent") return { consent: "email" };
  if (kind === "segment") return { segment_id: "" };
  if (kind === "score") return { score: { op: "at_least", value: 50 } };
  return { field: firstField, op: "is", value: "" };
}

const TEXT: Operator[] = [
  { op: "is", label: "is", value: "one" },
  { op: "is_not", label: "is not", value: "one" },
  { op: "in", label: "is one of", value: "many" },
  { op: "contains", label: "contains", value: "one" },
  { op: "starts_with", label: "starts with", value: "one" },
  { op: "ends_with", label: "ends with", value: "one" },
  { op: "exists", label: "is known", value: "none" },
];

const NUMBER: Operator[] = [
  { op: "is", label: "is", value: "one" },
  { op: "is_not", label: "is not", value: "one" },
  { op: "more_than", label: "is more than", value: "one" },
  { op: "at_least", label: "is at least", value: "one" },
  { op: "less_than", label: "is less than", value: "one" },
  { op: "at_most", label: "is at most", value: "one" },
  { op: "exists", label: "is known", value: "none" },
];

const DATE: Operator[] = [
  { op: "before", label: "is before", value: "one" },
  { op: "after", label: "is after", value: "one" },
  { op: "within_last", label: "was within the last", value: "duration" },
  { op: "within_next", label: "is within the next", value: "duration" },
  { op: "anniversary", label: "has its anniversary today", value: "none" },
  { op: "exists", label: "is known", value: "none" },
];

const BOOLEAN: Operator[] = [
  { op: "is", label: "is", value: "one" },
  { op: "exists", label: "is known", value: "none" },
];

const COMPARED = new Set(["more_than", "at_least", "less_than", "at_most"]);
/** A property of somebody's own event has no declared type: whatever can be said of text or a number is offered. */
const ANYTHING: Operator[] = [
  ...TEXT.slice(0, -1),
  ...NUMBER.filter(({ op }) => COMPARED.has(op)),
  TEXT.at(-1)!,
];

const STANDARD: Record<string, Operator[]> = {
  text: TEXT,
  string: TEXT,
  choice: TEXT.filter(({ op }) => ["is", "is_not", "in", "exists"].includes(op)),
  number: NUMBER,
  integer: NUMBER,
  money: NUMBER,
  date: DATE,
  datetime: DATE,
  boolean: BOOLEAN,
  any: ANYTHING,
};

export function operatorsFor(type: string, offered: Record<string, Operator[]> = {}): Operator[] {
  return offered[type] ?? STANDARD[type] ?? TEXT;
}

export function operatorOf(type: string, op: string, offered: Record<string, Operator[]> = {}): Operator {
  const known = [...operatorsFor(type, offered), ...ANYTHING, ...DATE].find((operator) => operator.op === op);
  return known ?? { op, label: op.replaceAll("_", " "), value: "one" };
}

/** Changing the operator keeps the value only where it still has the same shape. */
export function withOperator(rule: FieldRule, before: Operator, after: Operator): FieldRule {
  const { value, ...rest } = rule;
  if (after.value === "none") return { ...rest, op: after.op };
  if (after.value === before.value) return { ...rest, op: after.op, value };
  const fresh = after.value === "many" ? [] : after.value === "duration" ? "P30D" : "";
  const carried = after.value === "many" && typeof value === "string" && value ? [value] : fresh;
  return {
    ...rest,
    op: after.op,
    value: after.value === "one" && Array.isArray(value) ? (value[0] ?? "") : carried,
  };
}

const NUMERIC = /^-?(0|[1-9]\d*)(\.\d+)?$/;

/** What is typed for an event's own property: figures are figures, so that "more than 50" compares them. */
export function readValue(typed: string, type: string): unknown {
  const numeric = NUMERIC.test(typed.trim());
  if (["number", "integer", "money"].includes(type)) return numeric ? Number(typed) : typed;
  return type === "any" && numeric ? Number(typed) : typed;
}

const NEEDS_NOTHING = new Set(["exists", "anniversary"]);

function emptyValue(value: unknown): boolean {
  return value == null || value === "" || (Array.isArray(value) && !value.length);
}

/** Something in it is still to be chosen. */
export function isUnfinished(condition: Condition | null | undefined): boolean {
  if (!condition) return false;
  if ("all" in condition) return !condition.all.length || condition.all.some(isUnfinished);
  if ("any" in condition) return !condition.any.length || condition.any.some(isUnfinished);
  if ("not" in condition) return isUnfinished(condition.not);
  if ("event" in condition) return !condition.event || isUnfinished(condition.where);
  if ("tag" in condition) return !condition.tag;
  if ("segment_id" in condition) return !condition.segment_id;
  if (!("field" in condition)) return false;
  return !condition.field || (!NEEDS_NOTHING.has(condition.op) && emptyValue(condition.value));
}

const TEXT_PROPERTY = (path: string, label: string): KnownField => ({ path, label, type: "text" });
const MAIL_PROPERTIES = [
  TEXT_PROPERTY("event.node", "Which e-mail"),
  TEXT_PROPERTY("event.subject", "Subject"),
];

/** What the system's own events carry (the brief's list); a user's events may carry anything. */
const PROPERTIES: Record<string, KnownField[]> = {
  "contact.tag_added": [TEXT_PROPERTY("event.tag", "Tag")],
  "contact.tag_removed": [TEXT_PROPERTY("event.tag", "Tag")],
  "contact.consent_changed": [
    TEXT_PROPERTY("event.channel", "Channel"),
    TEXT_PROPERTY("event.state", "State"),
  ],
  "email.sent": MAIL_PROPERTIES,
  "email.opened": MAIL_PROPERTIES,
  "email.bounced": MAIL_PROPERTIES,
  "email.unsubscribed": MAIL_PROPERTIES,
  "email.clicked": [...MAIL_PROPERTIES, TEXT_PROPERTY("event.url", "Link")],
};

export function propertiesOf(event: string): KnownField[] {
  return PROPERTIES[event] ?? [];
}
