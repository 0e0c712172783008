/** Finding a person by name or address: for tests and previews. */
import { useEffect, useState } from "react";

import { messageOf } from "./api";
import { useEditor } from "./context";
import { initials } from "./format";
import { useFirstFocus } from "./hooks";
import { contactName } from "./names";
import { Button, Notice, Spinner } from "./parts";
import { icon } from "./icon";
import type { Contact } from "./types";

const PAUSE = 200;

type Found =
  { state: "searching" } | { state: "found"; contacts: Contact[] } | { state: "failed"; message: string };

function useContacts(typed: string, attempt: number): Found {
  const { api } = useEditor();
  const [found, setFound] = useState<Found>({ state: "searching" });
  useEffect(() => {
    let open = true;
    const timer = setTimeout(async () => {
      const answer = await api
        .contacts(typed.trim())
        .then(({ items }): Found => ({ state: "found", contacts: items }))
        .catch((fault: unknown): Found => ({ state: "failed", message: messageOf(fault) }));
      if (open) setFound(answer);
    }, PAUSE);
    return () => {
      open = false;
      clearTimeout(timer);
    };
  }, [api, typed, attempt]);
  return found;
}

export function ContactSearch({ onChoose }: { onChoose: (contact: Contact) => void }) {
  const [typed, setTyped] = useState("");
  const [attempt, setAttempt] = useState(0);
  const found = useContacts(typed, attempt);
  const input = useFirstFocus<HTMLInputElement>();
  return (
    <div className="ae-contacts">
      <label className="ae-search">
        {icon("search")}
        <input
          ref={input}
          aria-label="Find a person"
          placeholder="Name or e-mail address"
          autoComplete="off"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </label>
      {found.state === "searching" && <Spinner label="Looking…" />}
      {found.state === "failed" && (
        <Notice tone="bad" role="alert">
          <p>{found.message}</p>
          <Button onClick={() => setAttempt(attempt + 1)}>Try again</Button>
        </Notice>
      )}
      {found.state === "found" && (
        <ul className="ae-people">
          {found.contacts.map((contact) => (
            <li key={contact.id}>
              <button type="button" className="ae-person" onClick={() => onChoose(contact)}>
                <span className="ae-avatar" aria-hidden="true">
                  {initials(contactName(contact))}
                </span>
                <span className="ae-person-words">
                  <strong>{contactName(contact)}</strong>
                  <span>{contact.email}</span>
                </span>
              </button>
            </li>
          ))}
          {!found.contacts.length && <li className="ae-quiet">Nobody is found by “{typed}”.</li>}
        </ul>
      )}
    </div>
  );
}
