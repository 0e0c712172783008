/** The bar above the drawing: what this automation is called and how it stands, and what can be done with it. */
import { useState } from "react";

import type { SaveState } from "./autosave";
import { useEditor } from "./context";
import type { Editor } from "./context";
import { failures } from "./figures";
import { counted, figure } from "./format";
import { useFirstFocus } from "./hooks";
import { icon } from "./icon";
import { Menu } from "./menu";
import type { Action } from "./menu";
import { Button, IconButton, Segments } from "./parts";
import type { Facts } from "./store";
import type { View } from "./ui";

function Rename({ name, onDone }: { name: string; onDone: (name: string) => void }) {
  const input = useFirstFocus<HTMLInputElement>();
  return (
    <input
      ref={input}
      className="ae-input ae-title-input"
      aria-label="Name of this automation"
      defaultValue={name}
      maxLength={120}
      onBlur={(event) => onDone(event.target.value.trim() || name)}
      onKeyDown={(event) => {
        if (event.key === "Escape") event.currentTarget.value = name;
        if (event.key === "Enter" || event.key === "Escape") event.currentTarget.blur();
      }}
    />
  );
}

function Title() {
  const { state, commands, editable } = useEditor();
  const [renaming, setRenaming] = useState(false);
  const { name } = state.history.present;
  const shown = name || "Untitled automation";
  const done = (chosen: string) => {
    commands.rename(chosen);
    setRenaming(false);
  };
  if (renaming) {
    return (
      <>
        <h1 className="ae-hidden">{shown}</h1>
        <Rename name={name} onDone={done} />
      </>
    );
  }
  return (
    <h1 className="ae-title">
      {editable ? (
        <button type="button" title="Rename" onClick={() => setRenaming(true)}>
          {shown}
        </button>
      ) : (
        shown
      )}
    </h1>
  );
}

function StatePill({ facts: { state, version } }: { facts: Facts }) {
  const words = {
    draft: "Draft",
    live: `Live v${version}`,
    held: `On hold v${version}`,
    archived: "Archived",
  };
  return <span className={`ae-pill ae-pill-${state}`}>{words[state]}</span>;
}

const SAVE_WORDS: Record<SaveState["kind"], string> = {
  saved: "Saved",
  changed: "Saving…",
  saving: "Saving…",
  offline: "Offline, will retry",
  conflict: "Changed elsewhere",
  refused: "Not saved",
};

/** What failed raises one notice (rule 12), where it is seen whatever else is on the screen. */
function FailedPill() {
  const { state, commands, ui } = useEditor();
  const { definition } = state.history.present;
  const total = failures(definition, state.numbers).reduce((sum, { count }) => sum + count, 0);
  if (!total || ui.viewing) return null;
  return (
    <button
      type="button"
      className="ae-pill ae-pill-failed"
      title="Since it first went live. See who and why"
      onClick={() => commands.openPeople({ node: null, state: "failed", count: total })}
    >
      {icon("alert-triangle")} {figure(total)} failed
    </button>
  );
}

function Standing() {
  const { state, commands, setting } = useEditor();
  const { facts, save } = state;
  const trouble = ["offline", "conflict", "refused"].includes(save.kind);
  const unpublished = facts.version !== null && facts.unpublished > 0;
  return (
    <div className="ae-standing">
      <StatePill facts={facts} />
      {unpublished && setting.mayPublish && (
        <button
          type="button"
          className="ae-pill ae-pill-changes"
          onClick={() => commands.open({ type: "publish" })}
        >
          {counted(facts.unpublished, "change")} not published
        </button>
      )}
      <FailedPill />
      {setting.mayEdit ? (
        <span className={`ae-save ${trouble ? "ae-save-trouble" : ""}`} role="status">
          {SAVE_WORDS[save.kind]}
        </span>
      ) : (
        <span className="ae-pill ae-pill-draft">View only</span>
      )}
    </div>
  );
}

function publishHint(mayPublish: boolean, nothing: boolean): string | undefined {
  if (!mayPublish) return "You may change the draft; somebody else publishes it";
  return nothing ? "Everything is published" : undefined;
}

function PublishButton() {
  const { state, commands, editable, setting, problems } = useEditor();
  const { facts, save } = state;
  const faults = problems.length;
  const nothing = facts.version !== null && facts.unpublished === 0 && save.kind === "saved" && !faults;
  return (
    <button
      type="button"
      className="ae-button ae-button-primary ae-publish"
      disabled={!editable || !setting.mayPublish || nothing}
      title={publishHint(setting.mayPublish, nothing)}
      onClick={() => commands.open({ type: "publish" })}
    >
      Publish
      {faults > 0 && (
        <span className="ae-count" aria-label={`${counted(faults, "thing")} to put right`}>
          {faults}
        </span>
      )}
    </button>
  );
}

function moreActions({ state, commands, phone, setting, editable, store }: Editor): Action[] {
  const { state: standing } = state.facts;
  const only = (shown: boolean, action: Action): Action[] => (shown ? [action] : []);
  const hold = () =>
    void commands.attempt(() => store.hold(), "On hold. Nobody moves on until you release it.");
  return [
    { label: "Find a step", icon: "search", hint: "Ctrl K", run: () => commands.open({ type: "find" }) },
    ...only(phone && editable, {
      label: "Redo",
      icon: "arrow-forward-up",
      run: () => commands.redo(),
      disabled: !state.history.future.length,
    }),
    ...only(phone, { label: "Versions", icon: "history", run: () => commands.toggleHistory() }),
    ...only(phone && setting.mayPublish && standing === "live", {
      label: "Hold",
      icon: "player-pause",
      run: hold,
    }),
    { label: "Keyboard shortcuts", icon: "keyboard", hint: "?", run: () => commands.open({ type: "keys" }) },
    { label: "Print the outline", icon: "printer", run: () => print() },
    ...only(setting.mayPublish && standing !== "archived", {
      label: "Archive…",
      icon: "archive",
      danger: true,
      run: () => commands.open({ type: "archive" }),
    }),
  ];
}

function HoldButton() {
  const { state, commands, store, phone, setting } = useEditor();
  const { state: standing } = state.facts;
  if (!setting.mayPublish) return null;
  if (standing === "held") {
    const release = () => commands.open({ type: "release" });
    if (phone) return <IconButton label="Release: everybody moves on" icon="player-play" onClick={release} />;
    return (
      <Button className="ae-release" icon="player-play" onClick={release}>
        Release
      </Button>
    );
  }
  if (standing !== "live" || phone) return null;
  const hold = () =>
    void commands.attempt(() => store.hold(), "On hold. Nobody moves on until you release it.");
  return <IconButton label="Hold: stop everybody where they are" icon="player-pause" onClick={hold} />;
}

function TestButton() {
  const { ui, commands, phone, definition } = useEditor();
  if (ui.test) {
    return (
      <Button className="ae-testing" icon="user-x" onClick={() => commands.stopTest()}>
        Stop test
      </Button>
    );
  }
  const open = () => commands.open({ type: "person" });
  const empty = !definition.start;
  if (phone) {
    return (
      <IconButton
        className="ae-boxed"
        label="Test with a person"
        icon="user-search"
        disabled={empty}
        onClick={open}
      />
    );
  }
  return (
    <Button
      icon="user-search"
      disabled={empty}
      title="See the way of a real person. Nothing is sent."
      onClick={open}
    >
      Test
    </Button>
  );
}

function UndoButtons() {
  const { state, commands, editable, phone } = useEditor();
  const { past, future } = state.history;
  return (
    <div className="ae-row ae-tight">
      <IconButton
        label="Undo (Ctrl+Z)"
        icon="arrow-back-up"
        disabled={!editable || !past.length}
        onClick={() => commands.undo()}
      />
      {!phone && (
        <IconButton
          label="Redo (Ctrl+Shift+Z)"
          icon="arrow-forward-up"
          disabled={!editable || !future.length}
          onClick={() => commands.redo()}
        />
      )}
    </div>
  );
}

export function TopBar() {
  const editor = useEditor();
  const { ui, commands, setting, phone } = editor;
  return (
    <header className="ae-top">
      <div className="ae-identity">
        <a
          className="ae-icon-button"
          href={setting.back}
          aria-label="Back to automations"
          title="Back to automations"
        >
          {icon("arrow-left")}
        </a>
        <div className="ae-names">
          <Title />
          <Standing />
        </div>
      </div>
      <div className="ae-tools">
        <Segments<View>
          label="View"
          value={ui.view}
          options={[
            { value: "canvas", label: "Canvas", icon: "sitemap" },
            { value: "outline", label: "Outline", icon: "list-tree" },
          ]}
          onChange={(view) => commands.show(view)}
        />
        <UndoButtons />
        {!phone && (
          <IconButton
            label="Versions"
            icon="history"
            aria-pressed={ui.panel?.type === "history"}
            onClick={() => commands.toggleHistory()}
          />
        )}
        <HoldButton />
        <Menu label="More" icon="dots" actions={() => moreActions(editor)} />
        <span className="ae-spring" />
        <TestButton />
        <PublishButton />
      </div>
    </header>
  );
}
