/** What every component of the editor may ask for. */
import { createContext, useContext } from "react";

import type { Api } from "./api";
import type { Commands } from "./commands";
import type { Ready, Store } from "./store";
import type { Ui } from "./ui";
import type { Definition, Problem } from "./types";
import type { Speaker } from "./words";

/** What the page says about the automation and the person who looks at it (the attributes of the element). */
export interface Setting {
  automationId: string;
  zone: string;
  person: string;
  email: string;
  mayEdit: boolean;
  /** Publishing, holding, releasing, archiving. */
  mayPublish: boolean;
  back: string;
}

export interface Editor {
  api: Api;
  store: Store;
  state: Ready;
  ui: Ui;
  commands: Commands;
  setting: Setting;
  /** The drawing on the screen: the draft, or the version that is being looked at. */
  definition: Definition;
  speaker: Speaker;
  /** What is not ready in the draft; none while an old version is looked at. */
  problems: Problem[];
  /** Nothing can be changed while testing, while looking at an old version, or without permission. */
  editable: boolean;
  phone: boolean;
}

export const EditorContext = createContext<Editor | null>(null);

export function useEditor(): Editor {
  const editor = useContext(EditorContext);
  if (!editor) throw new Error("This part stands outside the editor.");
  return editor;
}
