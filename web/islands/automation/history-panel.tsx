/** The published versions: look at one, compare it with the draft, make it the draft again. */
import { useCallback, useEffect, useState } from "react";

import { messageOf } from "./api";
import { ChangeList } from "./changes";
import { useEditor } from "./context";
import { normalise } from "./definition";
import { compare } from "./diff";
import { moment } from "./format";
import { PanelFrame } from "./inspector/frame";
import { Button, Notice, Spinner } from "./parts";
import type { Version } from "./types";

interface Listed {
  versions: Version[];
  next: string | null;
  state: "loading" | "shown" | "failed";
  message: string;
}

function useVersions(live: number | null) {
  const { api } = useEditor();
  const [listed, setListed] = useState<Listed>({ versions: [], next: null, state: "loading", message: "" });
  const load = useCallback(
    async (cursor: string | null) => {
      setListed((before) => ({ ...before, state: "loading" }));
      try {
        const { items, next } = await api.versions(cursor);
        setListed((before) => ({
          versions: cursor ? [...before.versions, ...items] : items,
          next,
          state: "shown",
          message: "",
        }));
      } catch (fault) {
        setListed((before) => ({ ...before, state: "failed", message: messageOf(fault) }));
      }
    },
    [api],
  );
  useEffect(() => void load(null), [load, live]);
  return { listed, load };
}

function Comparison({ version }: { version: Version }) {
  const { state, speaker } = useEditor();
  const draft = state.history.present.definition;
  const changes = compare(normalise(version.definition), draft, speaker.vocabulary);
  return (
    <div className="ae-comparison">
      <p className="ae-label">From version {version.number} to the draft</p>
      {changes.length ? <ChangeList changes={changes} /> : <p className="ae-quiet">The draft is the same.</p>}
    </div>
  );
}

interface VersionProps {
  version: Version;
  live: boolean;
  comparing: boolean;
  onCompare: () => void;
}

function VersionRow({ version, live, comparing, onCompare }: VersionProps) {
  const { commands, ui, setting, state } = useEditor();
  const { number, name, published_at, published_by } = version;
  const looking = ui.viewing?.number === number;
  const mayRestore = setting.mayEdit && state.facts.state !== "archived";
  return (
    <li className="ae-version">
      <div className="ae-version-head">
        <strong>Version {number}</strong>
        {live && <span className="ae-pill ae-pill-live">Live</span>}
      </div>
      {name && <span className="ae-version-name">{name}</span>}
      <span className="ae-quiet">
        {moment(published_at, setting.zone)}
        {published_by ? `, ${published_by}` : ""}
      </span>
      <div className="ae-row ae-tight">
        <Button look="quiet" aria-pressed={looking} onClick={() => commands.look(looking ? null : version)}>
          {looking ? "Back to the draft" : "View"}
        </Button>
        <Button look="quiet" aria-expanded={comparing} onClick={onCompare}>
          Compare
        </Button>
        {mayRestore && (
          <Button look="quiet" onClick={() => commands.restore(version, normalise(version.definition))}>
            Restore as draft
          </Button>
        )}
      </div>
      {comparing && <Comparison version={version} />}
    </li>
  );
}

export function HistoryPanel() {
  const { state } = useEditor();
  const { version: live } = state.facts;
  const { listed, load } = useVersions(live);
  const [comparing, setComparing] = useState<number | null>(null);
  return (
    <PanelFrame className="ae-history" label="Versions" kind="What was published" title="Versions">
      <ul className="ae-versions">
        {listed.versions.map((version) => (
          <VersionRow
            key={version.number}
            version={version}
            live={version.number === live}
            comparing={comparing === version.number}
            onCompare={() => setComparing(comparing === version.number ? null : version.number)}
          />
        ))}
      </ul>
      {listed.state === "loading" && <Spinner label="Fetching the versions…" />}
      {listed.state === "failed" && (
        <Notice tone="bad" role="alert">
          <p>{listed.message}</p>
          <Button onClick={() => void load(null)}>Try again</Button>
        </Notice>
      )}
      {listed.state === "shown" && !listed.versions.length && (
        <p className="ae-quiet">
          Nothing is published yet. Each time you publish, the version is kept here, and you can go back to
          it.
        </p>
      )}
      {listed.state === "shown" && listed.next && (
        <Button onClick={() => void load(listed.next)}>Show older ones</Button>
      )}
    </PanelFrame>
  );
}
