/** Before publishing: what is not ready, what changed in words, and what becomes of the people inside. */
import { useEffect, useState } from "react";

import { messageOf } from "../api";
import type { InFlight } from "../api";
import { ChangeList } from "../changes";
import { useEditor } from "../context";
import { Choices, Row } from "../fields/row";
import { TypeNumber, isTyped } from "./type-number";
import { counted, figure, people } from "../format";
import { Button, Dialog, Notice, Spinner } from "../parts";
import { worded } from "../problems";
import { triggerRules } from "../rules";
import type { Changes, Problem, Warned } from "../types";
import { stepTitle, triggerSaid } from "../words";

type Asked =
  { state: "asking" } | { state: "known"; changes: Changes } | { state: "failed"; message: string };

function useChanges(attempt: number): Asked {
  const { api, store } = useEditor();
  const [asked, setAsked] = useState<Asked>({ state: "asking" });
  useEffect(() => {
    let open = true;
    const ask = async (): Promise<Asked> => {
      if (!(await store.flush()))
        return { state: "failed", message: "The draft is not saved yet, so it cannot be published." };
      return { state: "known", changes: await api.changes() };
    };
    setAsked({ state: "asking" });
    void ask()
      .catch((fault: unknown): Asked => ({ state: "failed", message: messageOf(fault) }))
      .then((answer) => open && setAsked(answer));
    return () => {
      open = false;
    };
  }, [api, store, attempt]);
  return asked;
}

/** What is said about steps; each line leads to its own. */
function Findings({ found }: { found: Warned[] }) {
  const { commands, definition, speaker } = useEditor();
  const step = (node: string | null) => (node === null ? undefined : definition.nodes[node]);
  const go = (node: string | null) => {
    commands.closeDialog();
    commands.select({ step: step(node) ? node : null });
  };
  const said = (node: string | null, message: string) =>
    step(node) ? `${stepTitle(step(node)!, speaker)}: ${message}` : message;
  return (
    <ul className="ae-faults">
      {found.map(({ node, message }, index) => (
        <li key={index}>
          <button type="button" className="ae-link-button" onClick={() => go(node)}>
            {said(node, message)}
          </button>
        </li>
      ))}
    </ul>
  );
}

function NotReady({ problems }: { problems: Problem[] }) {
  const { definition } = useEditor();
  const steps = new Set(problems.map(({ node }) => node)).size;
  const found = problems.map(({ node, message }) =>
    node !== null && definition.nodes[node] ? { node, message } : { node: null, message: `Start: ${message}` },
  );
  return (
    <Notice tone="bad">
      <strong>{steps === 1 ? "1 step is not ready." : `${steps} steps are not ready.`}</strong>
      <Findings found={found} />
    </Notice>
  );
}

/** It may be published as it is, by somebody who knows. */
function WorthALook({ warnings }: { warnings: Warned[] }) {
  const about = warnings.filter(({ node }) => node === null);
  const steps = warnings.filter(({ node }) => node !== null);
  return (
    <Notice tone="warn">
      <strong>Before you publish, have a look at this.</strong>
      {about.map(({ message }) => (
        <p key={message}>{message}</p>
      ))}
      {steps.length > 0 && <Findings found={steps} />}
    </Notice>
  );
}

/** Before anybody is moved: who goes on at once, who stands elsewhere, who leaves, and what that sends. */
function WhatMoves({ changes }: { changes: Changes }) {
  const { at_once: once = 0, elsewhere = 0, leaving = 0, messages = 0 } = changes;
  if (!once && !elsewhere && !leaving) {
    return (
      <p className="ae-quiet">
        Everybody keeps their place. A wait that you changed is counted again from when it began, so some may go on
        sooner or later than before.
      </p>
    );
  }
  const said = [
    once && `${people(once)} ${one(once, "goes", "go")} on at once, because ${one(once, "the wait is", "their wait is")} over in this version${
      messages ? `: ${counted(messages, "message")} ${one(messages, "goes", "go")} out right away` : ""
    }.`,
    elsewhere &&
      `${people(elsewhere)} ${one(elsewhere, "waits", "wait")} at a step that is gone, and ${one(elsewhere, "goes", "go")} on to the next one when that wait would have been over.`,
    leaving &&
      `${people(leaving)} ${one(leaving, "leaves", "leave")}, because nothing is left of what lay before them.`,
  ];
  return (
    <Notice tone="warn">
      {said.filter(Boolean).map((words) => (
        <p key={String(words)}>{words}</p>
      ))}
    </Notice>
  );
}

function one(count: number, singular: string, plural: string): string {
  return count === 1 ? singular : plural;
}

interface InsideProps {
  changes: Changes;
  live: number;
  inFlight: InFlight;
  onChange: (inFlight: InFlight) => void;
}

function Inside({ changes, live, inFlight, onChange }: InsideProps) {
  const { inside, next_version: next } = changes;
  if (!inside) return null;
  return (
    <>
      <Choices<InFlight>
        label={inside === 1 ? "The 1 person now inside" : `The ${figure(inside)} people now inside`}
        value={inFlight}
        onChange={onChange}
        options={[
          { value: "finish", label: `Finish on version ${live}; new people get version ${next}` },
          { value: "move", label: `Move to version ${next} at their next step` },
        ]}
      />
      {inFlight === "move" && <WhatMoves changes={changes} />}
    </>
  );
}

/** The first time, everything is new: what counts is what will happen. */
function WhatGoesLive() {
  const { definition, speaker } = useEditor();
  const { title, detail } = triggerSaid(definition.entry.trigger, speaker);
  const rules = triggerRules(definition, speaker, false).map(({ words }) => words);
  const steps = counted(Object.keys(definition.nodes).length, "step");
  return (
    <section>
      <h3>What goes live</h3>
      <ul className="ae-facts">
        <li>
          Starts: {title}. {detail}
        </li>
        {rules.map((words) => (
          <li key={words}>{words}</li>
        ))}
        <li>{steps}. People come in from the moment you publish.</li>
      </ul>
    </section>
  );
}

function WhatChanged({ changes, live }: { changes: Changes; live: number }) {
  return (
    <section>
      <h3>What changed since version {live}</h3>
      {changes.changes.length ? (
        <ChangeList changes={changes.changes} />
      ) : (
        <p className="ae-quiet">Nothing changed since the live version.</p>
      )}
    </section>
  );
}

export function PublishDialog() {
  const { commands, store, state, definition } = useEditor();
  const [attempt, setAttempt] = useState(0);
  const asked = useChanges(attempt);
  const [inFlight, setInFlight] = useState<InFlight>("finish");
  const [name, setName] = useState("");
  const [typed, setTyped] = useState("");
  const [publishing, setPublishing] = useState(false);
  const [refusal, setRefusal] = useState("");
  const live = state.facts.version;
  const changes = asked.state === "known" ? asked.changes : null;
  const confirm = inFlight === "move" ? (changes?.confirm ?? 0) : 0;
  const confirmed = isTyped(confirm, typed);
  const ready = changes !== null && !changes.problems.length && confirmed && !publishing;

  const publish = async () => {
    setPublishing(true);
    setRefusal("");
    try {
      const version = await store.publish(inFlight, name.trim(), changes?.messages ?? 0);
      commands.closeDialog();
      commands.say(`Version ${version} is live.`);
    } catch (fault) {
      setRefusal(messageOf(fault));
      setPublishing(false);
    }
  };

  return (
    <Dialog
      title={changes ? `Publish version ${changes.next_version}` : "Publish"}
      onClose={() => commands.closeDialog()}
      footer={
        <>
          <span className="ae-spring" />
          <Button onClick={() => commands.closeDialog()}>Keep editing</Button>
          <Button look="primary" disabled={!ready} onClick={() => void publish()}>
            {publishing ? "Publishing…" : "Publish"}
          </Button>
        </>
      }
    >
      {asked.state === "asking" && <Spinner label="Looking at what changed…" />}
      {asked.state === "failed" && (
        <Notice tone="bad" role="alert">
          <p>{asked.message}</p>
          <Button onClick={() => setAttempt(attempt + 1)}>Try again</Button>
        </Notice>
      )}
      {changes && (
        <>
          {changes.problems.length > 0 && <NotReady problems={worded(changes.problems, definition)} />}
          {!!changes.warnings?.length && <WorthALook warnings={changes.warnings} />}
          {live === null ? <WhatGoesLive /> : <WhatChanged changes={changes} live={live} />}
          {live !== null && (
            <Inside changes={changes} live={live} inFlight={inFlight} onChange={setInFlight} />
          )}
          <Row label="Name of this version" optional>
            {(wiring) => (
              <input
                {...wiring}
                className="ae-input"
                maxLength={80}
                placeholder="For example “Winter offer”"
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Row>
          {confirm > 0 && (
            <TypeNumber
              label={`This sends ${figure(confirm)} messages at once. Type ${confirm} to go on.`}
              typed={typed}
              onChange={setTyped}
            />
          )}
          {refusal && (
            <Notice tone="bad" role="alert">
              {refusal}
            </Notice>
          )}
        </>
      )}
    </Dialog>
  );
}
