/** "Order placed at least twice in the last 30 days, only where the total is more than 50". */
import { useEditor } from "../context";
import { asRule, emptyRule, fromRule } from "../conditions";
import { Combo } from "../fields/combo";
import { DurationInput } from "../fields/times";
import { IconButton } from "../parts";
import type { EventRule } from "../types";
import { eventWords, upperFirst } from "../vocabulary";
import { ConditionBuilder } from "./condition-builder";
import { Polarity } from "./polarity";
import type { PartProps } from "./polarity";

const COUNTS = [
  { value: "at_least", label: "at least" },
  { value: "is", label: "exactly" },
  { value: "at_most", label: "at most" },
  { value: "more_than", label: "more than" },
  { value: "less_than", label: "fewer than" },
];

interface EventPartProps {
  rule: EventRule;
  set: (change: Partial<EventRule>) => void;
}

function Count({ rule: { count }, set }: EventPartProps) {
  if (!count) return null;
  return (
    <div className="ae-rule-line">
      <select
        className="ae-input"
        aria-label="How often"
        value={count.op}
        onChange={(event) => set({ count: { ...count, op: event.target.value } })}
      >
        {COUNTS.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
      <input
        className="ae-input ae-number"
        type="number"
        min={0}
        aria-label="Times"
        value={count.value}
        onChange={(event) =>
          set({ count: { ...count, value: Math.max(0, event.target.valueAsNumber || 0) } })
        }
      />
      <span>times</span>
      <IconButton label="Any number of times" icon="x" onClick={() => set({ count: null })} />
    </div>
  );
}

function Within({ rule: { within }, set }: EventPartProps) {
  if (!within) return null;
  return (
    <div className="ae-rule-line">
      <span>in the last</span>
      <DurationInput label="In the last" value={within} onChange={(iso) => set({ within: iso ?? "P1D" })} />
      <IconButton label="At any time" icon="x" onClick={() => set({ within: null })} />
    </div>
  );
}

function Where({ rule: { event, where }, set }: EventPartProps) {
  if (!where) return null;
  return (
    <div className="ae-where">
      <span className="ae-label">Only where</span>
      <ConditionBuilder
        label="Only where"
        value={where}
        event={event}
        onlyEvent
        quiet
        onChange={(condition) => set({ where: condition })}
      />
    </div>
  );
}

function EventExtras({ rule, set }: EventPartProps) {
  return (
    <div className="ae-extras">
      {!rule.within && (
        <button type="button" className="ae-text-button" onClick={() => set({ within: "P30D" })}>
          + in the last…
        </button>
      )}
      {!rule.count && (
        <button
          type="button"
          className="ae-text-button"
          onClick={() => set({ count: { op: "at_least", value: 2 } })}
        >
          + how often
        </button>
      )}
      {!rule.where && (
        <button type="button" className="ae-text-button" onClick={() => set({ where: emptyRule("field") })}>
          + only where…
        </button>
      )}
    </div>
  );
}

export function useEventSuggestions() {
  const { speaker } = useEditor();
  return speaker.vocabulary.catalogue.events.map((event) => ({
    value: event,
    label: upperFirst(eventWords(event)),
    hint: event,
  }));
}

export function EventRuleEditor({ condition, onChange }: PartProps) {
  const { negative, rule } = asRule(condition);
  const events = useEventSuggestions();
  if (!("event" in rule)) return null;
  const set = (change: Partial<EventRule>) => {
    const next = Object.fromEntries(
      Object.entries({ ...rule, ...change }).filter(([, part]) => part != null),
    );
    onChange(fromRule({ negative, rule: next as unknown as EventRule }));
  };
  return (
    <>
      <Polarity
        negative={negative}
        words={["this happened", "this did not happen"]}
        onChange={(no) => onChange(fromRule({ negative: no, rule }))}
      />
      <Combo
        label="What happened"
        placeholder="What happened"
        value={rule.event}
        suggestions={events}
        free={(typed) => typed}
        onChange={(event) => set({ event })}
      />
      <Where rule={rule} set={set} />
      <Count rule={rule} set={set} />
      <Within rule={rule} set={set} />
      <EventExtras rule={rule} set={set} />
    </>
  );
}
