/** Drawings for the tests: one by hand, as many random ones as wanted, always the same for the same seed. */
import { allPlaces, normalise, targetAt } from "../definition";
import { connect, duplicateStep, insertStep, moveStep, removePath, removeStep, addPath } from "../edits";
import type { Catalogue, Definition, Step } from "../types";
import { Vocabulary } from "../vocabulary";

export const welcome: Definition = normalise({
  entry: { trigger: { kind: "event", event: "order.paid" }, again: { after: "P30D" } },
  goal: { event: "order.placed" },
  start: "hello",
  nodes: {
    hello: { kind: "send_email", name: "Welcome", subject: "Hi {{ contact.first_name }}", next: "pause" },
    pause: { kind: "wait", for: "P3D", next: "bought" },
    bought: {
      kind: "branch",
      paths: [{ label: "Yes", when: { event: "order.placed", within: "P30D" }, next: "thanks" }],
      else: "nudge",
    },
    thanks: { kind: "add_tag", tag: "buyer", next: "bye" },
    nudge: {
      kind: "wait_until",
      until: { event: "cart.updated" },
      timeout: "P7D",
      next: "bye",
      on_timeout: null,
    },
    bye: { kind: "send_email", subject: "Bye", next: null },
  },
});

export const catalogue: Catalogue = {
  triggers: [
    {
      kind: "event",
      title: "Something happens",
      help: "An event arrives",
      group: "Events",
      icon: "bolt",
      schema: { properties: { event: {}, where: { "x-widget": "condition" } } },
    },
  ],
  steps: [
    {
      kind: "send_email",
      title: "Send e-mail",
      help: "Write a message",
      group: "Messages",
      icon: "mail",
      schema: { properties: { subject: { title: "Subject", type: "string" } } },
    },
    {
      kind: "post_to_chat",
      title: "Post to chat",
      help: "Tell the team",
      group: "Messages",
      icon: "message",
      schema: { properties: { room: { type: "string" } } },
      ui: { summary: "In {room}: {text}" },
    },
    { kind: "add_tag", title: "Add tag", help: "Mark the person", group: "Data", icon: "tag", schema: {} },
  ],
  fields: [
    { path: "contact.country", label: "Country", type: "text", options: [{ value: "DE", label: "Germany" }] },
    { path: "contact.attributes.renews_on", label: "Renews on", type: "date" },
    { path: "contact.attributes.orders", label: "Orders", type: "number" },
  ],
  events: ["order.placed", "cart.updated"],
  tags: ["buyer"],
  operators: {},
};

export const vocabulary = new Vocabulary(catalogue);

export type Random = (below: number) => number;

/** Mulberry32: small, and the same everywhere. */
export function randomFrom(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

export function pick<T>(random: Random, from: T[]): T {
  return from[random(from.length)]!;
}

const KINDS: (() => Step)[] = [
  () => ({ kind: "send_email", subject: "Hi" }),
  () => ({ kind: "wait", for: "P1D" }),
  () => ({ kind: "add_tag", tag: "x", name: "Mark" }),
  () => ({ kind: "wait_until", until: { event: "x" }, timeout: "P1D" }),
  () => ({ kind: "branch", paths: [{ when: { tag: "a" }, next: null }], else: null }),
  () => ({
    kind: "split",
    paths: [
      { share: 50, next: null },
      { share: 50, next: null },
    ],
  }),
];

type Edit = (definition: Definition, random: Random) => Definition;

function randomStep(definition: Definition, random: Random): string | null {
  const ids = Object.keys(definition.nodes);
  return ids.length ? pick(random, ids) : null;
}

const onStep =
  (edit: (definition: Definition, id: string, random: Random) => Definition): Edit =>
  (definition, random) => {
    const id = randomStep(definition, random);
    return id ? edit(definition, id, random) : definition;
  };

const insert: Edit = (definition, random) =>
  insertStep(definition, pick(random, allPlaces(definition)), pick(random, KINDS)()).definition;

const join: Edit = (definition, random) => {
  const ends = allPlaces(definition).filter((place) => place.from && targetAt(definition, place) === null);
  const id = randomStep(definition, random);
  return ends.length && id ? connect(definition, pick(random, ends), id) : definition;
};

const remove = onStep((definition, id, random) => {
  const step = definition.nodes[id]!;
  const keep = step.kind === "branch" ? pick(random, ["paths.0", "else", null]) : undefined;
  return removeStep(definition, id, keep);
});

const move = onStep((definition, id, random) =>
  moveStep(definition, id, pick(random, allPlaces(definition))),
);
const copy = onStep((definition, id) => duplicateStep(definition, id)?.definition ?? definition);
const widen = onStep((definition, id) =>
  definition.nodes[id]!.kind === "branch"
    ? addPath(definition, id, { when: { tag: "b" }, next: null })
    : definition,
);
const narrow = onStep((definition, id) =>
  (definition.nodes[id]!.paths?.length ?? 0) > 2 ? removePath(definition, id, 1) : definition,
);

const EDITS: Edit[] = [insert, insert, insert, join, remove, move, move, copy, widen, narrow];

/** Every definition on the way of a random session, from an empty drawing on. */
export function* randomSession(seed: number, length: number): Generator<Definition> {
  const random = randomFrom(seed);
  let definition = normalise({});
  for (let count = 0; count < length; count++) {
    definition = pick(random, EDITS)(definition, random);
    yield definition;
  }
}
