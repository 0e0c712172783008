/** The settings of one step: its name, what is wrong, its form, and what can be done with it. */
import type { ComponentType } from "react";

import { useEditor } from "../context";
import { mindFailure, setParameter } from "../edits";
import { Check, Row } from "../fields/row";
import { counted } from "../format";
import { Button, Notice } from "../parts";
import { fieldsOf } from "../schema";
import type { Problem, Step } from "../types";
import { isStructural } from "../vocabulary";
import { stepSaid, stepTitle } from "../words";
import { BranchForm } from "./branch-form";
import { PanelFrame } from "./frame";
import { SchemaForm } from "./schema-form";
import { SplitForm } from "./split-form";
import { WaitForm } from "./wait-form";
import { WaitUntilForm } from "./wait-until-form";

interface FormProps {
  id: string;
  step: Step;
  problems: Problem[];
}

function LeaveForm() {
  return (
    <p className="ae-hint">Whoever gets here leaves the automation. It counts as left, not as a goal.</p>
  );
}

function CatalogueForm({ id, step, problems }: FormProps) {
  const { commands, speaker } = useEditor();
  const { schema, ui } = speaker.vocabulary.step(step.kind);
  const minded = step.on_failure !== undefined;
  return (
    <>
      <SchemaForm
        schema={schema}
        values={step}
        problems={problems}
        step={id}
        onChange={(name, value) =>
          commands.edit((definition) => setParameter(definition, id, name, value), `${id}.${name}`)
        }
      />
      {(ui?.answers || minded) && (
        <Check
          label="Those it fails for go a way of their own"
          help="Otherwise they go on with the others."
          checked={minded}
          onChange={(checked) => commands.edit((definition) => mindFailure(definition, id, checked))}
        />
      )}
    </>
  );
}

const FORMS: Record<string, ComponentType<FormProps>> = {
  wait: WaitForm,
  wait_until: WaitUntilForm,
  branch: BranchForm,
  split: SplitForm,
  leave: LeaveForm,
};

/** Problems that no control of the form shows beside itself. */
function useLoose(step: Step, problems: Problem[]): Problem[] {
  const { speaker } = useEditor();
  const own = isStructural(step.kind)
    ? ["for", "until", "timeout", "paths"]
    : fieldsOf(speaker.vocabulary.step(step.kind).schema).map(({ name }) => name);
  return problems.filter(({ field }) => !own.includes(field?.split(/[.[]/)[0] ?? ""));
}

function Troubles({ id, problems, step }: FormProps) {
  const { commands, state, ui } = useEditor();
  const loose = useLoose(step, problems);
  const failed = ui.viewing ? 0 : (state.numbers?.nodes[id]?.failed ?? 0);
  return (
    <>
      {loose.map(({ message }) => (
        <Notice key={message} tone="bad">
          {message}
        </Notice>
      ))}
      {failed > 0 && (
        <Notice tone="bad">
          {counted(failed, "time")}, something failed here.{" "}
          <button
            type="button"
            className="ae-text-button"
            onClick={() => commands.openPeople({ node: id, state: "failed", count: failed })}
          >
            See who and why
          </button>
        </Notice>
      )}
    </>
  );
}

function InTest({ id }: { id: string }) {
  const { ui } = useEditor();
  const trail = ui.test?.trail;
  const stop = trail?.stops.get(id);
  if (!trail) return null;
  if (!stop) return <Notice tone="info">This person would not come here.</Notice>;
  return (
    <Notice tone="info">
      <strong>{stop.chip}</strong>
      {stop.why.map((why, index) => (
        <p key={index}>{why}</p>
      ))}
    </Notice>
  );
}

function Actions({ id, step }: { id: string; step: Step }) {
  const { commands, editable } = useEditor();
  if (!editable) return null;
  return (
    <>
      {step.kind !== "leave" && (
        <Button icon="copy" title="Ctrl+D" onClick={() => commands.duplicate(id)}>
          Duplicate
        </Button>
      )}
      <Button icon="arrows-move" title="M" onClick={() => commands.startMoving(id)}>
        Move
      </Button>
      <span className="ae-spring" />
      <Button look="danger" icon="trash" title="Delete" onClick={() => commands.remove(id)}>
        Remove
      </Button>
    </>
  );
}

function NameRow({ id, step }: { id: string; step: Step }) {
  const { commands, speaker } = useEditor();
  const { name: _name, ...unnamed } = step;
  const set = (name: string) =>
    commands.edit((definition) => setParameter(definition, id, "name", name || undefined), `${id}.name`);
  return (
    <Row label="Name in this automation" optional>
      {(wiring) => (
        <input
          {...wiring}
          className="ae-input"
          maxLength={80}
          placeholder={stepSaid(unnamed as Step, speaker).title}
          value={step.name ?? ""}
          onChange={(event) => set(event.target.value)}
        />
      )}
    </Row>
  );
}

export function StepInspector({ id, step }: { id: string; step: Step }) {
  const { speaker, problems: all, editable } = useEditor();
  const kind = speaker.vocabulary.step(step.kind);
  const problems = all.filter(({ node }) => node === id);
  const Form = FORMS[step.kind] ?? CatalogueForm;
  return (
    <PanelFrame
      key={id}
      className="ae-inspector"
      label={`Settings of ${stepTitle(step, speaker)}`}
      kind={kind.title}
      title={stepTitle(step, speaker)}
      tone={speaker.vocabulary.toneOf(step.kind)}
      icon={kind.icon}
      footer={editable && <Actions id={id} step={step} />}
    >
      <InTest id={id} />
      <Troubles id={id} step={step} problems={problems} />
      <fieldset className="ae-form" disabled={!editable}>
        <legend className="ae-hidden">Settings</legend>
        <NameRow id={id} step={step} />
        <Form id={id} step={step} problems={problems} />
      </fieldset>
    </PanelFrame>
  );
}
