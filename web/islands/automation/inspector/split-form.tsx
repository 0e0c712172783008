/** The shares of an A/B split. They must make a hundred; one press makes them even. */
import { useEditor } from "../context";
import { addPath, patchPath, removePath, shareEvenly } from "../edits";
import { Button, IconButton, Notice } from "../parts";
import type { Problem, Step } from "../types";
import { problemAt } from "./schema-form";

interface FormProps {
  id: string;
  step: Step;
  problems: Problem[];
}

function nextLetter(step: Step): string {
  const used = new Set((step.paths ?? []).map(({ label }) => label));
  return [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"].find((letter) => !used.has(letter)) ?? "";
}

export function SplitForm({ id, step, problems }: FormProps) {
  const { commands } = useEditor();
  const paths = step.paths ?? [];
  const total = paths.reduce((sum, { share = 0 }) => sum + share, 0);
  const even = () => commands.edit((definition) => shareEvenly(definition, id));
  const set = (index: number, patch: { label?: string; share?: number }) =>
    commands.edit((definition) => patchPath(definition, id, index, patch), `${id}.paths.${index}`);
  const add = () =>
    commands.edit((definition) =>
      shareEvenly(addPath(definition, id, { label: nextLetter(step), share: 0, next: null }), id),
    );
  const problem = problemAt(problems, "paths");
  return (
    <>
      <fieldset className="ae-field">
        <legend className="ae-label">Ways and their shares</legend>
        {paths.map(({ label, share }, index) => (
          <div className="ae-row ae-share" key={index}>
            <input
              className="ae-input"
              aria-label={`Name of way ${index + 1}`}
              value={label ?? ""}
              maxLength={40}
              onChange={(event) => set(index, { label: event.target.value })}
            />
            <input
              className="ae-input ae-number"
              type="number"
              min={0}
              max={100}
              aria-label={`Share of way ${index + 1} in per cent`}
              value={share ?? 0}
              onChange={(event) =>
                set(index, { share: Math.max(0, Math.min(100, event.target.valueAsNumber || 0)) })
              }
            />
            <span>%</span>
            <IconButton
              label={`Remove way ${label || index + 1}`}
              icon="trash"
              disabled={paths.length <= 2}
              onClick={() =>
                commands.edit((definition) => shareEvenly(removePath(definition, id, index), id))
              }
            />
          </div>
        ))}
      </fieldset>
      {total !== 100 && (
        <Notice tone="warn">
          The shares make {total}%, not 100%.{" "}
          <button type="button" className="ae-text-button" onClick={even}>
            Share evenly
          </button>
        </Notice>
      )}
      {problem && total === 100 && <Notice tone="bad">{problem}</Notice>}
      <div className="ae-row">
        <Button icon="plus" onClick={add}>
          Add a way
        </Button>
        {total === 100 && (
          <Button look="quiet" icon="equal" onClick={even}>
            Share evenly
          </Button>
        )}
      </div>
      <p className="ae-hint">
        By chance, and each person stays on the way they got first, also when they come again.
      </p>
    </>
  );
}
