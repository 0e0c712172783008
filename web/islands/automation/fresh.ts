/** What a new step or trigger starts with: the schema's defaults, or the shape that a split or a wait needs. */
import type { JsonSchema, Kind, Step, Trigger } from "./types";

const SHAPES: Record<string, Partial<Step>> = {
  wait: { for: "P1D" },
  wait_until: { until: null, timeout: "P7D" },
  branch: { paths: [{ label: "Yes", when: null, next: null }], else: null },
  split: {
    paths: [
      { label: "A", share: 50, next: null },
      { label: "B", share: 50, next: null },
    ],
  },
};

function defaults(schema: JsonSchema): Record<string, unknown> {
  const given = Object.entries(schema.properties ?? {}).filter(
    ([name, { default: value }]) => value != null && name !== "kind" && name !== "name",
  );
  return Object.fromEntries(given.map(([name, { default: value }]) => [name, value]));
}

/** An e-mail is easier to change than to begin; any other sample would be a setting that nobody chose. */
function startingBodies({ schema, sample }: Kind): Record<string, unknown> {
  const bodies = Object.entries(schema.properties ?? {}).filter(
    ([, property]) => property["x-widget"] === "email_body",
  );
  return Object.fromEntries(bodies.map(([name]) => [name, sample?.[name] ?? ""]));
}

export function freshStep(kind: Kind): Step {
  const shape = SHAPES[kind.kind];
  if (shape) return { kind: kind.kind, ...structuredClone(shape) };
  return { ...startingBodies(kind), ...defaults(kind.schema), kind: kind.kind };
}

export function freshTrigger({ kind, schema }: Kind): Trigger {
  return { ...defaults(schema), kind };
}
