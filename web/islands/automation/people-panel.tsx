/** The people behind a number, with the way to each of them. */
import { useCallback, useEffect, useState } from "react";

import { messageOf } from "./api";
import { useEditor } from "./context";
import { countNow, crowdHeading, failures } from "./figures";
import type { Crowd } from "./figures";
import { figure, initials, moment, people } from "./format";
import { PanelFrame } from "./inspector/frame";
import { personName } from "./names";
import { Button, Notice, Spinner } from "./parts";
import type { Person } from "./types";
import { stepTitle } from "./words";

interface Listed {
  people: Person[];
  next: string | null;
  state: "loading" | "shown" | "failed";
  message: string;
}

function usePeople(crowd: Crowd) {
  const { api } = useEditor();
  const [listed, setListed] = useState<Listed>({ people: [], next: null, state: "loading", message: "" });
  const load = useCallback(
    async (cursor: string | null) => {
      setListed((before) => ({ ...before, state: "loading" }));
      try {
        const { items, next } = await api.people(crowd, cursor);
        setListed((before) => ({
          people: cursor ? [...before.people, ...items] : items,
          next,
          state: "shown",
          message: "",
        }));
      } catch (fault) {
        setListed((before) => ({ ...before, state: "failed", message: messageOf(fault) }));
      }
    },
    [api, crowd],
  );
  useEffect(() => void load(null), [load]);
  return { listed, load };
}

function PersonRow({ person }: { person: Person }) {
  const { automationId, zone } = useEditor().setting;
  const name = personName(person);
  const record = `?automation=${encodeURIComponent(automationId)}#automations`;
  return (
    <li>
      <a className="ae-person" href={`/contacts/${encodeURIComponent(person.contact_id)}${record}`}>
        <span className="ae-avatar" aria-hidden="true">
          {initials(name)}
        </span>
        <span className="ae-person-words">
          <strong>{name}</strong>
          {person.email && person.email !== name && <span>{person.email}</span>}
          {person.reason && <span className="ae-bad">{person.reason}</span>}
          {person.wakes_at && <span>Goes on {moment(person.wakes_at, zone)}</span>}
          {!person.wakes_at && person.since && <span>Since {moment(person.since, zone)}</span>}
        </span>
      </a>
    </li>
  );
}

/** At which steps, each with its own list. */
function WhereFailed() {
  const { commands, definition, speaker, state } = useEditor();
  return (
    <ul className="ae-failed-at">
      {failures(definition, state.numbers).map(({ id, count }) => (
        <li key={id}>
          <button
            type="button"
            className="ae-pill ae-pill-failed"
            onClick={() => commands.openPeople({ node: id, state: "failed", count })}
          >
            {stepTitle(definition.nodes[id]!, speaker)}: {figure(count)}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Whoever failed for a reason that has gone is served after all, all of them at once. */
function Retry({ steps, onDone }: { steps: string[]; onDone: () => void }) {
  const { commands } = useEditor();
  const [busy, setBusy] = useState(false);
  const retry = async () => {
    setBusy(true);
    await commands.retry(steps);
    setBusy(false);
    onDone();
  };
  return (
    <div className="ae-people-act">
      <p>
        Once the cause is mended, send what did not go out. What came back, or may have arrived, is left alone: nobody
        gets anything twice.
      </p>
      <Button look="primary" icon="refresh" disabled={busy} onClick={() => void retry()}>
        {busy ? "Asking…" : "Try all of them again"}
      </Button>
    </div>
  );
}

/** A number counts also those who have been erased since; no list can show them. */
function Missing({ count, shown }: { count: number; shown: number }) {
  if (count <= shown) return null;
  const gone = count - shown;
  return (
    <p className="ae-quiet">
      {people(gone)} of these {figure(count)} {gone === 1 ? "has" : "have"} been erased since, and can only be counted.
    </p>
  );
}

/** Who is there at this moment; everything else is counted from the beginning. */
const NOW = new Set(["inside", "waiting"]);

export function PeoplePanel({ crowd }: { crowd: Crowd }) {
  const { definition, speaker, setting, state } = useEditor();
  const failed = failures(definition, state.numbers);
  const { listed, load } = usePeople(crowd);
  const shown = listed.state === "shown";
  const counted = Math.min(crowd.count, countNow(crowd, definition, state.numbers)); // who came or was served since is no riddle
  const step = crowd.node === null ? undefined : definition.nodes[crowd.node];
  const about = step ? stepTitle(step, speaker) : "The whole automation";
  return (
    <PanelFrame
      className="ae-people-panel"
      label={`${crowdHeading(crowd)}: ${about}`}
      kind={about}
      title={crowdHeading(crowd)}
    >
      {!NOW.has(crowd.state) && <p className="ae-quiet">Since it first went live, in all versions.</p>}
      {crowd.state === "failed" && crowd.node === null && <WhereFailed />}
      {crowd.state === "failed" && setting.mayPublish && (
        <Retry steps={crowd.node === null ? failed.map(({ id }) => id) : [crowd.node]} onDone={() => void load(null)} />
      )}
      <ul className="ae-people">
        {listed.people.map((person, index) => (
          <PersonRow key={`${person.contact_id}-${index}`} person={person} />
        ))}
      </ul>
      {listed.state === "loading" && <Spinner label="Fetching the list…" />}
      {listed.state === "failed" && (
        <Notice tone="bad" role="alert">
          <p>{listed.message}</p>
          <Button onClick={() => void load(null)}>Try again</Button>
        </Notice>
      )}
      {shown && !listed.people.length && !counted && <p className="ae-quiet">Nobody, at this moment.</p>}
      {shown && !listed.next && <Missing count={counted} shown={listed.people.length} />}
      {shown && listed.next && (
        <Button onClick={() => void load(listed.next)}>Show more</Button>
      )}
    </PanelFrame>
  );
}
