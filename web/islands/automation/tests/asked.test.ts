/** Whom one invents answers what the drawing asks about, and nothing else. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { askedOf, entranceOf, invented, somebody } from "../asked";
import { normalise } from "../definition";
import { Vocabulary } from "../vocabulary";
import { catalogue, welcome } from "./samples";

const drawn = normalise({
  entry: {
    trigger: {
      kind: "event",
      event: "signed_up",
      where: { all: [{ field: "event.plan", op: "is", value: "pro" }, { field: "contact.email", op: "exists" }] },
    },
    again: "never",
  },
  goal: { event: "order.paid", where: { field: "event.total", op: "more_than", value: 50 } },
  exit_when: { any: [{ tag: "wholesale" }, { not: { field: "contact.attributes.country", op: "in", value: ["DE", "AT"] } }] },
  start: "due",
  nodes: {
    due: { kind: "wait", until: { attribute: "renews_on", offset: "-P3D" }, next: "ask" },
    ask: { kind: "wait_until", until: { event: "cart.updated" }, timeout: "P1D", next: null, on_timeout: null },
  },
});

test("everything that a condition compares is asked for, with what it is compared with", () => {
  const { fields, tags, events } = askedOf(drawn);
  assert.deepEqual([...fields], [["country", "DE"], ["renews_on", ""]]);
  assert.deepEqual([...tags], ["wholesale"]);
  assert.deepEqual(
    [...events].map(([name, compared]) => [name, Object.fromEntries(compared)]),
    [
      ["signed_up", { plan: "pro" }],
      ["order.paid", { total: 50 }],
      ["cart.updated", {}],
    ],
  );
});

test("a drawing that asks nothing still has the event that starts it", () => {
  const { fields, events } = askedOf({ ...welcome, goal: null, nodes: {} });
  assert.equal(fields.size, 0);
  assert.deepEqual([...events.keys()], ["order.paid"]);
});

test("who is invented came in by the trigger, and has done what was ticked", () => {
  const asked = askedOf(drawn);
  const entrance = entranceOf(drawn.entry.trigger);
  const answers = somebody(asked, entrance, "Europe/Berlin");
  answers.done.push("order.paid");
  answers.properties["order.paid"] = { total: "80" };
  answers.fields = { country: "AT", last_name: "Lind", renews_on: "" };
  const person = invented(answers, new Vocabulary(catalogue));
  assert.deepEqual(person.events, [
    { name: "signed_up", properties: { plan: "pro" } },
    { name: "order.paid", properties: { total: 80 } },
  ]);
  assert.deepEqual(person.attributes, { country: "AT" });
  assert.equal(person.last_name, "Lind");
  assert.deepEqual(person.consent, { email: "subscribed" });
});
