/** The tree draws each step once; the layout keeps order, centres parents and lets nothing overlap. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { connect } from "../edits";
import { CARD_WIDTH, END_SIZE, LINK_SIZE, layOut } from "../layout";
import type { Box } from "../layout";
import { buildTree, itemKey, itemsOf, stepTowards } from "../tree";
import type { Item } from "../tree";
import { randomSession, welcome } from "./samples";

function sizeOf(item: Item) {
  if (item.type === "end") return END_SIZE;
  return item.type === "link" ? LINK_SIZE : { width: CARD_WIDTH, height: item.id.length % 2 ? 68 : 106 };
}

const TRIGGER = { width: CARD_WIDTH, height: 150 };

test("each step is drawn once; other lines to it end in a link", () => {
  for (let seed = 1; seed <= 80; seed++) {
    const definition = [...randomSession(seed, 40)].at(-1)!;
    const items = [...itemsOf(buildTree(definition).root)];
    const steps = items.filter((item) => item.type === "step").map(itemKey);
    assert.deepEqual([...steps].sort(), Object.keys(definition.nodes).sort());
    assert.equal(new Set(items.map(itemKey)).size, items.length, "keys are unique");
  }
});

test("a join continues at the step, a loop goes back to it", () => {
  const joined = buildTree(welcome).steps.get("nudge")!.branches[0]!.to;
  assert.deepEqual(
    [joined.type, joined.type === "link" && joined.to, joined.type === "link" && joined.back],
    ["link", "bye", false],
  );
  const looped = buildTree(connect(welcome, { from: "nudge", outlet: "on_timeout" }, "pause"));
  const back = looped.steps.get("nudge")!.branches[1]!.to;
  assert.equal(back.type === "link" && back.back, true);
});

function overlap(one: Box, other: Box): boolean {
  const across = one.x < other.x + other.width && other.x < one.x + one.width;
  return across && one.y < other.y + other.height && other.y < one.y + one.height;
}

test("nothing overlaps, branches stand in the author's order, parents above the middle", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const tree = buildTree([...randomSession(seed, 45)].at(-1)!);
    const { boxes, lines } = layOut(tree, TRIGGER, sizeOf);
    boxes.forEach((one, index) => {
      for (const other of boxes.slice(index + 1)) assert(!overlap(one, other), `${one.key} and ${other.key}`);
    });
    const centre = new Map(boxes.map((box) => [box.key, box.x + box.width / 2]));
    for (const [id, step] of tree.steps) {
      const at = step.branches.map(({ to }) => centre.get(itemKey(to))!);
      assert.deepEqual(
        [...at].sort((a, b) => a - b),
        at,
        `order under ${id}`,
      );
      if (at.length) assert.ok(Math.abs((at[0]! + at.at(-1)!) / 2 - centre.get(id)!) < 0.01);
    }
    assert.equal(lines.length, boxes.length - 1);
  }
});

test("a bushy drawing of several hundred steps is laid out at once", () => {
  const definition = [...randomSession(5, 700)].at(-1)!;
  const began = performance.now();
  layOut(buildTree(definition), TRIGGER, sizeOf);
  assert.ok(performance.now() - began < 500);
});

test("arrows walk the tree", () => {
  const tree = buildTree(welcome);
  assert.equal(stepTowards(tree, null, "down"), "hello");
  assert.equal(stepTowards(tree, "hello", "up"), null);
  assert.equal(stepTowards(tree, "bought", "down"), "thanks");
  assert.equal(stepTowards(tree, "thanks", "right"), "nudge");
  assert.equal(stepTowards(tree, "bye", "right"), "nudge");
  assert.equal(stepTowards(tree, "nudge", "left"), "thanks");
  assert.equal(stepTowards(tree, "bye", "down"), undefined);
});
