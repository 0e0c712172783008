/** The settings of the start: what lets people in, who is kept out, whether they may come again, goal and early exit. */
import { useEffect, useRef } from "react";
import type { ReactNode } from "react";

import { ConditionBuilder } from "../builder/condition-builder";
import { propertiesOf } from "../conditions";
import { useEditor } from "../context";
import { setAgain, setEntryKey, setRule, setTrigger } from "../edits";
import { Combo } from "../fields/combo";
import { Check, Choices, Row, RowGroup, Wrong } from "../fields/row";
import { DurationInput } from "../fields/times";
import { Button, Notice } from "../parts";
import { isAboutStart } from "../problems";
import { fieldsOf } from "../schema";
import type { Again, Condition, Problem, Trigger } from "../types";
import type { TriggerSection } from "../ui";
import { triggerSaid } from "../words";
import { PanelFrame } from "./frame";
import { SchemaForm, problemAt } from "./schema-form";

/** Problems of the entry are named from the top of the definition: "entry.trigger.event" is the trigger's "event". */
function triggerProblems(problems: Problem[]): Problem[] {
  const short = (field: string | null) => field?.replace(/^(entry\.)?(trigger\.)?/, "") ?? null;
  return problems
    .filter(({ node }) => isAboutStart(node))
    .map((problem) => ({ ...problem, field: short(problem.field) }));
}

function Section({ name, title, children }: { name: TriggerSection; title: string; children: ReactNode }) {
  return (
    <section className="ae-section" data-section={name} aria-label={title}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

interface PartProps {
  trigger: Trigger;
  problems: Problem[];
}

function useSetting(trigger: Trigger) {
  const { commands } = useEditor();
  return (name: string, value: unknown) =>
    commands.edit((definition) => {
      const { [name]: _before, ...rest } = trigger;
      return setTrigger(definition, (value === undefined ? rest : { ...rest, [name]: value }) as Trigger);
    }, `trigger.${name}`);
}

function Start({ trigger, problems }: PartProps) {
  const { commands, speaker } = useEditor();
  const { title, help, schema } = speaker.vocabulary.trigger(trigger.kind);
  const set = useSetting(trigger);
  return (
    <Section name="start" title="Starts when">
      <div className="ae-chosen">
        <div>
          <strong>{title}</strong>
          <span>{help}</span>
        </div>
        <Button onClick={(event) => commands.pick(null, event.currentTarget)}>Change</Button>
      </div>
      <SchemaForm
        schema={schema}
        values={trigger}
        problems={problems}
        step={null}
        event={String(trigger.event ?? "")}
        only={({ widget }) => widget !== "condition"}
        onChange={set}
      />
    </Section>
  );
}

function Filter({ trigger, problems }: PartProps) {
  const { speaker } = useEditor();
  const set = useSetting(trigger);
  const fields = fieldsOf(speaker.vocabulary.trigger(trigger.kind).schema).filter(
    ({ widget }) => widget === "condition",
  );
  if (!fields.length) return null;
  return (
    <Section name="filter" title="Only if">
      {fields.map(({ name, label }) => (
        <div key={name} className="ae-field">
          <ConditionBuilder
            label={label}
            value={trigger[name] as Condition | null}
            event={String(trigger.event ?? "")}
            onChange={(condition) => set(name, condition ?? undefined)}
          />
          <Wrong id={`trigger-${name}`} problem={problemAt(problems, name)} />
          {trigger[name] == null && <p className="ae-hint">Without a condition, everybody comes in.</p>}
        </div>
      ))}
    </Section>
  );
}

type AgainWay = "never" | "always" | "after";

function wayOf(again: Again): AgainWay {
  return typeof again === "string" ? again : "after";
}

function Key({ event }: { event: string }) {
  const { commands, definition, speaker } = useEditor();
  const { key } = definition.entry;
  const known = [...speaker.vocabulary.fields.values(), ...propertiesOf(event)].filter(({ path }) =>
    path.startsWith("event."),
  );
  const set = (next: string | null) => commands.edit((drawn) => setEntryKey(drawn, next), "entry.key");
  return (
    <>
      <Check
        label="Run separately for each order, booking…"
        help="Then one person can be inside several times at once, once for each."
        checked={key != null}
        onChange={(checked) => set(checked ? "event.order_id" : null)}
      />
      {key != null && (
        <Row label="Told apart by">
          {({ id }) => (
            <Combo
              id={id}
              value={key}
              placeholder="For example order_id"
              suggestions={known.map(({ path, label }) => ({ value: path, label, hint: path }))}
              free={(typed) => (typed.includes(".") ? typed : `event.${typed}`)}
              onChange={(next) => set(next || null)}
            />
          )}
        </Row>
      )}
    </>
  );
}

function Reentry({ trigger, problems }: PartProps) {
  const { commands, definition } = useEditor();
  const { again } = definition.entry;
  const set = (next: Again) => commands.edit((drawn) => setAgain(drawn, next), "entry.again");
  const choose = (way: AgainWay) => set(way === "after" ? { after: "P30D" } : way);
  return (
    <Section name="again" title="Who may come in again">
      <Choices<AgainWay>
        label="The same person"
        value={wayOf(again)}
        onChange={choose}
        options={[
          { value: "never", label: "Only once, ever" },
          { value: "after", label: "Again after some time" },
          { value: "always", label: "Every time" },
        ]}
      />
      {typeof again !== "string" && (
        <RowGroup label="Not before" problem={problemAt(problems, "again")}>
          {() => (
            <DurationInput
              label="Not before"
              value={again.after}
              onChange={(iso) => set({ after: iso ?? "P1D" })}
            />
          )}
        </RowGroup>
      )}
      {trigger.kind === "event" && <Key event={String(trigger.event ?? "")} />}
    </Section>
  );
}

interface RuleProps {
  name: "goal" | "exit";
  title: string;
  help: string;
  problems: Problem[];
}

function RuleSection({ name, title, help, problems }: RuleProps) {
  const { commands, definition } = useEditor();
  const parameter = name === "goal" ? "goal" : "exit_when";
  const set = (rule: Condition | null) =>
    commands.edit((drawn) => setRule(drawn, parameter, rule), parameter);
  return (
    <Section name={name} title={title}>
      <p className="ae-hint">{help}</p>
      <ConditionBuilder label={title} value={definition[parameter]} onChange={set} />
      <Wrong id={`entry-${name}`} problem={problemAt(problems, parameter)} />
    </Section>
  );
}

/** Pressing a rule on the card opens its own section here. */
function useSection(section: TriggerSection | undefined) {
  const body = useRef<HTMLFieldSetElement>(null);
  useEffect(() => {
    if (section) body.current?.querySelector(`[data-section=${section}]`)?.scrollIntoView({ block: "start" });
  }, [section]);
  return body;
}

export function TriggerInspector() {
  const { definition, speaker, problems: all, ui, editable } = useEditor();
  const { trigger } = definition.entry;
  const body = useSection(ui.selection?.section);
  const problems = triggerProblems(all);
  if (!trigger) return null;
  const stop = ui.test?.trail?.stops.get("");
  const shown = [
    "event",
    "again",
    "goal",
    "exit_when",
    ...Object.keys(speaker.vocabulary.trigger(trigger.kind).schema.properties ?? {}),
  ];
  const loose = problems.filter(({ field }) => !shown.includes(field?.split(/[.[]/)[0] ?? ""));
  return (
    <PanelFrame
      className="ae-inspector"
      label="Settings of the start"
      kind="Start"
      title={triggerSaid(trigger, speaker).title}
      tone="trigger"
      icon={speaker.vocabulary.trigger(trigger.kind).icon}
    >
      {stop && (
        <Notice tone="info">
          <strong>{stop.chip}</strong> {stop.why.join(" ")}
        </Notice>
      )}
      {loose.map(({ message }) => (
        <Notice key={message} tone="bad">
          {message}
        </Notice>
      ))}
      <fieldset className="ae-form" disabled={!editable} ref={body}>
        <legend className="ae-hidden">Settings</legend>
        <Start trigger={trigger} problems={problems} />
        <Filter trigger={trigger} problems={problems} />
        <Reentry trigger={trigger} problems={problems} />
        <RuleSection
          name="goal"
          title="Goal"
          help="Whoever reaches it has done what this is for, and leaves at once, from any wait."
          problems={problems}
        />
        <RuleSection
          name="exit"
          title="Leaves early when"
          help="Whoever this becomes true for leaves at once, without counting as a success."
          problems={problems}
        />
      </fieldset>
    </PanelFrame>
  );
}
