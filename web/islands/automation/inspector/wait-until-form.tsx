/** Waiting for something to happen, and what happens when it does not. */
import { ConditionBuilder } from "../builder/condition-builder";
import { useEditor } from "../context";
import { durationWords } from "../durations";
import { setParameter } from "../edits";
import { RowGroup } from "../fields/row";
import { DurationInput } from "../fields/times";
import type { Condition, Problem, Step } from "../types";
import { problemAt } from "./schema-form";

interface FormProps {
  id: string;
  step: Step;
  problems: Problem[];
}

export function WaitUntilForm({ id, step, problems }: FormProps) {
  const { commands } = useEditor();
  const set = (name: string, value: unknown) =>
    commands.edit((definition) => setParameter(definition, id, name, value), `${id}.${name}`);
  const limit = durationWords(step.timeout as string);
  return (
    <>
      <RowGroup
        label="Until"
        problem={problemAt(problems, "until")}
        help="Only what happens after they get here counts, unless you ask for a time before."
      >
        {() => (
          <ConditionBuilder
            label="Until"
            value={step.until as Condition | null}
            onChange={(condition) => set("until", condition)}
          />
        )}
      </RowGroup>
      <RowGroup
        label="At most"
        problem={problemAt(problems, "timeout")}
        help={limit ? `After ${limit} they take the path “After ${limit}”.` : undefined}
      >
        {() => (
          <DurationInput
            label="At most"
            value={step.timeout as string}
            onChange={(iso) => set("timeout", iso)}
          />
        )}
      </RowGroup>
    </>
  );
}
