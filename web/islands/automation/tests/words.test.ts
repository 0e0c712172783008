/** Everything is said in plain words: waits, conditions, triggers, steps, paths, differences. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { normalise } from "../definition";
import { compare } from "../diff";
import { durationWords, isDuration, negated, toAmount, toIso, UNITS } from "../durations";
import type { Condition, Definition, Step } from "../types";
import {
  againWords,
  conditionWords,
  denied,
  filterWords,
  pathLabel,
  stepSaid,
  templateWords,
  triggerSaid,
  weekdayWords,
} from "../words";
import { vocabulary, welcome } from "./samples";

const speaker = { vocabulary, definition: welcome };
const said = (step: Step) => stepSaid(step, speaker).title;
const words = (condition: Condition) => conditionWords(condition, speaker);

test("durations read and write back", () => {
  for (const unit of UNITS) {
    for (const count of [1, 2, 36, 90]) {
      const iso = toIso({ count, unit });
      const again = toAmount(iso)!;
      assert.equal(durationWords(toIso(again)), durationWords(toIso(toAmount(toIso(again))!)));
      assert.ok(isDuration(iso));
    }
  }
  assert.deepEqual(toAmount("P1DT12H"), { count: 36, unit: "hours" });
  assert.deepEqual(toAmount("P2W"), { count: 2, unit: "weeks" });
  assert.deepEqual(toAmount("P14D"), { count: 14, unit: "days" });
  assert.deepEqual(toAmount("P1Y6M"), { count: 18, unit: "months" });
  assert.equal(toAmount("soon"), null);
  assert.equal(isDuration("P"), false);
  assert.equal(durationWords("P1DT12H30M"), "1 day, 12 hours and 30 minutes");
  assert.equal(durationWords("-P3D"), "3 days");
  assert.equal(negated(negated("P3D")), "P3D");
});

test("a wait says how long", () => {
  assert.equal(said({ kind: "wait", for: "P3D" }), "3 days");
  const weekdays = ["mon", "tue", "wed", "thu", "fri"];
  assert.equal(
    said({ kind: "wait", for: "P3D", until: { time: "09:00", weekdays } }),
    "3 days, then 09:00 on weekdays",
  );
  assert.equal(
    said({ kind: "wait", until: { time: "09:00", weekdays: ["sat", "sun"] } }),
    "Until 09:00 at weekends",
  );
  assert.equal(
    said({ kind: "wait", until: { attribute: "renews_on", offset: "-P3D", time: "08:00" } }),
    "Until 3 days before “Renews on”, at 08:00",
  );
  assert.equal(said({ kind: "wait", until: { attribute: "renews_on" } }), "Until “Renews on”");
  assert.equal(said({ kind: "wait" }), "Wait");
});

test("weekdays are said as people say them", () => {
  assert.equal(weekdayWords(["tue", "mon"]), "on Monday or Tuesday");
  assert.equal(weekdayWords(["mon", "wed", "fri"]), "on Mon, Wed or Fri");
  assert.equal(weekdayWords(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), "");
  assert.equal(weekdayWords(null), "");
});

test("conditions are read back", () => {
  assert.equal(words({ event: "order.placed", within: "P30D" }), "order placed in the last 30 days");
  assert.equal(words({ event: "order.placed", within: "P1D" }), "order placed in the last day");
  assert.equal(
    words({
      event: "order.placed",
      count: { op: "at_least", value: 3 },
      where: { field: "event.total", op: "more_than", value: 50 },
    }),
    "order placed (Total is more than 50) at least 3 times",
  );
  assert.equal(words({ not: { event: "order.placed" } }), "not order placed yet");
  assert.equal(
    words({ event: "email.opened", where: { field: "event.node", op: "is", value: "hello" } }),
    "e-mail opened (“Welcome”)",
  );
  assert.equal(words({ field: "contact.country", op: "is", value: "DE" }), "Country is Germany");
  assert.equal(
    words({ field: "contact.country", op: "in", value: ["DE", "AT", "CH"] }),
    "Country is one of Germany, AT or CH",
  );
  assert.equal(words({ not: { field: "contact.country", op: "exists" } }), "Country is not known");
  assert.equal(
    words({ field: "contact.attributes.renews_on", op: "within_next", value: "P7D" }),
    "Renews on is within the next 7 days",
  );
  assert.equal(words({ not: { tag: "buyer" } }), "does not have the tag “buyer”");
  assert.equal(words({ consent: "email" }), "may be sent e-mail");
  assert.equal(words({ score: { op: "at_least", value: 50 } }), "score is at least 50");
});

test("groups keep who belongs to whom", () => {
  const a = { tag: "a" };
  const b = { tag: "b" };
  const [left, right] = ["has the tag “a”", "has the tag “b”"];
  assert.equal(words({ all: [a, { any: [a, b] }] }), `${left} and (${left} or ${right})`);
  assert.equal(words({ not: { any: [a, b] } }), `none of these: ${left} or ${right}`);
  assert.equal(words({ not: { all: [a, b] } }), `not all of these: ${left} and ${right}`);
});

test("a rule from a newer server is said to be unknown, not lost", () => {
  assert.match(words({ phase_of_the_moon: "full" } as unknown as Condition), /does not know/);
});

test("the author's own name comes first, what the step does second", () => {
  const step = { kind: "wait", for: "P3D", name: "Let it settle" };
  assert.deepEqual(stepSaid(step, speaker), { title: "Let it settle", detail: "3 days" });
  assert.equal(stepSaid(welcome.nodes.hello!, speaker).detail, "Hi [first name]");
});

test("a developer's own step speaks through the catalogue", () => {
  const post = { kind: "post_to_chat", room: "sales", text: "New {{ contact.last_name | default('one') }}" };
  assert.deepEqual(stepSaid(post, speaker), { title: "Post to chat", detail: "In sales: New [last name]" });
  assert.equal(stepSaid({ kind: "made_elsewhere" }, speaker).title, "Made elsewhere");
});

test("splits ask, and their paths are named", () => {
  assert.equal(said(welcome.nodes.bought!), "Order placed in the last 30 days?");
  assert.deepEqual(
    ["paths.0", "else"].map((outlet) => pathLabel(welcome.nodes.bought!, outlet)),
    ["Yes", "No"],
  );
  const three: Step = { kind: "branch", paths: [{ label: "Big", next: null }, { next: null }], else: null };
  assert.deepEqual(
    ["paths.0", "paths.1", "else"].map((outlet) => pathLabel(three, outlet)),
    ["Big", "Path 2", "Everyone else"],
  );
  const ab: Step = {
    kind: "split",
    paths: [
      { share: 30, next: null },
      { label: "New", share: 70, next: null },
    ],
  };
  assert.deepEqual(
    ["paths.0", "paths.1"].map((outlet) => pathLabel(ab, outlet)),
    ["A · 30%", "New · 70%"],
  );
  assert.equal(pathLabel(welcome.nodes.nudge!, "on_timeout"), "After 7 days");
  assert.equal(pathLabel({ kind: "http_request", next: null, on_failure: null }, "on_failure"), "It failed");
});

test("the start says what lets people in, and who may come again", () => {
  assert.equal(triggerSaid(welcome.entry.trigger, speaker).title, "Order paid");
  assert.equal(triggerSaid(null, speaker).title, "When should this start?");
  const filtered = {
    kind: "event",
    event: "signed_up",
    where: { field: "event.plan", op: "is", value: "pro" },
  };
  assert.deepEqual(triggerSaid(filtered, speaker), { title: "Signed up", detail: "When this happens" });
  assert.equal(filterWords(filtered, speaker), "Plan is pro");
  assert.equal(filterWords(welcome.entry.trigger, speaker), "");
  assert.equal(againWords("never"), "Each person once");
  assert.equal(againWords({ after: "P30D" }), "Again after 30 days");
  assert.equal(againWords("always", "event.order_id"), "Again every time, separately for each order id");
});

test("templates are readable", () => {
  assert.equal(templateWords("{% if x %}Hi{% endif %} {{ contact.first_name }}"), "Hi [first name]");
  assert.equal(templateWords(undefined), "");
});

function texts(after: Partial<Definition>): string[] {
  return compare(welcome, normalise({ ...welcome, ...after }), vocabulary).map(
    ({ kind, text }) => `${kind}: ${text}`,
  );
}

test("two versions are compared in words", () => {
  assert.deepEqual(texts({}), []);
  const { bye: _bye, ...nodes } = welcome.nodes;
  const changed = {
    ...nodes,
    pause: { ...nodes.pause!, for: "P2D" },
    hello: { ...nodes.hello!, preheader: "New" },
    thanks: { ...nodes.thanks!, next: null },
    nudge: { ...nodes.nudge!, next: "extra" },
    extra: { kind: "add_tag", tag: "late", next: null },
  };
  assert.deepEqual(texts({ nodes: changed }), [
    "changed: “Welcome”: preheader",
    "changed: “3 days” became “2 days”",
    "added: Add the tag “late”",
    "removed: Bye",
  ]);
  assert.deepEqual(texts({ goal: undefined, entry: { ...welcome.entry, again: "always" } }), [
    "changed: Entry: from “Again after 30 days” to “Again every time”",
    "removed: Goal: order placed",
  ]);
});

test("another order of the same steps is a change too", () => {
  const { hello, pause } = welcome.nodes;
  const nodes = {
    ...welcome.nodes,
    hello: { ...hello!, next: "bought" },
    pause: { ...pause!, next: "hello" },
  };
  assert.deepEqual(texts({ start: "pause", nodes }), [
    "changed: What follows “Welcome”",
    "changed: What follows “3 days”",
  ]);
});

test("the opposite of a comparison is said as people say it", () => {
  assert.equal(denied("contains"), "does not contain");
  assert.equal(denied("starts with"), "does not start with");
  assert.equal(denied("ends with"), "does not end with");
  assert.equal(denied("is one of"), "is not one of");
  assert.equal(denied("was within the last"), "was not within the last");
});
