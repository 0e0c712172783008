/** Rules that hold after any edit: lines are whole, nothing is orphaned, a healed line keeps its neighbours. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { START, allPlaces, freshId, normalise, placesLeadingTo, reachable, targetAt } from "../definition";
import {
  canMove,
  connect,
  duplicateStep,
  evenShares,
  insertStep,
  lostWith,
  movePath,
  moveStep,
  placeBelow,
  removePath,
  removeStep,
  setParameter,
  setRule,
} from "../edits";
import type { Definition } from "../types";
import { pick, randomFrom, randomSession, welcome } from "./samples";

function assertWhole(definition: Definition): void {
  const ids = new Set(Object.keys(definition.nodes));
  assert.deepEqual(
    [...reachable(definition, definition.start)].sort(),
    [...ids].sort(),
    "every step is reachable",
  );
  for (const place of allPlaces(definition)) {
    const target = targetAt(definition, place);
    assert(target === null || ids.has(target), `${place.from}:${place.outlet} leads to a step or ends`);
  }
}

test("any sequence of edits leaves every step reachable and every way leading somewhere", () => {
  for (let seed = 1; seed <= 150; seed++) {
    for (const definition of randomSession(seed, 40)) assertWhole(definition);
  }
});

test("no edit changes the definition it was given", () => {
  for (let seed = 1; seed <= 30; seed++) {
    let before: { definition: Definition; json: string } | null = null;
    for (const definition of randomSession(seed, 30)) {
      if (before) assert.equal(JSON.stringify(before.definition), before.json);
      before = { definition, json: JSON.stringify(definition) };
    }
  }
});

test("a plain step that is put in and taken out again leaves the drawing as it was", () => {
  const random = randomFrom(7);
  for (let seed = 1; seed <= 60; seed++) {
    const definition = [...randomSession(seed, 25)].at(-1)!;
    const place = pick(random, allPlaces(definition));
    const { definition: longer, id } = insertStep(definition, place, { kind: "add_tag", tag: "t" });
    assert.deepEqual(normalise(removeStep(longer, id)), normalise(definition));
  }
});

test("a step is inserted between what was there", () => {
  const { definition, id } = insertStep(
    welcome,
    { from: "hello", outlet: "next" },
    { kind: "wait", for: "P1D" },
  );
  assert.equal(id, "wait");
  assert.equal(definition.nodes.hello!.next, "wait");
  assert.equal(definition.nodes.wait!.next, "pause");
});

test("what follows a new split goes on under its first path", () => {
  const branch = { kind: "branch", paths: [{ when: { tag: "x" }, next: null }], else: null };
  const { definition, id } = insertStep(welcome, START, branch);
  assert.equal(definition.nodes[id]!.paths![0]!.next, "hello");
  assert.equal(definition.nodes[id]!.else, null);
});

test("ids are readable, unique and never used twice", () => {
  assert.equal(freshId("send_email", []), "send_email");
  assert.equal(freshId("send_email", ["send_email", "send_email_2"]), "send_email_3");
  const { id } = insertStep(welcome, START, { kind: "wait", for: "P1D" }, ["wait", "wait_2"]);
  assert.equal(id, "wait_3");
});

test("removing a step heals every line that led to it", () => {
  const healed = removeStep(welcome, "bye");
  assert.equal(healed.nodes.thanks!.next, null);
  assert.equal(healed.nodes.nudge!.next, null);
});

test("removing a split keeps the chosen path and drops only what hung on the others", () => {
  const yes = removeStep(welcome, "bought", "paths.0");
  assert.equal(yes.nodes.pause!.next, "thanks");
  assert.deepEqual(lostWith(welcome, "bought", "paths.0"), ["nudge"]);
  assert.deepEqual(lostWith(welcome, "bought", "else"), ["thanks"]);
  assert.deepEqual(lostWith(welcome, "bought", null).sort(), ["bye", "nudge", "thanks"]);
});

test("a step that loops to itself is healed to an end", () => {
  const looped = connect(welcome, { from: "bye", outlet: "next" }, "bye");
  assert.equal(removeStep(looped, "bye").nodes.thanks!.next, null);
});

test("a copy stands after its original with its settings and a name of its own", () => {
  const copied = duplicateStep(welcome, "hello")!;
  assert.equal(copied.definition.nodes.hello!.next, copied.id);
  assert.equal(copied.definition.nodes[copied.id]!.next, "pause");
  assert.equal(copied.definition.nodes[copied.id]!.subject, welcome.nodes.hello!.subject);
  assert.equal(copied.definition.nodes[copied.id]!.name, "Welcome (copy)");
});

test("a copied split does not copy what hangs under it", () => {
  const copied = duplicateStep(welcome, "bought")!;
  assert.equal(Object.keys(copied.definition.nodes).length, Object.keys(welcome.nodes).length + 1);
  assert.equal(copied.definition.nodes[copied.id]!.paths![0]!.next, "thanks");
  assert.equal(copied.definition.nodes[copied.id]!.else, null);
});

test("a plain step moves alone", () => {
  const moved = moveStep(welcome, "pause", START);
  assert.equal(moved.start, "pause");
  assert.equal(moved.nodes.pause!.next, "hello");
  assert.equal(moved.nodes.hello!.next, "bought");
});

test("a split moves with everything under it, and what followed there comes after its first path", () => {
  const moved = moveStep(welcome, "bought", START);
  assert.equal(moved.start, "bought");
  assert.equal(moved.nodes.bye!.next, "hello");
  assert.equal(moved.nodes.pause!.next, null);
  assertWhole(moved);
});

test("a split cannot move under itself, nor a step to where it is", () => {
  assert.equal(canMove(welcome, "bought", { from: "thanks", outlet: "next" }), false);
  assert.equal(canMove(welcome, "pause", { from: "hello", outlet: "next" }), false);
  assert.equal(canMove(welcome, "pause", { from: "pause", outlet: "next" }), false);
  assert.equal(moveStep(welcome, "bought", { from: "thanks", outlet: "next" }), welcome);
});

test("a move keeps every step", () => {
  const random = randomFrom(11);
  for (let seed = 1; seed <= 60; seed++) {
    const definition = [...randomSession(seed, 25)].at(-1)!;
    const id = pick(random, Object.keys(definition.nodes));
    if (!id || placesLeadingTo(definition, id).length > 1) continue; // a join that moves may shut its own loop
    const plain = definition.nodes[id]!.kind !== "branch";
    const moved = moveStep(definition, id, pick(random, allPlaces(definition)));
    if (plain && definition.nodes[id]!.next !== undefined && definition.nodes[id]!.on_timeout === undefined) {
      assert.deepEqual(Object.keys(moved.nodes).sort(), Object.keys(definition.nodes).sort());
    }
  }
});

test("one step down is under the step that follows", () => {
  assert.deepEqual(placeBelow(welcome, "hello"), { from: "pause", outlet: "next" });
  assert.deepEqual(placeBelow(welcome, "pause"), { from: "bought", outlet: "paths.0" });
  assert.equal(placeBelow(welcome, "bye"), null);
});

test("paths change places with what hangs on them, and go with it", () => {
  const three = {
    ...welcome,
    nodes: {
      ...welcome.nodes,
      bought: {
        ...welcome.nodes.bought!,
        paths: [
          { label: "a", next: "thanks" },
          { label: "b", next: "nudge" },
        ],
        else: null,
      },
    },
  };
  assert.deepEqual(
    movePath(three, "bought", 0, 1).nodes.bought!.paths!.map(({ label }) => label),
    ["b", "a"],
  );
  assert.equal(movePath(three, "bought", 0, -1), three);
  assert.equal(removePath(three, "bought", 1).nodes.nudge, undefined);
});

test("shares add up to a hundred", () => {
  for (let count = 1; count <= 12; count++) {
    assert.equal(
      evenShares(count).reduce((sum, share) => sum + share, 0),
      100,
    );
  }
});

test("settings that are cleared are not written at all", () => {
  assert.equal("reply_to" in setParameter(welcome, "hello", "reply_to", undefined).nodes.hello!, false);
  assert.equal("goal" in setRule(welcome, "goal", null), false);
});

test("a blank draft opens as an empty drawing", () => {
  assert.deepEqual(normalise({}), { entry: { trigger: null, again: "never" }, start: null, nodes: {} });
});
