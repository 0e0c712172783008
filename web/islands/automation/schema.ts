/** A JSON Schema of parameters as a list of form fields, so that a developer's new step needs no change here. */
import { humanise } from "./vocabulary";
import type { JsonSchema } from "./types";

export interface Choice {
  value: unknown;
  label: string;
}

export interface Field {
  name: string;
  label: string;
  help: string;
  widget: string;
  required: boolean;
  choices: Choice[];
  fallback: unknown;
  schema: JsonSchema;
  advanced: boolean;
}

function dereferenced(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const name = schema.$ref?.split("/").at(-1);
  const target = name ? root.$defs?.[name] : undefined;
  const { $ref: _reference, ...rest } = schema;
  return target ? { ...dereferenced(target, root), ...rest } : schema;
}

/** Pydantic writes an optional value as "this or null": the form only cares for "this". */
export function resolved(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const own = dereferenced(schema, root);
  const variants = (own.anyOf ?? own.oneOf ?? own.allOf)?.map((variant) => dereferenced(variant, root));
  const meant = variants?.filter(({ type }) => type !== "null");
  if (!meant?.length) return own;
  const { anyOf: _any, oneOf: _one, allOf: _all, ...rest } = own;
  return { ...resolved(meant[0]!, root), ...rest };
}

function choicesOf(schema: JsonSchema): Choice[] {
  const labels = schema["x-labels"] ?? {};
  return (schema.enum ?? []).map((value) => ({
    value,
    label: labels[String(value)] ?? humanise(String(value)),
  }));
}

const LONG_TEXT = 200;

function widgetOf(schema: JsonSchema): string {
  if (schema["x-widget"]) return schema["x-widget"];
  if (schema.enum) return "select";
  const type = Array.isArray(schema.type) ? schema.type.find((one) => one !== "null") : schema.type;
  if (type === "boolean") return "checkbox";
  if (type === "integer" || type === "number") return "number";
  if (type === "object") return "headers";
  if (type === "array") return "list";
  if (schema.format === "duration") return "duration";
  if (schema.format === "time") return "time";
  return (schema.maxLength ?? 0) > LONG_TEXT ? "textarea" : "line";
}

export function fieldsOf(root: JsonSchema): Field[] {
  const required = new Set(root.required ?? []);
  const entries = Object.entries(root.properties ?? {}).filter(([, schema]) => schema.const === undefined);
  return entries.map(([name, raw]) => {
    const schema = resolved(raw, root);
    return {
      name,
      label: schema.title
        ? humanise(schema.title.toLowerCase() === name ? name : schema.title)
        : humanise(name),
      help: schema.description ?? "",
      widget: widgetOf(schema),
      required: required.has(name),
      choices: choicesOf(schema),
      fallback: raw.default ?? schema.default,
      schema,
      advanced: schema["x-advanced"] ?? false,
    };
  });
}
