/** The settings of any step or trigger of the catalogue, drawn from its JSON Schema. */
import { Widget } from "../fields/widgets";
import { fieldsOf } from "../schema";
import type { Field } from "../schema";
import type { JsonSchema, Problem } from "../types";

interface SchemaFormProps {
  schema: JsonSchema;
  values: Record<string, unknown>;
  onChange: (name: string, value: unknown) => void;
  problems: Problem[];
  step: string | null;
  event?: string;
  only?: (field: Field) => boolean;
}

/** A problem names its field with or without the way to it: "subject", "where.all[0].value". */
export function problemAt(problems: Problem[], name: string): string | null {
  return (
    problems.find(
      ({ field }) => field === name || field?.startsWith(`${name}.`) || field?.startsWith(`${name}[`),
    )?.message ?? null
  );
}

const OURS = new Set(["kind", "name", "next", "on_failure"]);

export function SchemaForm({ schema, values, onChange, problems, step, event = "", only }: SchemaFormProps) {
  const fields = fieldsOf(schema).filter((field) => !OURS.has(field.name) && (only?.(field) ?? true));
  const draw = (field: Field) => (
    <Widget
      key={`${step}/${field.name}`}
      field={field}
      value={values[field.name]}
      onChange={(value) => onChange(field.name, value)}
      problem={problemAt(problems, field.name)}
      step={step}
      event={event}
    />
  );
  const rare = fields.filter(({ advanced }) => advanced);
  const plain = fields.filter(({ advanced }) => !advanced);
  const chosen = ({ name, fallback }: Field) =>
    JSON.stringify(values[name] ?? fallback ?? null) !== JSON.stringify(fallback ?? null);
  const used = rare.some((field) => chosen(field) || problemAt(problems, field.name));
  return (
    <>
      {plain.map(draw)}
      {rare.length > 0 && (
        <details className="ae-more" open={used}>
          <summary>More settings</summary>
          {rare.map(draw)}
        </details>
      )}
    </>
  );
}
