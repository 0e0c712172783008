/** The people behind a number, with the way to each of them. */
import { useCallback, useEffect, useState } from "react";

import { messageOf } from "./api";
import { useEditor } from "./context";
import { crowdHeading, listOf } from "./figures";
import type { Crowd } from "./figures";
import { initials, moment } from "./format";
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
  const { node } = crowd;
  const state = listOf(crowd);
  const { api } = useEditor();
  const [listed, setListed] = useState<Listed>({ people: [], next: null, state: "loading", message: "" });
  const load = useCallback(
    async (cursor: string | null) => {
      setListed((before) => ({ ...before, state: "loading" }));
      try {
        const { items, next } = await api.people(node, state, cursor);
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
    [api, node, state],
  );
  useEffect(() => void load(null), [load]);
  return { listed, load };
}

function PersonRow({ person }: { person: Person }) {
  const { zone } = useEditor().setting;
  const name = personName(person);
  return (
    <li>
      <a className="ae-person" href={`/contacts/${encodeURIComponent(person.contact_id)}`}>
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

export function PeoplePanel({ crowd }: { crowd: Crowd }) {
  const { definition, speaker } = useEditor();
  const { listed, load } = usePeople(crowd);
  const step = crowd.node === null ? undefined : definition.nodes[crowd.node];
  const about = step ? stepTitle(step, speaker) : "The whole automation";
  return (
    <PanelFrame
      className="ae-people-panel"
      label={`${crowdHeading(crowd)}: ${about}`}
      kind={about}
      title={crowdHeading(crowd)}
    >
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
      {listed.state === "shown" && !listed.people.length && (
        <p className="ae-quiet">Nobody, at this moment.</p>
      )}
      {listed.state === "shown" && listed.next && (
        <Button onClick={() => void load(listed.next)}>Show more</Button>
      )}
    </PanelFrame>
  );
}
