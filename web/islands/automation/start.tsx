/** A new automation asks one question before anything else, and shows the place where the answer will stand. */
import { useEditor } from "./context";
import { icon } from "./icon";
import { OptionList } from "./option-list";
import { Tile } from "./parts";
import { useTriggerGroups } from "./picker";

export function StartPicker() {
  const { commands, editable, phone } = useEditor();
  const groups = useTriggerGroups();
  return (
    <div className="ae-start">
      <div className="ae-start-card">
        <header className="ae-start-head">
          <Tile tone="trigger" icon="bolt" />
          <div>
            <h2>When should this start?</h2>
            <p className="ae-quiet">Choose what lets people in. You can change it later.</p>
          </div>
        </header>
        {editable ? (
          <OptionList
            label="When should this start?"
            placeholder="Search, for example “tag” or “date”"
            groups={groups}
            onChoose={(kind) => commands.startWith(kind)}
            autoFocus={!phone}
          />
        ) : (
          <p className="ae-quiet">Nobody has chosen yet.</p>
        )}
      </div>
      <div className="ae-start-line" aria-hidden="true">
        <span className="ae-start-plus">{icon("plus")}</span>
      </div>
      <div className="ae-start-next">Then add the first step here</div>
    </div>
  );
}
