/** Which control draws which kind of field. A developer's step names a widget in its schema; the rest follows from the type. */
import type { ComponentType } from "react";

import { ConditionBuilder } from "../builder/condition-builder";
import { useEventSuggestions } from "../builder/event-rule";
import { useEditor } from "../context";
import { MailField } from "../email/mail-field";
import type { Field } from "../schema";
import type { Condition, Until } from "../types";
import { Combo } from "./combo";
import { HeadersInput } from "./headers";
import { Check, Row, RowGroup } from "./row";
import { TemplateInput } from "./template";
import { DurationInput, TimeInput, WeekdaysInput } from "./times";
import { DateOfTheirs, TimeOfDay, useAttributeSuggestions } from "./until";

export interface WidgetProps {
  field: Field;
  value: unknown;
  onChange: (value: unknown) => void;
  problem: string | null;
  /** Which step the form is of; null in the trigger's. */
  step: string | null;
  /** The event that lets people in, whose properties a condition may ask about. */
  event: string;
}

function frame({ field, problem }: WidgetProps) {
  return { label: field.label, help: field.help, problem, optional: !field.required };
}

function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function emptied(value: string): string | undefined {
  return value === "" ? undefined : value;
}

function Line(props: WidgetProps) {
  const { field, value, onChange } = props;
  return (
    <Row {...frame(props)}>
      {(wiring) => (
        <input
          {...wiring}
          className="ae-input"
          value={text(value)}
          maxLength={field.schema.maxLength}
          placeholder={field.schema["x-placeholder"] ?? text(field.fallback)}
          onChange={(event) => onChange(emptied(event.target.value))}
        />
      )}
    </Row>
  );
}

function LongText(props: WidgetProps) {
  return (
    <Row {...frame(props)}>
      {(wiring) => (
        <textarea
          {...wiring}
          className="ae-input"
          rows={4}
          value={text(props.value)}
          onChange={(event) => props.onChange(emptied(event.target.value))}
        />
      )}
    </Row>
  );
}

const LONG = 5_000; // characters; an address may be long, and is still one line

function Template(props: WidgetProps) {
  const long = (props.field.schema.maxLength ?? 0) > LONG || props.field.name === "body";
  return (
    <Row {...frame(props)}>
      {(wiring) => (
        <TemplateInput
          wiring={wiring}
          long={long}
          value={text(props.value)}
          placeholder={props.field.schema["x-placeholder"]}
          onChange={(value) => props.onChange(emptied(value))}
        />
      )}
    </Row>
  );
}

function Numeric(props: WidgetProps) {
  const { schema } = props.field;
  return (
    <Row {...frame(props)}>
      {(wiring) => (
        <input
          {...wiring}
          className="ae-input ae-number"
          type="number"
          step={schema.type === "integer" ? 1 : "any"}
          min={schema.minimum}
          max={schema.maximum}
          placeholder={text(props.field.fallback)}
          value={text(props.value)}
          onChange={({ target }) =>
            props.onChange(Number.isNaN(target.valueAsNumber) ? undefined : target.valueAsNumber)
          }
        />
      )}
    </Row>
  );
}

function Checkbox({ field, value, onChange }: WidgetProps) {
  return (
    <Check
      label={field.label}
      help={field.help}
      checked={Boolean(value ?? field.fallback)}
      onChange={onChange}
    />
  );
}

function Select(props: WidgetProps) {
  const { field, value, onChange } = props;
  const at = field.choices.findIndex((choice) => choice.value === (value ?? field.fallback));
  return (
    <Row {...frame(props)} optional={false}>
      {(wiring) => (
        <select
          {...wiring}
          className="ae-input"
          value={at}
          onChange={(event) => onChange(field.choices[Number(event.target.value)]?.value)}
        >
          {at < 0 && <option value={-1}>Choose</option>}
          {field.choices.map(({ label }, index) => (
            <option key={label} value={index}>
              {label}
            </option>
          ))}
        </select>
      )}
    </Row>
  );
}

function Duration(props: WidgetProps) {
  return (
    <RowGroup {...frame(props)}>
      {(wiring) => (
        <DurationInput
          label={props.field.label}
          describedBy={wiring["aria-describedby"]}
          value={text(props.value)}
          onChange={props.onChange}
        />
      )}
    </RowGroup>
  );
}

function Time(props: WidgetProps) {
  return (
    <Row {...frame(props)}>
      {({ id }) => (
        <TimeInput id={id} label={props.field.label} value={text(props.value)} onChange={props.onChange} />
      )}
    </Row>
  );
}

function Weekdays(props: WidgetProps) {
  return (
    <RowGroup {...frame(props)}>
      {() => (
        <WeekdaysInput
          label={props.field.label}
          value={props.value as string[] | undefined}
          onChange={props.onChange}
        />
      )}
    </RowGroup>
  );
}

function UntilWidget(props: WidgetProps) {
  const value = (props.value ?? {}) as Until;
  const Part =
    value.attribute === undefined && !("attribute" in (props.field.schema.properties ?? {}))
      ? TimeOfDay
      : DateOfTheirs;
  return <Part value={value} onChange={props.onChange} />;
}

function Suggesting(
  props: WidgetProps & {
    suggestions: { value: string; label: string }[];
    placeholder: string;
    newWords?: (typed: string) => string;
  },
) {
  return (
    <Row {...frame(props)}>
      {(wiring) => (
        <Combo
          id={wiring.id}
          describedBy={wiring["aria-describedby"]}
          invalid={wiring["aria-invalid"]}
          value={text(props.value)}
          suggestions={props.suggestions}
          placeholder={props.placeholder}
          free={(typed) => typed}
          newWords={props.newWords}
          onChange={(value) => props.onChange(emptied(value))}
        />
      )}
    </Row>
  );
}

function Tag(props: WidgetProps) {
  const { speaker } = useEditor();
  const suggestions = speaker.vocabulary.catalogue.tags.map((tag) => ({ value: tag, label: tag }));
  return (
    <Suggesting
      {...props}
      suggestions={suggestions}
      placeholder="Choose or write a tag"
      newWords={(typed) => `New tag “${typed}”`}
    />
  );
}

function Attribute(props: WidgetProps) {
  const suggestions = useAttributeSuggestions();
  return (
    <Suggesting
      {...props}
      suggestions={suggestions}
      placeholder="Which detail of the person"
      newWords={(typed) => `“${typed}”`}
    />
  );
}

function EventName(props: WidgetProps) {
  const suggestions = useEventSuggestions();
  return (
    <Suggesting
      {...props}
      suggestions={suggestions}
      placeholder="Choose or write an event"
      newWords={(typed) => `An event called “${typed}”`}
    />
  );
}

function ConditionField({ field, value, onChange, problem, event }: WidgetProps) {
  return (
    <RowGroup label={field.label} help={field.help} problem={problem} optional={!field.required}>
      {() => (
        <ConditionBuilder
          label={field.label}
          value={value as Condition | null}
          event={event}
          onChange={(next) => onChange(next ?? undefined)}
        />
      )}
    </RowGroup>
  );
}

function Headers(props: WidgetProps) {
  return (
    <RowGroup {...frame(props)}>
      {() => (
        <HeadersInput
          label={props.field.label}
          value={props.value as Record<string, string>}
          onChange={props.onChange}
        />
      )}
    </RowGroup>
  );
}

function List(props: WidgetProps) {
  const items = Array.isArray(props.value) ? props.value.map(String) : [];
  return (
    <Row {...frame(props)} help={props.field.help || "One on each line."}>
      {(wiring) => (
        <textarea
          {...wiring}
          className="ae-input"
          rows={3}
          defaultValue={items.join("\n")}
          onChange={(event) => props.onChange(event.target.value.split("\n").filter((line) => line.trim()))}
        />
      )}
    </Row>
  );
}

const WIDGETS: Record<string, ComponentType<WidgetProps>> = {
  line: Line,
  text: Line,
  textarea: LongText,
  template: Template,
  number: Numeric,
  checkbox: Checkbox,
  select: Select,
  duration: Duration,
  time: Time,
  weekdays: Weekdays,
  until: UntilWidget,
  tag: Tag,
  attribute: Attribute,
  event: EventName,
  condition: ConditionField,
  headers: Headers,
  list: List,
  email_body: MailField,
};

export function Widget(props: WidgetProps) {
  const Part = WIDGETS[props.field.widget] ?? Line;
  return <Part {...props} />;
}
