/** <automation-editor>: the automation builder as one element that a page may put in and take out again. */
import { createRoot } from "react-dom/client";
import type { Root } from "react-dom/client";

import { Api } from "./api";
import { App } from "./app";
import type { Setting } from "./context";
import { Store } from "./store";
import { preload } from "./workbench";
import "./editor.css";

class AutomationEditor extends HTMLElement {
  private root: Root | null = null;
  private store: Store | null = null;

  connectedCallback(): void {
    if (this.root) return;
    const { setting } = this;
    this.store = new Store(new Api(setting.automationId, this.attribute("csrf")));
    this.replaceChildren(); // the page's own skeleton, which has stood here until now
    this.root = createRoot(this);
    this.root.render(<App store={this.store} setting={setting} />);
    (globalThis.requestIdleCallback ?? setTimeout)(preload);
  }

  /** A page that swaps its body may move the element: what was written is saved, and it can be connected again. */
  disconnectedCallback(): void {
    this.store?.close();
    this.root?.unmount();
    this.root = null;
    this.store = null;
  }

  /** Written plainly or as data-…, as the page prefers. */
  private attribute(name: string, otherwise = ""): string {
    return this.getAttribute(name) ?? this.getAttribute(`data-${name}`) ?? otherwise;
  }

  private get setting(): Setting {
    const mayEdit = this.attribute("can-edit") === "true";
    return {
      automationId: this.attribute("automation-id"),
      zone: this.attribute("workspace-zone") || this.attribute("zone", "UTC"),
      person: this.attribute("person"),
      email: this.attribute("person-email"),
      mayEdit,
      mayPublish: this.attribute("can-publish", String(mayEdit)) === "true",
      back: this.attribute("back", "/automations"),
    };
  }
}

if (!customElements.get("automation-editor")) customElements.define("automation-editor", AutomationEditor);
