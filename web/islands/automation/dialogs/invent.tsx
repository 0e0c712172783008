/** Somebody who does not exist, to test with: only what this drawing asks about is asked. */
import { useMemo, useState } from "react";

import { askedOf, entranceOf, invented, somebody } from "../asked";
import type { Answers, Asked } from "../asked";
import { useEditor } from "../context";
import { Check, Row } from "../fields/row";
import { Button } from "../parts";
import { eventWords, humanise, upperFirst } from "../vocabulary";

type Change = (change: Partial<Answers>) => void;

interface PartProps {
  asked: Asked;
  answers: Answers;
  change: Change;
}

function toggled(list: string[], name: string, on: boolean): string[] {
  return on ? [...list, name] : list.filter((one) => one !== name);
}

/** What is compared with yes or no is answered so. */
function YesOrNo({ label, value, onChange }: LineProps) {
  return (
    <Row label={label}>
      {(wiring) => (
        <select {...wiring} className="ae-input" value={value} onChange={(event) => onChange(event.target.value)}>
          <option value="true">Yes</option>
          <option value="false">No</option>
          <option value="">Not known</option>
        </select>
      )}
    </Row>
  );
}

interface LineProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  placeholder?: string;
}

function Line({ label, value, onChange, placeholder }: LineProps) {
  return (
    <Row label={label}>
      {(wiring) => (
        <input
          {...wiring}
          className="ae-input"
          autoComplete="off"
          placeholder={placeholder}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Row>
  );
}

function Zone({ answers, change }: Omit<PartProps, "asked">) {
  const zones = useMemo(() => new Set([answers.time_zone, ...Intl.supportedValuesOf("timeZone")]), []);
  return (
    <Row label="Where they live">
      {(wiring) => (
        <select
          {...wiring}
          className="ae-input"
          value={answers.time_zone}
          onChange={(event) => change({ time_zone: event.target.value })}
        >
          {[...zones].map((zone) => (
            <option key={zone} value={zone}>
              {zone.replaceAll("_", " ")}
            </option>
          ))}
        </select>
      )}
    </Row>
  );
}

function Known({ asked, answers, change }: PartProps) {
  const { vocabulary } = useEditor().speaker;
  return (
    <>
      {[...asked.fields].map(([name, compared]) => (
        <Line
          key={name}
          label={vocabulary.attribute(name).label}
          value={answers.fields[name] ?? ""}
          placeholder={compared ? `For example ${String(compared)}` : "Not known"}
          onChange={(value) => change({ fields: { ...answers.fields, [name]: value } })}
        />
      ))}
      {[...asked.tags].map((tag) => (
        <Check
          key={tag}
          label={`Has the tag “${tag}”`}
          checked={answers.tags.includes(tag)}
          onChange={(on) => change({ tags: toggled(answers.tags, tag, on) })}
        />
      ))}
    </>
  );
}

function Happened({ name, asked, answers, change }: PartProps & { name: string }) {
  const { trigger } = useEditor().definition.entry;
  const starts = name === entranceOf(trigger);
  const done = answers.done.includes(name);
  const own = answers.properties[name] ?? {};
  const set = (property: string, value: string) =>
    change({ properties: { ...answers.properties, [name]: { ...own, [property]: value } } });
  const words = upperFirst(eventWords(name));
  return (
    <>
      {!starts && (
        <Check
          label={`${words}: has happened`}
          checked={done}
          onChange={(on) => change({ done: toggled(answers.done, name, on) })}
        />
      )}
      {done &&
        [...asked.events.get(name)!].map(([property, compared]) => {
          const Answer = typeof compared === "boolean" ? YesOrNo : Line;
          return (
            <Answer
              key={property}
              label={`${words}: ${humanise(property).toLowerCase()}`}
              value={own[property] ?? ""}
              onChange={(value) => set(property, value)}
            />
          );
        })}
    </>
  );
}

let latest: { drawing: string; answers: Answers } | null = null; // whoever tries again changes one thing, not all

function useAnswers(asked: Asked) {
  const { definition, setting } = useEditor();
  const drawing = `${setting.automationId} ${JSON.stringify([...asked.events.keys()])}`;
  const [answers, setAnswers] = useState<Answers>(() =>
    latest?.drawing === drawing
      ? latest.answers
      : somebody(asked, entranceOf(definition.entry.trigger), setting.zone),
  );
  const change: Change = (changed) => {
    const next = { ...answers, ...changed };
    latest = { drawing, answers: next };
    setAnswers(next);
  };
  return { answers, change };
}

export function InventPerson() {
  const { commands, definition, speaker } = useEditor();
  const asked = useMemo(() => askedOf(definition), [definition]);
  const { answers, change } = useAnswers(asked);
  const test = () =>
    void commands.test({
      id: "invented",
      email: answers.email,
      first_name: answers.first_name || "Somebody invented",
      last_name: null,
      invented: invented(answers, speaker.vocabulary),
    });
  return (
    <form
      className="ae-invent"
      onSubmit={(event) => {
        event.preventDefault();
        test();
      }}
    >
      <div className="ae-invent-pair">
        <Line label="First name" value={answers.first_name} onChange={(first_name) => change({ first_name })} />
        <Line label="E-mail" value={answers.email} onChange={(email) => change({ email })} />
      </div>
      <Zone answers={answers} change={change} />
      <Check
        label="Has agreed to e-mail"
        checked={answers.mayBeMailed}
        onChange={(mayBeMailed) => change({ mayBeMailed })}
      />
      <Known asked={asked} answers={answers} change={change} />
      {[...asked.events.keys()].map((name) => (
        <Happened key={name} name={name} asked={asked} answers={answers} change={change} />
      ))}
      <Button look="primary" icon="route" type="submit">
        Show the way
      </Button>
    </form>
  );
}
