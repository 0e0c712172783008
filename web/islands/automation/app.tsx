/** The editor as a whole: loads the document, lays out its regions, gives every part what it may ask for. */
import { useCallback, useEffect, useMemo, useReducer, useRef, useSyncExternalStore } from "react";

import { Commands } from "./commands";
import { EditorContext } from "./context";
import type { Editor, Setting } from "./context";
import { normalise } from "./definition";
import { Failed, Skeleton } from "./phases";
import { useLeaving, useNumbers, usePhone, usePrinting, useShortcuts } from "./hooks";
import { worded } from "./problems";
import type { Ready, Store } from "./store";
import { changeUi, startUi } from "./ui";
import type { UiChange } from "./ui";
import { Workbench } from "./workbench";

export function App({ store, setting }: { store: Store; setting: Setting }) {
  const state = useSyncExternalStore(store.subscribe, store.get);
  useEffect(() => void store.load(), [store]);
  if (state.phase === "loading") return <Skeleton back={setting.back} />;
  if (state.phase === "failed") {
    return <Failed back={setting.back} message={state.message} onRetry={() => void store.load()} />;
  }
  return <ReadyEditor store={store} state={state} setting={setting} />;
}

interface ReadyProps {
  store: Store;
  state: Ready;
  setting: Setting;
}

function useCommands(store: Store, zone: string, phone: boolean) {
  const [ui, setUi] = useReducer(changeUi, startUi(phone ? "outline" : "canvas"));
  const latest = useRef(ui);
  latest.current = ui;
  const change = useCallback((one: UiChange) => setUi(one), []);
  const commands = useMemo(
    () => new Commands(store, change, () => latest.current, zone),
    [store, change, zone],
  );
  return { ui, commands };
}

/** A start that was chosen on the way here, but says too little yet, is asked about at once. */
function useFirstQuestion({ commands, definition, problems, editable, phone }: Editor): void {
  useEffect(() => {
    const asked = definition.entry.trigger && problems.some(({ field }) => field?.startsWith("entry.trigger"));
    if (editable && !phone && asked && !definition.start) commands.openSettings({ step: null });
  }, []); // when the page opens, and never again
}

function ReadyEditor({ store, state, setting }: ReadyProps) {
  const phone = usePhone();
  const { ui, commands } = useCommands(store, setting.zone, phone);
  const drawn = state.history.present.definition;
  const definition = useMemo(
    () => (ui.viewing ? normalise(ui.viewing.definition) : drawn),
    [ui.viewing, drawn],
  );
  const speaker = useMemo(
    () => ({ vocabulary: state.vocabulary, definition }),
    [state.vocabulary, definition],
  );
  const problems = useMemo(
    () => (ui.viewing ? [] : worded(state.facts.problems, drawn)),
    [ui.viewing, state.facts.problems, drawn],
  );
  const archived = state.facts.state === "archived";
  const editable = setting.mayEdit && !archived && !ui.test && !ui.viewing;
  const editor: Editor = {
    api: store.api,
    store,
    state,
    ui,
    commands,
    setting,
    definition,
    speaker,
    problems,
    editable,
    phone,
  };
  useFirstQuestion(editor);
  const printing = usePrinting();
  useNumbers(editor);
  useShortcuts(editor);
  useLeaving(store);
  return (
    <EditorContext.Provider value={editor}>
      <Workbench printing={printing} />
    </EditorContext.Provider>
  );
}
