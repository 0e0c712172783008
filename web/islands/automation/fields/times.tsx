/** Controls for time: how long, at which hour, on which days. */
import { UNITS, toAmount, toIso } from "../durations";
import type { Unit } from "../durations";
import { WEEKDAYS, dayName } from "../words";

interface DurationProps {
  value: string | null | undefined;
  onChange: (iso: string | undefined) => void;
  label: string;
  id?: string;
  units?: readonly Unit[];
  describedBy?: string;
}

const USUAL: readonly Unit[] = UNITS.slice(0, 4);
const LONGEST = 9999;

/** A number with a unit. Months and years appear only where they are in use already: a wait counts in days. */
export function DurationInput({ value, onChange, label, id, units = USUAL, describedBy }: DurationProps) {
  const amount = toAmount(value);
  const unit = amount?.unit ?? "days";
  const offered = units.includes(unit) ? units : [...units, unit];
  const change = (count: number, next: Unit) =>
    onChange(count > 0 ? toIso({ count, unit: next }) : undefined);
  return (
    <div className="ae-duration" role="group" aria-label={label}>
      <input
        id={id}
        className="ae-input"
        type="number"
        inputMode="numeric"
        min={1}
        max={LONGEST}
        aria-label={`${label}: how many`}
        aria-describedby={describedBy}
        value={amount?.count ?? ""}
        onChange={(event) => change(Math.min(Math.floor(event.target.valueAsNumber) || 0, LONGEST), unit)}
      />
      <select
        className="ae-input"
        aria-label={`${label}: unit`}
        value={unit}
        onChange={(event) => change(amount?.count ?? 1, event.target.value as Unit)}
      >
        {offered.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
    </div>
  );
}

interface TimeProps {
  value: string | null | undefined;
  onChange: (time: string | undefined) => void;
  label: string;
  id?: string;
}

export function TimeInput({ value, onChange, label, id }: TimeProps) {
  return (
    <input
      id={id}
      className="ae-input ae-time"
      type="time"
      aria-label={label}
      value={value?.slice(0, 5) ?? ""}
      onChange={(event) => onChange(event.target.value || undefined)}
    />
  );
}

interface WeekdaysProps {
  value: string[] | null | undefined;
  onChange: (days: string[] | undefined) => void;
  label: string;
}

const WORKING = WEEKDAYS.slice(0, 5);

/** No day chosen means any day, and so do all seven. */
export function WeekdaysInput({ value, onChange, label }: WeekdaysProps) {
  const chosen = value?.length ? value : WEEKDAYS;
  const set = (days: string[]) => onChange(days.length === 0 || days.length === 7 ? undefined : days);
  const toggle = (day: string) => set(WEEKDAYS.filter((one) => chosen.includes(one) !== (one === day)));
  return (
    <div className="ae-weekdays" role="group" aria-label={label}>
      {WEEKDAYS.map((day) => (
        <button
          key={day}
          type="button"
          aria-pressed={chosen.includes(day)}
          aria-label={dayName(day)}
          onClick={() => toggle(day)}
        >
          {dayName(day).slice(0, 2)}
        </button>
      ))}
      <button
        type="button"
        className="ae-text-button"
        onClick={() => set(chosen.length === 7 ? WORKING : WEEKDAYS)}
      >
        {chosen.length === 7 ? "Weekdays only" : "Any day"}
      </button>
    </div>
  );
}
