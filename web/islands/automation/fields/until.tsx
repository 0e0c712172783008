/** A moment to wait for: a time of day, or a date that is known of the person, before or after it. */
import { useEditor } from "../context";
import { durationWords, isNegative, negated } from "../durations";
import { attributeName } from "../vocabulary";
import type { Until } from "../types";
import { Combo } from "./combo";
import type { Suggestion } from "./suggestions";
import { Row, RowGroup } from "./row";
import { DurationInput, TimeInput, WeekdaysInput } from "./times";

interface UntilProps {
  value: Until;
  onChange: (until: Until) => void;
}

/** Leaves out what is empty, so that no `"time": null` is written. */
export function tidyUntil(until: Until): Until {
  return Object.fromEntries(Object.entries(until).filter(([, part]) => part != null && part !== "")) as Until;
}

export function TimeOfDay({ value, onChange }: UntilProps) {
  return (
    <>
      <Row label="At">
        {({ id }) => (
          <TimeInput
            id={id}
            label="At"
            value={value.time}
            onChange={(time) => onChange(tidyUntil({ ...value, time }))}
          />
        )}
      </Row>
      <RowGroup label="On">
        {() => (
          <WeekdaysInput
            label="On which days"
            value={value.weekdays}
            onChange={(weekdays) => onChange(tidyUntil({ ...value, weekdays }))}
          />
        )}
      </RowGroup>
    </>
  );
}

const DATES = new Set(["date", "datetime"]);

export function useAttributeSuggestions(types?: Set<string>): Suggestion[] {
  const { vocabulary } = useEditor().speaker;
  const own = [...vocabulary.fields.values()].filter(({ path }) => path.startsWith("contact."));
  const fitting = own.filter(({ type }) => !types || types.has(type));
  return fitting.map(({ path, label }) => ({ value: attributeName(path), label }));
}

type Side = "before" | "on" | "after";

function sideOf(offset: string | null | undefined): Side {
  if (!offset || !durationWords(offset) || durationWords(offset) === "no time") return "on";
  return isNegative(offset) ? "before" : "after";
}

export function DateOfTheirs({ value, onChange }: UntilProps) {
  const suggestions = useAttributeSuggestions(DATES);
  const side = sideOf(value.offset);
  const length =
    value.offset && isNegative(value.offset) ? negated(value.offset) : (value.offset ?? undefined);
  const setSide = (next: Side) => {
    const kept = length ?? "P3D";
    const offset = next === "on" ? undefined : next === "before" ? negated(kept) : kept;
    onChange(tidyUntil({ ...value, offset }));
  };
  const setLength = (iso: string | undefined) =>
    onChange(tidyUntil({ ...value, offset: iso && side === "before" ? negated(iso) : iso }));
  return (
    <>
      <Row label="Which date" help="A date that you keep about each person.">
        {({ id }) => (
          <Combo
            id={id}
            value={value.attribute ?? ""}
            suggestions={suggestions}
            free={(typed) => typed}
            placeholder="Choose a date"
            onChange={(attribute) => onChange(tidyUntil({ ...value, attribute }))}
          />
        )}
      </Row>
      <RowGroup label="When">
        {() => (
          <div className="ae-row">
            {side !== "on" && <DurationInput label="How long" value={length} onChange={setLength} />}
            <select
              className="ae-input"
              aria-label="Before or after"
              value={side}
              onChange={(event) => setSide(event.target.value as Side)}
            >
              <option value="before">before</option>
              <option value="on">on the day</option>
              <option value="after">after</option>
            </select>
          </div>
        )}
      </RowGroup>
      <Row label="At" optional help="Without a time, at the moment the date itself says.">
        {({ id }) => (
          <TimeInput
            id={id}
            label="At"
            value={value.time}
            onChange={(time) => onChange(tidyUntil({ ...value, time }))}
          />
        )}
      </Row>
    </>
  );
}
