/** What a step, a trigger, a rule does, in the words of the person who drew it. */
import { asGroup, asRule, isGroup, isUnfinished, operatorOf } from "./conditions";
import { durationWords, isNegative } from "./durations";
import { eventWords, humanise, upperFirst } from "./vocabulary";
import type { Vocabulary } from "./vocabulary";
import type { Again, Condition, Definition, EventRule, FieldRule, Step, Trigger, Until } from "./types";

export interface Said {
  title: string;
  detail: string;
}

export interface Speaker {
  vocabulary: Vocabulary;
  definition: Definition;
}

const DAYS: Record<string, string> = {
  mon: "Monday",
  tue: "Tuesday",
  wed: "Wednesday",
  thu: "Thursday",
  fri: "Friday",
  sat: "Saturday",
  sun: "Sunday",
};

export const WEEKDAYS = Object.keys(DAYS);

export function dayName(day: string): string {
  return DAYS[day] ?? day;
}

function listed(words: string[], last: string): string {
  return words.length > 1 ? `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}` : (words[0] ?? "");
}

export function weekdayWords(days: string[] | null | undefined): string {
  const chosen = WEEKDAYS.filter((day) => days?.includes(day));
  const joined = chosen.join();
  if (!chosen.length || chosen.length === 7) return "";
  if (joined === "mon,tue,wed,thu,fri") return "on weekdays";
  if (joined === "sat,sun") return "at weekends";
  return chosen.length > 2
    ? `on ${listed(
        chosen.map((day) => dayName(day).slice(0, 3)),
        "or",
      )}`
    : `on ${listed(chosen.map(dayName), "or")}`;
}

/** `{{ contact.first_name | default("there") }}` reads as [first name]. */
export function templateWords(template: unknown): string {
  return String(template ?? "")
    .replace(
      /\{\{\s*([\w.]+)[^}]*\}\}/g,
      (_all, path: string) => `[${humanise(path.split(".").at(-1)!).toLowerCase()}]`,
    )
    .replace(/\{%.*?%\}/g, "")
    .trim();
}

function valueWords(value: unknown): string {
  if (Array.isArray(value)) return listed(value.map(String), "or") || "…";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return value === "" || value == null ? "…" : String(value);
}

function optionWords(rule: FieldRule, speaker: Speaker, event: string): string {
  const mail = rule.field === "event.node" ? speaker.definition.nodes[String(rule.value)] : undefined;
  if (mail) return `“${stepTitle(mail, speaker)}”`;
  const { options } = speaker.vocabulary.field(rule.field, event);
  const label = (value: unknown) => {
    const option = options?.find((one) => typeof one !== "string" && one.value === value);
    return option && typeof option !== "string" ? option.label : value;
  };
  return valueWords(Array.isArray(rule.value) ? rule.value.map(label) : label(rule.value));
}

export function denied(label: string): string {
  const verb = /^(contain|start|end)s\b/;
  if (verb.test(label)) return label.replace(verb, "does not $1");
  return /^(is|was|has)\b/.test(label) ? label.replace(/^(is|was|has)\b/, "$1 not") : `not ${label}`;
}

function fieldWords(rule: FieldRule, negative: boolean, speaker: Speaker, event: string): string {
  if (!rule.field) return "something about the person";
  const { vocabulary } = speaker;
  const { label, type } = vocabulary.field(rule.field, event);
  const operator = operatorOf(type, rule.op, vocabulary.catalogue.operators);
  const verb = negative ? denied(operator.label) : operator.label;
  if (operator.value === "none") return `${label} ${verb}`;
  const value =
    operator.value === "duration" ? durationWords(String(rule.value)) : optionWords(rule, speaker, event);
  return `${label} ${verb} ${value}`;
}

const COUNTS: Record<string, string> = {
  at_least: "at least",
  more_than: "more than",
  at_most: "at most",
  less_than: "fewer than",
  is: "exactly",
};

function times(count: EventRule["count"]): string {
  if (!count) return "";
  return ` ${COUNTS[count.op] ?? count.op} ${count.value === 1 ? "once" : `${count.value} times`}`;
}

function whereWords(rule: EventRule, speaker: Speaker): string {
  if (!rule.where) return "";
  const { where } = rule;
  const about =
    "field" in where && where.field === "event.node"
      ? speaker.definition.nodes[String(where.value)]
      : undefined;
  if (about) return ` (“${stepTitle(about, speaker)}”)`;
  return ` (${conditionWords(where, speaker, rule.event)})`;
}

function eventRuleWords(rule: EventRule, negative: boolean, speaker: Speaker): string {
  if (!rule.event) return "something they did";
  const about = `${eventWords(rule.event)}${whereWords(rule, speaker)}`;
  const within = rule.within ? ` in the last ${durationWords(rule.within).replace(/^1 /, "")}` : "";
  if (negative) return `not ${about}${times(rule.count)}${within || (rule.count ? "" : " yet")}`;
  return `${about}${times(rule.count)}${within}`;
}

function ruleWords(condition: Condition, speaker: Speaker, event: string): string {
  const { negative, rule } = asRule(condition);
  if ("field" in rule) return fieldWords(rule, negative, speaker, event);
  if ("event" in rule) return eventRuleWords(rule, negative, speaker);
  if ("tag" in rule) return `${negative ? "does not have" : "has"} the tag “${rule.tag || "…"}”`;
  if ("consent" in rule)
    return negative
      ? `may not be sent ${channelWords(rule.consent)}`
      : `may be sent ${channelWords(rule.consent)}`;
  if ("segment_id" in rule)
    return `is ${negative ? "not " : ""}in the segment “${segmentName(rule.segment_id, speaker)}”`;
  if ("score" in rule)
    return `score is ${negative ? "not " : ""}${COUNTS[rule.score.op] ?? rule.score.op} ${rule.score.value}`;
  return "a rule this editor does not know";
}

export function channelWords(channel: string): string {
  return channel === "email" ? "e-mail" : channel === "sms" ? "text messages" : channel;
}

function segmentName(id: string, speaker: Speaker): string {
  return (
    speaker.vocabulary.catalogue.segments?.find((segment) => segment.id === id)?.name ??
    (id ? "a segment" : "…")
  );
}

/** One sentence without a full stop; groups inside groups stand in brackets. */
export function conditionWords(
  condition: Condition | null | undefined,
  speaker: Speaker,
  event = "",
): string {
  if (!condition) return "";
  if (!isGroup(condition)) return ruleWords(condition, speaker, event);
  const { junction, rules } = asGroup(condition);
  const inner = rules.map((rule) => {
    const words = conditionWords(rule, speaker, event);
    return isGroup(rule) && rules.length > 1 ? `(${words})` : words;
  });
  const joined = inner.join(junction === "any" || junction === "none" ? " or " : " and ");
  if (junction === "none") return `none of these: ${joined}`;
  return junction === "not_all" ? `not all of these: ${joined}` : joined;
}

export function untilWords(until: Until | null | undefined, speaker: Speaker): string {
  const at = until?.time ? `${until.time}` : "";
  if (!until?.attribute) return [at, weekdayWords(until?.weekdays)].filter(Boolean).join(" ");
  const label = speaker.vocabulary.attribute(until.attribute).label;
  const offset = until.offset
    ? `${durationWords(until.offset)} ${isNegative(until.offset) ? "before" : "after"} `
    : "";
  return `${offset}“${label}”${at ? `, at ${at}` : ""}`;
}

function waitSaid(step: Step, speaker: Speaker): Said {
  const until = (step.until ?? null) as Until | null;
  const lasting = typeof step.for === "string" ? durationWords(step.for) : "";
  const then = untilWords(until, speaker);
  if (lasting && then) return { title: `${lasting}, then ${then}`, detail: "In each person’s own time zone" };
  if (lasting) return { title: lasting, detail: "From the moment they get here" };
  if (!then) return { title: "Wait", detail: "Choose how long" };
  return { title: `Until ${then}`, detail: "In each person’s own time zone" };
}

function waitUntilSaid(step: Step, speaker: Speaker): Said {
  const awaited = step.until as Condition | null;
  const until = isUnfinished(awaited) ? "" : conditionWords(awaited, speaker);
  const limit =
    typeof step.timeout === "string" ? `At most ${durationWords(step.timeout)}` : "Choose a time limit";
  return { title: until ? `Until ${until}` : "Wait for something", detail: limit };
}

function branchSaid(step: Step, speaker: Speaker): Said {
  const paths = step.paths ?? [];
  const first = isUnfinished(paths[0]?.when) ? "" : conditionWords(paths[0]?.when, speaker);
  if (paths.length > 1) {
    const labels = paths.map((path, index) => pathLabel(step, `paths.${index}`) || path.label);
    return { title: "Which fits first?", detail: labels.join(", ") };
  }
  return {
    title: first ? `${upperFirst(first)}?` : "Split by condition",
    detail: first ? "Yes or no" : "Choose a condition",
  };
}

function splitSaid(step: Step): Said {
  const shares = (step.paths ?? []).map((path) => path.share ?? 0);
  return { title: `Split ${shares.join(" / ")}`, detail: "Everyone stays on the way they got first" };
}

function filled(summary: string, step: Step): string {
  return templateWords(
    summary.replace(/(?<!\{)\{(\w+)\}(?!\})/g, (_all, name: string) => valueWords(step[name])),
  );
}

/** What a step of the catalogue says for itself: its own sentence, or its first setting that is text. */
function plainSaid(step: Step, speaker: Speaker): Said {
  const kind = speaker.vocabulary.step(step.kind);
  if (kind.ui?.summary) return { title: kind.title, detail: filled(kind.ui.summary, step) };
  const first = Object.keys(kind.schema.properties ?? {}).find(
    (name) => typeof step[name] === "string" && step[name],
  );
  return { title: kind.title, detail: first ? templateWords(step[first]) : kind.help };
}

/** The sentence with the setting in it; while that is empty, what the step is called. */
function titled(step: Step, setting: string, speaker: Speaker, sentence: (value: string) => string): string {
  const value = step[setting];
  return typeof value === "string" && value ? sentence(value) : speaker.vocabulary.step(step.kind).title;
}

const SAID: Record<string, (step: Step, speaker: Speaker) => Said> = {
  wait: waitSaid,
  wait_until: waitUntilSaid,
  branch: branchSaid,
  split: splitSaid,
  leave: () => ({ title: "Leave", detail: "Ends here for this person" }),
  send_email: (step) => ({
    title: templateWords(step.subject) || "Send e-mail",
    detail: templateWords(step.preheader) || topicWords(step),
  }),
  add_tag: (step, speaker) => ({ title: titled(step, "tag", speaker, (tag) => `Add the tag “${tag}”`), detail: "Marks the person" }),
  remove_tag: (step, speaker) => ({ title: titled(step, "tag", speaker, (tag) => `Remove the tag “${tag}”`), detail: "If the person has it" }),
  set_attribute: (step, speaker) => ({
    title: titled(step, "attribute", speaker, (name) => `Set ${speaker.vocabulary.attribute(name).label}`),
    detail: `to ${templateWords(valueWords(step.value))}`,
  }),
  http_request: (step) => ({
    title: "Call a web address",
    detail: `${String(step.method ?? "POST")} ${templateWords(step.url) || "…"}`,
  }),
};

function topicWords(step: Step): string {
  return step.topic === "transactional"
    ? "Goes to everyone, newsletter or not"
    : "To those who agreed to e-mail";
}

/** The marketer's own title comes first; what the step does moves to the second line. */
export function stepSaid(step: Step, speaker: Speaker): Said {
  const said = (SAID[step.kind] ?? plainSaid)(step, speaker);
  if (!step.name || step.name === said.title) return said;
  return {
    title: step.name,
    detail: said.title === speaker.vocabulary.step(step.kind).title ? said.detail : said.title,
  };
}

export function stepTitle(step: Step, speaker: Speaker): string {
  return stepSaid(step, speaker).title;
}

/** What stands on a line that leaves a split; "" where there is only one way. */
export function pathLabel(step: Step, outlet: string): string {
  const paths = step.paths ?? [];
  if (step.kind === "wait_until") {
    return outlet === "next"
      ? "It happened"
      : `After ${durationWords(step.timeout as string) || "the limit"}`;
  }
  if (outlet === "on_failure") return "It failed";
  if (outlet === "next" && step.on_failure !== undefined) return "It worked";
  if (outlet === "else") return paths.length > 1 ? "Everyone else" : "No";
  const index = outlet.startsWith("paths.") ? Number(outlet.slice(6)) : -1;
  const path = paths[index];
  if (!path) return "";
  if (step.kind === "split") return `${path.label || String.fromCharCode(65 + index)} · ${path.share ?? 0}%`;
  return path.label || (paths.length > 1 ? `Path ${index + 1}` : "Yes");
}

function eventTitle(event: unknown): string {
  return event ? upperFirst(eventWords(String(event))) : "Something happens";
}

/** Who is kept out stands on a line of its own (see `filterWords`). */
export function triggerSaid(trigger: Trigger | null, speaker: Speaker): Said {
  if (!trigger) return { title: "When should this start?", detail: "Choose what lets people in" };
  const kind = speaker.vocabulary.trigger(trigger.kind);
  if (trigger.kind === "event") {
    return { title: eventTitle(trigger.event), detail: trigger.event ? "When this happens" : "Choose which event" };
  }
  if (trigger.kind === "tag_added") return { title: `Gets the tag “${valueWords(trigger.tag)}”`, detail: kind.help };
  const said = kind.ui?.summary ? filled(kind.ui.summary, { ...trigger }) : "";
  return { title: kind.title, detail: said || kind.help };
}

/** What must be true of those who are let in: whichever settings of the trigger are conditions. */
export function filterWords(trigger: Trigger | null, speaker: Speaker): string {
  const properties = Object.entries(trigger ? (speaker.vocabulary.trigger(trigger.kind).schema.properties ?? {}) : {});
  const named = properties.filter(([, schema]) => schema["x-widget"] === "condition").map(([name]) => name);
  const said = named.map((name) => conditionWords(trigger![name] as Condition | null, speaker, String(trigger!.event ?? "")));
  return said.filter(Boolean).join(" and ");
}

export function againWords(again: Again, key?: string | null): string {
  const per = key ? `, separately for each ${humanise(key.split(".").at(-1)!).toLowerCase()}` : "";
  if (again === "never") return `Each person once${per}`;
  if (again === "always") return `Again every time${per}`;
  return `Again after ${durationWords(again.after) || "…"}${per}`;
}
