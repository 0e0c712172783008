/** A wait in the three ways people think of one: a while, a time of day, a date of theirs. */
import { useEditor } from "../context";
import { patchStep, setParameter } from "../edits";
import { Check, Choices, Row, RowGroup, Wrong } from "../fields/row";
import { DurationInput, TimeInput, WeekdaysInput } from "../fields/times";
import { DateOfTheirs, TimeOfDay, tidyUntil } from "../fields/until";
import type { Problem, Step, Until } from "../types";
import { stepSaid } from "../words";
import { problemAt } from "./schema-form";

interface FormProps {
  id: string;
  step: Step;
  problems: Problem[];
}

type Way = "for" | "time" | "date";

export function wayOf(step: Step): Way {
  const until = step.until as Until | null | undefined;
  if (until?.attribute !== undefined) return "date";
  return until && step.for == null ? "time" : "for";
}

const STARTS: Record<Way, Partial<Step>> = {
  for: { for: "P1D", until: undefined },
  time: { for: undefined, until: { time: "09:00" } },
  date: { for: undefined, until: { attribute: "", offset: "-P3D" } },
};

function withoutUndefined(step: Step): Step {
  return Object.fromEntries(Object.entries(step).filter(([, value]) => value !== undefined)) as Step;
}

function Lasting({
  step,
  problems,
  set,
}: {
  step: Step;
  problems: Problem[];
  set: (name: string, value: unknown) => void;
}) {
  const until = (step.until ?? null) as Until | null;
  const change = (next: Until) => set("until", Object.keys(next).length ? next : undefined);
  return (
    <>
      <RowGroup label="How long" problem={problemAt(problems, "for")}>
        {() => (
          <DurationInput label="How long" value={step.for as string} onChange={(iso) => set("for", iso)} />
        )}
      </RowGroup>
      <Check
        label="Then wait for a time of day"
        help={until ? undefined : "Otherwise they go on at the same minute they came."}
        checked={until !== null}
        onChange={(checked) => set("until", checked ? { time: "09:00" } : undefined)}
      />
      {until && (
        <>
          <Row label="At">
            {({ id }) => (
              <TimeInput
                id={id}
                label="At"
                value={until.time}
                onChange={(time) => change(tidyUntil({ ...until, time }))}
              />
            )}
          </Row>
          <RowGroup label="On">
            {() => (
              <WeekdaysInput
                label="On which days"
                value={until.weekdays}
                onChange={(weekdays) => change(tidyUntil({ ...until, weekdays }))}
              />
            )}
          </RowGroup>
        </>
      )}
    </>
  );
}

export function WaitForm({ id, step, problems }: FormProps) {
  const { commands, speaker, setting } = useEditor();
  const way = wayOf(step);
  const set = (name: string, value: unknown) =>
    commands.edit((definition) => setParameter(definition, id, name, value), `${id}.${name}`);
  const choose = (next: Way) =>
    commands.edit((definition) => {
      const changed = patchStep(definition, id, STARTS[next]);
      return { ...changed, nodes: { ...changed.nodes, [id]: withoutUndefined(changed.nodes[id]!) } };
    });
  const { name: _name, ...unnamed } = step;
  const local = way !== "for" || step.until != null;
  return (
    <>
      <p className="ae-in-words" aria-live="polite">
        Wait: {stepSaid(unnamed as Step, speaker).title.replace(/^Until/, "until")}.
      </p>
      <Choices<Way>
        label="Wait"
        value={way}
        onChange={choose}
        options={[
          { value: "for", label: "For a while" },
          { value: "time", label: "Until a time of day" },
          { value: "date", label: "Until a date of theirs" },
        ]}
      />
      {way === "for" && <Lasting step={step} problems={problems} set={set} />}
      {way === "time" && (
        <TimeOfDay value={(step.until ?? {}) as Until} onChange={(until) => set("until", until)} />
      )}
      {way === "date" && (
        <DateOfTheirs
          value={(step.until ?? {}) as Until}
          onChange={(until) => set("until", { attribute: "", ...until })}
        />
      )}
      <Wrong id={`${id}-until`} problem={problemAt(problems, "until")} />
      {local && (
        <p className="ae-hint">
          In each person’s own time zone; where it is not known, in yours ({setting.zone.replaceAll("_", " ")}
          ).
        </p>
      )}
    </>
  );
}
