/** The smaller rules: conditions as groups, forms from schemas, numbers, simulations, templates, blocks, zones. */
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  asGroup,
  asRule,
  fromGroup,
  fromOuterGroup,
  fromRule,
  isGroup,
  isUnfinished,
  operatorsFor,
  readValue,
  withOperator,
} from "../conditions";
import { setParameter } from "../edits";
import { placeBlock, BLOCKS, LAYOUT } from "../email/blocks";
import { missingFallback, withFallback } from "../template-text";
import { countNow, lineCount, stepFigures, triggerFigures } from "../figures";
import type { Crowd } from "../figures";
import { fitting } from "../fields/suggestions";
import { moment, percent } from "../format";
import { freshStep } from "../fresh";
import { worded } from "../problems";
import { fieldsOf } from "../schema";
import { trailOf } from "../trail";
import type { Condition, Numbers } from "../types";
import { instantFrom, localFrom } from "../zoned";
import { vocabulary, welcome } from "./samples";

const a: Condition = { tag: "a" };
const b: Condition = { tag: "b" };

test("groups and rules are taken apart and put together without loss", () => {
  for (const condition of [
    { all: [a, b] },
    { any: [a] },
    { not: { any: [a, b] } },
    { not: { all: [a] } },
  ] as Condition[]) {
    assert.ok(isGroup(condition));
    assert.deepEqual(fromGroup(asGroup(condition)), condition);
  }
  for (const condition of [a, { not: a }] as Condition[]) {
    assert.equal(isGroup(condition), false);
    assert.deepEqual(fromRule(asRule(condition)), condition);
  }
  assert.equal(fromOuterGroup({ junction: "all", rules: [] }), null);
  assert.deepEqual(fromOuterGroup({ junction: "any", rules: [a] }), a);
  assert.deepEqual(fromOuterGroup({ junction: "none", rules: [a] }), { not: { any: [a] } });
});

test("a value survives a change of operator only where it still fits", () => {
  const [is, , oneOf] = operatorsFor("text");
  const exists = operatorsFor("text").at(-1)!;
  const rule = { field: "contact.country", op: "is", value: "DE" };
  assert.deepEqual(withOperator(rule, is!, oneOf!), { field: "contact.country", op: "in", value: ["DE"] });
  assert.deepEqual(withOperator({ ...rule, op: "in", value: ["DE", "AT"] }, oneOf!, is!).value, "DE");
  assert.deepEqual(withOperator(rule, is!, exists), { field: "contact.country", op: "exists" });
});

test("figures typed for an event's property are figures, addresses and codes are text", () => {
  assert.equal(readValue("50", "any"), 50);
  assert.equal(readValue("12.5", "number"), 12.5);
  assert.equal(readValue("007", "any"), "007");
  assert.equal(readValue("50", "text"), "50");
});

test("a form is drawn from any schema", () => {
  const fields = fieldsOf({
    required: ["url"],
    $defs: { Level: { enum: ["low", "high"], title: "Level" } },
    properties: {
      kind: { const: "x" },
      url: { type: "string", title: "Address", "x-widget": "template" },
      level: { $ref: "#/$defs/Level", default: "low", "x-labels": { low: "Not much" } },
      wait: { anyOf: [{ type: "string", "x-widget": "duration" }, { type: "null" }], default: null },
      often: { type: "integer", "x-advanced": true },
      sure: { type: "boolean" },
      note: { type: "string", maxLength: 2000 },
      extra: { type: "object" },
    },
  });
  const widgets = Object.fromEntries(fields.map(({ name, widget }) => [name, widget]));
  assert.deepEqual(widgets, {
    url: "template",
    level: "select",
    wait: "duration",
    often: "number",
    sure: "checkbox",
    note: "textarea",
    extra: "headers",
  });
  assert.deepEqual(
    fields[1]!.choices.map(({ label }) => label),
    ["Not much", "High"],
  );
  assert.deepEqual([fields[0]!.required, fields[2]!.required, fields[3]!.advanced], [true, false, true]);
});

test("a new step has its defaults, an e-mail something to begin with, and nothing that nobody chose", () => {
  const kind = {
    ...vocabulary.step("send_email"),
    schema: {
      properties: {
        subject: {},
        topic: { default: "marketing" },
        body: { "x-widget": "email_body" },
        reply_to: { default: null },
      },
    },
    sample: { subject: "Sample", body: "<mjml></mjml>" },
  };
  assert.deepEqual(freshStep(kind), { kind: "send_email", body: "<mjml></mjml>", topic: "marketing" });
  assert.equal(freshStep(vocabulary.step("split")).paths!.length, 2);
});

const numbers: Numbers = {
  entered: 200,
  inside: 20,
  goal: 50,
  left: 130,
  nodes: {
    hello: { entered: 200, sent: 190, opened: 95, clicked: 1, failed: 10, dropped: 4 },
    pause: { entered: 190, waiting: 20, left: 70, left_early: 19, dropped: 0 },
  },
  edges: { ">hello": 200, "hello>pause": 190 },
};

test("live numbers say what matters for each kind of step", () => {
  assert.deepEqual(
    triggerFigures(numbers).map(({ label, value }) => `${label} ${value}`),
    ["Started in all 200", "Inside now 20", "Goal in all 25%"],
  );
  assert.deepEqual(
    stepFigures(welcome.nodes.hello!, numbers.nodes.hello).map(({ label, value }) => `${label} ${value}`),
    ["Sent 190", "Opened 50%", "Clicked 0.5%", "Not sent 4", "Failed 10"],
  );
  assert.deepEqual(
    stepFigures(welcome.nodes.pause!, numbers.nodes.pause).map(({ value }) => value),
    ["20", "10%"],
  );
  assert.deepEqual(stepFigures(welcome.nodes.bye!, undefined), []);
  assert.equal(percent(1, 0), "–");
});

test("a crowd counts what it counts now", () => {
  const count = (crowd: Partial<Crowd>) =>
    countNow({ node: null, state: "entered", count: 9, ...crowd }, welcome, numbers);
  assert.equal(count({}), 200);
  assert.equal(count({ state: "failed" }), 10);
  assert.equal(count({ node: "hello", state: "dropped" }), 4);
  assert.equal(count({ node: "hello", edge: ">hello" }), 200);
  assert.equal(countNow({ node: null, state: "goal", count: 9 }, welcome, null), 9);
});

test("a line shows its own number, and none where it cannot be told apart or is not live", () => {
  assert.equal(lineCount(welcome, numbers, { from: null, outlet: "start" }), 200);
  assert.equal(lineCount(welcome, numbers, { from: "hello", outlet: "next" }), 190);
  assert.equal(lineCount(welcome, numbers, { from: "pause", outlet: "next" }), null);
  const live = {
    ...numbers,
    nodes: { ...numbers.nodes, bought: {}, thanks: {} },
    edges: { ...numbers.edges, "bought>thanks": 7 },
  };
  const twin = {
    ...welcome,
    nodes: { ...welcome.nodes, bought: { ...welcome.nodes.bought!, else: "thanks" } },
  };
  assert.equal(lineCount(twin, live, { from: "bought", outlet: "else" }), null);
  const told = { ...live, edges: { "bought:else>thanks": 3 } };
  assert.equal(lineCount(twin, told, { from: "bought", outlet: "else" }), 3);
});

test("a simulation lights the way it took", () => {
  const trail = trailOf(
    welcome,
    {
      state: "finished",
      path: [
        { node: "hello", at: "2026-11-21T07:14:00Z" },
        { node: "pause", at: "2026-11-21T07:14:00Z", until: "2026-11-24T07:14:00Z" },
        { node: "bought", at: "2026-11-24T07:14:00Z", why: "No order in the last 30 days.", edge: "else" },
        { node: "nudge", at: "2026-11-24T07:14:00Z", until: "2026-12-01T07:14:00Z", edge: "on_timeout" },
      ],
    },
    "Europe/Berlin",
  );
  assert.equal(trail.stops.get("")!.chip, "Sat 21 Nov, 08:14");
  assert.equal(trail.stops.get("pause")!.chip, "until Tue 24 Nov, 08:14");
  assert.equal(trail.stops.get("bought")!.chip, "No · Tue 24 Nov, 08:14");
  assert.deepEqual(trail.stops.get("bought")!.why, ["No order in the last 30 days."]);
  assert.deepEqual([...trail.lines].sort(), [
    ":start",
    "bought:else",
    "hello:next",
    "nudge:on_timeout",
    "pause:next",
  ]);
  assert.equal(trail.summary, "Would get 1 e-mail and be done on Tue 1 Dec. Nothing is sent.");
  assert.equal(trail.stops.has("thanks"), false);
  assert.deepEqual(trail.mails, ["hello"]);
});

test("whoever would not enter is told why", () => {
  const trail = trailOf(
    welcome,
    { state: "finished", path: [], message: "Came in before, on 2 May." },
    "UTC",
  );
  assert.equal(trail.summary, "Came in before, on 2 May.");
  assert.equal(trail.lines.size, 0);
});

test("a detail gets something to say where it is missing", () => {
  assert.equal(missingFallback("Hi {{ contact.first_name }}"), "contact.first_name");
  assert.equal(missingFallback('Hi {{ contact.first_name | default("you") }}'), null);
  assert.equal(
    withFallback("Hi {{contact.first_name}}!", "contact.first_name", 'my "friend"'),
    'Hi {{ contact.first_name | default("my friend") }}!',
  );
});

test("blocks land inside a column, sections at the end of the body", () => {
  const text = BLOCKS.find(({ label }) => label === "Text")!;
  const columns = BLOCKS.find(({ level }) => level === "section")!;
  const inside = placeBlock(LAYOUT, LAYOUT.indexOf("<mj-button"), text);
  assert.ok(inside.source.indexOf(text.source) > inside.source.indexOf("<mj-button"));
  assert.equal(inside.source.slice(inside.from, inside.to).trim(), text.source);
  const outside = placeBlock(LAYOUT, 0, text).source;
  assert.ok(outside.indexOf("Your text") < outside.indexOf("</mj-column>"));
  const section = placeBlock(LAYOUT, 0, columns).source;
  assert.ok(
    section.indexOf("Right") > section.lastIndexOf("Have a look") &&
      section.indexOf("Right") < section.indexOf("</mj-body>"),
  );
});

test("dates are read in the workspace's zone, also across a change of clocks", () => {
  assert.equal(moment("2026-11-21T07:14:00Z", "Europe/Berlin"), "Sat 21 Nov, 08:14");
  assert.equal(instantFrom("2026-03-29T09:00", "Europe/Berlin"), "2026-03-29T07:00:00.000Z");
  assert.equal(instantFrom("2026-03-28T09:00", "Europe/Berlin"), "2026-03-28T08:00:00.000Z");
  assert.equal(localFrom("2026-07-01T12:30:00Z", "America/New_York"), "2026-07-01T08:30");
  assert.equal(instantFrom("", "UTC"), "");
});

test("while a condition is being built, only that is said of it, once", () => {
  const branch = (when: Condition) => ({
    ...welcome,
    nodes: { ...welcome.nodes, bought: { ...welcome.nodes.bought!, paths: [{ when, next: null }] } },
  });
  const faults = [
    { node: "bought", field: "paths[0].when.field", message: "`` is not a field." },
    { node: "bought", field: "paths[0].when.value", message: "`is` needs a value." },
    { node: "hello", field: "subject", message: "This is too long." },
  ];
  const said = worded(faults, branch({ field: "", op: "is", value: "" }));
  assert.deepEqual(said.map(({ field }) => field), ["paths[0].when", "subject"]);
  assert.match(said[0]!.message, /^Finish the condition/);
  assert.deepEqual(worded(faults, branch({ field: "contact.country", op: "is", value: "DE" })), faults);
  const start = { node: null, field: "entry.trigger.where.all[1].tag", message: "too short" };
  const filtered = { ...welcome, entry: { ...welcome.entry, trigger: { kind: "event", event: "x", where: { all: [a, { tag: "" }] } } } };
  assert.equal(worded([start], filtered)[0]!.field, "entry.trigger.where");
});

test("a condition is unfinished as long as anything in it is", () => {
  const cases: [Condition, boolean][] = [
    [{ event: "" }, true],
    [{ event: "x", where: { field: "event.total", op: "is", value: "" } }, true],
    [{ field: "contact.country", op: "exists" }, false],
    [{ field: "contact.country", op: "in", value: [] }, true],
    [{ not: { any: [a, { tag: "" }] } }, true],
    [{ all: [] }, true],
    [{ all: [a, b] }, false],
    [{ field: "contact.wholesale", op: "is", value: false }, false],
  ];
  for (const [condition, unfinished] of cases) assert.equal(isUnfinished(condition), unfinished, JSON.stringify(condition));
});

test("what is missing is said plainly, and no longer once it is filled in", () => {
  const missing = { node: "hello", field: "subject", message: "Fill this in: subject." };
  const event = { node: null, field: "entry.trigger.event", message: "Fill this in: event." };
  const blank = setParameter(welcome, "hello", "subject", "");
  assert.equal(worded([missing], blank)[0]!.message, "Fill in the subject.");
  assert.deepEqual(worded([missing, event], welcome), []);
  const unsaid = { ...welcome, entry: { ...welcome.entry, trigger: { kind: "event" } } };
  assert.equal(worded([event], unsaid)[0]!.message, "Choose which event.");
});

test("what was typed goes before what only looks like it", () => {
  const tags = ["VIP", "vip 2025", "my vip", "vip"].map((value) => ({ value, label: value }));
  const first = (typed: string) => fitting(tags, typed).map(({ value }) => value);
  assert.deepEqual(first("vip"), ["vip", "VIP", "vip 2025", "my vip"]);
  assert.deepEqual(first(" VIP "), ["VIP", "vip", "vip 2025", "my vip"]);
  assert.deepEqual(first("Vip"), ["VIP", "vip", "vip 2025", "my vip"]);
  assert.deepEqual(first("2025"), ["vip 2025"]);
  assert.deepEqual(first(""), ["VIP", "vip 2025", "my vip", "vip"]);
});
