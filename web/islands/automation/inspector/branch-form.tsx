/** The paths of a split by condition: the first one that fits is taken, in this order. */
import { ConditionBuilder } from "../builder/condition-builder";
import { useEditor } from "../context";
import { pathOutlet } from "../definition";
import { addPath, movePath, patchPath, removePath } from "../edits";
import { Row, Wrong } from "../fields/row";
import { Button, IconButton } from "../parts";
import type { Path, Problem, Step } from "../types";
import { pathLabel } from "../words";

interface FormProps {
  id: string;
  step: Step;
  problems: Problem[];
}

export function pathProblem(problems: Problem[], index: number): string | null {
  const names = [`paths.${index}`, `paths[${index}]`];
  return (
    problems.find(({ field }) => names.some((name) => field === name || field?.startsWith(`${name}.`)))
      ?.message ?? null
  );
}

interface PathProps extends FormProps {
  path: Path;
  index: number;
}

function PathOrder({ id, step, index }: PathProps) {
  const { commands } = useEditor();
  const paths = step.paths ?? [];
  const label = pathLabel(step, pathOutlet(index));
  if (paths.length < 2) return null;
  return (
    <div className="ae-row ae-tight">
      <IconButton
        label={`Move “${label}” up`}
        icon="arrow-up"
        disabled={index === 0}
        onClick={() => commands.edit((drawn) => movePath(drawn, id, index, -1))}
      />
      <IconButton
        label={`Move “${label}” down`}
        icon="arrow-down"
        disabled={index === paths.length - 1}
        onClick={() => commands.edit((drawn) => movePath(drawn, id, index, 1))}
      />
      <IconButton
        label={`Remove “${label}”`}
        icon="trash"
        onClick={() => commands.edit((drawn) => removePath(drawn, id, index))}
      />
    </div>
  );
}

function PathForm(props: PathProps) {
  const { id, path, index, problems, step } = props;
  const { commands } = useEditor();
  const problem = pathProblem(problems, index);
  const set = (patch: Partial<Path>) =>
    commands.edit((definition) => patchPath(definition, id, index, patch), `${id}.paths.${index}`);
  return (
    <section className="ae-path" aria-label={pathLabel(step, pathOutlet(index))}>
      <header className="ae-path-head">
        <h3>{pathLabel(step, pathOutlet(index))}</h3>
        <PathOrder {...props} />
      </header>
      <ConditionBuilder
        label={`When ${pathLabel(step, pathOutlet(index))} is taken`}
        value={path.when}
        onChange={(when) => set({ when })}
      />
      <Wrong id={`${id}-path-${index}`} problem={problem} />
      <Row label="Label on the line">
        {(wiring) => (
          <input
            {...wiring}
            className="ae-input"
            maxLength={40}
            value={path.label ?? ""}
            placeholder={pathLabel(
              { ...step, paths: step.paths?.map(({ label: _label, ...rest }) => rest) },
              pathOutlet(index),
            )}
            onChange={(event) => set({ label: event.target.value || undefined })}
          />
        )}
      </Row>
    </section>
  );
}

export function BranchForm(props: FormProps) {
  const { id, step } = props;
  const { commands } = useEditor();
  const paths = step.paths ?? [];
  const add = () =>
    commands.edit((definition) =>
      addPath(definition, id, { label: `Path ${paths.length + 1}`, when: null, next: null }),
    );
  return (
    <>
      {paths.length > 1 && (
        <p className="ae-hint">They are asked from top to bottom. The first that fits is taken.</p>
      )}
      {paths.map((path, index) => (
        <PathForm key={index} {...props} path={path} index={index} />
      ))}
      <div className="ae-path ae-path-else">
        <h3>{pathLabel(step, "else")}</h3>
        <p className="ae-hint">Everybody else goes this way.</p>
      </div>
      <Button icon="plus" onClick={add}>
        Add a path
      </Button>
    </>
  );
}
