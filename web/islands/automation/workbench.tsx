/** The regions of the editor: top bar, drawing, panel, and what opens above them. */
import { Suspense, lazy } from "react";

import { Banner } from "./banner";
import { useEditor } from "./context";
import { useExpiry } from "./hooks";
import { Picker } from "./picker";
import { StartPicker } from "./start";
import { TopBar } from "./topbar";

// What is not on the screen at first comes in files of its own; `preload` fetches them once the drawing is there.
const loadCanvas = () => import("./canvas/canvas");
const loadOutline = () => import("./outline");
const loadPanel = () => import("./panel");
const loadDialogs = () => import("./dialogs/dialogs");

const Canvas = lazy(loadCanvas);
const Outline = lazy(loadOutline);
const SidePanel = lazy(loadPanel);
const Dialogs = lazy(loadDialogs);

export function preload(): void {
  for (const load of [loadPanel, loadDialogs, loadOutline]) void load().catch(() => undefined); // asked for again on use
}

function Toasts() {
  const { ui, commands } = useEditor();
  useExpiry(ui.toast?.key, () => commands.hush());
  return (
    <div className="ae-toasts" role="status" aria-live="polite">
      {ui.toast && <div className={`ae-toast ae-toast-${ui.toast.tone}`}>{ui.toast.text}</div>}
    </div>
  );
}

function Drawing({ printing }: { printing: boolean }) {
  const { ui, definition } = useEditor();
  if (!definition.entry.trigger && !definition.start) return <StartPicker />;
  return ui.view === "outline" || printing ? <Outline /> : <Canvas />;
}

export function Workbench({ printing }: { printing: boolean }) {
  const { ui, phone, setting } = useEditor();
  const open = ui.panel !== null;
  return (
    <div
      className={`ae-root ${open ? "ae-with-panel" : ""}`}
      data-view={ui.view}
      data-testing={ui.test ? "" : undefined}
    >
      <TopBar />
      <div className="ae-body">
        <section className="ae-drawing" aria-label="The automation">
          <Banner />
          <Suspense fallback={<div className="ae-skeleton" aria-busy="true" />}>
            <Drawing printing={printing} />
          </Suspense>
        </section>
        {open && (
          <Suspense fallback={<aside className="ae-panel" aria-busy="true" />}>
            <SidePanel />
          </Suspense>
        )}
      </div>
      {ui.picking && <Picker key={JSON.stringify(ui.picking.place)} picking={ui.picking} sheet={phone} />}
      {ui.dialog && (
        <Suspense fallback={null}>
          <Dialogs dialog={ui.dialog} />
        </Suspense>
      )}
      <Toasts />
      {!setting.mayEdit && (
        <span className="ae-hidden">You may look at this automation, but not change it.</span>
      )}
    </div>
  );
}
