/** "Country is Germany": a field, an operator that fits its type, a value in the shape the operator wants. */
import { useEditor } from "../context";
import {
  asRule,
  fromRule,
  operatorOf,
  operatorsFor,
  propertiesOf,
  readValue,
  withOperator,
} from "../conditions";
import { Combo } from "../fields/combo";
import type { Suggestion } from "../fields/suggestions";
import { DurationInput } from "../fields/times";
import type { Condition, FieldRule, KnownField, Operator } from "../types";
import { mailSteps } from "../vocabulary";
import { denied } from "../words";
import { instantFrom, localFrom } from "../zoned";
import type { Scope } from "./condition-builder";

interface FieldRuleProps {
  condition: Condition;
  onChange: (condition: Condition) => void;
  scope: Scope;
}

function useFields({ event, onlyEvent }: Scope): Suggestion[] {
  const { speaker } = useEditor();
  const own = propertiesOf(event).map(({ path, label }) => ({ value: path, label, hint: "of the event" }));
  const listed = [...speaker.vocabulary.fields.values()].filter(({ path }) => {
    const ofEvent = path.startsWith("event.");
    return onlyEvent ? ofEvent : !ofEvent || Boolean(event);
  });
  const known = new Set(own.map(({ value }) => value));
  return [
    ...own,
    ...listed
      .filter(({ path }) => !known.has(path))
      .map(({ path, label }) => ({ value: path, label, hint: path })),
  ];
}

interface ValueProps {
  field: KnownField;
  rule: FieldRule;
  operator: Operator;
  onChange: (value: unknown) => void;
}

function useOptions({ path, options }: KnownField): Suggestion[] {
  const { definition, speaker } = useEditor();
  if (path === "event.node") return mailSteps(definition).map(({ id, label }) => ({ value: id, label }));
  if (path === "event.tag")
    return speaker.vocabulary.catalogue.tags.map((tag) => ({ value: tag, label: tag }));
  return (options ?? []).map((option) =>
    typeof option === "string" ? { value: option, label: option } : option,
  );
}

function ManyValues({ rule, onChange, options }: ValueProps & { options: Suggestion[] }) {
  const chosen = Array.isArray(rule.value) ? rule.value.map(String) : [];
  const label = (value: string) => options.find((option) => option.value === value)?.label ?? value;
  return (
    <div className="ae-many">
      {chosen.map((value) => (
        <button
          key={value}
          type="button"
          className="ae-token"
          aria-label={`Remove ${label(value)}`}
          onClick={() => onChange(chosen.filter((one) => one !== value))}
        >
          {label(value)} <span aria-hidden="true">×</span>
        </button>
      ))}
      <Combo
        label="Add a value"
        placeholder="Add a value"
        value=""
        suggestions={options.filter(({ value }) => !chosen.includes(value))}
        free={(typed) => typed}
        onChange={(value) => value && onChange([...chosen, value])}
      />
    </div>
  );
}

const INPUT_TYPES: Record<string, string> = {
  number: "number",
  integer: "number",
  money: "number",
  date: "date",
  datetime: "datetime-local",
};

function TypedValue({ field, rule, onChange }: ValueProps) {
  const { zone } = useEditor().setting;
  const type = INPUT_TYPES[field.type] ?? "text";
  const moment = type === "datetime-local";
  return (
    <input
      className="ae-input"
      type={type}
      step={type === "number" ? "any" : undefined}
      aria-label="Value"
      placeholder="Value"
      value={moment ? localFrom(String(rule.value ?? ""), zone) : String(rule.value ?? "")}
      onChange={(event) =>
        onChange(moment ? instantFrom(event.target.value, zone) : readValue(event.target.value, field.type))
      }
    />
  );
}

function Value(props: ValueProps) {
  const { field, rule, operator, onChange } = props;
  const options = useOptions(field);
  if (operator.value === "none") return null;
  if (operator.value === "duration") {
    return (
      <DurationInput
        label="How long"
        value={String(rule.value ?? "")}
        onChange={(iso) => onChange(iso ?? "P1D")}
      />
    );
  }
  if (operator.value === "many") return <ManyValues {...props} options={options} />;
  if (field.type === "boolean") {
    return (
      <select
        className="ae-input"
        aria-label="Value"
        value={String(rule.value ?? "")}
        onChange={(event) => onChange(event.target.value === "true")}
      >
        {typeof rule.value !== "boolean" && <option value="">Choose</option>}
        <option value="true">yes</option>
        <option value="false">no</option>
      </select>
    );
  }
  if (!options.length) return <TypedValue {...props} />;
  return (
    <Combo
      label="Value"
      placeholder="Value"
      value={String(rule.value ?? "")}
      suggestions={options}
      free={(typed) => typed}
      onChange={onChange}
    />
  );
}

/** Another field of another type starts with the first operator of that type. */
function withField(
  rule: FieldRule,
  path: string,
  before: string,
  after: KnownField,
  offered: Operator[],
): FieldRule {
  if (before === after.type && offered.some(({ op }) => op === rule.op)) return { ...rule, field: path };
  const first = offered[0] ?? { op: "is", label: "is", value: "one" as const };
  return withOperator({ field: path, op: first.op, value: "" }, { ...first, value: "none" }, first);
}

interface Compared {
  op: string;
  negative: boolean;
}

const NOT = "not ";

function written({ op, negative }: Compared): string {
  return negative ? NOT + op : op;
}

/** Operators whose opposite people ask for, and which have no operator of its own. */
const DENIABLE = new Set(["exists", "in", "contains", "starts_with", "ends_with"]);

interface ComparisonProps {
  operators: Operator[];
  value: string;
  onChange: (compared: Compared) => void;
}

function Comparison({ operators, value, onChange }: ComparisonProps) {
  const options = operators.flatMap(({ op, label }) => {
    const opposite = NOT + op;
    const said = { value: op, label };
    return DENIABLE.has(op) || opposite === value
      ? [said, { value: opposite, label: denied(label) }]
      : [said];
  });
  return (
    <select
      className="ae-input"
      aria-label="How it compares"
      value={value}
      onChange={({ target }) =>
        onChange({ op: target.value.replace(NOT, ""), negative: target.value.startsWith(NOT) })
      }
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}

export function FieldRuleEditor({ condition, onChange, scope }: FieldRuleProps) {
  const { speaker } = useEditor();
  const { negative, rule } = asRule(condition);
  const fields = useFields(scope);
  if (!("field" in rule)) return null;
  const { vocabulary } = speaker;
  const offered = vocabulary.catalogue.operators;
  const field = vocabulary.field(rule.field, scope.event);
  const operators = operatorsFor(field.type, offered);
  const operator = operatorOf(field.type, rule.op, offered);
  const set = (next: FieldRule) => onChange(fromRule({ negative, rule: next }));
  const choose = (path: string) => {
    const next = vocabulary.field(path, scope.event);
    set(withField(rule, path, field.type, next, operatorsFor(next.type, offered)));
  };
  const free = (typed: string) =>
    typed.includes(".") ? typed : `${scope.event || scope.onlyEvent ? "event" : "contact"}.${typed}`;
  return (
    <>
      <Combo
        label="Which detail"
        placeholder={scope.onlyEvent ? "Which detail, for example total" : "Which detail"}
        value={rule.field}
        suggestions={
          rule.field && !fields.some(({ value }) => value === rule.field)
            ? [...fields, { value: rule.field, label: field.label }]
            : fields
        }
        free={free}
        onChange={choose}
      />
      <Comparison
        operators={operators.some(({ op }) => op === rule.op) ? operators : [operator, ...operators]}
        value={written({ op: rule.op, negative })}
        onChange={({ op, negative: no }) =>
          onChange(
            fromRule({
              negative: no,
              rule: withOperator(rule, operator, operatorOf(field.type, op, offered)),
            }),
          )
        }
      />
      <Value field={field} rule={rule} operator={operator} onChange={(value) => set({ ...rule, value })} />
    </>
  );
}
