/** What stands at the side: the settings of a step, the versions, or the people behind a number. */
import { useEditor } from "./context";
import { HistoryPanel } from "./history-panel";
import { StepInspector } from "./inspector/step-inspector";
import { TriggerInspector } from "./inspector/trigger-inspector";
import { PeoplePanel } from "./people-panel";

export default function SidePanel() {
  const { ui, definition } = useEditor();
  if (ui.panel?.type === "history") return <HistoryPanel />;
  if (ui.panel?.type === "people")
    return <PeoplePanel key={JSON.stringify(ui.panel.crowd)} crowd={ui.panel.crowd} />;
  const id = ui.selection?.step ?? null;
  const step = id === null ? undefined : definition.nodes[id];
  return id !== null && step ? <StepInspector key={id} id={id} step={step} /> : <TriggerInspector />;
}
